import { type BundleState, secondsToWrite } from '@zuimei/shared/bundle/state.ts';
import { dayOf, dayTime, hourOf } from '@zuimei/shared/moment.ts';
import type { NoticeDay } from '@zuimei/shared/result/act.ts';
import { isInForce } from '@zuimei/shared/result/course.ts';
import type { PublicNotice } from '@zuimei/shared/result/view.ts';
import { sizeWords } from '../objection/size.ts';

const WEEK = '日一二三四五六';

/** "10月10日 周六" */
export function weekday(day: string): string {
  return `${dayOf(`${day}T04:00:00Z`)} 周${WEEK[new Date(day).getUTCDay()]}`;
}

/** "10月9日 24:00": the end of a day is said as that day's. */
export function untilWords(instant: string): string {
  return hourOf(instant) === '0:00' ? `${dayOf(Date.parse(instant) - 1)} 24:00` : dayTime(instant);
}

/** A day that counts, or a stretch of days that do not. `count`: which working day of the notice it is; 0 = none. */
export interface DayLine {
  key: string;
  when: string;
  why: string;
  count: number;
}

/** Every day between the first and the last, one by one; those that do not count together, as long as it is for the same cause. */
export function dayLines({ days, span }: Pick<PublicNotice, 'days' | 'span'>): DayLine[] {
  const lines: (DayLine & { first: string })[] = [];
  let count = 0;
  for (const one of span) {
    const counts = days.includes(one.day);
    const [last, why] = [lines.at(-1), whyOf(one, counts)];
    if (!counts && last?.count === 0 && last.why === why) {
      last.when = `${weekday(last.first)} 至 ${weekday(one.day)}`;
      continue;
    }
    if (counts) count++;
    lines.push({ key: one.day, first: one.day, when: weekday(one.day), why, count: counts ? count : 0 });
  }
  return lines;
}

function whyOf({ kind, name }: NoticeDay, counts: boolean): string {
  if (kind === 'workedWeekend') return `${name}调休上班，${counts ? '计入' : '不计入'}`;
  if (kind === 'holiday') return `${name}放假，不计入`;
  if (kind === 'weekend') return '周末，不计入';
  return counts ? '' : '不计入';
}

/** How many working days of a notice are left at `now` (ms), this one included; 0 = it is over, stopped or lapsed. */
export function daysLeft({ days, ends, ...notice }: PublicNotice, now: number): number {
  if (!isInForce(notice) || now >= Date.parse(ends)) return 0;
  return days.filter((day) => now < Date.parse(`${day}T24:00:00+08:00`)).length;
}

/** How large the bundle is, or how long the first one takes: a browser shows nothing while it waits. */
export function bundleWords({ state, entries, percent, bytes }: BundleState): string {
  if (bytes !== null) return `文件大小约 ${sizeWords(bytes)}。`;
  const all = secondsToWrite(entries);
  const left = state === 'writing' ? Math.ceil((all * (100 - percent)) / 100) : all;
  if (left < 5) return '';
  const time = left < 60 ? `${left} 秒` : `${Math.ceil(left / 60)} 分钟`;
  const doing = state === 'writing' || state === 'waiting' ? '文件正在生成' : '文件在第一次下载时生成';
  return `${doing}，约需 ${time}，按下后请稍候，不必重复按。`;
}

/** Several of a list under the same word, in the order in which the words come. */
export function stretches<One>(
  list: readonly One[],
  of: (one: One) => string,
): { name: string; list: One[] }[] {
  const found: { name: string; list: One[] }[] = [];
  for (const one of list) {
    const same = found.find(({ name }) => name === of(one));
    if (same) same.list.push(one);
    else found.push({ name: of(one), list: [one] });
  }
  return found;
}
