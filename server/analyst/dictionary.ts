/** Numbers keys of a fixed count of 32-bit words from 0 on. */
export interface Dictionary {
  readonly size: number;
  /** The number of the key that stands at `at` of `words`; a key not seen before gets the next one. */
  idOf(words: Uint32Array, at?: number): number;
  /** The same, -1 for a key not seen before. */
  find(words: Uint32Array, at?: number): number;
  /** The words of a key. */
  words(id: number): Uint32Array;
  readonly bytes: number;
}

/** Open addressing on typed arrays: 4 bytes a word and 4 to 8 a key, where a Map of texts would take hundreds. */
export function createDictionary(width: number): Dictionary {
  let slots = new Uint32Array(1024);
  let keys = new Uint32Array(256 * width);
  let size = 0;

  /** The slot of the key, or the empty one where it belongs. Slots hold id + 1. */
  const place = (words: Uint32Array, at: number): number => {
    const mask = slots.length - 1;
    for (let slot = mix(words, at, width) & mask; ; slot = (slot + 1) & mask) {
      const id = (slots[slot] as number) - 1;
      if (id < 0 || same(keys, id * width, words, at, width)) return slot;
    }
  };
  const widen = (): void => {
    slots = new Uint32Array(slots.length * 2);
    for (let id = 0; id < size; id++) slots[place(keys, id * width)] = id + 1;
  };

  return {
    get size() {
      return size;
    },
    get bytes() {
      return slots.byteLength + keys.byteLength;
    },
    idOf(words, at = 0) {
      const slot = place(words, at);
      const known = (slots[slot] as number) - 1;
      if (known >= 0) return known;
      if ((size + 1) * width > keys.length) keys = longer(keys, keys.length * 2);
      for (let i = 0; i < width; i++) keys[size * width + i] = words[at + i] as number;
      slots[slot] = ++size;
      if (size * 3 > slots.length * 2) widen();
      return size - 1;
    },
    find: (words, at = 0) => (slots[place(words, at)] as number) - 1,
    words: (id) => keys.subarray(id * width, (id + 1) * width),
  };
}

export function mix(words: ArrayLike<number>, at: number, width: number): number {
  let hash = width;
  for (let i = 0; i < width; i++) {
    hash = Math.imul(hash ^ (words[at + i] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function same(a: ArrayLike<number>, atA: number, b: ArrayLike<number>, atB: number, width: number): boolean {
  for (let i = 0; i < width; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The same numbers in an array of this length. */
export function longer<A extends Numbers>(array: A, length: number): A {
  const larger = new (array.constructor as new (length: number) => A)(length);
  larger.set(array);
  return larger;
}
