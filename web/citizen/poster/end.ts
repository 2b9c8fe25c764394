import { dayOf, fullDayOf } from '@zuimei/shared/moment.ts';
import type { PublicCourse } from '@zuimei/shared/result/view.ts';
import { voidWord } from '@zuimei/shared/result/words.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import type { Roll } from './roll.ts';

const noon = (day = ''): string => `${day}T04:00:00Z`;

/** What the poster of a contest's last notice shows, or of its results together; null while there is none. */
export function rollOf(contest: ContestView, course: PublicCourse, page: 'notice' | 'result'): Roll | null {
  const { measure } = contest.noun;
  const [notice, result] = [course.notices.at(-1), course.results.at(-1)];
  if (page === 'notice') {
    if (!notice) return null;
    const [first, last] = [notice.days[0], notice.days.at(-1)];
    const word = voidWord(notice);
    return {
      word: '公示',
      note: word ? `本次公示${word}` : `${dayOf(noon(first))}至${dayOf(noon(last))}`,
      names: notice.numbers.flatMap((number) => {
        const one = contest.candidates.find((each) => each.number === number);
        return one && !course.fallen.includes(number) ? { name: one.name, unit: one.unit, mark: '' } : [];
      }),
      measure,
    };
  }
  if (!result) return null;
  const items = course.results.flatMap((each) => each.items).filter(({ revoked }) => !revoked);
  const several = new Set(items.map(({ honour }) => honour)).size > 1;
  return {
    word: '评选结果',
    note: `${result.document} · ${fullDayOf(noon(result.date))}${result.unordered ? ' · 排名不分先后' : ''}`,
    names: items.map(({ name, unit, honour }) => ({ name, unit, mark: several ? honour : '' })),
    measure,
  };
}
