import { hasVote, isJudged, type ScheduleStep } from '../contest.ts';
import type { Outcome } from '../judging/outcome.ts';
import type { Instant } from '../time.ts';
import { type Course, isRunning, openPlaces, publishable, recomputeDue, unnoticed } from './course.ts';

/** What an archive can leave out of a contest's way. */
export const skippable = ['judging', 'notice', 'result', 'objection'] as const;
export type Skipped = (typeof skippable)[number];

export const skippedWords: Record<Skipped, string> = {
  judging: '专家评审',
  notice: '公示',
  result: '结果公布',
  objection: '异议答复',
};

/** What of a contest says which of it has happened. */
export interface Way {
  outcome: Pick<Outcome, 'weights'> | null;
  schedule: readonly ScheduleStep[];
  course: Course;
}

/**
 * What would never happen if a published contest ended at `now` (ms), in its order; [] = its way is gone. Where nothing is worked out after the vote,
 * the rest is held elsewhere, and only the schedule says whether it lies ahead.
 */
export function skippedAt({ outcome, schedule, course }: Way, now: number): Skipped[] {
  if (outcome === null)
    return skippable.filter((one) =>
      schedule.some(({ phase, from }) => phase === one && now < Date.parse(from)),
    );
  const noticed = course.notices.length > 0 && unnoticed(course).length === 0;
  const missing: Record<Skipped, boolean> = {
    judging: isJudged(outcome) && (!course.choice || recomputeDue(course)),
    notice: !course.choice || !noticed || course.notices.some((notice) => isRunning(notice, now)),
    result: course.results.length === 0 || openPlaces(course).length > 0 || publishable(course).length > 0,
    objection: course.objections.some(({ findings }) => findings.length === 0),
  };
  return skippable.filter((one) => missing[one]);
}

/** What whoever ends a contest early has to type, so that they have read it: "跳过公示、结果公布"; '' = nothing is left out. */
export function skipSentence(skipped: readonly Skipped[]): string {
  return skipped.length === 0 ? '' : `跳过${skipped.map((one) => skippedWords[one]).join('、')}`;
}

/** From when a contest may end: when the last vote is over, of one that nobody votes on when nobody may hand in any more; null = it never began. */
export function endsAt(
  published: boolean,
  rounds: readonly { closes: Instant }[],
  collection: { closes: Instant } | null,
): Instant | null {
  const voted = published && hasVote({ rounds });
  const ends = voted ? rounds.map(({ closes }) => closes) : collection ? [collection.closes] : [];
  return ends.toSorted((one, other) => Date.parse(one) - Date.parse(other)).at(-1) ?? null;
}
