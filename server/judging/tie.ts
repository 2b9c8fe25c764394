import type { Refused } from '@zuimei/shared/judging/refused.ts';
import { byLot, byMeeting, type OpenTie, tieOf } from '@zuimei/shared/judging/tie.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, fallenOf } from '@zuimei/shared/result/course.ts';
import { foundPromotion, openedSecrets, promotionTie } from '@zuimei/shared/result/promotion.ts';
import type { Promotion } from '@zuimei/shared/standing.ts';
import type { Actor } from '../staff/action.ts';
import { readCourse } from './course.ts';
import { type FixParts, fixVerdict } from './fix.ts';
import type { Judged } from './judged.ts';
import { boundsOf, choiceOf, readStanding } from './standing.ts';
import { readVerdicts, type Verdicts } from './verdict.ts';

export type Settlement =
  | { rule: 'lot'; secrets: { organizer: string; auditor: string } }
  | { rule: 'meeting'; ballots: { appointed: number; present: number; favour: Record<number, number> }[] };

/** Who moves up now that somebody fell; null = nobody may, the place stays empty. Refuses with state_changed while nothing stands. */
export function promotionOf(contest: Judged, verdicts: Verdicts, course: Course): Promotion | Refused {
  return foundPromotion(groundOf(contest, verdicts), verdicts.ties, course);
}

/** The tie that is to be settled now: the one that the choice waits for, and after it the one that a promotion waits for. */
export function openTie(contest: Judged, verdicts: Verdicts, course: Course): OpenTie | null {
  return course.choice
    ? promotionTie(groundOf(contest, verdicts), verdicts.ties, course)
    : tieOf(choiceOf(contest, verdicts, fallenOf(course)));
}

function groundOf(contest: Judged, { standing }: Verdicts) {
  if (!standing) throw new Refusal('state_changed');
  return { outcome: contest.outcome, candidates: boundsOf(contest), order: standing.document.order };
}

/**
 * Settles the tie that is open, by the rule that was frozen with the others. A meeting may also settle what that rule cannot: a lot whose
 * secrets are missing, a tie that a unit or a group bars from being taken whole, or who of several moves up, which is one and not all or
 * none; the entry says which rule was frozen. Refuses with state_changed when none is open, tie_rule for a lot that the rules do not draw
 * and for a meeting once the lot's secrets are public, lot_wrong for secrets that are not those committed to, no_quorum, and bad_request for
 * ballots that are not about those who are tied or leave it open.
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
      const course = await readCourse(tx, contest.id);
      // Votes ruled on since make another choice; who was chosen already moves for a finding alone.
      const verdicts = course.choice ? await readVerdicts(tx, contest.id) : await readStanding(tx, contest);
      const open = openTie(contest, verdicts, course);
      if (!open) throw new Refusal('state_changed');
      const { tieLast } = contest.outcome;
      // Once both secrets are public the lot is as good as drawn, and nothing else may settle what it settles.
      const isDrawn = tieLast === 'lot' && openedSecrets(verdicts.ties, course) !== null;
      if (given.rule === 'lot' ? tieLast !== 'lot' : isDrawn)
        throw new Refusal('tie_rule', { rule: tieLast });
      const document =
        given.rule === 'lot'
          ? byLot(contest.outcome, open.numbers, given.secrets, reason)
          : byMeeting(open, given.ballots, reason);
      const { rule, numbers, order, secrets } = document;
      return {
        document,
        facts: { rule, frozen: tieLast, numbers, order, secrets },
        subject: order.join('、'),
      };
    },
  });
}
