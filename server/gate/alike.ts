import { hash, randomInt } from 'node:crypto';
import type { Policy } from '@zuimei/shared/policy.ts';
import type { Sum } from './visits.ts';

const HOUR_MS = 3_600_000;
/** Sets of picks told apart in an hour, some 100 bytes each. When they are more, those that came once are forgotten. */
const MOST_SETS = 10_000;
/** A set that this process saw so often is counted together with the other servers; so many sets are, the first to come so often. */
const REPEATED = 8;
const MOST_SHARED = 200;
const NAME = 'alike ';

/** Which sets of several picks come remarkably often in one contest and hour. */
export interface Alikes {
  note(picks: readonly number[], policy: Policy): void;
  /** Sums to send for what was noted since the last time. */
  gather(): Sum[];
  /** Takes the total that came back for one of them, and all ballots of the hour. Other names are passed over. */
  learn(name: string, total: number, ballots: number, policy: Policy): void;
  /** A new hour. */
  clear(): void;
  has(picks: readonly number[]): boolean;
}

interface PickSet {
  count: number;
  sent: number;
  /** Its name among the sums, once it is shared. */
  name: string | null;
}

export function createAlikes(): Alikes {
  const sets = new Map<number, PickSet>();
  const changed = new Set<PickSet>();
  const keys = new Map<string, number>();
  const often = new Set<number>();

  function forgetSingles(): void {
    for (const [key, set] of sets) if (set.count === 1) sets.delete(key);
    // Hardly any came once: then none stands out.
    if (sets.size > MOST_SETS / 2) for (const [key, set] of sets) if (!set.name) sets.delete(key);
  }

  return {
    note(picks, policy) {
      if (picks.length < policy.alike.picks) return;
      const key = keyOf(picks);
      const set = sets.get(key);
      if (!set) {
        if (sets.size >= MOST_SETS) forgetSingles();
        sets.set(key, { count: 1, sent: 0, name: null });
        return;
      }
      set.count++;
      if (set.count >= REPEATED && !set.name && keys.size < MOST_SHARED) {
        set.name = NAME + hash('sha256', picks.join(','), 'hex').slice(0, 16);
        keys.set(set.name, key);
      }
      if (set.name) changed.add(set);
    },
    gather() {
      const sums = [...changed].map((set): Sum => {
        const by = set.count - set.sent;
        set.sent = set.count;
        return { name: set.name ?? '', windowMs: HOUR_MS, by };
      });
      changed.clear();
      return sums;
    },
    learn(name, total, ballots, { alike }) {
      const key = keys.get(name);
      if (key === undefined) return;
      if (total >= alike.ballots && total * 100 > alike.percent * ballots) often.add(key);
      else often.delete(key);
    },
    clear() {
      for (const all of [sets, changed, keys, often]) all.clear();
    },
    has: (picks) => often.size > 0 && often.has(keyOf(picks)),
  };
}

// Secret, so that nobody can find another set with the key of one that is common.
const seeds = [randomInt(2 ** 32), randomInt(2 ** 32)] as const;

/** 53 bits of picks in ascending order. */
function keyOf(picks: readonly number[]): number {
  let [high, low] = seeds;
  for (const pick of picks) {
    high = Math.imul(high ^ pick, 0x01000193) + 1;
    low = Math.imul(low ^ pick, 0x85ebca6b) + 1;
  }
  high ^= high >>> 15;
  low ^= low >>> 13;
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
