import { meetingRound, meetingRule } from '@zuimei/shared/judging/meeting.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { isRefused, refuse } from '@zuimei/shared/judging/refused.ts';
import { drawTied, lotDigest, lotSeed } from '@zuimei/shared/lot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { fallenOf } from '@zuimei/shared/result/course.ts';
import type { TieDocument } from '@zuimei/shared/verdict.ts';
import type { Actor } from '../staff/action.ts';
import { readCourse } from './course.ts';
import { type FixParts, fixVerdict } from './fix.ts';
import { choiceOf, readStanding } from './standing.ts';

export type Settlement =
  | { rule: 'lot'; secrets: { organizer: string; auditor: string } }
  | { rule: 'meeting'; ballots: { appointed: number; present: number; favour: Record<number, number> }[] };

/**
 * Settles the tie that is open, by the rule that was frozen with the others. A meeting may also settle what that rule cannot: a lot whose
 * secrets are missing, or a tie that a unit or a group bars from being taken whole; the entry says which rule was frozen. Refuses with
 * state_changed when none is open, tie_rule for a lot that the rules do not draw, lot_wrong for secrets that are not those committed to, no_quorum, and bad_request for ballots that are not
 * about those who are tied or leave it open.
 */
export async function settle(
  parts: FixParts,
  slug: string,
  actor: Actor,
  given: Settlement & { reason: string },
): Promise<void> {
  const { reason } = given;
  await fixVerdict(parts, slug, actor, {
    kind: 'tie',
    reason,
    async find(tx, contest) {
      const verdicts = await readStanding(tx, contest);
      const choice = choiceOf(contest, verdicts, fallenOf(await readCourse(tx, contest.id)));
      if (verdicts.choice || !isRefused(choice) || choice.refusal !== 'tie_open')
        throw new Refusal('state_changed');
      const { tieLast } = contest.outcome;
      if (given.rule === 'lot' && tieLast !== 'lot') throw new Refusal('tie_rule', { rule: tieLast });
      const document =
        given.rule === 'lot'
          ? byLot(contest.outcome, choice.numbers, given.secrets, reason)
          : byMeeting(choice, given.ballots, reason);
      const { rule, numbers, order, secrets } = document;
      return {
        document,
        facts: { rule, frozen: tieLast, numbers, order, secrets },
        subject: order.join('、'),
      };
    },
  });
}

/** The order that a tie's record gives when it is worked out anew; null where it cannot be. */
export function redoTie(
  { outcome }: { outcome: Outcome },
  open: { numbers: number[]; places: number },
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

function byLot(
  { lots }: Outcome,
  numbers: number[],
  secrets: { organizer: string; auditor: string },
  reason: string,
): TieDocument {
  const [organizer, auditor] = lots;
  if (!organizer || lotDigest(secrets.organizer) !== organizer)
    throw new Refusal('lot_wrong', { whose: 'organizer' });
  if (!auditor || lotDigest(secrets.auditor) !== auditor)
    throw new Refusal('lot_wrong', { whose: 'auditor' });
  const order = drawTied(lotSeed(secrets.organizer, secrets.auditor), numbers);
  return { rule: 'lot', numbers, order, secrets, ballots: [], reason };
}

function byMeeting(
  { numbers, places }: { numbers: number[]; places: number },
  ballots: { appointed: number; present: number; favour: Record<number, number> }[],
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
