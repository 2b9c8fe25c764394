import { type DayKind, isWeekend, kindOfDay } from '@zuimei/shared/calendar.ts';
import { calendarOf, type Holiday } from '@zuimei/shared/holiday.ts';
import { dayOf } from '@zuimei/shared/moment.ts';

const DAY_MS = 86_400_000;
export const weekdays = ['一', '二', '三', '四', '五', '六', '日'] as const;

export interface DayCell {
  day: string;
  /** Of the month. */
  date: number;
  kind: DayKind;
  /** For who does not see the grid: 10月1日 周四，国庆节放假. */
  words: string;
}

export interface Month {
  month: number;
  /** Places before the first day; weeks begin on Monday. */
  blanks: number;
  cells: DayCell[];
}

export function monthsOf(year: number, days: readonly Holiday[]): Month[] {
  const calendar = calendarOf([{ year, source: '', version: 0, edited: null, days: [...days] }]);
  return Array.from({ length: 12 }, (_, index) => {
    const start = Date.UTC(year, index, 1);
    const length = (Date.UTC(year, index + 1, 1) - start) / DAY_MS;
    const cells = Array.from({ length }, (__, at) => {
      const day = new Date(start + at * DAY_MS).toISOString().slice(0, 10);
      const kind = kindOfDay(calendar, day);
      return { day, date: at + 1, kind, words: wordsOf(day, kind, calendar.names[day] ?? '') };
    });
    return { month: index + 1, blanks: (new Date(start).getUTCDay() + 6) % 7, cells };
  });
}

function wordsOf(day: string, kind: DayKind, name: string): string {
  const what = { work: '上班', weekend: '周末', holiday: `${name}放假`, workedWeekend: `${name}调休上班` };
  return `${dayWords(day)}，${what[kind]}`;
}

/** 10月10日（周六） */
function dayWords(day: string): string {
  return `${dayOf(day)}（周${weekdays[(new Date(day).getUTCDay() + 6) % 7]}）`;
}

export interface HolidayLine {
  name: string;
  /** 10月1日至7日放假，共 7 天 */
  off: string;
  /** 9月20日（周日）、10月10日（周六）上班 */
  work: string;
}

/** Holidays as a notice has them, one a line. */
export function linesOf(days: readonly Holiday[]): HolidayLine[] {
  const names = [...new Set(days.toSorted((a, b) => a.kind.localeCompare(b.kind)).map(({ name }) => name))];
  const firstOf = (name: string): string =>
    days.find((one) => one.name === name && one.kind === 'off')?.day ?? '9';
  return names
    .toSorted((a, b) => firstOf(a).localeCompare(firstOf(b)))
    .map((name) => {
      const of = (kind: Holiday['kind']): string[] =>
        days.filter((one) => one.name === name && one.kind === kind).map(({ day }) => day);
      const [off, work] = [of('off'), of('work')];
      return {
        name,
        off: off.length > 0 ? `${runsOf(off).join('、')}放假，共 ${off.length} 天` : '',
        work: work.length > 0 ? `${work.map(dayWords).join('、')}上班` : '',
      };
    });
}

function runsOf(days: readonly string[]): string[] {
  const runs: { first: string; last: string }[] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && Date.parse(day) - Date.parse(run.last) === DAY_MS) run.last = day;
    else runs.push({ first: day, last: day });
  }
  return runs.map(({ first, last }) => {
    if (first === last) return dayOf(first);
    return `${dayOf(first)}至${last.startsWith(first.slice(0, 7)) ? `${Number(last.slice(8))}日` : dayOf(last)}`;
  });
}

/** A day pressed once is off, a Saturday or Sunday pressed again is worked, and then it is as any other. It goes by the name of the holiday next to it. */
export function pressed(days: readonly Holiday[], day: string): Holiday[] {
  const was = days.find((one) => one.day === day);
  const rest = days.filter((one) => one !== was);
  const kind: Holiday['kind'] | null = !was ? 'off' : was.kind === 'off' && isWeekend(day) ? 'work' : null;
  if (kind === null) return rest;
  const far = ({ day: other }: Holiday): number => Math.abs(Date.parse(other) - Date.parse(day));
  const near = rest.filter((one) => one.kind === 'off').toSorted((a, b) => far(a) - far(b))[0];
  const within = (kind === 'off' ? 1 : 30) * DAY_MS;
  const name = near && far(near) <= within ? near.name : '节假日';
  return [...rest, { day, kind, name }].toSorted((a, b) => a.day.localeCompare(b.day));
}
