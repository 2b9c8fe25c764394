import type { RefusalDetails } from '../refusal.ts';
import type { AnyRefusalCode } from '../staffrefusal.ts';
import type { Day } from '../time.ts';
import { type FilingKind, type FilingLine, type FilingView, isLate } from './filing.ts';
import { type FilingRule, filingPoints } from './points.ts';

/** What an editor sees: a draft is its contributor's alone. */
export const filedStates = ['filed', 'accepted', 'returned'] as const;
export type FiledState = (typeof filedStates)[number];

/** undo: an acceptance or a return is taken back, and it waits as before. */
export const filingVerdicts = ['accept', 'return', 'undo'] as const;
export type FilingVerdict = (typeof filingVerdicts)[number];

/** One line of a list, with what is read beside it. */
export interface FiledLine extends FilingLine {
  version: number;
  characters: number;
  /** It was returned, and came again. */
  again: boolean;
}

/** GET /api/console/newsroom. */
export interface FiledList {
  lines: FiledLine[];
  /** Give it as `after` for the next page; null = there is none. */
  next: string | null;
  /** Under the same filter but the state. */
  counts: Record<FiledState, number>;
}

/** What a list can be narrowed to. from, to: days of the event, both included. */
export interface FiledFilter {
  state?: FiledState;
  kind?: FilingKind;
  contributor?: number;
  from?: Day;
  to?: Day;
  q?: string;
}

/** One filing whole, with what its year earns. */
export interface FilingReading extends FilingView {
  rule: FilingRule;
}

/** What was done, and what was not: each stands for itself. */
export interface FilingDecided {
  done: { id: number; version: number }[];
  refused: { id: number; title: string; code: AnyRefusalCode; details: RefusalDetails }[];
}

/** Most filings of one page, and of one verdict. */
export const newsroomLimits = { lines: 50, decided: 200, search: 80 } as const;

interface Counted {
  kind: FilingKind;
  event: Day | null;
  filedOn: Day | null;
}

/** What one accepted filing earns with uses of these classes. */
export function earned({ kind, event, filedOn }: Counted, rule: FilingRule, used: readonly number[]): number {
  if (event === null || filedOn === null) return 0;
  const { points = 0 } = filingPoints([{ unit: '', kind, event, filed: filedOn, used }], rule)[''] ?? {};
  return points;
}

/** What one more use does: the points before and after it, and why they stay where they do. */
export interface UseEffect {
  before: number;
  after: number;
  /** kind: news and opinion earn nothing by being used · late: nor does this, as it came late · lower: another of its uses counts. */
  stays: 'kind' | 'late' | 'lower' | null;
}

export function effectOf(
  filing: Counted,
  rule: FilingRule,
  used: readonly number[],
  next: number,
): UseEffect {
  const before = earned(filing, rule, used);
  const after = earned(filing, rule, [...used, next]);
  if (after !== before) return { before, after, stays: null };
  if (filing.kind === 'news' || filing.kind === 'opinion') return { before, after, stays: 'kind' };
  const late = isLate(filing.event, filing.filedOn, rule.days);
  return { before, after, stays: late && !rule.lateUsed ? 'late' : 'lower' };
}
