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
 * done by the fallback in that same call; from then on nothing waits for the shared counters until they are known to be well:
 *   - an answer that was only late lets the next bump try again (a moment's overload is over with the moment), once;
 *   - a probe, sent beside a bump or a look at the state, one at a time and at most every `probeMs`: a bump of nothing in the scope
 *     that failed, so that it meets the same node, script and permissions. No timer runs, and nobody waits for it.
 * Said once when they are lost and once when they are back; a moment's overload is not worth a line.
 */
export function createBreaker(parts: {
  counters: Counters;
  fallback: Counters;
  patienceMs: number;
  probeMs: number;
  log: (event: BreakerEvent) => void;
}): Breaker {
  const { counters, fallback, patienceMs, probeMs, log } = parts;
  const late = new Error(`no answer within ${patienceMs} ms`);
  let lost: { at: number; scope: string; reason: string; said: boolean } | null = null;
  /** While lost: the next bump may try. */
  let trying = false;
  let askedAt = 0;
  let probing = false;

  function fail(scope: string, error: unknown): void {
    askedAt = performance.now();
    trying = false;
    lost ??= {
      at: askedAt,
      scope,
      reason: error instanceof Error ? error.message : String(error),
      said: false,
    };
    if (error !== late) say();
  }

  function say(): void {
    if (!lost || lost.said) return;
    lost.said = true;
    log({ event: 'counters_lost', reason: lost.reason });
  }

  function restore(): void {
    if (lost?.said) log({ event: 'counters_back', afterMs: Math.round(performance.now() - lost.at) });
    lost = null;
  }

  async function probe(): Promise<void> {
    const began = performance.now();
    if (!lost || probing || began - askedAt < probeMs) return;
    say();
    probing = true;
    askedAt = began;
    try {
      await within(probeMs, counters.bump(lost.scope, NOTHING, Date.now()), late);
      if (performance.now() - began <= patienceMs) restore();
      else trying = true;
    } catch {
      // Still away, which is known.
    } finally {
      probing = false;
    }
  }

  async function tryShared(scope: string, visits: Visits, now: number): Promise<Counts | null> {
    const known = lost !== null;
    const answer = counters.bump(scope, visits, now);
    try {
      const counts = await within(patienceMs, answer, late);
      restore();
      return counts;
    } catch (error) {
      fail(scope, error);
      if (error === late && !known)
        answer.then(
          () => {
            trying = true;
          },
          () => {},
        );
      return null;
    }
  }

  return {
    async bump(scope, visits, now) {
      if (!lost || trying) {
        const counts = await tryShared(scope, visits, now);
        if (counts) return { counts, unscreened: false };
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

/** What `promise` gives, or a rejection with `late` after `ms`. An answer that arrived while this process itself was busy counts. */
function within<T>(ms: number, promise: Promise<T>, late: Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => setImmediate(() => reject(late)), ms);
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
