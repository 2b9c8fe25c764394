import {
  type Course,
  fallenOf,
  findingsOf,
  isRunning,
  type Notice,
  noticeEnds,
} from '@zuimei/shared/result/course.ts';
import { isUpheld } from '@zuimei/shared/result/effect.ts';
import type { PublicCourse, PublicNotice } from '@zuimei/shared/result/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import { createFresh } from '../fresh.ts';
import { type PrebuiltJson, prebuildJson } from '../http/reply.ts';
import { readCourse } from '../judging/course.ts';

const FRESH_MS = 1_000;
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'public, max-age=1' };

/** Of one contest, at most a second old; its reply has the same ETag while nothing of it changes. Refuses with not_found. */
export type PublicCourses = (
  slug: string,
) => Promise<{ course: PublicCourse; reply: PrebuiltJson<PublicCourse> }>;

/** Ask only of a contest that there is: what is kept has one line a contest. */
export function createPublicCourses({
  db,
  contests,
  clock,
}: {
  db: Db;
  contests: Contests;
  clock: () => number;
}): PublicCourses {
  return createFresh(clock, FRESH_MS, async (slug) => {
    const contest = await contests.find(slug);
    const course = publicCourse(contest, await readCourse(db, contest.id), clock());
    return { course, reply: prebuildJson(course, HEADERS, 6) };
  });
}

/** What everybody may read of it, without the names of those who did it. */
export function publicCourse(
  { outcome }: Pick<StoredContest, 'outcome'>,
  course: Course,
  now: number,
): PublicCourse {
  const running = course.notices.filter((notice) => isRunning(notice, now));
  const found = findingsOf(course);
  return {
    notices: course.notices.map(publicNotice),
    fallen: fallenOf(course).filter((number) =>
      course.notices.some(({ numbers }) => numbers.includes(number)),
    ),
    objections: {
      received: course.objections.length,
      answered: found.length,
      upheld: found.filter(({ verdict }) => isUpheld(verdict)).length,
    },
    open:
      running.length === 0
        ? null
        : {
            until: new Date(Math.max(...running.map(noticeEnds))).toISOString(),
            anonymous: outcome?.notice.anonymous === 'clue',
            numbers: [...new Set(running.flatMap(({ numbers }) => numbers))],
          },
    results: course.results.map(({ entry, at, document, date, unordered, items, held }) => ({
      ...{ entry, at, document, date, unordered, held },
      items: items.map((item) => ({ ...item, revoked: revokedOf(course, item.serial) })),
    })),
  };
}

function publicNotice(notice: Notice): PublicNotice {
  const { no, entry, at, published, days, span, numbers, sorted, text, office, extended } = notice;
  const cut = (one: Notice['stopped']) => one && { at: one.at, reason: one.reason };
  return {
    ...{ no, entry, at, published, days, span, numbers, sorted, text, office },
    ends: new Date(noticeEnds(notice)).toISOString(),
    extended: extended.map((one) => ({ at: one.at, reason: one.reason, last: one.last })),
    stopped: cut(notice.stopped),
    lapsed: cut(notice.lapsed),
  };
}

function revokedOf(
  { revoked }: Course,
  serial: string,
): { at: string; reason: string; entry: number } | null {
  const one = revoked.find((act) => act.serial === serial);
  return one ? { at: one.at, reason: one.reason, entry: one.entry } : null;
}
