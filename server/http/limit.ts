import { Refusal } from '@zuimei/shared/refusal.ts';

export interface Limit {
  /** Counts one of this name; refuses with too_many_requests beyond `most` in the window that its first one opened. */
  take(name: string, now: number): void;
}

/**
 * What one may do in a minute, or another window, in this process. By address it goes by networkOf (vote/address.ts). At most
 * `mostKept` names are remembered; beyond them the one that has not come for longest is forgotten, so that nobody is refused because
 * many others came.
 */
export function createLimit(bounds: { most: number; mostKept: number; windowMs?: number }): Limit {
  const { most, mostKept, windowMs = 60_000 } = bounds;
  const kept = new Map<string, { since: number; count: number }>();
  return {
    take(name, now) {
      const before = kept.get(name);
      const known = before && now - before.since < windowMs ? before : { since: now, count: 0 };
      kept.delete(name);
      kept.set(name, known);
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      if (known.count >= most)
        throw new Refusal('too_many_requests', { retryAfterMs: known.since + windowMs - now });
      known.count += 1;
    },
  };
}
