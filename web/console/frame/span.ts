import { dayOf, dayTime, hourOf, secondOf } from '@zuimei/shared/moment.ts';
import type { Instant } from '@zuimei/shared/time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** A length of time as one says it: "40 秒", "17 分钟", "2 小时 5 分", "3 天 4 小时". */
export function lengthWords(ms: number): string {
  if (ms < 1000) return '不到 1 秒';
  if (ms < MINUTE_MS) return `${Math.round(ms / 1000)} 秒`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} 分钟`;
  if (minutes < 1440) return joined(Math.floor(minutes / 60), '小时', minutes % 60, '分');
  const hours = Math.round(ms / HOUR_MS);
  return joined(Math.floor(hours / 24), '天', hours % 24, '小时');
}

function joined(most: number, unit: string, rest: number, small: string): string {
  return rest > 0 ? `${most} ${unit} ${rest} ${small}` : `${most} ${unit}`;
}

/** A short gap: "0.4 秒", "24 秒", "3 分钟". */
export function gapWords(ms: number): string {
  if (ms === 0) return '0';
  return ms < 10_000 ? `${Math.round(ms / 100) / 10} 秒` : lengthWords(ms);
}

/** "10月20日 14:02–14:19", over midnight with both days. Of seconds only where both fall into one minute. */
export function spanWords(from: Instant, to: Instant): string {
  const [a, b] = [Date.parse(from), Date.parse(to)];
  if (dayOf(a) !== dayOf(b) || b - a >= DAY_MS) return `${dayTime(a)} – ${dayTime(b)}`;
  return hourOf(a) === hourOf(b)
    ? `${dayOf(a)} ${secondOf(a)}–${secondOf(b)}`
    : `${dayOf(a)} ${hourOf(a)}–${hourOf(b)}`;
}
