/**
 * Reads the value of a key again when it is older than `freshMs`; who asks meanwhile waits for the same reading, and one that failed is
 * not kept. Keeps a value a key for good: for keys that are few. What must answer at once while it is read anew, or without a promise,
 * has its own: contests (contest/contests.ts), tallies (tally/route.ts) and pages (page/citizen.ts).
 */
export function createFresh<Key, Value>(
  clock: () => number,
  freshMs: number,
  read: (key: Key) => Promise<Value>,
): (key: Key) => Promise<Value> {
  const kept = new Map<Key, { at: number; value: Promise<Value> }>();
  return (key) => {
    const known = kept.get(key);
    if (known && clock() - known.at < freshMs) return known.value;
    const fresh = { at: clock(), value: read(key) };
    kept.set(key, fresh);
    fresh.value.catch(() => {
      if (kept.get(key) === fresh) kept.delete(key);
    });
    return fresh.value;
  };
}
