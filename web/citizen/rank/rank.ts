import type { Candidate } from '@zuimei/shared/contest.ts';

export interface Line {
  candidate: Candidate;
  votes: number;
  /** Ties share a rank and the next one skips: 1, 2, 2, 4. */
  rank: number;
}

/** Candidates by votes, most first; equal votes by number. The withdrawn are left out. */
export function ranked(candidates: readonly Candidate[], votes: ReadonlyMap<number, number>): Line[] {
  const lines = candidates
    .filter((one) => !one.withdrawn)
    .map((candidate) => ({ candidate, votes: votes.get(candidate.number) ?? 0, rank: 0 }))
    .sort((one, other) => other.votes - one.votes || one.candidate.number - other.candidate.number);
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    line.rank = before && before.votes === line.votes ? before.rank : index + 1;
  });
  return lines;
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
