/**
 * How far `hits` of `trials` is from the share `p`, in standard deviations of a normal: the signed root of the likelihood ratio, which
 * holds for small counts too. 0 where nothing can be said.
 */
export function binomialZ(hits: number, trials: number, p: number): number {
  if (trials <= 0 || p <= 0 || p >= 1) return 0;
  const misses = trials - hits;
  const ratio = 2 * (part(hits, trials * p) + part(misses, trials * (1 - p)));
  return Math.sign(hits - trials * p) * Math.sqrt(Math.max(0, ratio));
}

/** The same for a count where `expected` is usual. */
export function poissonZ(count: number, expected: number): number {
  if (expected <= 0) return count > 0 ? Math.sqrt(2 * count) : 0;
  const ratio = 2 * (part(count, expected) - (count - expected));
  return Math.sign(count - expected) * Math.sqrt(Math.max(0, ratio));
}

function part(seen: number, expected: number): number {
  return seen > 0 ? seen * Math.log(seen / expected) : 0;
}

/**
 * log10 of the chance that `gaps` gaps between people who know nothing of each other vary by no more than `variation` (standard
 * deviation over mean). Such gaps, divided by their sum, lie anywhere in a simplex with equal chance; even ones lie in a small ball
 * about its middle, and this is the ratio of the two volumes. Only for a small `variation`: a ball that leaves the simplex gives 0.
 */
export function evenChance(gaps: number, variation: number): number {
  const room = gaps - 1;
  if (room < 1) return 0;
  const radius = Math.log(Math.max(variation, 1e-6)) - 0.5 * Math.log(gaps);
  const ball = (room / 2) * Math.log(Math.PI) - lnGamma(room / 2 + 1) + room * radius;
  const simplex = 0.5 * Math.log(gaps) - lnGamma(gaps);
  return Math.min(0, (ball - simplex) / Math.LN10);
}

/** ln Γ(x) for x > 0 (Lanczos, g = 7), right to ten digits. */
export function lnGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const y = x - 1;
  const sum = terms.reduce((so, term, i) => so + term / (y + i + 1), 0.99999999999980993);
  const t = y + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The middle one of some numbers, 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
