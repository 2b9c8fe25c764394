import { Refusal } from '@zuimei/shared/refusal.ts';

export interface Turns {
  /**
   * Waits for a turn, which lasts until what it gives is disposed of. Refuses with busy when as many wait already as may, and with
   * under_way when this `owner` (turnOwner) has as many as one may, those that wait included.
   */
  take(owner?: string): Promise<Disposable>;
}

export interface TurnBounds {
  atOnce: number;
  waiting: number;
  /** Of one owner; absent = no bound. */
  byOwner?: number;
  retryAfterMs: number;
}

/** A line before work that takes more than a request should: at most `atOnce` are at it, at most `waiting` stand before it. */
export function createTurns(bounds: TurnBounds): Turns {
  const line: (() => void)[] = [];
  const owned = new Map<string, number>();
  let running = 0;

  function end(): void {
    // Whoever is next in line takes over this place.
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }

  function own(owner: string, change: 1 | -1): void {
    const count = (owned.get(owner) ?? 0) + change;
    if (count > 0) owned.set(owner, count);
    else owned.delete(owner);
  }

  return {
    async take(owner = '') {
      const retryAfterMs = bounds.retryAfterMs;
      if (owner && (owned.get(owner) ?? 0) >= (bounds.byOwner ?? Number.POSITIVE_INFINITY))
        throw new Refusal('under_way', { retryAfterMs });
      if (running >= bounds.atOnce && line.length >= bounds.waiting)
        throw new Refusal('busy', { retryAfterMs });
      if (owner) own(owner, 1);
      if (running < bounds.atOnce) running += 1;
      else await new Promise<void>((resolve) => line.push(resolve));
      let ended = false;
      return {
        [Symbol.dispose]() {
          if (ended) return;
          ended = true;
          if (owner) own(owner, -1);
          end();
        },
      };
    },
  };
}

/** Whose turn it is: an account's, a unit's or a contributor's, however many browsers it has. */
export function turnOwner(who: {
  staff: number | null;
  unit: number | null;
  contributor?: number | null;
}): string {
  if (who.staff !== null) return `staff ${who.staff}`;
  return who.contributor == null ? `unit ${who.unit}` : `contributor ${who.contributor}`;
}
