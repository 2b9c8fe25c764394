export interface Kept<T> {
  get(key: string): T | undefined;
  /** `bytes`: about what it takes in memory. */
  put(key: string, value: T, bytes: number): void;
}

/** What was made at some cost and may be asked for again: at most so many bytes, the one that was not asked for longest goes first. */
export function createKept<T>(mostBytes: number): Kept<T> {
  const kept = new Map<string, { value: T; bytes: number }>();
  let sum = 0;

  function drop(key: string): void {
    sum -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  }

  return {
    get(key) {
      const one = kept.get(key);
      if (!one) return undefined;
      kept.delete(key);
      kept.set(key, one);
      return one.value;
    },
    put(key, value, bytes) {
      drop(key);
      if (bytes > mostBytes) return;
      kept.set(key, { value, bytes });
      sum += bytes;
      for (const oldest of kept.keys()) {
        if (sum <= mostBytes) return;
        drop(oldest);
      }
    },
  };
}
