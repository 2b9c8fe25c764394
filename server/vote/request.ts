import type { BlockList } from 'node:net';
import type { BallotRequest } from '@zuimei/shared/ballot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { clientAddress } from '../address/client.ts';
import { isWhole } from '../text.ts';
import type { Sender } from './admission.ts';

export const MOST_BODY_BYTES = 8_192;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOST_PICKS = 200;

/** JSON text → a ballot request; picks come out ascending. Refuses with bad_request and the field that is wrong. */
export function parseBallotRequest(text: string): BallotRequest {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null) throw wrong('body');
  const { ballotId, picks, ticket, proof, seen } = body as Record<string, unknown>;
  const id = parseBallotId(ballotId);
  if (!isShort(ticket, 100)) throw wrong('ticket');
  if (!Array.isArray(picks) || picks.length > MOST_PICKS || !picks.every(isNumber)) throw wrong('picks');
  if (proof !== undefined && !isShort(proof, 4_096)) throw wrong('proof');
  return {
    ballotId: id,
    picks: (picks as number[]).toSorted((a, b) => a - b),
    ticket,
    ...(proof === undefined ? {} : { proof }),
    ...(seen === undefined ? {} : { seen: parseSeen(seen) }),
  };
}

/** Refuses with bad_request what is no UUID in lower case. */
export function parseBallotId(ballotId: unknown): string {
  if (typeof ballotId !== 'string' || !UUID.test(ballotId)) throw wrong('ballotId');
  return ballotId;
}

function parseSeen(seen: unknown): NonNullable<BallotRequest['seen']> {
  if (typeof seen !== 'object' || seen === null) throw wrong('seen');
  const { device, dwellMs, touches } = seen as Record<string, unknown>;
  if (device !== undefined && !isShort(device, 64)) throw wrong('seen.device');
  if (dwellMs !== undefined && !isCount(dwellMs)) throw wrong('seen.dwellMs');
  if (touches !== undefined && !isCount(touches)) throw wrong('seen.touches');
  return {
    ...(device === undefined ? {} : { device }),
    ...(dwellMs === undefined ? {} : { dwellMs: dwellMs as number }),
    ...(touches === undefined ? {} : { touches: touches as number }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Refuses a body that is too large or does not say how large it is, before any of it is read. */
export function checkLength(contentLength: string | undefined, most = MOST_BODY_BYTES): void {
  if (!(Number(contentLength ?? Number.NaN) <= most)) throw new Refusal('too_large', { limit: most });
}

/** Whose request it is, from its headers and its connection. */
export function senderOf(
  header: (name: string) => string | undefined,
  peer: string | undefined,
  trustedProxies: BlockList,
): Sender {
  const agent = header('user-agent') ?? '';
  return {
    cookie: header('cookie'),
    address: clientAddress(peer ?? '', header('x-forwarded-for'), trustedProxies),
    userAgent: agent.slice(0, 256),
    channel: channelOf(agent),
  };
}

/** What a browser says it is, as a place in shared/live.ts `channels`: a trace for the dashboard, never a reason to refuse. */
export function channelOf(agent: string): number {
  if (agent === '') return 0;
  // WeChat names itself near the end of a long header.
  if (agent.includes('MicroMessenger')) return 1;
  return /Mobile|Android|iPhone|iPad|HarmonyOS|OpenHarmony/.test(agent) ? 2 : 3;
}

function isShort(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most && isWhole(value);
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
