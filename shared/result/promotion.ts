import type { Bounded } from '../judging/limits.ts';
import { groupsOf, type Order, type Place, settleTie } from '../judging/order.ts';
import type { Outcome } from '../judging/outcome.ts';
import type { Refused } from '../judging/refused.ts';
import { type OpenTie, tieOf } from '../judging/tie.ts';
import type { ByNumber } from '../score.ts';
import { nextAlternate, type Promotion } from '../standing.ts';
import type { TieDocument } from '../verdict.ts';
import { type Course, chosenNow, everChosen, fallenOf, openPlaces } from './course.ts';

/** A tie as it was settled, with its place in the ledger. */
export interface Settled {
  entry: number;
  document: TieDocument;
}

/** What a promotion is found from beside its course. `candidates`: all who were judged. */
export interface Ground {
  outcome: Outcome;
  candidates: ByNumber<Bounded>;
  order: readonly Place[];
}

/**
 * The order as ties on it were settled, one after the other. A tie settled after the choice is between some who were not chosen: whoever
 * was chosen by then keeps standing before them.
 */
function settledLine(order: readonly Place[], ties: readonly Settled[], course: Course): Order {
  return ties.reduce<Order>(
    (line, { entry, document }) => settleTie(line, document.order, everChosen(course, entry)),
    groupsOf(order),
  );
}

/**
 * Who moves up now that somebody fell; the others keep their places. null = nobody may, the place stays empty. No more places are given than
 * fell free: one that the choice or a promotion left empty stays empty. Gives tie_open and caps_entangled as nextAlternate does.
 * `ties`: those settled so far, in order; `gone`: who may not move up, beside the fallen.
 */
export function foundPromotion(
  { outcome, candidates, order }: Ground,
  ties: readonly Settled[],
  course: Course,
  gone: readonly number[] = [],
): Promotion | Refused {
  const kept = chosenNow(course);
  const places = Math.min(outcome.places, kept.length + openPlaces(course).length);
  const line = settledLine(order, ties, course);
  return nextAlternate(line, candidates, { ...outcome, places }, kept, [...fallenOf(course), ...gone]);
}

/** Both secrets of a lot, where the ledger has them by now: a tie was settled by them, or an auditor revealed them with the count. */
export function openedSecrets(
  ties: readonly Settled[],
  { count }: Pick<Course, 'count'>,
): TieDocument['secrets'] {
  return ties.findLast(({ document }) => document.secrets)?.document.secrets ?? count?.secrets ?? null;
}

/** The tie that somebody's promotion waits for; null = none does. Takes what foundPromotion takes. */
export function promotionTie(...given: Parameters<typeof foundPromotion>): OpenTie | null {
  const [, , course] = given;
  return openPlaces(course).length > 0 ? tieOf(foundPromotion(...given)) : null;
}
