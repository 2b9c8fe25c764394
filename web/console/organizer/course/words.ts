import { dayOf, dayTime, hourOf } from '@zuimei/shared/moment.ts';
import type { ApprovalFacts, NoticeDay, Office } from '@zuimei/shared/result/act.ts';
import { type Notice, noticeEnds, type ResultLack } from '@zuimei/shared/result/course.ts';
import type { CourseNext } from '@zuimei/shared/result/next.ts';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import type { Day, Instant } from '@zuimei/shared/time.ts';
import type { PageName } from '../../lib/access.ts';
import type { Fault } from '../../lib/client.ts';
import { faultSentence } from '../../lib/words.ts';
import { namesOf } from '../standing/words.ts';
import type { StepId } from './steps.ts';

type Refused = { code: string; details: Record<string, string | number | null> };

/** A refusal that came inside a view, as the sentence that it would have been. */
export function refusedWords({ code, details }: Refused): string {
  return faultSentence({ code: code as Fault['code'], details });
}

/** What the result still lacks, in words, and where it is dealt with: a step of this page or another page; null = nowhere now. */
export interface LackLine {
  words: string;
  to: { step: StepId } | { page: PageName; label: string } | null;
}

/** How many may be recommended upward, and how many it would be with those who are chosen now; nobody is counted twice. */
export function upwardWords(
  upward: CourseView['upward'],
  before: readonly number[],
  chosen: readonly number[],
): string {
  const most = upward.map(({ name, most }) => `${name} ${most}`).join('、');
  const already = new Set(before).size;
  const all = new Set([...before, ...chosen]).size;
  const sum = already > 0 ? `连同已推荐的 ${already} 位，共 ${all} 位。` : `已选 ${all} 位。`;
  return `向上推荐的限额：${most}。${sum}`;
}

/** Who takes objections, in the order in which it is printed. */
export const officeWords: Record<keyof Office, string> = {
  organ: '受理单位',
  person: '联系人',
  telephone: '联系电话',
  address: '地址',
  email: '电子邮箱',
};
export const officeParts = Object.keys(officeWords) as (keyof Office)[];

export const beforeWords: Record<ApprovalFacts['before'], string> = {
  notice: '公示前',
  result: '结果公布前',
};

export function lackLine(lack: ResultLack, { candidates }: Pick<CourseView, 'candidates'>): LackLine {
  switch (lack.code) {
    case 'choice_missing':
      return { words: '拟入选名单还没有确定。', to: { page: 'standing', label: '去确定' } };
    case 'recompute_due':
      return {
        words: '有异议的处理结论要求重新计算综合得分，请重新计算并确定拟入选。',
        to: { page: 'standing', label: '去重新计算' },
      };
    case 'count_unconfirmed':
      return { words: '票数还没有经审计人员确认。', to: { step: 'count' } };
    case 'approval_missing':
      return {
        words: `规则要求${beforeWords[lack.before]}经集体审定，还没有录入。`,
        to: { step: 'approval' },
      };
    case 'place_open':
      return {
        words: `${namesOf(candidates, [lack.number])}的名额空出，还没有决定递补。`,
        to: { step: 'promote' },
      };
    case 'notice_missing':
      return { words: `${namesOf(candidates, lack.numbers)}还没有公示。`, to: { step: 'notice' } };
    case 'notice_running':
      return { words: `公示到 ${endTime(lack.until)} 才结束。`, to: { step: 'notice' } };
    case 'objection_open':
      return {
        words: `第 ${lack.no} 号异议还没有处理结论，请受理人办结，或先作出“暂缓”的结论。`,
        to: { page: 'objections', label: '去异议办理' },
      };
    case 'nothing_new':
      return { words: '没有可以公布的人选：都已公布，或都在暂缓。', to: null };
  }
}

/** "10月9日 24:00": an end at midnight is said by the day that it ends. */
function endTime(until: Instant): string {
  return hourOf(until) === '0:00' ? `${dayOf(Date.parse(until) - 1)} 24:00` : dayTime(until);
}

/** Where a contest stands, in a few words for a list: "公示中，至 10月9日". */
export function nextWords(next: CourseNext): string {
  switch (next.code) {
    case 'choice_missing':
      return '待确定拟入选';
    case 'recompute_due':
      return '待重新计算综合得分';
    case 'place_open':
      return `待决定递补（${next.number} 号退出）`;
    case 'notice_missing':
      return '待发布公示';
    case 'notice_running':
      // An end at midnight is the end of the day before.
      return `公示中，至 ${dayOf(Date.parse(next.until) - 1)}`;
    case 'objection_open':
      return `公示期满，第 ${next.no} 号异议待办结`;
    case 'count_unconfirmed':
      return '公示期满，待审计确认票数';
    case 'approval_missing':
      return '公示期满，待集体审定';
    case 'nothing_new':
      return '入选人选都在暂缓';
    case 'ready':
      return '可以公布结果';
    case 'published':
      return '结果已公布';
  }
}

/** "10月9日" of a day. */
export function shortDay(day: Day): string {
  return dayOf(`${day}T04:00:00.000Z`);
}

const weekdays = ['日', '一', '二', '三', '四', '五', '六'] as const;

/** "9月28日 周一" */
export function weekdayOf(day: Day): string {
  return `${shortDay(day)} 周${weekdays[new Date(day).getUTCDay()] ?? ''}`;
}

/** What of the span is not as the week says: "10月1日至7日 国庆节放假，不计", "10月10日 周六 国庆节调休上班，计入". */
export function spanNotes(span: readonly NoticeDay[], days: readonly Day[]): string[] {
  const runs: { first: NoticeDay; last: NoticeDay }[] = [];
  for (const [at, one] of span.entries()) {
    if (one.kind === 'work' || one.kind === 'weekend') continue;
    const run = runs.at(-1);
    const before = span[at - 1];
    if (
      run &&
      before === run.last &&
      one.kind === 'holiday' &&
      run.first.kind === 'holiday' &&
      run.first.name === one.name
    )
      run.last = one;
    else runs.push({ first: one, last: one });
  }
  return runs.map(({ first, last }) => {
    if (first.kind === 'workedWeekend')
      return `${weekdayOf(first.day)}${first.name ? `，${first.name}` : ''}调休上班，${days.includes(first.day) ? '计入' : '不计入'}。`;
    const until = first === last ? '' : `至${shortDay(last.day)}`;
    return `${shortDay(first.day)}${until}${first.name ? `，${first.name}` : ''}放假，不计入。`;
  });
}

/** Where the days of the span are said to be off or worked. */
export function spanSources(span: readonly NoticeDay[]): string[] {
  return [...new Set(span.map(({ source }) => source).filter(Boolean))];
}

/** So many of its working days are not over yet. */
export function daysLeft({ days, closes }: Pick<Notice, 'days' | 'closes'>, now: number): number {
  return days.filter((day) => noticeEnds({ days: [day], closes }) > now).length;
}

/** Why somebody fell: their own withdrawal, or what was found on an objection. */
export function fallReason({ course }: Pick<CourseView, 'course'>, number: number): string {
  const withdrawn = course.withdrawn.find((one) => one.number === number);
  if (withdrawn) return `本人或单位退出（${dayTime(withdrawn.at)}）：${withdrawn.reason}`;
  for (const { no, findings } of course.objections) {
    const found = findings.at(-1);
    if (found?.effect === 'fall' && found.numbers.includes(number))
      return `第 ${no} 号异议的处理结论为取消资格（${dayTime(found.at)}）。`;
  }
  return '';
}
