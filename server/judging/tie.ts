import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { byLot, byMeeting } from '@zuimei/shared/judging/tie.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { fallenOf } from '@zuimei/shared/result/course.ts';
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
