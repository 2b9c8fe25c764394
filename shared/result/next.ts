import type { Outcome } from '../judging/outcome.ts';
import { type Course, type ResultLack, resultLacks } from './course.ts';

/** What a contest waits for between the choice and the result; `ready`: the result can be published; `published`: nobody is left to be published. */
export type CourseNext = ResultLack | { code: 'ready' } | { code: 'published' };

/** What hinders most comes first: a running notice is what the contest is in, whatever else has to be done meanwhile. */
const weight: readonly ResultLack['code'][] = [
  'choice_missing',
  'recompute_due',
  'place_open',
  'notice_missing',
  'notice_running',
  'objection_open',
  'count_unconfirmed',
  'approval_missing',
  'nothing_new',
];

/** Where the contest stands, in one thing. `terms`: of its notice; `now` in ms. */
export function courseNext(
  course: Course,
  terms: Pick<Outcome['notice'], 'approval'>,
  now: number,
): CourseNext {
  const lacks = resultLacks(course, terms, now);
  const [first] = lacks.toSorted((one, other) => weight.indexOf(one.code) - weight.indexOf(other.code));
  if (!first) return { code: 'ready' };
  return first.code === 'nothing_new' && course.results.length > 0 ? { code: 'published' } : first;
}
