import type { Network } from '@zuimei/shared/network.ts';

/** The value of the smallest network that holds an address (16 bytes), or undefined. */
export type NetworkTable<T> = (address: Uint8Array) => T | undefined;

/**
 * Networks and what each stands for, ready to be asked: the longest prefix wins, of equal ones the last. Nested networks are cut into
 * spans that do not overlap, so that a look-up is one binary search (some 0.2 µs among a million) without an object or a big integer.
 */
export function createNetworkTable<T>(entries: readonly (readonly [Network, T])[]): NetworkTable<T> {
  const spans = cut(entries);
  const words = new Uint32Array(spans.length * 4);
  spans.forEach(({ from }, i) => {
    for (let word = 0; word < 4; word++)
      words[i * 4 + word] = Number((from >> BigInt(96 - 32 * word)) & WORD);
  });
  const values = spans.map((span) => span.value);
  return (address) => {
    const [a, b, c, d] = [wordAt(address, 0), wordAt(address, 4), wordAt(address, 8), wordAt(address, 12)];
    // The last span that begins at or before the address.
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * 4;
      const by =
        (words[at] ?? 0) - a ||
        (words[at + 1] ?? 0) - b ||
        (words[at + 2] ?? 0) - c ||
        (words[at + 3] ?? 0) - d;
      if (by <= 0) low = middle + 1;
      else high = middle;
    }
    return values[low - 1];
  };
}

const WORD = 0xffff_ffffn;

interface Span<T> {
  from: bigint;
  value: T | undefined;
}

function cut<T>(entries: readonly (readonly [Network, T])[]): Span<T>[] {
  const sorted = entries
    .map(([{ bytes, bits }, value]) => {
      const from = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
      return { from, after: from + (1n << BigInt(128 - bits)), bits, value };
    })
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.bits - b.bits));
  const spans: Span<T>[] = [];
  const say = (from: bigint, value: T | undefined): void => {
    // After the last address of all there is none.
    if (from >> 128n !== 0n) return;
    if (spans.at(-1)?.from === from) spans.pop();
    spans.push({ from, value });
  };
  // The networks around the present one, each inside the one before.
  const around: typeof sorted = [];
  const leave = (until: bigint | null): void => {
    for (
      let inner = around.at(-1);
      inner && (until === null || inner.after <= until);
      inner = around.at(-1)
    ) {
      around.pop();
      say(inner.after, around.at(-1)?.value);
    }
  };
  for (const one of sorted) {
    leave(one.from);
    around.push(one);
    say(one.from, one.value);
  }
  leave(null);
  return spans;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}
