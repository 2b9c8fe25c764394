import type { ClusterView } from '@zuimei/shared/audit.ts';
import { addressClasses } from '@zuimei/shared/policy.ts';
import { changePoints } from '@zuimei/shared/statistics/changepoint.ts';
import { quartilesOf } from '@zuimei/shared/statistics/quartile.ts';
import { summaryOf } from './clusters.ts';
import type { Columns } from './columns.ts';
import { deviceHex, voterKey } from './crowds.ts';
import type { Found, Ground } from './ground.ts';
import { netText } from './net.ts';
import { lowerBound } from './select.ts';

const MOST_STEPS = 240;
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);
/** Edges of the histogram of gaps, ms: three to a factor of ten. */
const EDGES = [0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000];
const LAST_EDGE = 1_000_000_000;
const MOST_LISTED = 20;
export const NEWEST = 20;

/** Everything about one cluster but its newest ballots, of which it gives the rows. */
export type Detail = Omit<ClusterView, 'newest'> & { newest: number[] };

export function detailOf(ground: Ground, found: Found, all: readonly Found[]): Detail {
  const { columns } = ground;
  const { rows } = found;
  const voters = new Set<number>();
  for (const row of rows) voters.add(voterKey(columns.voter, row));
  const { address, netOf, regionOf, classOf, regions, nets, device } = columns;
  const place = (row: number): number => address[row] as number;
  return {
    ...summaryOf(ground, found),
    ...curvesOf(columns, rows),
    gaps: gapsOf(columns, rows),
    regions: mostOf(rows, (row) => regionOf[place(row)] as number).map(([region, ballots]) => ({
      name: regions[region] ?? '',
      ballots,
    })),
    nets: mostOf(rows, (row) => netOf[place(row)] as number).map(([net, ballots, row]) => ({
      net: netText(nets.words(net)),
      class: addressClasses[classOf[place(row)] ?? 0] ?? 'unknown',
      ballots,
    })),
    devices: mostOf(rows, (row) => device[row] as number).map(([one, ballots]) => ({
      device: deviceHex(columns, one),
      ballots,
    })),
    voters: voters.size,
    overlaps: overlapsOf(columns.size, found, all),
    newest: [...rows.subarray(-NEWEST)].reverse(),
  };
}

/** The curve of its ballots with a margin of half its length on both sides, and the others' ballots of the same steps in its size. */
function curvesOf(
  columns: Columns,
  rows: Uint32Array,
): Pick<Detail, 'stepMs' | 'curve' | 'usual' | 'changes'> {
  const { at, flags } = columns;
  const [first, last] = [at[rows[0] ?? 0] ?? 0, at[rows.at(-1) ?? 0] ?? 0];
  const margin = Math.max(60_000, (last - first) / 2);
  const stepMs = STEPS_MS.find((step) => (last - first + 2 * margin) / step <= MOST_STEPS) ?? 86_400_000;
  const fromMs = Math.floor((first - margin) / stepMs) * stepMs;
  const steps = Math.ceil((last + margin - fromMs) / stepMs);
  const counts = new Array<number>(steps).fill(0);
  const others = new Array<number>(steps).fill(0);
  const stepOf = (row: number): number => Math.floor(((at[row] as number) - fromMs) / stepMs);
  for (const row of rows) counts[stepOf(row)] = (counts[stepOf(row)] ?? 0) + 1;
  const to = lowerBound(columns, fromMs + steps * stepMs);
  const from = lowerBound(columns, fromMs);
  for (let row = from; row < to; row++) if (flags[row]) others[stepOf(row)] = (others[stepOf(row)] ?? 0) + 1;
  counts.forEach((count, step) => {
    others[step] = (others[step] ?? 0) - count;
  });
  // What as large a part of the contest as this cluster is would have had in each step.
  const scale = rows.length / Math.max(1, columns.ballots - rows.length);
  return {
    stepMs,
    curve: { from: new Date(fromMs).toISOString(), counts },
    usual: others.map((count) => Math.round(100 * count * scale) / 100),
    changes: changePoints(counts),
  };
}

function gapsOf({ at }: Columns, rows: Uint32Array): Detail['gaps'] {
  const counts = new Array<number>(EDGES.length).fill(0);
  const gaps = new Float64Array(Math.max(0, rows.length - 1));
  for (let i = 1; i < rows.length; i++) {
    const gap = (at[rows[i] as number] as number) - (at[rows[i - 1] as number] as number);
    gaps[i - 1] = gap;
    const bin = EDGES.findLastIndex((edge) => gap >= edge);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges: [...EDGES, LAST_EDGE], counts, quartiles: quartilesOf(gaps) };
}

/** What most of the rows have in common: [what, how many, the first row]. */
function mostOf(rows: Uint32Array, of: (row: number) => number): [number, number, number][] {
  const counts = new Map<number, [number, number, number]>();
  for (const row of rows) {
    const what = of(row);
    const known = counts.get(what);
    if (known) known[1]++;
    else counts.set(what, [what, 1, row]);
  }
  return [...counts.values()].sort((a, b) => b[1] - a[1]).slice(0, MOST_LISTED);
}

function overlapsOf(size: number, found: Found, all: readonly Found[]): Detail['overlaps'] {
  const own = new Uint8Array(size);
  for (const row of found.rows) own[row] = 1;
  return all
    .filter((one) => one.id !== found.id)
    .map(({ id, rows }) => ({ id, ballots: rows.reduce((sum, row) => sum + (own[row] as number), 0) }))
    .filter((one) => one.ballots > 0)
    .sort((a, b) => b.ballots - a.ballots)
    .slice(0, MOST_LISTED);
}
