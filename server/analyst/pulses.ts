import { findPulses, type Pulse } from '@zuimei/shared/statistics/pulse.ts';
import type { Columns } from './columns.ts';
import { type Found, type Ground, strengthOf } from './ground.ts';
import { lowerBound } from './select.ts';

const MINUTE_MS = 60_000;
/** Cells of the table of candidates by steps; a longer contest is looked at in wider steps. */
const MOST_CELLS = 8_000_000;
const WIDTHS = [1, 2, 3, 5, 8, 12, 20, 30, 45, 60, 90];
const LEAST = { leastHits: 15, leastZ: 5, leastOdds: 1.8 };
/** Where so many of all ballots hold one pick, being picked alone says no more than being picked. */
const MOSTLY_SINGLE = 0.9;

/** Minutes in which a candidate is picked (burst), or picked alone (single), far above their own share of the contest's minutes. */
export function findPeaks(ground: Ground): Found[] {
  return ground.rounds.flatMap((round) => {
    const table = tableOf(ground, round.from, round.to);
    const singles = round.singles.reduce((sum, one) => sum + one, 0);
    const found: Found[] = [];
    for (let number = 1; number <= ground.most; number++) {
      const series = (counts: Uint32Array) =>
        counts.subarray(number * table.steps, (number + 1) * table.steps);
      const peaks = (hits: Uint32Array, all: number) =>
        all < LEAST.leastHits ? [] : findPulses({ hits, totals: table.totals, widths: WIDTHS, ...LEAST });
      for (const pulse of peaks(series(table.picks), round.picks[number] ?? 0))
        found.push(foundAt(ground.columns, table, 'burst', number, pulse));
      if (singles > MOSTLY_SINGLE * round.ballots) continue;
      for (const pulse of peaks(series(table.singles), round.singles[number] ?? 0))
        found.push(foundAt(ground.columns, table, 'single', number, pulse));
    }
    return found;
  });
}

interface Table {
  fromMs: number;
  stepMs: number;
  steps: number;
  totals: Uint32Array;
  /** Of candidate n and step s at n · steps + s. */
  picks: Uint32Array;
  singles: Uint32Array;
}

function tableOf({ columns, most }: Ground, from: number, to: number): Table {
  const { at, flags, picks, sets } = columns;
  const fromMs = Math.floor((at[from] ?? 0) / MINUTE_MS) * MINUTE_MS;
  const minutes = Math.floor(((at[to - 1] ?? 0) - fromMs) / MINUTE_MS) + 1;
  const wide = Math.ceil((minutes * (most + 1)) / MOST_CELLS);
  const stepMs = wide * MINUTE_MS;
  const steps = Math.ceil(minutes / wide);
  const table = {
    fromMs,
    stepMs,
    steps,
    totals: new Uint32Array(steps),
    picks: new Uint32Array((most + 1) * steps),
    singles: new Uint32Array((most + 1) * steps),
  };
  const { starts, picked } = sets;
  for (let row = from; row < to; row++) {
    if (!flags[row]) continue;
    const step = Math.floor(((at[row] as number) - fromMs) / stepMs);
    table.totals[step] = (table.totals[step] as number) + 1;
    const set = picks[row] as number;
    const [first, end] = [starts[set] as number, starts[set + 1] as number];
    for (let i = first; i < end; i++) {
      const cell = (picked[i] as number) * steps + step;
      table.picks[cell] = (table.picks[cell] as number) + 1;
      if (end - first === 1) table.singles[cell] = (table.singles[cell] as number) + 1;
    }
  }
  return table;
}

function foundAt(
  columns: Columns,
  table: Table,
  kind: 'burst' | 'single',
  number: number,
  pulse: Pulse,
): Found {
  const fromMs = table.fromMs + pulse.from * table.stepMs;
  const toMs = table.fromMs + pulse.to * table.stepMs;
  const rows = rowsOf(columns, kind, number, fromMs, toMs);
  const effect = 1 - pulse.expected / Math.max(1, pulse.hits);
  return {
    id: `${kind}-${number}-${fromMs / 1000}`,
    kind,
    about: { candidates: [number] },
    rows,
    strength: strengthOf(effect, pulse.z),
  };
}

function rowsOf(
  columns: Columns,
  kind: 'burst' | 'single',
  number: number,
  fromMs: number,
  toMs: number,
): Uint32Array {
  const { flags, picks, sets } = columns;
  const rows: number[] = [];
  const to = lowerBound(columns, toMs);
  for (let row = lowerBound(columns, fromMs); row < to; row++) {
    if (!flags[row]) continue;
    const set = sets.of(picks[row] as number);
    if (kind === 'single' ? set.length === 1 && set[0] === number : set.includes(number)) rows.push(row);
  }
  return Uint32Array.from(rows);
}
