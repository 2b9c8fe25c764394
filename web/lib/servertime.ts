/** The server's time in ms: the latest that it has said, moved on by a stopwatch that nobody can set. Never goes back. */
export interface ServerTime {
  /** Takes a time that a server has said; one that was kept on its way is passed over. */
  hear(at: number): void;
  /** -Infinity before anything was heard. */
  now(): number;
}

export function createServerTime(): ServerTime {
  /** What the server's clock said when the stopwatch stood at 0. */
  let zero = Number.NEGATIVE_INFINITY;
  return {
    hear(at) {
      zero = Math.max(zero, at - performance.now());
    },
    now: () => zero + performance.now(),
  };
}
