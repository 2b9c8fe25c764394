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
  robust: boolean;
}

/**
 * Ranks now and without what falls: equal votes share a rank and the next one skips, as the public page ranks. A place is robust if it
 * is the same when all flagged votes fall, and when all held ones count; held votes are not in the count, so they cannot fall.
 */
export function placeAll(stakes: readonly Stake[]): Placed[] {
  const now = ranksOf(stakes, (one) => one.votes);
  const without = ranksOf(stakes, (one) => one.votes - one.falling);
  const fewer = ranksOf(stakes, (one) => one.votes - one.flagged);
  const more = ranksOf(stakes, (one) => one.votes + one.held);
  return stakes.map(({ number }) => {
    const rank = now.get(number) ?? 0;
    return {
      number,
      rank,
      rankWithout: without.get(number) ?? 0,
      robust: fewer.get(number) === rank && more.get(number) === rank,
    };
  });
}

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
