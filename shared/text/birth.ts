import { DOTS, narrow } from './character.ts';
import { inFigures } from './numeral.ts';

/** A birth date as far as it was given. `month` is null when only the year is sure. */
export interface Birth {
  text: string;
  year: number;
  month: number | null;
  day: number | null;
}

/**
 * `1981.4.17`, `1981年4月`, `1979-11-03`, `1970.2`, `198104`, `19810417`, `一九八一年四月`, with whatever dashes, dots, blanks, time or
 * day of the week; or a sheet's serial day (`dated`, or a whole number that can be no year). A number 1970.1 may have been 1970.10
 * before the sheet dropped its zero: then the month is null.
 */
export function parseBirth(text: string, number: number | null, dated: boolean): Birth | null {
  if (text.length > 40) return null;
  if (number !== null && (dated || (number > 9999 && number < 60_000)))
    return fromSerial(text, Math.floor(number));
  const parts = partsOf(inFigures(plainDate(text)));
  if (!parts) return null;
  const lostZero = number !== null && parts[2] === '1' && !Number.isInteger(number);
  return birthOf(text, Number(parts[1]), lostZero ? null : numberOrNull(parts[2]), numberOrNull(parts[3]));
}

/** The date alone, its marks as people type them most. */
function plainDate(text: string): string {
  return shanghaiDay(narrow(text).trim())
    .replace(/\([^)]*\)/gu, '')
    .replace(/^(?:公历|阳历|农历|阴历|生于|出生于)/u, '')
    .replace(/(?:星期|礼拜|周)[一二三四五六日天]/u, '')
    .replace(/[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/u, '')
    .replace(/\s*(?:出生|生)?$/u, '')
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(new RegExp(`[${DOTS},、。]`, 'gu'), '.')
    .replace(/\s*([-./年月日号])\s*/gu, '$1')
    .replace(/元月/u, '1月');
}

/** What a program wrote in universal time is the day it was in China then, also in the years of summer time. */
function shanghaiDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u.test(text)) return text;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  return moment.toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
}

function partsOf(date: string): RegExpExecArray | null {
  const bare = date.replace(/[日号.]$|月份?$|年$/gu, '');
  const blanks = bare.replace(/\s+/gu, '-');
  const whole = bare.replace(/\s+/gu, '');
  const parted = /^(\d{4})(?:[-./年](\d{1,2}))?(?:[-./月](\d{1,2}))?$/u;
  return parted.exec(blanks) ?? parted.exec(whole) ?? /^(\d{4})(\d{2})(\d{2})?$/u.exec(whole);
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

function fromSerial(text: string, serial: number): Birth | null {
  const date = new Date((serial - 25_569) * 86_400_000);
  return birthOf(text, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

function birthOf(text: string, year: number, month: number | null, day: number | null): Birth | null {
  if (year < 1900 || year > 2100) return null;
  if (month !== null && (month < 1 || month > 12)) return null;
  const last = new Date(Date.UTC(year, month ?? 1, 0)).getUTCDate();
  if (day !== null && (month === null || day < 1 || day > last)) return null;
  return { text, year, month, day };
}

/** Do two birth dates agree as far as both go? */
export function sameBirth(a: Birth, b: Birth): boolean {
  const agree = (x: number | null, y: number | null): boolean => x === null || y === null || x === y;
  return a.year === b.year && agree(a.month, b.month) && agree(a.day, b.day);
}

/** A month as a form wants it, YYYY-MM, of a date as people write it; null when it names none. */
export function monthIn(text: string): string | null {
  const birth = parseBirth(text, null, false);
  return birth?.month ? `${birth.year}-${String(birth.month).padStart(2, '0')}` : null;
}
