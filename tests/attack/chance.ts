/** Chance that comes out the same for the same seed. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** A length of time or a count that is never negative and has this mean: waits between independent events. */
  exponential(mean: number): number;
  /** Around `mean`, mostly within `spread` of it. */
  around(mean: number, spread: number): number;
  one<T>(list: readonly T[]): T;
  /** One of the list, each as likely as its weight says. */
  weighted<T>(list: readonly T[], weightOf: (one: T) => number): T;
  shuffled<T>(list: readonly T[]): T[];
  uuid(): string;
  /** Another stream, so that more traffic of one class changes nothing in another. */
  branch(name: string): Chance;
}

/** The same seed gives the same stream on every machine. */
export function createChance(seed: string): Chance {
  let state = hashOf(seed);

  // mulberry32: a 32-bit state is plenty for traffic, and the whole of it fits here.
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  function whole(least: number, most: number): number {
    return least + Math.floor(next() * (most - least + 1));
  }

  function weighted<T>(list: readonly T[], weightOf: (one: T) => number): T {
    let rest = next() * list.reduce((sum, one) => sum + weightOf(one), 0);
    for (const one of list) {
      rest -= weightOf(one);
      if (rest < 0) return one;
    }
    return last(list);
  }

  return {
    next,
    whole,
    exponential: (mean) => -mean * Math.log(1 - next()),
    // The sum of four is near enough to a bell.
    around: (mean, spread) => mean + spread * (next() + next() + next() + next() - 2),
    one: (list) => weighted(list, () => 1),
    weighted,
    shuffled: (list) =>
      list
        .map((one) => ({ one, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one),
    uuid() {
      const hex = Array.from({ length: 32 }, () => whole(0, 15).toString(16)).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    branch: (name) => createChance(`${seed} ${name}`),
  };
}

function last<T>(list: readonly T[]): T {
  const found = list.at(-1);
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return hash;
}
