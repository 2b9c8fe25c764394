import { binomialZ } from '@zuimei/shared/statistics/chance.ts';
import type { Ground } from './ground.ts';
import { machineMask, strengthOf } from './ground.ts';

/** A share that a group of ballots has less than this above the others' is a matter of taste. */
const LEAST_DIFFERENCE = 0.15;
const LEAST_ODDS = 2.5;
const LEAST_Z = 4.5;
/** So many of a large group are compared with as many of all. */
const MOST_COMPARED = 200;

/**
 * How strongly ballots favour candidates more than the others of their rounds do, 0–100: by the candidate who stands out most.
 * Ballots whose picks are hidden say nothing.
 */
export function favourStrength(ground: Ground, rows: ArrayLike<number>): number {
  let strongest = 0;
  for (const { count, ballots, usual } of favoursOf(ground, rows)) {
    const share = count / ballots;
    const odds = (share * (1 - usual)) / Math.max(1e-9, (1 - share) * usual);
    const z = binomialZ(count, ballots, Math.max(usual, 0.5 / (ballots + 1)));
    if (share - usual < LEAST_DIFFERENCE || odds < LEAST_ODDS || z < LEAST_Z) continue;
    strongest = Math.max(strongest, strengthOf(share - usual, z));
  }
  return strongest;
}

/** Of each candidate picked on these ballots: how many of `ballots` hold them, and the share (0–1) of the others' that do. */
export function favoursOf(
  { columns, shown, rounds }: Ground,
  rows: ArrayLike<number>,
): { number: number; count: number; ballots: number; usual: number }[] {
  const { round, picks, sets } = columns;
  const { starts, picked } = sets;
  const own = rounds.map(() => ({ ballots: 0, picks: new Float64Array(sets.most + 1) }));
  let ballots = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (row >= shown) break;
    const one = own[round[row] as number];
    if (!one) continue;
    ballots++;
    one.ballots++;
    const set = picks[row] as number;
    for (let p = starts[set] as number; p < (starts[set + 1] as number); p++) {
      const number = picked[p] as number;
      one.picks[number] = (one.picks[number] as number) + 1;
    }
  }
  const out: { number: number; count: number; ballots: number; usual: number }[] = [];
  if (ballots === 0) return out;
  for (let number = 1; number <= sets.most; number++) {
    let [count, expected] = [0, 0];
    rounds.forEach((all, r) => {
      const mine = own[r];
      if (!mine || mine.ballots === 0) return;
      count += mine.picks[number] ?? 0;
      const others = all.ballots - mine.ballots;
      // Nobody else voted in this round: then this is what is usual.
      const share =
        others > 0
          ? ((all.picks[number] ?? 0) - (mine.picks[number] ?? 0)) / others
          : (mine.picks[number] ?? 0) / mine.ballots;
      expected += mine.ballots * share;
    });
    if (count > 0) out.push({ number, count, ballots, usual: Math.max(0, expected / ballots) });
  }
  return out;
}

/** How strongly ballots bear the marks of a machine more than the others do, 0–100. */
export function markStrength({ columns, policy, marked }: Ground, rows: ArrayLike<number>): number {
  const mask = machineMask(policy);
  let own = 0;
  for (let i = 0; i < rows.length; i++) if ((columns.signals[rows[i] as number] as number) & mask) own++;
  const others = columns.ballots - rows.length;
  const usual = others > 0 ? (marked - own) / others : own / rows.length;
  const share = own / rows.length;
  const z = binomialZ(own, rows.length, Math.max(usual, 0.5 / (rows.length + 1)));
  return share - usual < 0.2 || z < LEAST_Z ? 0 : strengthOf(share - usual, z);
}

/**
 * How much fewer different ones (of devices, networks) these ballots have than as many ballots from all over the contest, 0–1. What
 * all have in common anyway, as phones of one model or the few exits of a carrier, so does not count.
 */
export function concentration(
  { columns }: Ground,
  rows: ArrayLike<number>,
  of: (row: number) => number,
): number {
  const [own, everywhere] = [new Set<number>(), new Set<number>()];
  const count = Math.min(rows.length, MOST_COMPARED);
  for (let i = 0; i < count; i++) {
    own.add(of(rows[Math.floor((i * rows.length) / count)] as number));
    const row = Math.floor(((i + 0.5) * columns.size) / count);
    if (columns.flags[row]) everywhere.add(of(row));
  }
  return everywhere.size === 0 ? 0 : Math.max(0, 1 - own.size / everywhere.size);
}
