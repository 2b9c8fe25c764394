import { shanghaiDay } from './time.ts';

/** Every function takes an instant (ISO) or a moment in ms and writes it in Shanghai time, whatever the phone's own zone. */
type Moment = string | number;

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

function toMs(moment: Moment): number {
  return typeof moment === 'number' ? moment : Date.parse(moment);
}

function inShanghai(moment: Moment): Date {
  return new Date(toMs(moment) + SHANGHAI_OFFSET_MS);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** "3月28日" */
export function dayOf(moment: Moment): string {
  const date = inShanghai(moment);
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日`;
}

/** "2026年3月28日" */
export function fullDayOf(moment: Moment): string {
  return `${inShanghai(moment).getUTCFullYear()}年${dayOf(moment)}`;
}

/** "17:00", midnight as "0:00" the way notices write it. */
export function hourOf(moment: Moment): string {
  const date = inShanghai(moment);
  return `${date.getUTCHours()}:${two(date.getUTCMinutes())}`;
}

/** "14:06:31" */
export function secondOf(moment: Moment): string {
  const date = inShanghai(moment);
  return `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}

/** "3月28日 17:00" */
export function dayTime(moment: Moment): string {
  return `${dayOf(moment)} ${hourOf(moment)}`;
}

/** "3月28日 14:06:31" */
export function dayTimeSeconds(moment: Moment): string {
  return `${dayOf(moment)} ${secondOf(moment)}`;
}

/** "今天 18:00", "明天 0:00", else "3月28日 18:00". */
export function nearTime(moment: Moment, now: number): string {
  const days = shanghaiDay(toMs(moment)) - shanghaiDay(now);
  if (days === 0) return `今天 ${hourOf(moment)}`;
  if (days === 1) return `明天 ${hourOf(moment)}`;
  return dayTime(moment);
}

/** Minutes after midnight → "18:00". */
export function minuteOfDay(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
}

/** A span in ms: "3 天 06:41" from a day up, "06:41:23" below; never negative. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = two(Math.floor((seconds % 86_400) / 3600));
  const minutes = two(Math.floor((seconds % 3600) / 60));
  return days > 0 ? `${days} 天 ${hours}:${minutes}` : `${hours}:${minutes}:${two(seconds % 60)}`;
}

/** A span as a screen reader should say it: "3 天 6 小时". */
export function spokenSpan(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return `${days} 天 ${hours} 小时`;
  return hours > 0 ? `${hours} 小时 ${minutes % 60} 分` : `${minutes} 分钟`;
}
