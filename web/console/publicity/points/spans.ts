import { dayAfter, type Span, spanOf, yearOfDay, yearSpan } from '@zuimei/shared/publicity/span.ts';
import type { Day } from '@zuimei/shared/time.ts';

/** What the page can be asked for; own: days that are typed in. */
export const spanChoices = [
  { key: 'quarter', label: '本季度' },
  { key: 'last', label: '上季度' },
  { key: 'year', label: '本年' },
  { key: 'before', label: '上年' },
  { key: 'own', label: '自选日期' },
] as const;
export type SpanChoice = (typeof spanChoices)[number]['key'];

/** The days of a choice; of `own`, to begin with, the year up to today. */
export function spanFor(choice: SpanChoice, today: Day): Span {
  const quarter = spanOf('quarter', today);
  const year = yearOfDay(today);
  if (choice === 'quarter') return quarter;
  if (choice === 'last') return spanOf('quarter', dayAfter(quarter.from, -1));
  if (choice === 'year') return yearSpan(year);
  if (choice === 'before') return yearSpan(year - 1);
  return { from: yearSpan(year).from, until: today };
}

/** What is wrong with typed days, or undefined. */
export function spanProblem({ from, until }: Span, longest: number): string | undefined {
  if (from === '' || until === '') return '请填写起止两个日期。';
  if (until < from) return '结束日期不能早于开始日期。';
  if (until > dayAfter(from, longest)) return '最长统计三年，请把日期改近一些。';
  return undefined;
}
