import type { Counters, Counts, Visits } from './visits.ts';

export interface Screened {
  counts: Counts;
  /** Counted by this process alone, because the shared counters did not answer. */
  unscreened: boolean;
}

export type BreakerState = 'screening' | 'unscreened';

export type BreakerEvent =
  | { event: 'counters_lost'; reason: string }
  | { event: 'counters_back'; afterMs: number };

export interface Breaker {
  /** Rejects only if the fallback does. */
  bump(scope: string, visits: Visits, now: number): Promise<Screened>;
  state(): BreakerState;
}

/**
 * Shared counters that may fail, over counters of this process that do not. A bump that fails or takes longer than `patienceMs` is
 * done by the fallback in that same call; from then on nothing waits for the shared counters, until a probe finds them well. Probes
 * are bumps of nothing in the scope that failed, so they meet the same node, script and permission as the real ones. They are sent
 * beside a bump or a look at the state, one at a time and at most every `probeMs`, and wait for nobody: no timer runs when all is well.
 */
export function createBreaker(parts: {
  counters: Counters;
  fallback: Counters;
  patienceMs: number;
  probeMs: number;
  log: (event: BreakerEvent) => void;
}): Breaker {
  const { counters, fallback, patienceMs, probeMs, log } = parts;
  let lost: { at: number; scope: string } | null = null;
  let probedAt = 0;
  let probing = false;

  function open(scope: string, error: unknown): void {
    if (lost) return;
    lost = { at: performance.now(), scope };
    probedAt = lost.at;
    log({ event: 'counters_lost', reason: error instanceof Error ? error.message : String(error) });
  }

  async function probe(): Promise<void> {
    if (!lost || probing || performance.now() - probedAt < probeMs) return;
    probing = true;
    probedAt = performance.now();
    const { at, scope } = lost;
    try {
      await within(patienceMs, counters.bump(scope, NOTHING, Date.now()));
      lost = null;
      log({ event: 'counters_back', afterMs: Math.round(performance.now() - at) });
    } catch {
      // Still away, which is known.
    } finally {
      probing = false;
    }
  }

  return {
    async bump(scope, visits, now) {
      if (!lost) {
        try {
          return { counts: await within(patienceMs, counters.bump(scope, visits, now)), unscreened: false };
        } catch (error) {
          open(scope, error);
        }
      } else void probe();
      return { counts: await fallback.bump(scope, visits, now), unscreened: true };
    },
    state() {
      void probe();
      return lost ? 'unscreened' : 'screening';
    },
  };
}

const NOTHING: Visits = {
  who: [],
  hitsWindowMs: 60_000,
  places: [],
  sums: [{ name: 'probe', windowMs: 60_000, by: 0 }],
};

/** What `promise` gives, or a rejection after `ms`. An answer that had arrived while this process itself was busy still counts. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(new Error(`no answer within ${ms} ms`))), ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
