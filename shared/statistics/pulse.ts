import { binomialZ, medianOf } from './chance.ts';

/** Steps [from, to) in which hits are far above their usual share of all. */
export interface Pulse {
  from: number;
  to: number;
  hits: number;
  /** Hits that the others of these steps would let expect. */
  expected: number;
  /** Standard deviations, the curve's own scatter taken into account. */
  z: number;
}

/** plain: z as if nothing wandered. Whether there is a pulse is asked of z, where it begins and ends of this. */
interface Peak extends Pulse {
  plain: number;
}

export interface PulseOrder {
  /** Of each step: hits, and all of which they are a part. */
  hits: ArrayLike<number>;
  totals: ArrayLike<number>;
  /** Steps at once, ascending. */
  widths: readonly number[];
  leastHits: number;
  leastZ: number;
  /** The odds of a hit are so many times as high as usual. */
  leastOdds: number;
}

/** Hits a block has on average, and how many blocks make a median worth more than the mean. */
const BLOCK_HITS = 20;
const LEAST_BLOCKS = 8;
const PASSES = 4;
const MEDIAN_SQUARE = 0.4549;
/** Pulses with so little between them are one, in parts of the wider one. */
const BRIDGE = 0.25;

/**
 * Pulses of a part of a curve, in order. A busy hour of all is none: only the share counts. What is usual is taken from the steps
 * outside the pulses found before, so that a curve that is mostly pulses does not hide them.
 */
export function findPulses(order: PulseOrder): Pulse[] {
  const steps = order.totals.length;
  const hits = sumsOf(order.hits, steps);
  const totals = sumsOf(order.totals, steps);
  let found: Pulse[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const usual = usualOf(hits, totals, found);
    if (usual.share <= 0 || usual.share > 0.98) return [];
    const next = joined(chosen(candidates(order, hits, totals, usual)), hits, totals, usual);
    const settled =
      next.length === found.length &&
      next.every((one, i) => one.from === found[i]?.from && one.to === found[i]?.to);
    found = next;
    if (settled) break;
  }
  return found;
}

interface Usual {
  share: number;
  /** How much more than a binomial it scatters, in variances for each of all: a share that wanders does so the more, the more is looked at. */
  wander: number;
}

interface Block {
  hits: number;
  all: number;
}

function sumsOf(counts: ArrayLike<number>, steps: number): Float64Array {
  const sums = new Float64Array(steps + 1);
  for (let i = 0; i < steps; i++) sums[i + 1] = (sums[i] as number) + (counts[i] ?? 0);
  return sums;
}

const between = (sums: Float64Array, from: number, to: number): number =>
  (sums[to] as number) - (sums[from] as number);

/** The mean of the middle half of blocks of about as many ballots, so that pulses not yet found do not lift what is usual. */
function usualOf(hits: Float64Array, totals: Float64Array, without: readonly Pulse[]): Usual {
  const steps = totals.length - 1;
  let [h, t] = [between(hits, 0, steps), between(totals, 0, steps)];
  for (const { from, to } of without) [h, t] = [h - between(hits, from, to), t - between(totals, from, to)];
  const mean = t > 0 ? (h + 0.5) / (t + 1) : 0;
  const blocks = blocksOf(hits, totals, without, BLOCK_HITS / mean);
  const share = blocks.length >= LEAST_BLOCKS ? middleShare(blocks) : mean;
  const squares = blocks.map((one) => (one.hits - one.all * share) ** 2 / (one.all * share * (1 - share)));
  const over = Math.max(0, medianOf(squares) / MEDIAN_SQUARE - 1);
  return { share, wander: over / Math.max(1, medianOf(blocks.map((one) => one.all))) };
}

function middleShare(blocks: readonly Block[]): number {
  const sorted = blocks.toSorted((a, b) => a.hits / a.all - b.hits / b.all);
  const quarter = Math.floor(blocks.length / 4);
  const middle = sorted.slice(quarter, blocks.length - quarter);
  const [h, t] = middle.reduce(([hits, all], one) => [hits + one.hits, all + one.all], [0, 0]);
  return (h + 0.5) / (t + 1);
}

/** Stretches of at least `least` ballots outside pulses. */
function blocksOf(
  hits: Float64Array,
  totals: Float64Array,
  without: readonly Pulse[],
  least: number,
): Block[] {
  const blocks: Block[] = [];
  let open = { hits: 0, all: 0 };
  let next = 0;
  for (let step = 0; step < totals.length - 1; step++) {
    while ((without[next]?.to ?? Infinity) <= step) next++;
    if ((without[next]?.from ?? Infinity) <= step) continue;
    open.hits += between(hits, step, step + 1);
    open.all += between(totals, step, step + 1);
    if (open.all < least) continue;
    blocks.push(open);
    open = { hits: 0, all: 0 };
  }
  return blocks;
}

function candidates(order: PulseOrder, hits: Float64Array, totals: Float64Array, usual: Usual): Peak[] {
  const { widths, leastHits, leastZ, leastOdds } = order;
  const { share } = usual;
  const steps = totals.length - 1;
  const found: Peak[] = [];
  for (const width of widths) {
    const stride = Math.max(1, width >> 2);
    for (let from = 0; from + width <= steps; from += stride) {
      const h = between(hits, from, from + width);
      if (h < leastHits) continue;
      const t = between(totals, from, from + width);
      if (h * (1 - share) < leastOdds * (t - h) * share) continue;
      const pulse = pulseAt(from, from + width, hits, totals, usual);
      if (pulse.z >= leastZ) found.push(pulse);
    }
  }
  return found;
}

function pulseAt(
  from: number,
  to: number,
  hits: Float64Array,
  totals: Float64Array,
  { share, wander }: Usual,
): Peak {
  const h = between(hits, from, to);
  const t = between(totals, from, to);
  const plain = binomialZ(h, t, share);
  const expected = ((t - h) * share) / (1 - share);
  return { from, to, hits: h, expected, plain, z: plain / Math.sqrt(1 + wander * t) };
}

/** The strongest first, and none that overlaps one chosen before. */
function chosen(all: Peak[]): Pulse[] {
  const kept: Pulse[] = [];
  for (const pulse of all.sort((a, b) => b.plain - a.plain || a.from - b.from))
    if (!kept.some((one) => one.from < pulse.to && pulse.from < one.to)) kept.push(pulse);
  return kept.sort((a, b) => a.from - b.from);
}

function joined(pulses: readonly Pulse[], hits: Float64Array, totals: Float64Array, usual: Usual): Pulse[] {
  const out: Pulse[] = [];
  for (const pulse of pulses) {
    const last = out.at(-1);
    const bridge = last ? Math.ceil(BRIDGE * Math.max(last.to - last.from, pulse.to - pulse.from)) : 0;
    if (last && pulse.from - last.to <= bridge)
      out[out.length - 1] = pulseAt(last.from, pulse.to, hits, totals, usual);
    else out.push(pulse);
  }
  return out;
}
