import type { Refused } from './judging/refused.ts';

/** Days are YYYY-MM-DD. */
export interface Calendar {
  /** Years whose holidays are known. */
  years: readonly number[];
  /** Days off beside Saturdays and Sundays (a Saturday of a holiday may stand here too). */
  off: readonly string[];
  /** Saturdays and Sundays that are worked. */
  work: readonly string[];
}

export interface Period {
  days: string[];
  first: string;
  last: string;
}

const DAY_MS = 86_400_000;

/**
 * The working days of a notice. same: the day of publication counts if it is one; next: the count begins with the next. Gives
 * calendar_uncovered {year} as soon as a day of a year is needed whose holidays are not known.
 */
export function noticePeriod(
  calendar: Calendar,
  published: string,
  days: number,
  first: 'same' | 'next',
): Period | Refused {
  const found: string[] = [];
  for (
    let day = first === 'same' ? published : dayAfter(published);
    found.length < days;
    day = dayAfter(day)
  ) {
    const year = Number(day.slice(0, 4));
    if (!calendar.years.includes(year)) return { refusal: 'calendar_uncovered', year };
    if (isWorkingDay(calendar, day)) found.push(day);
  }
  return { days: found, first: found[0] ?? published, last: found.at(-1) ?? published };
}

/** Takes a day of a year that the calendar covers. */
export function isWorkingDay(calendar: Calendar, day: string): boolean {
  if (calendar.work.includes(day)) return true;
  const weekday = new Date(day).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !calendar.off.includes(day);
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}
