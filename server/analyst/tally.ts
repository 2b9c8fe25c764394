import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { isDoubtful, type Policy, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import type { Stake } from '@zuimei/shared/statistics/robust.ts';
import { marksOf } from './clusters.ts';
import { BALLOT, CAST_HELD, type Columns, HELD, UNSCREENED, VOID } from './columns.ts';
import type { Found } from './ground.ts';
import { compileFilter } from './select.ts';

/** Which ballots would fall: those in any of its parts. */
export interface Question {
  clusters: readonly Found[];
  signals: readonly Signal[];
  held: boolean;
  /** Those that shake a place, as tallyOf says. */
  flagged: boolean;
  filter: BallotFilter | null;
}

/** Clusters as strong as this flag their ballots. */
export const STRONG = 50;

export interface Tally {
  /** By candidate number; `asCast`: votes before any ruling. */
  stakes: (Stake & { asCast: number })[];
  /** Ballots of the round that would fall, and how many of them count now. */
  ballots: number;
  counted: number;
}

/**
 * Counts one round by candidate. A ballot is flagged when the points of its signals reach the policy's doubt (or it bears any that
 * weighs, where the policy has no doubt), or when it lies in a cluster of at least STRONG: one weak mark alone, as a quick first visit
 * leaves it, shakes no place. Void ballots are in no count.
 */
export function tallyOf(
  columns: Columns,
  round: number,
  policy: Policy,
  strong: readonly Found[],
  question: Question,
): Tally {
  const { size, flags, picks, sets, signals } = columns;
  const flagged = marksOf(size, strong);
  const asked = marksOf(size, question.clusters);
  const mask = question.signals.reduce((sum, signal) => sum | signalBits[signal], 0);
  const selection = question.filter ? compileFilter(columns, question.filter, Infinity) : null;
  const inDoubt = doubtOf(policy);
  const votes = new Uint32Array(sets.size);
  const held = new Uint32Array(sets.size);
  const shaky = new Uint32Array(sets.size);
  const falling = new Uint32Array(sets.size);
  const asCast = new Uint32Array(sets.size);
  let [ballots, counted] = [0, 0];
  const add = (counts: Uint32Array, set: number): void => {
    counts[set] = (counts[set] as number) + 1;
  };
  for (let row = 0; row < size; row++) {
    const flag = flags[row] as number;
    if (!(flag & BALLOT) || columns.round[row] !== round) continue;
    const set = picks[row] as number;
    const signal = signals[row] as number;
    if (!(flag & CAST_HELD)) add(asCast, set);
    const shakes = flagged[row] === 1 || inDoubt[signal & (inDoubt.length - 1)] === 1;
    const falls =
      asked[row] === 1 ||
      (question.flagged && shakes) ||
      (signal & mask) !== 0 ||
      (question.held && (flag & (HELD | VOID)) === HELD) ||
      (selection !== null && row >= selection.from && row < selection.to && selection.test(row));
    if (falls) ballots++;
    if (flag & VOID) continue;
    if (flag & HELD) {
      add(held, set);
      continue;
    }
    add(votes, set);
    if (falls) {
      add(falling, set);
      counted++;
    }
    if (shakes) add(shaky, set);
  }
  return { stakes: stakesOf(columns, { votes, held, flagged: shaky, falling, asCast }), ballots, counted };
}

function stakesOf(
  { sets }: Columns,
  counts: Record<Exclude<keyof Tally['stakes'][number], 'number'>, Uint32Array>,
) {
  const stakes = Array.from({ length: sets.most + 1 }, (_, number) => ({
    number,
    votes: 0,
    held: 0,
    flagged: 0,
    falling: 0,
    asCast: 0,
  }));
  for (let set = 0; set < sets.size; set++)
    for (const number of sets.of(set)) {
      const stake = stakes[number];
      if (!stake) continue;
      for (const key of ['votes', 'held', 'flagged', 'falling', 'asCast'] as const)
        stake[key] += counts[key][set] as number;
    }
  return stakes;
}

/** 1 for every mask of signals whose points are doubt. */
function doubtOf(policy: Policy): Uint8Array {
  const masks = 2 ** Object.keys(signalBits).length;
  return Uint8Array.from({ length: masks }, (_, mask) => (isDoubtful(policy, mask) ? 1 : 0));
}

/** Ballots of all rounds, as they stand. */
export function figuresOf({ size, flags }: Columns): {
  ballots: number;
  counted: number;
  held: number;
  void: number;
  unscreened: number;
} {
  const out = { ballots: 0, counted: 0, held: 0, void: 0, unscreened: 0 };
  for (let row = 0; row < size; row++) {
    const flag = flags[row] as number;
    if (!(flag & BALLOT)) continue;
    out.ballots++;
    if (flag & UNSCREENED) out.unscreened++;
    if (flag & VOID) out.void++;
    else if (flag & HELD) out.held++;
    else out.counted++;
  }
  return out;
}
