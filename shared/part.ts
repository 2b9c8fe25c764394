import type { Instant } from './time.ts';

/**
 * Which of the ballots that were found are meant: those that stand so, without those left out. `gaps`: by how long they came after the one
 * before them among those found, each by the lower end of its class in `gapClasses`; nets and devices as a BallotLine has them.
 */
export interface RulingPart {
  verdict: 'all' | 'counted' | 'held';
  without: { gaps: number[]; nets: string[]; devices: string[]; entries: number[] };
}

/** Lower ends of the classes of gaps, ms. */
export const gapClasses: readonly number[] = [
  0, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 300_000, 1_800_000,
];

/** Figures of the ballots of a proposal. nets and devices: those with most ballots, at most 20. */
export interface RulingFigures {
  from: Instant;
  to: Instant;
  counted: number;
  held: number;
  void: number;
  voters: number;
  gaps: { from: number; ballots: number }[];
  nets: { net: string; ballots: number }[];
  devices: { device: string; ballots: number }[];
}
