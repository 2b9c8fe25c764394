import type { Curve } from '@zuimei/shared/live.ts';

/** How a curve is drawn: x runs 0–1000 and y 0–`height` from above, stretched to the box by the browser. */
export const WIDTH = 1000;

/** At most `most` values in the same span; each is the largest of those it stands for, so that no peak is lost. */
export function shrink(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  const slice = values.length / most;
  return Array.from({ length: most }, (_, i) =>
    Math.max(
      ...values.slice(
        Math.floor(i * slice),
        Math.max(Math.floor(i * slice) + 1, Math.floor((i + 1) * slice)),
      ),
    ),
  );
}

/** Where the middle of the step `index` of `count` stands. */
export function placeOf(index: number, count: number): number {
  return count <= 0 ? 0 : ((index + 0.5) / count) * WIDTH;
}

/** A line through the values; `top` is the value at the upper edge. */
export function linePath(values: readonly number[], top: number, height: number): string {
  const y = (value: number) => round(height - (value / Math.max(1, top)) * height);
  return values
    .map((value, i) => `${i === 0 ? 'M' : 'L'}${round(placeOf(i, values.length))} ${y(value)}`)
    .join('');
}

/** The area below the same line. */
export function areaPath(values: readonly number[], top: number, height: number): string {
  if (values.length === 0) return '';
  const [first, last] = [placeOf(0, values.length), placeOf(values.length - 1, values.length)];
  return `${linePath(values, top, height)}L${round(last)} ${height}L${round(first)} ${height}Z`;
}

/** A round number not below the largest value: the scale ends there. */
export function topOf(values: readonly number[]): number {
  const most = Math.max(1, ...shrink(values, 2000));
  const unit = 10 ** Math.floor(Math.log10(most));
  return Math.max(1, ([1, 2, 5, 10].find((step) => step * unit >= most) ?? 10) * unit);
}

/** Where the rate changes, and the averages before and after: a stretch lasts until the next change. */
export function changesOf(
  counts: readonly number[],
  changes: readonly number[],
): { at: number; before: number; after: number }[] {
  const edges = [0, ...changes.filter((at) => at > 0 && at < counts.length), counts.length];
  const means = edges.slice(1).map((end, i) => mean(counts.slice(edges[i] ?? 0, end)));
  return edges.slice(1, -1).map((at, i) => ({ at, before: means[i] ?? 0, after: means[i + 1] ?? 0 }));
}

/** The largest span of a curve, and when it began; null when there is nothing in it. */
export function peakOf({ from, counts }: Curve, stepMs: number): { at: number; count: number } | null {
  const count = counts.reduce((most, one) => Math.max(most, one), 0);
  return count === 0 ? null : { at: Date.parse(from) + counts.indexOf(count) * stepMs, count };
}

/** The value that a key leads to from `at` (null: none read yet), as in any slider; undefined when the key is for others. */
export function stepTo(key: string, at: number | null, count: number): number | null | undefined {
  if (key === 'Escape') return at === null ? undefined : null;
  const leap = Math.max(1, Math.round(count / 10));
  const steps: Partial<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -leap,
    PageUp: leap,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return undefined;
  // The first key looks at the latest value.
  return Math.min(count - 1, Math.max(0, at === null && key !== 'Home' ? count - 1 : (at ?? 0) + step));
}

/** Lengths of time that rows of a table may have, in minutes where they are not shorter. */
const ROW_MS = [1, 5, 10, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * 60_000);

/** Hours and days are Shanghai's. */
const SHANGHAI_MS = 8 * 3_600_000;

/** Sums of a curve for a table of at most about `most` rows, the latest first, each beginning at a whole hour or day where it is that long. */
export function tableOf(
  { from, counts }: Curve,
  stepMs: number,
  most: number,
): { stepMs: number; rows: { at: number; count: number }[] } {
  const start = Date.parse(from);
  const whole = counts.length * stepMs;
  const rowMs =
    [stepMs, ...ROW_MS].find((ms) => ms >= stepMs && ms % stepMs === 0 && whole / ms <= most) ?? whole;
  const sums = new Map<number, number>();
  counts.forEach((count, i) => {
    const at = Math.floor((start + i * stepMs + SHANGHAI_MS) / rowMs) * rowMs - SHANGHAI_MS;
    sums.set(at, (sums.get(at) ?? 0) + count);
  });
  return { stepMs: rowMs, rows: [...sums].map(([at, count]) => ({ at, count })).reverse() };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
