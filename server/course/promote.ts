import { isRefused, refuse } from '@zuimei/shared/judging/refused.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { openPlaces } from '@zuimei/shared/result/course.ts';
import { promotionOf } from '../judging/tie.ts';
import { readVerdicts } from '../judging/verdict.ts';
import type { Actor } from '../staff/action.ts';
import { checkChosen, type SayParts, sayAct } from './say.ts';

/**
 * 递补: decides on the place of one who fell; who moves up needs a notice of their own. Refuses with place_filled where the place is not open,
 * and with tie_open {numbers, places} where two could move up alike: that is settled first (server/judging/tie.ts).
 */
export async function promote(
  parts: SayParts,
  slug: string,
  actor: Actor,
  { fallen, reason }: { fallen: number; reason: string },
): Promise<void> {
  await sayAct(parts, slug, actor, {
    kind: 'promote',
    act: 'course.promote',
    reason,
    async find(tx, contest, course) {
      checkChosen(course);
      if (!openPlaces(course).includes(fallen)) throw new Refusal('place_filled');
      const found = promotionOf(contest, await readVerdicts(tx, contest.id), course);
      if (isRefused(found)) refuse(found);
      const { promoted, chosen } = found;
      return {
        facts: { fallen, promoted, chosen },
        subject: promoted === null ? `${fallen} 号的名额空缺` : `${promoted} 号递补 ${fallen} 号`,
      };
    },
  });
}
