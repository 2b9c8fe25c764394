import { longer, mix } from './dictionary.ts';

/** Numbers sets of picks (ascending candidate numbers) from 0 on. */
export interface PickSets {
  readonly size: number;
  idOf(picks: ArrayLike<number>, count: number): number;
  find(picks: readonly number[]): number;
  /** The picks of a set. */
  of(id: number): Uint16Array;
  /** The same without making anything: picked[starts[id] … starts[id + 1]). */
  readonly starts: Uint32Array;
  readonly picked: Uint16Array;
  /** 1 for every set that holds this candidate. */
  holding(candidate: number): Uint8Array;
  /** The highest candidate number in any set. */
  readonly most: number;
  readonly bytes: number;
}

export function createPickSets(): PickSets {
  let slots = new Uint32Array(1024);
  let starts = new Uint32Array(257);
  let picked = new Uint16Array(1024);
  let size = 0;
  let most = 0;

  const place = (picks: ArrayLike<number>, count: number): number => {
    const mask = slots.length - 1;
    for (let slot = mix(picks, 0, count) & mask; ; slot = (slot + 1) & mask) {
      const id = (slots[slot] as number) - 1;
      if (id < 0 || equal(id, picks, count)) return slot;
    }
  };
  const equal = (id: number, picks: ArrayLike<number>, count: number): boolean => {
    const start = starts[id] as number;
    if ((starts[id + 1] as number) - start !== count) return false;
    for (let i = 0; i < count; i++) if (picked[start + i] !== picks[i]) return false;
    return true;
  };
  const of = (id: number): Uint16Array => picked.subarray(starts[id], starts[id + 1]);

  return {
    get size() {
      return size;
    },
    get most() {
      return most;
    },
    get bytes() {
      return slots.byteLength + starts.byteLength + picked.byteLength;
    },
    get starts() {
      return starts;
    },
    get picked() {
      return picked;
    },
    of,
    idOf(picks, count) {
      const slot = place(picks, count);
      const known = (slots[slot] as number) - 1;
      if (known >= 0) return known;
      const start = starts[size] as number;
      if (size + 2 > starts.length) starts = longer(starts, starts.length * 2);
      while (start + count > picked.length) picked = longer(picked, picked.length * 2);
      for (let i = 0; i < count; i++) {
        picked[start + i] = picks[i] as number;
        most = Math.max(most, picks[i] as number);
      }
      starts[size + 1] = start + count;
      slots[slot] = ++size;
      if (size * 3 > slots.length * 2) {
        slots = new Uint32Array(slots.length * 2);
        for (let id = 0; id < size; id++) slots[place(of(id), of(id).length)] = id + 1;
      }
      return size - 1;
    },
    find: (picks) => (slots[place(picks, picks.length)] as number) - 1,
    holding(candidate) {
      const holds = new Uint8Array(size);
      for (let id = 0; id < size; id++) if (of(id).includes(candidate)) holds[id] = 1;
      return holds;
    },
  };
}
