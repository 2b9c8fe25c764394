import { Refusal } from '@zuimei/shared/refusal.ts';

export interface Turns {
  /** Waits for a turn, which lasts until what it gives is disposed of. Refuses with busy when as many wait already as may. */
  take(): Promise<Disposable>;
}

/** A line before work that takes more than a request should: at most `atOnce` are at it, at most `waiting` stand before it. */
export function createTurns(bounds: { atOnce: number; waiting: number; retryAfterMs: number }): Turns {
  const line: (() => void)[] = [];
  let running = 0;

  function end(): void {
    // Whoever is next in line takes over this place.
    const next = line.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async take() {
      if (running < bounds.atOnce) running += 1;
      else if (line.length >= bounds.waiting)
        throw new Refusal('busy', { retryAfterMs: bounds.retryAfterMs });
      else await new Promise<void>((resolve) => line.push(resolve));
      let ended = false;
      return {
        [Symbol.dispose]() {
          if (!ended) end();
          ended = true;
        },
      };
    },
  };
}
