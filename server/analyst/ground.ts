import type { ClusterKind } from '@zuimei/shared/audit.ts';
import { type Policy, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import { BALLOT, type Columns } from './columns.ts';
import { lowerBound } from './select.ts';

/** What every detector looks at. */
export interface Ground {
  columns: Columns;
  policy: Policy;
  /** Rows [0, shown) may be looked at by candidate: the picks of later ones are hidden. */
  shown: number;
  /** The highest number on a shown ballot. */
  most: number;
  /** Of shown ballots, by round: how many, and how many hold candidate n at [n]; singles of n at [n]. */
  rounds: { ballots: number; picks: Float64Array; singles: Float64Array; from: number; to: number }[];
  /** Shown ballots of each set of picks. */
  counts: Uint32Array;
  /** Ballots that bear a mark of a machine, among all. */
  marked: number;
  /** Rows by device, network and set of picks (the shown ones), where there are enough of them to say anything. */
  byDevice: Groups;
  byNet: Groups;
  bySet: Groups;
}

/** A cluster as a detector finds it. */
export interface Found {
  id: string;
  kind: ClusterKind;
  about: { device?: number; net?: number; candidates?: number[] };
  /** Ascending. */
  rows: Uint32Array;
  strength: number;
}

/** No detector looks at fewer ballots (but at a device's, if the policy does). */
const LEAST_GROUP = 12;
const SKIPPED = 0xffffffff;

const machineSignals: Signal[] = ['dwell', 'silent', 'newcomer', 'rhythm', 'datacentre', 'abroad'];
/** Signals that say something of the ballot itself, not of the crowd it came in, and that the policy lets weigh. */
export function machineMask(policy: Policy): number {
  return machineSignals.reduce(
    (mask, signal) => (policy.weights[signal] > 0 ? mask | signalBits[signal] : mask),
    0,
  );
}

export function createGround(columns: Columns, policy: Policy, shownUpTo: number): Ground {
  const { size, flags, round, picks, signals, sets } = columns;
  const shown = shownUpTo === Infinity ? size : lowerBound(columns, shownUpTo);
  const mask = machineMask(policy);
  const rounds: Ground['rounds'] = [];
  const bySets: Float64Array[] = [];
  const counts = new Uint32Array(sets.size);
  let marked = 0;
  for (let row = 0; row < size; row++) {
    if (!((flags[row] ?? 0) & BALLOT)) continue;
    if ((signals[row] ?? 0) & mask) marked++;
    if (row >= shown) continue;
    const r = round[row] ?? 0;
    rounds[r] ??= {
      ballots: 0,
      picks: new Float64Array(sets.most + 1),
      singles: new Float64Array(sets.most + 1),
      from: row,
      to: row,
    };
    rounds[r].ballots++;
    rounds[r].to = row + 1;
    bySets[r] ??= new Float64Array(sets.size);
    const own = bySets[r];
    const set = picks[row] as number;
    counts[set] = (counts[set] as number) + 1;
    own[set] = (own[set] as number) + 1;
  }
  rounds.forEach((one, r) => {
    for (let set = 0; set < sets.size; set++) {
      const ballots = bySets[r]?.[set] ?? 0;
      if (ballots === 0) continue;
      const of = sets.of(set);
      for (const number of of) one.picks[number] = (one.picks[number] ?? 0) + ballots;
      if (of.length === 1) one.singles[of[0] ?? 0] = (one.singles[of[0] ?? 0] ?? 0) + ballots;
    }
  });
  let most = 0;
  for (let set = 0; set < sets.size; set++) if (counts[set]) most = Math.max(most, ...sets.of(set));
  const { device, devices, nets } = columns;
  const leastOfDevice = Math.min(LEAST_GROUP, policy.device.note + 1);
  return {
    columns,
    policy,
    shown,
    most,
    rounds,
    counts,
    marked,
    byDevice: groupRows(columns, device, { groups: devices.size, least: leastOfDevice, to: size }),
    byNet: groupRows(columns, netIds(columns), { groups: nets.size, least: LEAST_GROUP, to: size }),
    bySet: groupRows(columns, picks, { groups: sets.size, least: LEAST_GROUP, to: shown }),
  };
}

/** Rows in groups: those of group g stand in rows[starts[g] … starts[g + 1]), ascending; a group that is too small has none. */
export interface Groups {
  starts: Uint32Array;
  rows: Uint32Array;
}

/** A counting sort of the rows below `to` by `ids`, for groups of at least `least`: most devices and networks come only once. */
function groupRows(
  { flags }: Columns,
  ids: Uint32Array,
  { groups, least, to }: { groups: number; least: number; to: number },
): Groups {
  const counts = new Uint32Array(groups);
  for (let row = 0; row < to; row++)
    if (flags[row]) counts[ids[row] as number] = (counts[ids[row] as number] as number) + 1;
  const starts = new Uint32Array(groups + 1);
  const next = new Uint32Array(groups);
  let end = 0;
  for (let g = 0; g < groups; g++) {
    const enough = (counts[g] as number) >= least;
    next[g] = enough ? end : SKIPPED;
    if (enough) end += counts[g] as number;
    starts[g + 1] = end;
  }
  const rows = new Uint32Array(end);
  for (let row = 0; row < to; row++) {
    if (!flags[row]) continue;
    const group = ids[row] as number;
    const place = next[group] as number;
    if (place === SKIPPED) continue;
    rows[place] = row;
    next[group] = place + 1;
  }
  return { starts, rows };
}

function netIds({ size, address, netOf }: Columns): Uint32Array {
  const ids = new Uint32Array(size);
  for (let row = 0; row < size; row++) ids[row] = netOf[address[row] as number] as number;
  return ids;
}

/** 0–100 of an effect (0 = as usual, 1 = nothing of it is usual) and of how sure it is: at 5 standard deviations about half of it shows. */
export function strengthOf(effect: number, z: number): number {
  const sure = 1 - Math.exp(-Math.max(0, z - 2) / 4);
  return Math.round(100 * Math.min(1, Math.max(0, effect)) * sure);
}

/** Strengths that speak for the same: each takes a part of the doubt that is left. */
export function together(...strengths: number[]): number {
  return Math.round(100 * (1 - strengths.reduce((doubt, one) => doubt * (1 - one / 100), 1)));
}
