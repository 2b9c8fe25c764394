import { Refusal } from '@zuimei/shared/refusal.ts';

const WINDOW_MS = 60_000;
/** A witness sends one a minute; an office may run a few behind one address. */
const MOST = 60;
/** Addresses remembered in a window: beyond them nobody new is served, so that many addresses are bounded as one is. */
const MOST_ADDRESSES = 1_000;

export interface Limit {
  /** Counts one request from there; refuses with too_many_requests beyond 60 a minute. */
  take(address: string): void;
}

/** What one address may send in a minute, in this process. Each request costs a few signatures to check, no more. */
export function createLimit(clock: () => number): Limit {
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
      if (count > MOST || (count === 1 && counts.size >= MOST_ADDRESSES))
        throw new Refusal('too_many_requests', { retryAfterMs: began + WINDOW_MS - now });
      counts.set(address, count);
    },
  };
}
