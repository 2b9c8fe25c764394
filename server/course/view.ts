import { isRefused } from '@zuimei/shared/judging/refused.ts';
import { Refusal, type RefusalDetails } from '@zuimei/shared/refusal.ts';
import { type Course, openPlaces, resultLacks } from '@zuimei/shared/result/course.ts';
import type { CourseView, PromotionDraft } from '@zuimei/shared/result/view.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { readStored } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { type Judged, readJudged, standersOf } from '../judging/judged.ts';
import { openTie, promotionOf } from '../judging/tie.ts';
import { readVerdicts, type Verdicts } from '../judging/verdict.ts';
import { composeNotice } from './compose.ts';
import { readRounds } from './count.ts';
import { itemsFor } from './result.ts';
import { readAskedRevocations } from './revoke.ts';

/** What leads from the choice to the result, as far as it has come, with what the next steps would be. */
export async function readCourseView(
  { db, clock }: { db: Db; clock: () => number },
  slug: string,
): Promise<CourseView> {
  const now = clock();
  const contest = await readJudged(db, slug);
  const course = await readCourse(db, contest.id);
  const verdicts = await readVerdicts(db, contest.id);
  return {
    slug,
    title: contest.title,
    organizers: contest.organizers,
    hideOrder: contest.hideOrder,
    noun: contest.noun,
    categories: contest.categories,
    candidates: standersOf(contest).map(({ number, name, unit, category, withdrawn }) => ({
      ...{ number, name, unit, category },
      withdrawn: withdrawn !== null,
    })),
    outcome: contest.outcome,
    now: new Date(now).toISOString(),
    course,
    lacks: resultLacks(course, contest.outcome.notice, now),
    counts: course.standing && (await readRounds(db, contest)),
    notice: await orRefused(async () => ({
      draft: composeNotice(contest, course, await readCalendar(db), now),
    })),
    promotions: promotionsFor(contest, verdicts, course),
    tie: course.choice && openTie(contest, verdicts, course),
    ties: verdicts.ties,
    items: course.choice ? itemsFor(contest, course, shanghaiDate(now)) : [],
    revocations: await readAskedRevocations(db, contest.id),
    upward: (await readStored(db, slug)).collection?.upward ?? [],
  };
}

/** For the first place that is open; the others follow from what is decided on it. */
function promotionsFor(contest: Judged, verdicts: Verdicts, course: Course): PromotionDraft[] {
  const [fallen] = course.choice ? openPlaces(course) : [];
  if (fallen === undefined) return [];
  const found = promotionOf(contest, verdicts, course);
  if (!isRefused(found)) return [{ fallen, promoted: found.promoted, refused: null }];
  const { refusal, ...details } = found;
  const flat = Object.entries(details).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join('、') : value,
  ]);
  return [{ fallen, promoted: null, refused: { code: refusal, details: Object.fromEntries(flat) } }];
}

type Refused = { refused: { code: string; details: Record<string, string | number | null> } };

async function orRefused<Value>(find: () => Promise<Value>): Promise<Value | Refused> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: { code: error.code, details: plain(error.details) } };
  }
}

const plain = (details: RefusalDetails): Record<string, string | number | null> =>
  Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, typeof value === 'boolean' ? `${value}` : value]),
  );
