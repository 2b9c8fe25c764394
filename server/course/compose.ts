import { listDays, type NamedCalendar, noticePeriod, workingDaysAfter } from '@zuimei/shared/calendar.ts';
import { refuse } from '@zuimei/shared/judging/refused.ts';
import { fullDayOf } from '@zuimei/shared/moment.ts';
import type { NoticeDay } from '@zuimei/shared/result/act.ts';
import { type Course, unnoticed } from '@zuimei/shared/result/course.ts';
import type { NoticeDraft } from '@zuimei/shared/result/view.ts';
import { type Day, dayClosesAt, shanghaiDate } from '@zuimei/shared/time.ts';
import type { Judged } from '../judging/judged.ts';

const noOffice = { organ: '', person: '', telephone: '', address: '', email: '' };

/** What a notice published at `now` would be, of everybody who needs one. Refuses with calendar_uncovered {year}. */
export function composeNotice(
  contest: Judged,
  course: Course,
  calendar: NamedCalendar,
  now: number,
): NoticeDraft {
  const { notice } = contest.outcome;
  const published = shanghaiDate(now);
  const period = noticePeriod(calendar, published, notice.days, notice.first);
  if ('refusal' in period) refuse(period);
  const numbers = sortNumbers(contest, unnoticed(course));
  return {
    numbers,
    published,
    days: period.days,
    span: spanOf(calendar, period.first, period.last),
    closes: notice.closes,
    text: textOf(contest, course, numbers, period),
    office: course.notices.at(-1)?.office ?? noOffice,
  };
}

/** The days of a notice with so many working days more: what is printed stays, whatever the calendar says by now. */
export function extendDays(
  calendar: NamedCalendar,
  { days, span }: { days: readonly Day[]; span: readonly NoticeDay[] },
  more: number,
): { days: Day[]; span: NoticeDay[] } {
  const all = [...days];
  for (let left = more; left > 0; left--) {
    const next = workingDaysAfter(calendar, all.at(-1) ?? '', 1);
    if ('refusal' in next) refuse(next);
    all.push(next.day);
  }
  const after = spanOf(calendar, days.at(-1) ?? '', all.at(-1) ?? '').slice(1);
  return { days: all, span: [...span, ...after] };
}

function spanOf(calendar: NamedCalendar, first: Day, last: Day): NoticeDay[] {
  const days = listDays(calendar, first, last);
  if ('refusal' in days) refuse(days);
  return days.map(({ day, kind, name, source }) => ({
    day,
    kind,
    name: name ?? '',
    source: kind === 'work' || kind === 'weekend' ? '' : source,
  }));
}

/** By the strokes of the name, or by number. Which order strokes give hangs on the machine's tables: the entry keeps it. */
export function sortNumbers({ outcome, candidates }: Judged, numbers: readonly number[]): number[] {
  const ascending = [...numbers].sort((a, b) => a - b);
  if (outcome.notice.sorted === 'number') return ascending;
  const strokes = new Intl.Collator('zh-CN-u-co-stroke');
  const nameOf = (number: number): string => candidates.find((one) => one.number === number)?.name ?? '';
  return ascending.sort((a, b) => strokes.compare(nameOf(a), nameOf(b)) || a - b);
}

function textOf(
  { title, noun, outcome }: Judged,
  course: Course,
  numbers: readonly number[],
  { first, last, days }: { first: Day; last: Day; days: readonly Day[] },
): string[] {
  const { closes, sorted, anonymous } = outcome.notice;
  const full = (day: Day): string => fullDayOf(dayClosesAt(day, '17:30'));
  const until = closes === '17:30' ? `${full(last)} 17:30` : full(last);
  const again = course.notices.length > 0 ? '（递补人选）' : '';
  const order = numbers.length < 2 ? '' : sorted === 'strokes' ? '，按姓氏笔画排序' : '，按候选编号排序';
  return [
    `根据${title}评选规则，经组织推荐、资格审核、公众投票和综合评定，确定 ${numbers.length} ${noun.measure}拟入选${noun.name}${again}，现予公示${order}。`,
    `公示时间：${full(first)}至${until}（${days.length} 个工作日）。`,
    `公示期内，任何单位和个人对公示对象有异议的，可以来信、来电、来访或在本页向受理单位反映。反映情况应当实事求是，提倡署名并提供联系方式${anonymous === 'refused' ? '；匿名反映不予受理' : '；匿名反映作为线索了解'}。`,
  ];
}
