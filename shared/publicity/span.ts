import type { Day } from '../time.ts';

/** From a day until another, both in it. */
export interface Span {
  from: Day;
  until: Day;
}

/** Within each of these something is asked for. */
export const spanNames = ['week', 'month', 'quarter'] as const;
export type SpanName = (typeof spanNames)[number];

const DAY_MS = 86_400_000;

/** The day so many days later. */
export function dayAfter(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

export function yearOfDay(day: Day): number {
  return Number(day.slice(0, 4));
}

function firstOf(year: number, month: number): Day {
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

/** The week (Monday to Sunday), the month or the quarter that holds a day. */
export function spanOf(name: SpanName, day: Day): Span {
  if (name === 'week') {
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    return { from: dayAfter(day, -weekday), until: dayAfter(day, 6 - weekday) };
  }
  const length = name === 'month' ? 1 : 3;
  const year = yearOfDay(day);
  const month = Number(day.slice(5, 7)) - 1;
  const first = month - (month % length);
  return { from: firstOf(year, first), until: dayAfter(firstOf(year, first + length), -1) };
}

export function yearSpan(year: number): Span {
  return { from: `${year}-01-01`, until: `${year}-12-31` };
}

/** The day in the middle of a span: of a week its Thursday, by which ISO 8601 gives a week to a month and a year. */
export function middleOf({ from, until }: Span): Day {
  return dayAfter(from, Math.floor((Date.parse(until) - Date.parse(from)) / DAY_MS / 2));
}

/** The weeks, months or quarters of a span: those whose middle lies in it, so that each belongs to exactly one month, quarter and year. */
export function spansIn(name: SpanName, { from, until }: Span): Span[] {
  const found: Span[] = [];
  for (let one = spanOf(name, from); one.from <= until; one = spanOf(name, dayAfter(one.until, 1))) {
    const middle = middleOf(one);
    if (middle >= from && middle <= until) found.push(one);
  }
  return found;
}

export const quarterWords = ['第一季度', '第二季度', '第三季度', '第四季度'] as const;

/** "2026年3月5日" */
export function dayWords(day: Day): string {
  return `${yearOfDay(day)}年${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`;
}

/** "2026年度", "2026年第一季度", else "2026年3月5日至2026年5月2日". */
export function spanWords(span: Span): string {
  const { from, until } = span;
  const year = yearOfDay(from);
  const isSame = (other: Span): boolean => other.from === from && other.until === until;
  if (isSame(yearSpan(year))) return `${year}年度`;
  if (isSame(spanOf('quarter', from)))
    return `${year}年${quarterWords[Math.floor((Number(from.slice(5, 7)) - 1) / 3)]}`;
  return `${dayWords(from)}至${dayWords(until)}`;
}
