import { type ByNumber, known, numbersOf, voteParts } from '../score.ts';
import { computeStanding, type Scoring } from '../standing.ts';
import type { Limits } from './outcome.ts';
import { isRefused, type Refused } from './refused.ts';
import { chosenBy, type Inputs } from './robust.ts';

export interface Margin {
  number: number;
  votes: number;
}

/**
 * How few votes would change who is chosen: the least that one who is not chosen would need more to come in, and the least that one who is
 * chosen would have to lose to fall out (a tie that would have to be settled counts as in and out). null = no number of votes does,
 * up to as many again as were cast. By rank somebody's votes can also move two others past each other: that is not looked for. Gives what the standing and the choice refuse as it is.
 */
export function votesToChange(
  outcome: Scoring & Limits,
  inputs: Inputs,
): { more: Margin | null; fewer: Margin | null } | Refused {
  const { votes } = inputs;
  const base = computeStanding(outcome, votes, inputs.sheets);
  if (isRefused(base)) return base;
  const chosenWith = (counts: ByNumber<number>): number[] | Refused => {
    const vote = voteParts(counts, outcome.vote, 10 ** outcome.decimals);
    return chosenBy(outcome, inputs, { ...base.parts, vote }, outcome.weights, counts);
  };
  const real = chosenWith(votes);
  if (isRefused(real)) return real;
  const cast = Object.values(votes).reduce((sum, count) => sum + count, 0);
  const changes = (number: number, by: number): boolean => {
    const chosen = chosenWith({ ...votes, [number]: known(votes, number) + by });
    if (isRefused(chosen)) return chosen.refusal !== 'tie_open' || chosen.numbers.includes(number);
    return chosen.includes(number) !== real.includes(number);
  };
  const standing = numbersOf(votes).filter((number) => !inputs.fallen?.includes(number));
  const nearest = (numbers: readonly number[], sign: 1 | -1): Margin | null =>
    numbers
      .flatMap((number) => {
        const most = sign > 0 ? cast : known(votes, number);
        const least = leastThat(most, (by) => changes(number, sign * by));
        return least === null ? [] : [{ number, votes: least }];
      })
      .reduce<Margin | null>((best, one) => (best && best.votes <= one.votes ? best : one), null);
  return {
    more: nearest(
      standing.filter((number) => !real.includes(number)),
      1,
    ),
    fewer: nearest(real, -1),
  };
}

/** The least whole number from 1 to `most` for which it holds, when it holds for all above one for which it does; else null. */
function leastThat(most: number, holds: (n: number) => boolean): number | null {
  if (most < 1 || !holds(most)) return null;
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return high;
}
