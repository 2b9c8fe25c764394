import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Outcome } from './ledger.ts';
import type { Brought } from './question.ts';

/** Told of every batch on its way, for the metrics. */
export interface CastWatch {
  gated(ms: number): void;
  written(size: number, ms: number): void;
  proved(kind: 'work' | 'question', found: Brought['kind']): void;
  /** Those who go on (null) have no outcome yet. */
  answered(slug: string, outcomes: readonly (Outcome | null)[]): void;
  failed(error: unknown): void;
}

/** How many ended how: by the code of the refusal, or the state of the ballot. */
export function countOutcomes(outcomes: readonly (Outcome | null)[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const outcome of outcomes) {
    if (!outcome) continue;
    const name = outcome instanceof Refusal ? outcome.code : outcome.state;
    sums.set(name, (sums.get(name) ?? 0) + 1);
  }
  return sums;
}
