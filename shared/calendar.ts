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

/** A calendar that can say what its days are off or worked for, and where that was read. */
export interface NamedCalendar extends Calendar {
  /** Day → holiday: 2026-10-10 → 国庆节, which it is worked for. */
  names: Readonly<Record<string, string>>;
  /** Year → the notice it was taken from, as it is cited. */
  sources: Readonly<Record<number, string>>;
}

/** holiday: off, whatever day of the week; workedWeekend: 调休上班. */
export type DayKind = 'work' | 'weekend' | 'holiday' | 'workedWeekend';

/** A day as a notice lists it. name: of the holiday that it is off or worked for. */
export interface ListedDay {
  day: string;
  kind: DayKind;
  name: string | null;
  source: string;
}

/** The days of a year are asked for whose holidays nobody has entered yet. */
export type Uncovered = Extract<Refused, { refusal: 'calendar_uncovered' }>;

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
): Period | Uncovered {
  const found: string[] = [];
  for (
    let day = first === 'same' ? published : dayAfter(published);
    found.length < days;
    day = dayAfter(day)
  ) {
    const year = yearOfDay(day);
    if (!calendar.years.includes(year)) return { refusal: 'calendar_uncovered', year };
    if (isWorkingDay(calendar, day)) found.push(day);
  }
  return { days: found, first: found[0] ?? published, last: found.at(-1) ?? published };
}

/** The n-th working day after a day, e.g. until when an objection has to be answered; 0 = the day itself. Refuses as noticePeriod does. */
export function workingDaysAfter(calendar: Calendar, day: string, n: number): { day: string } | Uncovered {
  const period = noticePeriod(calendar, day, n, 'next');
  return 'refusal' in period ? period : { day: period.last };
}

/** Takes a day of a year that the calendar covers. */
export function isWorkingDay(calendar: Calendar, day: string): boolean {
  const kind = kindOfDay(calendar, day);
  return kind === 'work' || kind === 'workedWeekend';
}

/** Of a year that is not covered it knows the days of the week alone. */
export function kindOfDay(calendar: Calendar, day: string): DayKind {
  if (calendar.work.includes(day)) return 'workedWeekend';
  if (calendar.off.includes(day)) return 'holiday';
  return isWeekend(day) ? 'weekend' : 'work';
}

/** Saturday or Sunday, worked or not. */
export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(day).getUTCDay());
}

/** Every day from the first to the last, with what it is; refuses as noticePeriod does. Takes at most a few months. */
export function listDays(calendar: NamedCalendar, first: string, last: string): ListedDay[] | Uncovered {
  const days: ListedDay[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) {
    const year = yearOfDay(day);
    if (!calendar.years.includes(year)) return { refusal: 'calendar_uncovered', year };
    const kind = kindOfDay(calendar, day);
    days.push({ day, kind, name: calendar.names[day] ?? null, source: calendar.sources[year] ?? '' });
  }
  return days;
}

export function yearOfDay(day: string): number {
  return Number(day.slice(0, 4));
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}
