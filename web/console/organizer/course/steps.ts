import { dayTime } from '@zuimei/shared/moment.ts';
import {
  type Course,
  isApproved,
  isInForce,
  isRunning,
  itemsOf,
  openPlaces,
  promotionsOf,
  unnoticed,
} from '@zuimei/shared/result/course.ts';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import { beforeWords, daysLeft, shortDay } from './words.ts';

export type StepId = 'count' | 'approval' | 'notice' | 'promote' | 'result' | 'certificate' | 'recommend';

/** A step of the way; `note`: what is done or what it waits for, in a few words. */
export interface CourseStep {
  id: StepId;
  label: string;
  state: 'done' | 'now' | 'todo';
  note: string;
}

export const stepNames: Record<StepId, string> = {
  count: '计票确认',
  approval: '集体审定',
  notice: '公示',
  promote: '递补',
  result: '结果',
  certificate: '证书',
  recommend: '推荐上报',
};

/** Where each step stands at `now` (ms), in the order of the way. Several can be under way: the count may be confirmed while a notice runs. */
export function courseSteps(view: CourseView, now: number): CourseStep[] {
  return (Object.keys(stepNames) as StepId[]).map((id) => ({
    id,
    label: stepNames[id],
    ...(view.course.choice ? states[id](view, now) : { state: 'todo', note: '待确定拟入选' }),
  }));
}

type State = Pick<CourseStep, 'state' | 'note'>;

const states: Record<StepId, (view: CourseView, now: number) => State> = {
  count: ({ course, counts }) => {
    if (!countStands(course)) return { state: 'now', note: '待审计确认' };
    return countMoved({ course, counts })
      ? { state: 'now', note: '票数有变，待再次确认' }
      : { state: 'done', note: course.count ? `${dayTime(course.count.at)} 确认` : '' };
  },
  approval: ({ course, outcome }) => {
    const asked = outcome.notice.approval;
    const missing = (['notice', 'result'] as const).find(
      (before) => asked.includes(before) && !isApproved(course, before),
    );
    if (missing) {
      const early = missing === 'result' && unnoticed(course).length > 0;
      return { state: early ? 'todo' : 'now', note: `${beforeWords[missing]}录入` };
    }
    const had = course.approvals.filter(({ before }) => isApproved(course, before)).length;
    if (had > 0) return { state: 'done', note: `已录入 ${had} 次` };
    return { state: 'todo', note: '规则没有要求' };
  },
  notice: ({ course, outcome }, now) => {
    const running = course.notices.filter((notice) => isRunning(notice, now));
    const last = running.toSorted((a, b) => ((a.days.at(-1) ?? '') < (b.days.at(-1) ?? '') ? 1 : -1))[0];
    if (unnoticed(course).length > 0 && openPlaces(course).length === 0) {
      const waits = outcome.notice.approval.includes('notice') && !isApproved(course, 'notice');
      return waits ? { state: 'todo', note: '待集体审定' } : { state: 'now', note: '待发布' };
    }
    if (last)
      return {
        state: 'now',
        note: `至 ${shortDay(last.days.at(-1) ?? '')}，还有 ${daysLeft(last, now)} 个工作日`,
      };
    if (unnoticed(course).length > 0) return { state: 'todo', note: '待决定递补' };
    const ends = course.notices.filter(isInForce).map(({ days }) => days.at(-1) ?? '');
    const ended = ends.sort().at(-1);
    return { state: 'done', note: ended ? `${shortDay(ended)}期满` : '' };
  },
  promote: ({ course, tie }) => {
    const open = openPlaces(course).length;
    if (tie) return { state: 'now', note: '并列待裁定' };
    if (open > 0) return { state: 'now', note: `${open} 个名额待决定` };
    const done = promotionsOf(course).length;
    return done > 0 ? { state: 'done', note: `已决定 ${done} 次` } : { state: 'todo', note: '没有名额空出' };
  },
  result: ({ course, lacks }) => {
    if (lacks.length === 0) return { state: 'now', note: '可以公布' };
    const first = course.results.at(-1);
    if (first && lacks.every(({ code }) => code === 'nothing_new'))
      return { state: 'done', note: `${dayTime(first.at)} 公布` };
    return { state: 'todo', note: `还差 ${lacks.length} 项` };
  },
  certificate: ({ course, revocations }) => {
    if (revocations.length > 0) return { state: 'now', note: `${revocations.length} 份撤销待决定` };
    const valid = itemsOf(course).length;
    return course.results.length > 0
      ? { state: 'done', note: `有效 ${valid} 份` }
      : { state: 'todo', note: '结果公布后编号' };
  },
  recommend: ({ course: { recommended } }) =>
    recommended.length > 0
      ? { state: 'done', note: `已推荐 ${recommended.length} 次` }
      : { state: 'todo', note: '需要时办理' },
};

/** Confirmed since the standing that the choice rests on. */
export function countStands({ count, standing }: Pick<Course, 'count' | 'standing'>): boolean {
  return count !== null && count.entry > (standing?.entry ?? 0);
}

/** A ruling moved votes after they were confirmed. */
export function countMoved({ course, counts }: Pick<CourseView, 'course' | 'counts'>): boolean {
  if (!counts || !course.count) return false;
  return counts.some((round) => {
    const was = course.count?.rounds.find((one) => one.round === round.round);
    return (
      !was ||
      was.ballots !== round.ballots ||
      was.held !== round.held ||
      was.void !== round.void ||
      round.votes.some(({ number, votes }) => was.votes.find((one) => one.number === number)?.votes !== votes)
    );
  });
}
