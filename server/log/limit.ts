import { Refusal } from '@zuimei/shared/refusal.ts';

const WINDOW_MS = 60_000;

export interface Limit {
  /** Counts one request from there; refuses with too_many_requests beyond `most` a minute. */
  take(address: string): void;
}

/**
 * What one address may send in a minute, in this process. `mostAddresses` are remembered in a minute: beyond them nobody new is served, so
 * that many addresses are bounded as one is.
 */
export function createLimit(clock: () => number, bounds: { most: number; mostAddresses: number }): Limit {
  const { most, mostAddresses } = bounds;
  let began = clock();
  let counts = new Map<string, number>();
  return {
    take(address) {
      const now = clock();
      if (now - began >= WINDOW_MS) {
        began = now;
        counts = new Map();
      }
      const count = (counts.get(address) ?? 0) + 1;
      if (count > most || (count === 1 && counts.size >= mostAddresses))
        throw new Refusal('too_many_requests', { retryAfterMs: began + WINDOW_MS - now });
      counts.set(address, count);
    },
  };
}
