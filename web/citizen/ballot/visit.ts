let touches = 0;

/** Counts touches from now on. Called once, by the page's entry. */
export function watchVisit(): void {
  addEventListener('pointerdown', () => touches++, { passive: true });
  addEventListener('keydown', () => touches++, { passive: true });
}

/** What the gate may weigh of this visit: how long the page has been open, and how often it was touched. */
export function seenSoFar(): { dwellMs: number; touches: number } {
  return { dwellMs: Math.round(performance.now()), touches };
}
