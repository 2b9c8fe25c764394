import type { Receipt } from '@zuimei/shared/ballot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Outcome } from './ledger.ts';

export interface PoolLimits {
  /** Ballots that may wait; the next one is told `busy` at once. */
  waiting: number;
  /** Ballots in one batch. */
  batch: number;
  /**
   * Least time between the starts of two batches, in ms. A commit costs about the same for one ballot as for twenty: without this a
   * steady stream would be cut into batches so small that their cost, not the ballots, fills the machine. Who comes after a pause
   * does not wait for it. Where several servers write one ledger it is so many times longer that all of them together keep it.
   */
  spacingMs: number;
}

export interface Pool<B> {
  /** Resolves with the receipt once the ballot is committed; rejects with its refusal, or `busy`. */
  join(ballot: B): Promise<Receipt>;
  waiting(): number;
  /** How long the oldest of them has waited, ms; 0 = nobody does. */
  waitingMs(): number;
  /** Takes no more ballots; resolves when all that were taken are answered. */
  drain(): Promise<void>;
}

/** What a server bears at most of the others' ballots: so many times the distance. */
const MOST_COMPANY = 8;
const FADE = 0.9;

interface Waiting<B> {
  ballot: B;
  since: number;
  resolve(receipt: Receipt): void;
  reject(reason: unknown): void;
}

/**
 * Group commit for one contest. All that waits becomes the next batch as soon as the gate is free; while one batch is being written
 * the next is at the gate, so a batch grows with the load and nobody waits for a clock. A batch holds at most one ballot a voter: the
 * others wait their turn, and the database sees what the first one used up.
 *   admit  marks the ballots of a batch; gives, where one is refused, its outcome at once
 *   write  commits the admitted; gives one outcome each. A rejection is answered `busy`: the page sends the same ballots again.
 */
export function createPool<B extends { voter: string }>(
  rooms: {
    admit(batch: B[]): Promise<(Outcome | null)[]>;
    write(batch: B[]): Promise<Outcome[]>;
    failed(error: unknown): void;
  },
  limits: PoolLimits,
): Pool<B> {
  let waiting: Waiting<B>[] = [];
  /** In the order in which they came. */
  const inside = new Set<Waiting<B>>();
  let gateBusy = false;
  let began = Number.NEGATIVE_INFINITY;
  /** The last number that a ballot of ours got, and lately, the older the less: how many were given out, and how many of them to us. */
  let last: number | null = null;
  let given = 1;
  let ours = 1;
  let closed = false;
  let writing: Promise<void> = Promise.resolve();
  let onEmpty: (() => void) | null = null;

  function nextBatch(): Waiting<B>[] {
    const voters = new Set<string>();
    const batch: Waiting<B>[] = [];
    const later: Waiting<B>[] = [];
    for (const one of waiting) {
      if (batch.length >= limits.batch || voters.has(one.ballot.voter)) later.push(one);
      else {
        voters.add(one.ballot.voter);
        batch.push(one);
      }
    }
    waiting = later;
    return batch;
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const company = Math.min(MOST_COMPANY, given / ours);
      const early = began + limits.spacingMs * company - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      began = performance.now();
      const batch = nextBatch();
      let admitted: Waiting<B>[] = [];
      try {
        admitted = settle(batch, await rooms.admit(batch.map((one) => one.ballot)));
      } catch (error) {
        turnAway(batch, error);
      }
      await writing;
      if (admitted.length > 0) writing = write(admitted);
    }
    gateBusy = false;
  }

  async function write(batch: Waiting<B>[]): Promise<void> {
    try {
      const outcomes = await rooms.write(batch.map((one) => one.ballot));
      settle(batch, outcomes);
      count(outcomes);
    } catch (error) {
      turnAway(batch, error);
    }
  }

  /** Numbers have no gaps: what lies between two batches of ours went to other servers' ballots. */
  function count(outcomes: readonly Outcome[]): void {
    const before = last ?? Number.NEGATIVE_INFINITY;
    // A ballot that had been acknowledged has its old number.
    const fresh = outcomes.flatMap((one) => (one instanceof Refusal || one.index <= before ? [] : one.index));
    if (fresh.length === 0) return;
    const newest = Math.max(...fresh);
    if (last !== null) {
      given = given * FADE + Math.min(newest - last, MOST_COMPANY * fresh.length);
      ours = ours * FADE + fresh.length;
    }
    last = newest;
  }

  /** Answers those with an outcome; gives those without. */
  function settle(batch: Waiting<B>[], outcomes: readonly (Outcome | null)[]): Waiting<B>[] {
    return batch.filter((one, i) => {
      const outcome = outcomes[i];
      if (!outcome) return true;
      if (outcome instanceof Refusal) one.reject(outcome);
      else one.resolve(outcome);
      left(one);
      return false;
    });
  }

  function turnAway(batch: Waiting<B>[], error: unknown): void {
    rooms.failed(error);
    for (const one of batch) {
      one.reject(new Refusal('busy', { retryAfterMs: 1000 }));
      left(one);
    }
  }

  function left(one: Waiting<B>): void {
    inside.delete(one);
    if (inside.size === 0) onEmpty?.();
  }

  return {
    join(ballot) {
      if (closed || inside.size >= limits.waiting)
        return Promise.reject(new Refusal('busy', { retryAfterMs: 1000 }));
      return new Promise((resolve, reject) => {
        const one = { ballot, since: performance.now(), resolve, reject };
        inside.add(one);
        waiting.push(one);
        if (gateBusy) return;
        gateBusy = true;
        // After this turn of the event loop, so that all requests that arrived in it go together.
        setImmediate(run);
      });
    },
    waiting: () => inside.size,
    waitingMs() {
      const [oldest] = inside;
      return oldest ? performance.now() - oldest.since : 0;
    },
    drain() {
      closed = true;
      return inside.size === 0 ? Promise.resolve() : new Promise((resolve) => (onEmpty = resolve));
    },
  };
}
