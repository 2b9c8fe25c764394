import { poissonZ } from '@zuimei/shared/statistics/chance.ts';
import { mix } from './dictionary.ts';
import { type Found, type Ground, strengthOf } from './ground.ts';

const LEAST_BALLOTS = 30;
/** In a contest of millions so few mean nothing: one in so many. */
const LEAST_PART = 20_000;
const LEAST_LIFT = 5;
const LEAST_Z = 8;
const BINS = 16;
/** Sets that come all the time as other ballots do are more likely a habit (the first ten of the list) than an order. */
const HABIT = 0.5;

/**
 * Sets of two or more picks that come far more often than ballots of as many independent picks would give: what is likely by itself
 * (few candidates, favourites together) is expected so.
 */
export function findAlike(ground: Ground): Found[] {
  const { columns, shown, rounds, bySet } = ground;
  const { sets, round } = columns;
  const ballots = rounds.reduce((sum, one) => sum + one.ballots, 0);
  const least = Math.max(LEAST_BALLOTS, ballots / LEAST_PART);
  const suspects: number[] = [];
  for (let set = 0; set < sets.size; set++) {
    const count = (bySet.starts[set + 1] as number) - (bySet.starts[set] as number);
    if (count >= least && (sets.starts[set + 1] as number) - (sets.starts[set] as number) >= 2)
      suspects.push(set);
  }
  if (suspects.length === 0) return [];
  const expected = expectations(ground, suspects);
  const found: Found[] = [];
  for (const set of suspects) {
    const rows = bySet.rows.subarray(bySet.starts[set], bySet.starts[set + 1]);
    const usual = expected.get(set) ?? 0;
    const z = poissonZ(rows.length, usual);
    if (rows.length < LEAST_LIFT * usual || z < LEAST_Z) continue;
    const span = rounds[round[rows[0] ?? 0] as number] ?? { from: 0, to: shown };
    const strength = strengthOf(1 - usual / rows.length, z) * (atOnce(rows, span) ? 1 : HABIT);
    const candidates = [...sets.of(set)];
    const id =
      candidates.join('-').length > 80
        ? mix(candidates, 0, candidates.length).toString(16)
        : candidates.join('-');
    found.push({
      id: `alike-${id}`,
      kind: 'alike',
      about: { candidates },
      rows,
      strength: Math.round(strength),
    });
  }
  return found;
}

/**
 * How many ballots of each set to expect if picks were independent: candidate i stands on a share qᵢ of the ballots of that size, and
 * ballots that came out at another size are left out (a conditional Bernoulli design).
 */
function expectations({ columns, counts }: Ground, wanted: readonly number[]): Map<number, number> {
  const { sets } = columns;
  const bySize = new Map<number, { ballots: number; picks: Float64Array }>();
  for (let set = 0; set < sets.size; set++) {
    const of = sets.of(set);
    const size = bySize.get(of.length) ?? { ballots: 0, picks: new Float64Array(sets.most + 1) };
    bySize.set(of.length, size);
    size.ballots += counts[set] as number;
    for (const number of of) size.picks[number] = (size.picks[number] as number) + (counts[set] as number);
  }
  const models = new Map<number, { odds: Float64Array; base: number; ballots: number }>();
  const expected = new Map<number, number>();
  for (const set of wanted) {
    const of = sets.of(set);
    let model = models.get(of.length);
    const size = bySize.get(of.length);
    if (!model && size) models.set(of.length, (model = modelOf(size, of.length)));
    if (!model) continue;
    const { odds, base, ballots } = model;
    const chance = of.reduce((sum, number) => sum + (odds[number] as number), base);
    expected.set(set, ballots * Math.exp(chance));
  }
  return expected;
}

/** Log odds of each candidate, and the log of what makes the chances of all sets of this size add up to one. */
function modelOf(size: { ballots: number; picks: Float64Array }, width: number) {
  const odds = new Float64Array(size.picks.length);
  const sizes = new Float64Array(width + 2);
  sizes[0] = 1;
  let base = 0;
  for (let number = 1; number < odds.length; number++) {
    const picked = size.picks[number] as number;
    if (picked === 0) continue;
    const q = Math.min(1 - 1e-9, Math.max(1e-9, picked / size.ballots));
    odds[number] = Math.log(q / (1 - q));
    base += Math.log(1 - q);
    for (let k = width; k >= 0; k--)
      sizes[k] = (sizes[k] as number) * (1 - q) + (k > 0 ? (sizes[k - 1] as number) * q : 0);
  }
  return { odds, base: base - Math.log(Math.max(1e-300, sizes[width] as number)), ballots: size.ballots };
}

/** Do these ballots crowd into some parts of the round, counted by all its ballots? */
function atOnce(rows: Uint32Array, { from, to }: { from: number; to: number }): boolean {
  const bins = new Float64Array(BINS);
  for (const row of rows) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(((row - from) / (to - from)) * BINS)));
    bins[bin] = (bins[bin] as number) + 1;
  }
  const usual = rows.length / BINS;
  const distance = bins.reduce((sum, count) => sum + (count - usual) ** 2 / usual, 0);
  return (distance - BINS + 1) / Math.sqrt(2 * (BINS - 1)) > 5;
}
