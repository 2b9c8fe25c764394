/** What one judge gave, before they lock it. Whole numbers only. */
export interface Spread {
  /** Stretches of points, [from, to) but for the last, and how many totals lie in each. */
  bars: { from: number; to: number; count: number }[];
  /** Candidates with one and the same total, the highest total first. */
  equal: { total: number; numbers: number[] }[];
  /** Those who lie far from this judge's own mean. */
  far: { number: number; total: number; above: boolean }[];
}

/** Bars are so many points wide, the first of them that makes no more than MOST_BARS. */
const WIDTHS = [1, 2, 5, 10, 20];
const MOST_BARS = 10;
/** Few totals have no middle to be far from. */
const LEAST_TOTALS = 5;
/** Nearer than so many points nothing is far, however close the others are. */
const LEAST_POINTS = 5;
/** Far is beyond so many mean distances. */
const DISTANCES = 2;

/** `totals`: by candidate, in units; a point is `unit` of them. */
export function spreadOf(totals: readonly { number: number; total: number }[], unit: number): Spread {
  return { bars: barsOf(totals, unit), equal: equalOf(totals), far: farOf(totals, unit) };
}

function barsOf(totals: readonly { total: number }[], unit: number): Spread['bars'] {
  if (totals.length === 0) return [];
  const points = totals.map(({ total }) => Math.floor(total / unit));
  const [least, most] = [Math.min(...points), Math.max(...points)];
  const countOf = (width: number): number => Math.floor(most / width) - Math.floor(least / width) + 1;
  const width = WIDTHS.find((one) => countOf(one) <= MOST_BARS) ?? 20;
  const first = Math.floor(least / width) * width;
  return Array.from({ length: countOf(width) }, (_, at) => {
    const from = first + at * width;
    const to = from + width;
    return { from, to, count: points.filter((one) => one >= from && one < to).length };
  });
}

function equalOf(totals: readonly { number: number; total: number }[]): Spread['equal'] {
  const by = new Map<number, number[]>();
  for (const { number, total } of totals) by.set(total, [...(by.get(total) ?? []), number]);
  return [...by]
    .filter(([, numbers]) => numbers.length > 1)
    .sort(([a], [b]) => b - a)
    .map(([total, numbers]) => ({ total, numbers: numbers.sort((a, b) => a - b) }));
}

function farOf(totals: readonly { number: number; total: number }[], unit: number): Spread['far'] {
  const n = totals.length;
  if (n < LEAST_TOTALS) return [];
  const sum = totals.reduce((all, { total }) => all + total, 0);
  // All n times as large, so that nothing need be divided.
  const distance = (total: number): number => Math.abs(n * total - sum);
  const distances = totals.reduce((all, { total }) => all + distance(total), 0);
  return totals
    .filter(({ total }) => n * distance(total) > DISTANCES * distances)
    .filter(({ total }) => distance(total) >= n * LEAST_POINTS * unit)
    .map(({ number, total }) => ({ number, total, above: n * total > sum }))
    .sort((a, b) => b.total - a.total);
}
