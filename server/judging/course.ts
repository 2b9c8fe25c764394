import { sql } from 'kysely';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { type Course, type CourseEntry, courseOf, courseReads } from '@zuimei/shared/result/course.ts';
import type { On } from './seat.ts';

/** What became of the choice, read off the ledger. */
export async function readCourse(on: On, contest: number): Promise<Course> {
  return courseOf(await readCourseEntries(on, contest));
}

/** The entries that a course is read from, in their order. */
export async function readCourseEntries(on: On, contest: number): Promise<CourseEntry[]> {
  const { rows } = await sql<{ index: string | number; at: Date; kind: string; act: Act }>`
    select index, at, kind, act from ledger_entry
    where contest = ${contest} and kind in (${sql.join(courseReads.map((kind) => sql.lit(kind)))}) order by index`.execute(
    on,
  );
  return rows.map(({ index, at, kind, act }) => ({ index: Number(index), at: at.toISOString(), kind, act }));
}
