import { drawTied, lotDigest, lotSeed } from '../lot.ts';
import { Refusal } from '../refusal.ts';
import type { TieDocument } from '../verdict.ts';
import { meetingRound, meetingRule } from './meeting.ts';
import type { Outcome } from './outcome.ts';
import { isRefused, type Refused, refuse } from './refused.ts';

/** Those who are tied, and how many of them can be taken. */
export interface OpenTie {
  numbers: number[];
  places: number;
}

/** The tie that a choice or a promotion waits for; null = it waits for none. */
export function tieOf(found: object): OpenTie | null {
  return isTie(found) ? { numbers: found.numbers, places: found.places } : null;
}

function isTie(found: object): found is Extract<Refused, { refusal: 'tie_open' }> {
  return 'refusal' in found && found.refusal === 'tie_open';
}

/**
 * The order that a tie's record gives when it is worked out anew; null where it cannot be, or not so: by a lot that the rules do not draw, or
 * by a meeting though the secrets of their lot were public (`opened`).
 */
export function redoTie(
  outcome: Pick<Outcome, 'lots' | 'tieLast'>,
  open: OpenTie,
  { secrets, ballots, reason }: TieDocument,
  opened: TieDocument['secrets'],
): number[] | null {
  const isLot = outcome.tieLast === 'lot';
  if (secrets ? !isLot : isLot && opened) return null;
  try {
    if (secrets) return byLot(outcome, open.numbers, secrets, reason).order;
    return byMeeting(open, ballots, reason).order;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

interface LotSecrets {
  organizer: string;
  auditor: string;
}

/** Refuses with lot_wrong {whose} for a secret that is not the one the rules commit to. */
export function checkLots([organizer, auditor]: Outcome['lots'], secrets: LotSecrets): void {
  if (!organizer || lotDigest(secrets.organizer) !== organizer)
    throw new Refusal('lot_wrong', { whose: 'organizer' });
  if (!auditor || lotDigest(secrets.auditor) !== auditor)
    throw new Refusal('lot_wrong', { whose: 'auditor' });
}

/** A tie settled by lot. Refuses with lot_wrong {whose} for a secret that is not the one committed to. */
export function byLot(
  { lots }: Pick<Outcome, 'lots'>,
  numbers: number[],
  secrets: LotSecrets,
  reason: string,
): TieDocument {
  checkLots(lots, secrets);
  const order = drawTied(lotSeed(secrets.organizer, secrets.auditor), numbers);
  return { rule: 'lot', numbers, order, secrets, ballots: [], reason };
}

/** A tie settled by a meeting. Refuses with bad_request, no_quorum, and meeting_goes_on {places, numbers} where its ballots leave it open. */
export function byMeeting(
  { numbers, places }: OpenTie,
  ballots: readonly { appointed: number; present: number; favour: Record<number, number> }[],
  reason: string,
): TieDocument {
  let next: { places: number; among: number[] } | null = { places, among: numbers };
  const order: number[] = [];
  const held: TieDocument['ballots'] = [];
  for (const { appointed, present, favour } of ballots) {
    if (!next || !isAbout(favour, next.among)) throw new Refusal('bad_request', { field: 'ballots' });
    const round = meetingRound({ ...meetingRule, appointed, present, places: next.places, favour });
    if (isRefused(round)) refuse(round);
    held.push({ appointed, present, places: next.places, favour });
    order.push(...round.passed);
    next = round.next;
  }
  if (next) throw new Refusal('meeting_goes_on', { places: next.places, numbers: next.among.join('、') });
  return { rule: 'meeting', numbers, order, secrets: null, ballots: held, reason };
}

function isAbout(favour: Record<number, number>, among: readonly number[]): boolean {
  const named = Object.keys(favour).map(Number);
  return named.length === among.length && named.every((number) => among.includes(number));
}
