import { type RawBuilder, sql } from 'kysely';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { type Course, type CourseEntry, courseOf, courseReads } from '@zuimei/shared/result/course.ts';
import type { On } from './seat.ts';

/** What became of the choice, read off the ledger. */
export async function readCourse(on: On, contest: number): Promise<Course> {
  return courseOf(await readCourseEntries(on, contest));
}

/** The courses of several contests, by their ids, in one question. */
export async function readCourses(on: On, contests: readonly number[]): Promise<Map<number, Course>> {
  if (contests.length === 0) return new Map();
  const { rows } = await sql<EntryRow & { contest: number }>`
    select contest, index, at, kind, act from ledger_entry
    where contest in (${sql.join(contests)}) and kind in (${kinds}) order by contest, index`.execute(on);
  return new Map(
    contests.map((id) => [id, courseOf(rows.filter(({ contest }) => contest === id).map(entryOf))]),
  );
}

/** The entries that a course is read from, in their order. */
export async function readCourseEntries(on: On, contest: number): Promise<CourseEntry[]> {
  return await readEntries(on, sql`contest = ${contest} and kind in (${kinds})`);
}

/** All entries but ballots that stand below `size`, in their order. */
export async function readActs(on: On, contest: number, size: number): Promise<CourseEntry[]> {
  return await readEntries(on, sql`contest = ${contest} and kind <> 'ballot' and index < ${size}`);
}

async function readEntries(on: On, which: RawBuilder<unknown>): Promise<CourseEntry[]> {
  const { rows } = await sql<EntryRow>`
    select index, at, kind, act from ledger_entry where ${which} order by index`.execute(on);
  return rows.map(entryOf);
}

type EntryRow = { index: string | number; at: Date; kind: string; act: Act };

const kinds = sql.join(courseReads.map((kind) => sql.lit(kind)));

function entryOf({ index, at, kind, act }: EntryRow): CourseEntry {
  return { index: Number(index), at: at.toISOString(), kind, act };
}
