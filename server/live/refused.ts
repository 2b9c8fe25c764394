import type { RefusedView } from '@zuimei/shared/live.ts';

/**
 * Why ballots were refused, by contest. Kept by this process alone and since its start: a refusal is written down nowhere, and the page
 * says so. Writes by a voter who was refused twice count twice.
 */
export interface Refusals {
  /** `outcome`: a refusal's code; 'counted' and 'held' are passed over. */
  note(slug: string, outcome: string, count: number): void;
  of(slug: string): RefusedView;
}

/** since: when this process began, ms. */
export function createRefusals(since: number): Refusals {
  const bySlug = new Map<string, Map<string, number>>();
  return {
    note(slug, outcome, count) {
      if (outcome === 'counted' || outcome === 'held') return;
      const codes = bySlug.get(slug) ?? new Map<string, number>();
      bySlug.set(slug, codes);
      codes.set(outcome, (codes.get(outcome) ?? 0) + count);
    },
    of(slug) {
      const by = [...(bySlug.get(slug) ?? [])]
        .map(([code, count]) => ({ code, count }))
        .sort((a, b) => b.count - a.count);
      return {
        since: new Date(since).toISOString(),
        total: by.reduce((sum, one) => sum + one.count, 0),
        by,
      };
    },
  };
}
