import { drawTied, lotDigest, lotSeed } from '../lot.ts';
import { Refusal } from '../refusal.ts';
import type { TieDocument } from '../verdict.ts';
import { meetingRound, meetingRule } from './meeting.ts';
import type { Outcome } from './outcome.ts';
import { isRefused, refuse } from './refused.ts';

/** Those who are tied, and how many of them can be taken. */
interface Open {
  numbers: number[];
  places: number;
}

/** The order that a tie's record gives when it is worked out anew; null where it cannot be. */
export function redoTie(
  outcome: Pick<Outcome, 'lots'>,
  open: Open,
  { secrets, ballots, reason }: TieDocument,
): number[] | null {
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
  { numbers, places }: Open,
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
