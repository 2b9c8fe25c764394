import { medianOf } from './chance.ts';

/** Longer curves are looked at in wider steps. */
const MOST_STEPS = 2_000;
/** Median of the square of a standard normal. */
const MEDIAN_SQUARE = 0.4549;

/**
 * Places in a curve of counts where its rate changes, ascending: the split that PELT (Killick, Fearnhead, Eckley 2012) finds best under
 * a Poisson cost, a change being worth it when it explains more than 3 ln n. A curve that scatters more than a Poisson does pays
 * more for each change, by as much as neighbours differ.
 */
export function changePoints(counts: readonly number[]): number[] {
  const width = Math.ceil(counts.length / MOST_STEPS);
  const steps = joined(counts, width);
  const penalty = 3 * Math.log(Math.max(2, steps.length)) * scatterOf(steps);
  return split(steps, penalty).map((step) => step * width);
}

function joined(counts: readonly number[], width: number): number[] {
  if (width <= 1) return [...counts];
  const steps = new Array<number>(Math.ceil(counts.length / width)).fill(0);
  counts.forEach((count, i) => {
    const step = Math.floor(i / width);
    steps[step] = (steps[step] ?? 0) + count;
  });
  return steps;
}

/** How many times the variance of neighbouring steps is a Poisson's, at least 1. */
function scatterOf(steps: readonly number[]): number {
  const squares: number[] = [];
  for (let i = 1; i < steps.length; i++) {
    const [a = 0, b = 0] = [steps[i - 1], steps[i]];
    if (a + b > 0) squares.push((a - b) ** 2 / (a + b));
  }
  return Math.max(1, medianOf(squares) / MEDIAN_SQUARE);
}

function split(steps: readonly number[], penalty: number): number[] {
  const sums = new Float64Array(steps.length + 1);
  steps.forEach((count, i) => {
    sums[i + 1] = (sums[i] ?? 0) + count;
  });
  const cost = (from: number, to: number): number => {
    const sum = (sums[to] ?? 0) - (sums[from] ?? 0);
    return sum > 0 ? -2 * sum * Math.log(sum / (to - from)) : 0;
  };
  const best = new Float64Array(steps.length + 1);
  const before = new Int32Array(steps.length + 1);
  best[0] = -penalty;
  let starts = [0];
  for (let to = 1; to <= steps.length; to++) {
    let [least, at] = [Infinity, 0];
    const costs = starts.map((from) => (best[from] ?? 0) + cost(from, to));
    costs.forEach((one, i) => {
      if (one + penalty < least) [least, at] = [one + penalty, starts[i] ?? 0];
    });
    best[to] = least;
    before[to] = at;
    // What cannot win here can never win later: the pruning that keeps this near linear.
    starts = starts.filter((_, i) => (costs[i] ?? 0) <= least);
    starts.push(to);
  }
  const places: number[] = [];
  for (let to = before[steps.length] ?? 0; to > 0; to = before[to] ?? 0) places.push(to);
  return places.reverse();
}
