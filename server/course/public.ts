import { type Course, findingsOf, isRunning, type Notice, noticeEnds } from '@zuimei/shared/result/course.ts';
import type { PublicCourse, PublicNotice } from '@zuimei/shared/result/view.ts';
import type { StoredContest } from '../contest/contest.ts';

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
    objections: {
      received: course.objections.length,
      answered: found.length,
      upheld: found.filter(({ verdict }) => verdict === 'upheld' || verdict === 'partly').length,
    },
    open:
      running.length === 0
        ? null
        : {
            until: new Date(Math.max(...running.map(noticeEnds))).toISOString(),
            anonymous: outcome?.notice.anonymous === 'clue',
          },
    results: course.results.map(({ entry, at, document, date, unordered, items, held }) => ({
      ...{ entry, at, document, date, unordered, held },
      items: items.map((item) => ({ ...item, revoked: revokedOf(course, item.serial) })),
    })),
  };
}

function publicNotice(notice: Notice): PublicNotice {
  const { no, entry, at, published, days, span, numbers, sorted, text, office, extended, stopped } = notice;
  return {
    ...{ no, entry, at, published, days, span, numbers, sorted, text, office },
    ends: new Date(noticeEnds(notice)).toISOString(),
    extended: extended.map((one) => ({ at: one.at, reason: one.reason, last: one.last })),
    stopped: stopped && { at: stopped.at, reason: stopped.reason },
  };
}

function revokedOf(
  { revoked }: Course,
  serial: string,
): { at: string; reason: string; entry: number } | null {
  const one = revoked.find((act) => act.serial === serial);
  return one ? { at: one.at, reason: one.reason, entry: one.entry } : null;
}
