import { dayAfter, yearOfDay } from './calendar.ts';

/*
 * The thirteen days that are off by law in every year (全国年节及纪念日放假办法, 2024), before the State Council says which days around them are:
 * all that can be known of a year whose holidays nobody has entered.
 */

const solar: Readonly<Record<string, string>> = {
  '01-01': '元旦',
  '05-01': '劳动节',
  '05-02': '劳动节',
  '10-01': '国庆节',
  '10-02': '国庆节',
  '10-03': '国庆节',
};

/** 正月初一, 五月初五 and 八月十五. Intl's Chinese calendar is a day late where a new moon falls near midnight, as in February 2027. */
const lunar: Readonly<Record<number, readonly [spring: string, dragonBoat: string, midAutumn: string]>> = {
  2025: ['01-29', '05-31', '10-06'],
  2026: ['02-17', '06-19', '09-25'],
  2027: ['02-06', '06-09', '09-15'],
  2028: ['01-26', '05-28', '10-03'],
  2029: ['02-13', '06-16', '09-22'],
  2030: ['02-03', '06-05', '09-12'],
  2031: ['01-23', '06-24', '10-01'],
  2032: ['02-11', '06-12', '09-19'],
  2033: ['01-31', '06-01', '09-08'],
  2034: ['02-19', '06-20', '09-27'],
  2035: ['02-08', '06-10', '09-16'],
};

/** The festival for which a day (YYYY-MM-DD) is off by law, or null; after 2035 those of the solar calendar alone. */
export function festivalOn(day: string): string | null {
  const year = yearOfDay(day);
  const date = day.slice(5);
  const [spring = '', dragonBoat = '', midAutumn = ''] = lunar[year] ?? [];
  if (solar[date]) return solar[date];
  if (date === qingming(year)) return '清明节';
  if (date === dragonBoat) return '端午节';
  if (date === midAutumn) return '中秋节';
  return spring !== '' && isOfSpring(day, `${year}-${spring}`) ? '春节' : null;
}

/** From the eve to 正月初三. */
function isOfSpring(day: string, first: string): boolean {
  return dayAfter(day) >= first && day <= dayAfter(dayAfter(first));
}

/** By the rule of thumb that holds from 2000 to 2099. */
function qingming(year: number): string {
  const of = year % 100;
  return `04-0${Math.floor(of * 0.2422 + 4.81) - Math.floor(of / 4)}`;
}
