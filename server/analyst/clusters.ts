import type { Cluster, ClusterKind } from '@zuimei/shared/audit.ts';
import { addressClasses, FORTUNE, type Signal, signalBits } from '@zuimei/shared/policy.ts';
import { findAlike } from './alike.ts';
import { BALLOT, type Columns, HELD, VOID } from './columns.ts';
import { deviceHex, findDevices, findNets } from './crowds.ts';
import { favoursOf } from './evidence.ts';
import type { Found, Ground } from './ground.ts';
import { netText } from './net.ts';
import { findPeaks } from './pulses.ts';
import { findRhythms } from './rhythm.ts';

/** Weaker ones are everyday. */
const LEAST_STRENGTH = 15;
const MOST_CLUSTERS = 200;
const MOST_FAVOURED = 5;
/** A cluster most of whose ballots lie in a stronger one of its family adds nothing. */
const INSIDE = 0.9;
const SAME = 0.6;
const families: Record<ClusterKind, 'source' | 'time' | 'choice'> = {
  device: 'source',
  net: 'source',
  rhythm: 'time',
  alike: 'choice',
  burst: 'choice',
  single: 'choice',
};

/** All clusters of a ledger, strongest first, at most 200. Kinds that tell of candidates are only looked for where picks are shown. */
export function findClusters(ground: Ground): Found[] {
  const all = [
    ...findDevices(ground),
    ...findNets(ground),
    ...findRhythms(ground),
    ...findAlike(ground),
    ...findPeaks(ground),
  ].filter((one) => one.strength >= LEAST_STRENGTH);
  all.sort((a, b) => b.strength - a.strength || b.rows.length - a.rows.length || (a.id < b.id ? -1 : 1));
  return withoutRepeats(all, ground.columns.size);
}

/** Drops what a stronger one of the same family already shows. Each ballot is held against the strongest that has it. */
function withoutRepeats(all: readonly Found[], size: number): Found[] {
  const kept: Found[] = [];
  const owners = { source: new Int16Array(size), time: new Int16Array(size), choice: new Int16Array(size) };
  for (const one of all) {
    if (kept.length === MOST_CLUSTERS) break;
    const owner = owners[families[one.kind]];
    const shared = new Map<number, number>();
    for (const row of one.rows) {
      const own = owner[row] as number;
      if (own > 0) shared.set(own, (shared.get(own) ?? 0) + 1);
    }
    const [by, ballots] = [...shared].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
    const other = kept[by - 1]?.rows.length ?? 0;
    const same = ballots / (one.rows.length + other - ballots);
    if (ballots >= INSIDE * one.rows.length || same >= SAME) continue;
    kept.push(one);
    for (const row of one.rows) if (owner[row] === 0) owner[row] = kept.length;
  }
  return kept;
}

/** A cluster as the console shows it. */
export function summaryOf(ground: Ground, found: Found): Cluster {
  const { columns, shown } = ground;
  const { rows } = found;
  const { at } = columns;
  const states = statesOf(columns, rows);
  return {
    id: found.id,
    kind: found.kind,
    about: aboutOf(columns, found),
    from: new Date(at[rows[0] ?? 0] ?? 0).toISOString(),
    to: new Date(at[rows.at(-1) ?? 0] ?? 0).toISOString(),
    ballots: rows.length,
    ...states,
    strength: found.strength,
    favours: (rows.at(-1) ?? 0) < shown ? favoured(ground, rows) : null,
    signals: signalsOf(ground, rows),
  };
}

function aboutOf(columns: Columns, { about, rows }: Found): Cluster['about'] {
  const { nets, netOf, address, classOf, regionOf, regions, devices } = columns;
  const out: Cluster['about'] = {};
  if (about.device !== undefined && about.device < devices.size)
    out.device = deviceHex(columns, about.device);
  if (about.candidates) out.candidates = about.candidates;
  if (about.net === undefined) return out;
  const first = rows.find((row) => netOf[address[row] as number] === about.net) ?? 0;
  const place = address[first] as number;
  return {
    ...out,
    net: netText(nets.words(about.net)),
    class: addressClasses[classOf[place] ?? 0] ?? 'unknown',
    region: regions[regionOf[place] ?? 0] ?? '',
  };
}

export function statesOf(
  { flags }: Columns,
  rows: ArrayLike<number>,
): Pick<Cluster, 'counted' | 'held' | 'void'> {
  const out = { counted: 0, held: 0, void: 0 };
  for (let i = 0; i < rows.length; i++) {
    const flag = flags[rows[i] as number] as number;
    if (flag & VOID) out.void++;
    else if (flag & HELD) out.held++;
    else out.counted++;
  }
  return out;
}

/** Candidates these ballots pick more than the others do, by how much more. */
function favoured(ground: Ground, rows: ArrayLike<number>): NonNullable<Cluster['favours']> {
  return favoursOf(ground, rows)
    .map(({ number, count, ballots, usual }) => ({
      number,
      ballots: count,
      share: Math.round((1000 * count) / ballots),
      usual: Math.round(1000 * usual),
    }))
    .filter((one) => one.share > one.usual)
    .sort((a, b) => b.share - b.usual - (a.share - a.usual) || a.number - b.number)
    .slice(0, MOST_FAVOURED);
}

/** Signals by how many of these ballots bear them, most first; those that hang on picks only where picks are shown. */
export function signalsOf(
  { columns: { signals }, shown }: Pick<Ground, 'columns' | 'shown'>,
  rows: ArrayLike<number>,
): { signal: Signal; ballots: number }[] {
  const names = Object.keys(signalBits) as Signal[];
  const counts = names.map(() => 0);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const mask = (signals[row] as number) & (row < shown ? -1 : ~FORTUNE);
    if (mask === 0) continue;
    names.forEach((name, n) => {
      if (mask & signalBits[name]) counts[n] = (counts[n] ?? 0) + 1;
    });
  }
  return names
    .map((signal, n) => ({ signal, ballots: counts[n] ?? 0 }))
    .filter((one) => one.ballots > 0)
    .sort((a, b) => b.ballots - a.ballots);
}

/** 1 for every row that is in one of these. */
export function marksOf(size: number, clusters: readonly Found[]): Uint8Array {
  const marks = new Uint8Array(size);
  for (const { rows } of clusters) for (const row of rows) marks[row] = 1;
  return marks;
}

/** Ballots a minute, from the first to the last. */
export function minutesOf({ at, flags, size, ballots }: Columns): { from: string; counts: number[] } {
  if (ballots === 0) return { from: new Date(0).toISOString(), counts: [] };
  let first = 0;
  while (!((flags[first] ?? 0) & BALLOT)) first++;
  const from = Math.floor((at[first] ?? 0) / 60_000);
  const counts = new Array<number>(Math.floor((at[size - 1] ?? 0) / 60_000) - from + 1).fill(0);
  for (let row = first; row < size; row++) {
    if (!flags[row]) continue;
    const minute = Math.floor((at[row] as number) / 60_000) - from;
    counts[minute] = (counts[minute] as number) + 1;
  }
  return { from: new Date(from * 60_000).toISOString(), counts };
}
