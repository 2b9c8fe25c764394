import type { Candidate } from '@zuimei/shared/contest.ts';
import { inOrder, ranksOf } from '@zuimei/shared/statistics/rank.ts';

export interface Line {
  candidate: Candidate;
  votes: number;
  /** Ties share a rank and the next one skips: 1, 2, 2, 4. */
  rank: number;
}

/** Candidates by votes, most first; equal votes by number. The withdrawn are left out. */
export function ranked(candidates: readonly Candidate[], votes: ReadonlyMap<number, number>): Line[] {
  const standing = candidates.filter((one) => !one.withdrawn);
  const votesOf = (one: Candidate): number => votes.get(one.number) ?? 0;
  const ranks = ranksOf(standing, votesOf);
  return inOrder(standing, votesOf).map((candidate) => ({
    candidate,
    votes: votesOf(candidate),
    rank: ranks.get(candidate.number) ?? 0,
  }));
}

/** One candidate's rank among all, or null while nothing is counted. */
export function rankOf(
  candidates: readonly Candidate[],
  votes: ReadonlyMap<number, number>,
  number: number,
): number | null {
  if (votes.size === 0) return null;
  return ranked(candidates, votes).find((line) => line.candidate.number === number)?.rank ?? null;
}
