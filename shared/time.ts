/** An instant as a UTC ISO string with milliseconds, e.g. `2026-03-28T06:06:31.000Z`. */
export type Instant = string;
/** A calendar day in Shanghai, YYYY-MM-DD. */
export type Day = string;

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** Days since 1970-01-01 of the Shanghai calendar day that holds this moment (China has had no daylight saving since 1991). */
export function shanghaiDay(ms: number): number {
  return Math.floor((ms + SHANGHAI_OFFSET_MS) / DAY_MS);
}

/** The Shanghai calendar day of a moment (ms) as YYYY-MM-DD. */
export function shanghaiDate(ms: number): string {
  return new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);
}

/** A moment (ms) by Shanghai's clock as YYYY-MM-DD HH:MM:SS. */
export function shanghaiClock(ms: number): string {
  return new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** Is this a day that there is, as YYYY-MM-DD? Engines take 2026-02-31 for a day of March. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** The moment (ms) at which the given Shanghai day begins, plus `minutes` after midnight. */
export function shanghaiDayStart(day: number, minutes = 0): number {
  return day * DAY_MS - SHANGHAI_OFFSET_MS + minutes * 60_000;
}

/** The moment (ms) at which something ends on a day: with the day itself, or at an hour of it. */
export function dayClosesAt(day: Day, closes: '24:00' | '17:30'): number {
  const start = Date.parse(day) - SHANGHAI_OFFSET_MS;
  return start + (closes === '24:00' ? DAY_MS : 17.5 * 3_600_000);
}
