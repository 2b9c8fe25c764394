import { voteParts } from '../score.ts';
import { influence } from './influence.ts';
import { type Outcome, type PartId, panelIds } from './outcome.ts';

/** How far a panel's first and last usually lie apart, in points. */
export const USUAL_SPREAD = 10;
const USUAL_FIELD = 20;
/** The vote of the first; of the others so much less as they stand further back. */
const FIRST_VOTES = 10_000;
/** More do not change what is foreseen, and every keystroke asks. */
const MOST_FIELD = 300;

/**
 * The real weights before there is a vote or a sheet, per mille as influence gives them: every panel's points fall evenly over ten points
 * from the first to the last, and votes fall evenly from the first to nearly none. `candidates` null = not known.
 */
export function foreseenInfluence(
  { decimals, weights, vote }: Pick<Outcome, 'decimals' | 'weights' | 'vote'>,
  candidates: number | null,
): Partial<Record<PartId, number>> {
  const field = Math.min(MOST_FIELD, Math.max(2, candidates ?? USUAL_FIELD));
  const unit = 10 ** decimals;
  const byRank = (value: (rank: number) => number): Record<number, number> =>
    Object.fromEntries(Array.from({ length: field }, (_, rank) => [rank + 1, Math.round(value(rank))]));
  const votes = byRank((rank) => (FIRST_VOTES * (field - rank)) / field);
  const points = byRank((rank) => 90 * unit - (USUAL_SPREAD * unit * rank) / (field - 1));
  const judged = panelIds.filter((panel) => weights[panel] > 0).map((panel) => [panel, points]);
  return influence({ vote: voteParts(votes, vote, unit), ...Object.fromEntries(judged) }, weights);
}
