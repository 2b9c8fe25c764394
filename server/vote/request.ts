import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

export const MOST_BODY_BYTES = 8_192;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST_PICKS = 200;

/** Checks the shape of a ballot request; picks come out ascending. Refuses with bad_request and the field that is wrong. */
export function parseBallotRequest(body: unknown): BallotRequest {
  if (typeof body !== 'object' || body === null) throw wrong('body');
  const { ballotId, picks, ticket, proof, seen } = body as Record<string, unknown>;
  if (typeof ballotId !== 'string' || !UUID.test(ballotId)) throw wrong('ballotId');
  if (typeof ticket !== 'string' || ticket.length > 100) throw wrong('ticket');
  if (!Array.isArray(picks) || picks.length > MOST_PICKS || !picks.every(isNumber)) throw wrong('picks');
  if (proof !== undefined && (typeof proof !== 'string' || proof.length > 4_096)) throw wrong('proof');
  return {
    ballotId,
    picks: (picks as number[]).toSorted((a, b) => a - b),
    ticket,
    ...(proof === undefined ? {} : { proof }),
    ...(seen === undefined ? {} : { seen: parseSeen(seen) }),
  };
}

function parseSeen(seen: unknown): NonNullable<BallotRequest['seen']> {
  if (typeof seen !== 'object' || seen === null) throw wrong('seen');
  const { device, dwellMs, touches } = seen as Record<string, unknown>;
  if (device !== undefined && (typeof device !== 'string' || device.length > 64)) throw wrong('seen.device');
  if (dwellMs !== undefined && !isCount(dwellMs)) throw wrong('seen.dwellMs');
  if (touches !== undefined && !isCount(touches)) throw wrong('seen.touches');
  return {
    ...(device === undefined ? {} : { device }),
    ...(dwellMs === undefined ? {} : { dwellMs: dwellMs as number }),
    ...(touches === undefined ? {} : { touches: touches as number }),
  };
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 32_767;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function wrong(field: string): Refusal {
  return new Refusal('bad_request', { field });
}
