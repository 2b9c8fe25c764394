import { inOrder, ranksOf } from './rank.ts';

/** What a candidate has, and what would go or come if ballots in question were decided otherwise. */
export interface Stake {
  number: number;
  votes: number;
  /** Votes of held ballots: they do not count yet. */
  held: number;
  /** Counted votes that lie on flagged ballots. */
  flagged: number;
  /** Counted votes that would fall in the case asked about. */
  falling: number;
}

export interface Placed {
  number: number;
  rank: number;
  rankWithout: number;
  /** The fewest and the most votes that what is held and flagged could make. */
  least: number;
  most: number;
  /** The highest and the lowest rank that those ends leave open. */
  best: number;
  worst: number;
  /** No other's interval crosses this place: best and worst are one. */
  robust: boolean;
  /** Whether it is among the first `chosen` whatever is ruled; null where nobody is chosen by count. */
  seat: Seat | null;
}

/** in, out: whatever is ruled. open: it hangs on what is held or flagged, or on a tie. */
export type Seat = 'in' | 'out' | 'open';

/**
 * Ranks now and without what falls: equal votes share a rank and the next one skips, as the public page ranks.
 *
 * A ruling voids ballots that count, or releases ballots that are held; only those that are flagged or held are in question. A
 * candidate's count is a sum over ballots, and each of them moves it by one or not at all: so whichever of the clusters and of the held
 * ones are ruled on, alone, in parts or all together, the count stays within [votes − flagged, votes + held]. A ballot that lies in
 * several clusters is one ballot here and falls once. Ranks are therefore judged by the ends of these intervals: surely above are those
 * whose least is more than our most, possibly above those whose most is more than our least. That a ballot with several picks moves
 * them together is left out of account: it can only call a place open that is not, never the other way round.
 */
export function placeAll(stakes: readonly Stake[], chosen: number | null = null): Placed[] {
  const now = ranksOf(stakes, (one) => one.votes);
  const without = ranksOf(stakes, (one) => one.votes - one.falling);
  return stakes.map((one) => {
    const { number } = one;
    const [least, most] = [leastOf(one), mostOf(one)];
    const others = stakes.filter((other) => other !== one);
    const best = 1 + others.filter((other) => leastOf(other) > most).length;
    const worst = 1 + others.filter((other) => mostOf(other) > least).length;
    // Who may come to be equal may come to stand before: at the line a tie is open.
    const possibly = others.filter((other) => mostOf(other) >= least).length;
    const seat = chosen === null ? null : possibly < chosen ? 'in' : best > chosen ? 'out' : 'open';
    return {
      number,
      rank: now.get(number) ?? 0,
      rankWithout: without.get(number) ?? 0,
      least,
      most,
      best,
      worst,
      robust: best === worst,
      seat,
    };
  });
}

const leastOf = (one: Stake): number => one.votes - one.flagged;
const mostOf = (one: Stake): number => one.votes + one.held;

/** Who would be among the first `chosen` instead of whom; those who leave in the order they had. */
export function changeOfChosen(
  stakes: readonly Stake[],
  chosen: number | null,
): { enters: number[]; leaves: number[] } {
  if (chosen === null) return { enters: [], leaves: [] };
  const first = (votes: (one: Stake) => number) =>
    inOrder(stakes, votes)
      .slice(0, chosen)
      .map((one) => one.number);
  const now = first((one) => one.votes);
  const then = first((one) => one.votes - one.falling);
  return {
    enters: then.filter((number) => !now.includes(number)),
    leaves: now.filter((number) => !then.includes(number)),
  };
}

/** Votes per 10 000 residents, in tenths; null without a population. */
export function perTenThousand(votes: number, population: number | null): number | null {
  return population ? Math.round((votes * 100_000) / population) : null;
}
