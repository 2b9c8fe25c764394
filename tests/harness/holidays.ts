import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { calendarOf, type Holiday } from '@zuimei/shared/holiday.ts';

/** What the package chinese-days has of a year, in its own words. */
export function holidaysIn(year: number): Holiday[] {
  const path = createRequire(import.meta.url).resolve(`chinese-days/dist/years/${year}.json`);
  const { holidays, workdays } = JSON.parse(readFileSync(path, 'utf8')) as Record<
    'holidays' | 'workdays',
    Record<string, string>
  >;
  const of = (days: Record<string, string>, kind: Holiday['kind']): Holiday[] =>
    Object.entries(days).map(([day, words]) => ({ day, kind, name: words.split(',')[1] ?? '' }));
  return [...of(holidays, 'off'), ...of(workdays, 'work')].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** As a site knows them at its start. */
export const holidayYears = [2024, 2025, 2026].map((year) => ({
  year,
  source: `国务院办公厅关于${year}年部分节假日安排的通知`,
  version: 1,
  edited: null,
  days: holidaysIn(year),
}));
export const calendar = calendarOf(holidayYears);
