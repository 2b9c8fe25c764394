import type { UnitLine } from './unit.ts';

/** How far a unit is, as an organizer looks for those to be reminded. A unit can be in several. */
export const progresses = ['silent', 'unopened', 'draft', 'returned', 'consent'] as const;
export type Progress = (typeof progresses)[number];

type Told = Pick<UnitLine, 'used' | 'opened' | 'counts' | 'lacks'>;

const is: Record<Progress, (line: Told) => boolean> = {
  silent: ({ used }) => used === 0,
  unopened: ({ opened }) => !opened,
  draft: ({ counts }) => (counts.draft ?? 0) > 0,
  returned: ({ counts }) => (counts.returned ?? 0) > 0,
  consent: ({ lacks }) => lacks.some(({ lack }) => lack === 'consent'),
};

export function isAt(line: Told, progress: Progress): boolean {
  return is[progress](line);
}

/** Parses what stands in an address; null = none of them. */
export function progressIn(text: unknown): Progress | null {
  return progresses.find((one) => one === text) ?? null;
}
