import { type Counters, checkVisits, KEY_BYTES, type Visits, WHO_BYTES } from './visits.ts';

/** One kind of count in one window of one scope. */
interface Bucket {
  ends: number;
  counts: Map<string, number>;
  /** Key and visitor together: who has been counted where. */
  pairs: Set<string>;
}

const scratch = Buffer.alloc(Math.max(KEY_BYTES, WHO_BYTES));

/**
 * Counters of this process alone, exact: the embedded default, and the fallback while Redis is away. Holds at most `mostEntries`
 * (one a visitor or key, and one a pair of them; about 100 bytes each): beyond that the bucket that began first is dropped and
 * counts from zero, which loosens its limit and touches nothing else.
 */
export function createMemoryCounters({ mostEntries = 2_000_000 } = {}): Counters & { entries(): number } {
  // In the order in which they began.
  const buckets = new Map<string, Bucket>();
  let nextEnd = Number.POSITIVE_INFINITY;

  function bucketOf(scope: string, name: string, windowMs: number, now: number): Bucket {
    const number = Math.floor(now / windowMs);
    const id = `${scope} ${name} ${windowMs} ${number}`;
    let bucket = buckets.get(id);
    if (!bucket) {
      bucket = { ends: (number + 1) * windowMs, counts: new Map(), pairs: new Set() };
      buckets.set(id, bucket);
      nextEnd = Math.min(nextEnd, bucket.ends);
    }
    return bucket;
  }

  function dropEnded(now: number): void {
    if (now < nextEnd) return;
    nextEnd = Number.POSITIVE_INFINITY;
    for (const [id, { ends }] of buckets) {
      if (ends <= now) buckets.delete(id);
      else nextEnd = Math.min(nextEnd, ends);
    }
  }

  function entries(): number {
    let sum = 0;
    for (const { counts, pairs } of buckets.values()) sum += counts.size + pairs.size;
    return sum;
  }

  function dropOldest(): void {
    for (let over = entries() - mostEntries; over > 0; ) {
      const [oldest] = buckets;
      if (!oldest) return;
      over -= oldest[1].counts.size + oldest[1].pairs.size;
      buckets.delete(oldest[0]);
    }
  }

  function bumpAll(scope: string, visits: Visits, now: number) {
    checkVisits(visits);
    dropEnded(now);
    const { who, hitsWindowMs, places, sums } = visits;
    const hits = bucketOf(scope, 'who', hitsWindowMs, now).counts;
    const visitors: string[] = [];
    for (const one of who) {
      const visitor = textOf(one, WHO_BYTES);
      visitors.push(visitor);
      hits.set(visitor, (hits.get(visitor) ?? 0) + 1);
    }
    const distinct = places.map(({ name, windowMs, keys }) => {
      const { counts, pairs } = bucketOf(scope, name, windowMs, now);
      const texts = keys.map((key, row) => {
        const text = textOf(key, KEY_BYTES);
        const before = pairs.size;
        pairs.add(text + visitors[row]);
        if (pairs.size > before) counts.set(text, (counts.get(text) ?? 0) + 1);
        return text;
      });
      return countsOf(counts, texts);
    });
    const totals = sums.map(({ name, windowMs, by }) => {
      const { counts } = bucketOf(scope, 'sums', windowMs, now);
      const total = (counts.get(name) ?? 0) + by;
      counts.set(name, total);
      return total;
    });
    const counts = { hits: countsOf(hits, visitors), distinct, sums: totals };
    dropOldest();
    return counts;
  }

  return { bump: async (scope, visits, now) => bumpAll(scope, visits, now), entries };
}

/** Bytes as a string of as many characters: the cheapest thing a Map takes as a key. */
function textOf(bytes: Uint8Array, length: number): string {
  for (let i = 0; i < length; i++) scratch[i] = bytes[i] ?? 0;
  return scratch.toString('latin1', 0, length);
}

function countsOf(counts: ReadonlyMap<string, number>, names: readonly string[]): Uint32Array {
  const of = new Uint32Array(names.length);
  for (let i = 0; i < of.length; i++) of[i] = counts.get(names[i] ?? '') ?? 0;
  return of;
}
