import { evenChance } from '@zuimei/shared/statistics/chance.ts';
import { deviceHex } from './crowds.ts';
import { type Found, type Ground, type Groups, strengthOf } from './ground.ts';
import { netHex } from './net.ts';

/** Gaps looked at together. */
const LENGTHS = [11, 16, 24, 32, 48, 64, 96];
/** A window of gaps this even comes by chance less than once in ten thousand million. */
const CHANCE = -10;
/** Quicker ones are the batches of a busy minute; slower ones are people's days (who votes at eight each morning). */
const MEAN_MS = { least: 300, most: 3_600_000 };
const MOST_VARIATION = 0.5;
/** From so many ballots on a run is as good as any. */
const LONG = 20;

/** For each length the greatest variation that is still no chance. */
const limits = LENGTHS.map((gaps) => {
  let [low, high] = [1e-6, MOST_VARIATION];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (evenChance(gaps, middle) <= CHANCE) low = middle;
    else high = middle;
  }
  return low;
});

export interface Run {
  /** Places in the given times that belong to a run. */
  places: number[];
  /** log10 of the chance of its most even part, and how much that varies. */
  chance: number;
  variation: number;
}

/** Stretches of arrivals (ms, ascending) at almost equal gaps; null = none. */
export function findRun(times: ArrayLike<number>): Run | null {
  const gaps = times.length - 1;
  if (gaps < (LENGTHS[0] ?? 0)) return null;
  const squares = new Float64Array(gaps + 1);
  for (let i = 0; i < gaps; i++) {
    const gap = ((times[i + 1] as number) - (times[i] as number)) / 1000;
    squares[i + 1] = (squares[i] as number) + gap * gap;
  }
  let within: Uint8Array | null = null;
  let [chance, variation] = [0, 1];
  for (let l = 0; l < LENGTHS.length; l++) {
    const length = LENGTHS[l] as number;
    const limit = limits[l] as number;
    for (let from = 0; from + length <= gaps; from++) {
      const mean = ((times[from + length] as number) - (times[from] as number)) / length;
      if (mean < MEAN_MS.least || mean > MEAN_MS.most) continue;
      const square = ((squares[from + length] as number) - (squares[from] as number)) / length;
      const varied = Math.sqrt(Math.max(0, square / (mean / 1000) ** 2 - 1));
      if (varied > limit) continue;
      within ??= new Uint8Array(times.length);
      within.fill(1, from, from + length + 1);
      const own = evenChance(length, varied);
      if (own < chance) [chance, variation] = [own, varied];
    }
  }
  if (!within) return null;
  const places: number[] = [];
  within.forEach((mark, place) => {
    if (mark) places.push(place);
  });
  return { places, chance, variation };
}

/** Runs of equal gaps on a device, in a network, among equal sets of picks, and among a candidate's single picks. */
export function findRhythms(ground: Ground): Found[] {
  const { columns, byDevice, byNet, bySet } = ground;
  const { sets, nets } = columns;
  return [
    ...runsIn(ground, byDevice, (own) => ({
      id: `device-${deviceHex(columns, own)}`,
      about: { device: own },
    })),
    ...runsIn(ground, byNet, (own) => ({ id: `net-${netHex(nets.words(own))}`, about: { net: own } })),
    ...runsIn(ground, bySet, (own) => ({
      id: `picks-${[...sets.of(own)].join('-').slice(0, 80)}`,
      about: { candidates: [...sets.of(own)] },
    })),
  ];
}

function runsIn(
  { columns }: Ground,
  { starts, rows }: Groups,
  name: (group: number) => { id: string; about: Found['about'] },
): Found[] {
  const found: Found[] = [];
  for (let group = 0; group + 1 < starts.length; group++) {
    const count = (starts[group + 1] as number) - (starts[group] as number);
    if (count <= (LENGTHS[0] ?? 0)) continue;
    const own = rows.subarray(starts[group], starts[group + 1]);
    const times = new Float64Array(count);
    for (let i = 0; i < count; i++) times[i] = columns.at[own[i] as number] as number;
    const run = findRun(times);
    if (!run) continue;
    const { id, about } = name(group);
    const members = Uint32Array.from(run.places, (place) => own[place] as number);
    const second = Math.floor((columns.at[members[0] ?? 0] ?? 0) / 1000);
    const z = Math.sqrt(2 * Math.LN10 * -run.chance);
    const strength = Math.round(strengthOf(1 - run.variation, z) * Math.min(1, members.length / LONG));
    found.push({ id: `rhythm-${id}-${second}`, kind: 'rhythm', about, rows: members, strength });
  }
  return found;
}
