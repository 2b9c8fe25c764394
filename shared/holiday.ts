import { dayAfter, isWeekend, type NamedCalendar, yearOfDay } from './calendar.ts';
import { type Instant, isDate } from './time.ts';

/** A day that is not what its day of the week says: off, or a Saturday or Sunday that is worked. name: of the holiday. */
export interface Holiday {
  day: string;
  kind: 'off' | 'work';
  name: string;
}

/** A year whose holidays are known. source: the notice they were taken from, as it is cited. */
export interface HolidayYear {
  year: number;
  source: string;
  /** Goes back with a change; another number on the server = somebody changed it meanwhile. */
  version: number;
  /** null = as it comes with the program. */
  edited: { at: Instant; by: string } | null;
  /** In their order. */
  days: Holiday[];
}

/** Far more than a year has. */
export const mostHolidays = 60;

/** Off by law in every year (全国年节及纪念日放假办法), whatever its notice says of the days around. */
const fixed = { '01-01': '元旦', '05-01': '劳动节', '10-01': '国庆节' };

export type HolidayFault =
  | { code: 'holiday_stray' | 'holiday_twice' | 'holiday_weekday'; day: string }
  | { code: 'holiday_missing'; day: string; name: string };

/** Why these cannot be the holidays of the year; null = they can. What lacks a day that is off by law was left half done, or is another year's. */
export function holidayFault(year: number, days: readonly Holiday[]): HolidayFault | null {
  const seen = new Set<string>();
  for (const { day, kind } of days) {
    if (!isDate(day) || yearOfDay(day) !== year) return { code: 'holiday_stray', day };
    if (seen.has(day)) return { code: 'holiday_twice', day };
    seen.add(day);
    if (kind === 'work' && !isWeekend(day)) return { code: 'holiday_weekday', day };
  }
  for (const [end, name] of Object.entries(fixed)) {
    const day = `${year}-${end}`;
    if (!days.some((one) => one.day === day && one.kind === 'off'))
      return { code: 'holiday_missing', day, name };
  }
  return null;
}

export function calendarOf(years: readonly HolidayYear[]): NamedCalendar {
  const days = years.flatMap((one) => one.days);
  const of = (kind: Holiday['kind']): string[] =>
    days.filter((one) => one.kind === kind).map(({ day }) => day);
  return {
    years: years.map(({ year }) => year),
    off: of('off'),
    work: of('work'),
    names: Object.fromEntries(days.map(({ day, name }) => [day, name])),
    sources: Object.fromEntries(years.map(({ year, source }) => [year, source])),
  };
}

export interface Reading {
  days: Holiday[];
  others: string[];
  unread: string[];
}

const HEAD = /^[一二三四五六七八九十\d]*[、.．\s]*([\p{Script=Han}、]{2,20}?)[:：]/u;
const DAY = /(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日/gu;

/**
 * Reads what a notice of the State Council's office says: `六、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）上班。` Gives the
 * days of the year in their order, those of other years (元旦 may begin in December), and the clauses that name a day and could not be read.
 */
export function parseHolidays(text: string, year: number): Reading {
  const reading: Reading = { days: [], others: [], unread: [] };
  // What stands in brackets (days of the week and of the moon) has numerals of its own.
  const bare = text.replace(/[（(][^）)]*[）)]/gu, '');
  for (const line of bare.replace(/(?=[一二三四五六七]、)/gu, '\n').split('\n')) {
    const plain = line.replace(/\s/gu, '');
    const name = HEAD.exec(plain)?.[1];
    let holiday = name;
    for (const clause of plain.replace(HEAD, '').split(/[，,。；;]/u)) {
      const dates = [...clause.matchAll(DAY)];
      if (dates.length === 0) continue;
      const kind = /上班/u.test(clause) ? 'work' : /放假|休息|补休/u.test(clause) ? 'off' : null;
      const found = kind && readDays(clause, year);
      if (!found) reading.unread.push(clause);
      if (name === undefined && kind === 'off') holiday = fixedNameOf(found ?? []);
      for (const day of found ?? [])
        if (yearOfDay(day) !== year) reading.others.push(day);
        else reading.days.push({ day, kind: kind ?? 'off', name: holiday ?? '节假日' });
    }
  }
  reading.days.sort((a, b) => (a.day < b.day ? -1 : 1));
  return reading;
}

/** Where a line names no holiday, the days that are off by law do. */
function fixedNameOf(days: readonly string[]): string | undefined {
  return Object.entries(fixed).find(([end]) => days.some((day) => day.endsWith(end)))?.[1];
}

/** 10月1日至7日 and 9月27日、10月10日: a month that is not said is the one before. null = a day that there is not, or a word between that says something else. */
function readDays(clause: string, asked: number): string[] | null {
  const days: string[] = [];
  let year = asked;
  let month = 0;
  let end = 0;
  for (const match of clause.matchAll(DAY)) {
    const between = clause.slice(end, match.index);
    end = match.index + match[0].length;
    year = match[1] ? Number(match[1]) : year;
    month = match[2] ? Number(match[2]) : month;
    const day = `${year}-${String(month).padStart(2, '0')}-${match[3]?.padStart(2, '0')}`;
    const last = days.at(-1);
    if (!isDate(day)) return null;
    if (last && /^[至到—–~-]+$/u.test(between)) {
      if (day <= last || Date.parse(day) - Date.parse(last) > 31 * 86_400_000) return null;
      for (let next = dayAfter(last); next <= day; next = dayAfter(next)) days.push(next);
    } else if (!last || /^[、和及与]$/u.test(between)) days.push(day);
    else return null;
  }
  return days;
}
