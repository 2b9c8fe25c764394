import { createVisit } from './seen.ts';

const visit = createVisit();

/** Watches this visit from now on. Called once, by the page's entry. */
export function watchVisit(): void {
  // What can be seen and read counts from its first paint, before this script ran.
  const paint = performance.getEntriesByType('paint')[0]?.startTime ?? performance.now();
  if (!document.hidden) visit.show(paint);
  const touched = (event: Event): void => visit.touch(event);
  for (const kind of ['pointerdown', 'keydown', 'click', 'focusin'])
    addEventListener(kind, touched, { passive: true, capture: true });
  const turned = (): void => (document.hidden ? visit.hide : visit.show)(performance.now());
  document.addEventListener('visibilitychange', turned);
  // A page that is kept whole for "back" may be put away and brought back without the event above.
  addEventListener('pagehide', () => visit.hide(performance.now()));
  addEventListener('pageshow', turned);
}

/** What the gate may weigh of this visit: how long the page was in sight, and how often it was touched. */
export function seenSoFar(): { dwellMs: number; touches: number } {
  return visit.soFar(performance.now());
}
