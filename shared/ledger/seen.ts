export interface Seen {
  /** False if this pair was added before. */
  add(high: number, low: number): boolean;
}

/** A set of 64-bit random marks in two 32-bit halves: 16 to 32 bytes each, where a Set of the texts would take hundreds. */
export function createSeen(): Seen {
  let slots = new Uint32Array(2 * 4096);
  let count = 0;

  const place = (high: number, low: number): boolean => {
    const mask = slots.length / 2 - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slots[2 * slot];
      const other = slots[2 * slot + 1];
      if (at === 0 && other === 0) {
        slots[2 * slot] = high;
        slots[2 * slot + 1] = low;
        return true;
      }
      if (at === high && other === low) return false;
    }
  };

  return {
    add(high, low) {
      if (++count * 4 > slots.length) {
        const old = slots;
        slots = new Uint32Array(old.length * 2);
        for (let i = 0; i < old.length; i += 2) if (old[i] || old[i + 1]) place(old[i] ?? 0, old[i + 1] ?? 0);
      }
      return place(high, low);
    },
  };
}

export interface Spent {
  /** One more ballot of this voter (two words of theirs) in this quota period; false, and not taken, when there were `most` before. */
  add(voter: readonly [high: number, low: number], period: number, most: number): boolean;
}

/** How many ballots each voter had in each period: a mark for each, so that no voter and no text is kept. */
export function createSpent(): Spent {
  const seen = createSeen();
  return {
    add([own, other], period, most) {
      // Pseudonyms are as good as random; period and place are stirred in, so that those of one voter lie as far apart as any.
      const high = (own ^ Math.imul(period + 1, 0x9e3779b1)) >>> 0;
      for (let slot = 1; slot <= most; slot++)
        if (seen.add(high, (other ^ Math.imul(slot, 0x85ebca6b)) >>> 0)) return true;
      return false;
    },
  };
}
