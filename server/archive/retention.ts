import { sql, type Transaction } from 'kysely';
import type { Retention } from '@zuimei/shared/out.ts';
import { endsAt, skippedAt } from '@zuimei/shared/result/skipped.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { readCourse } from '../judging/course.ts';
import { objectionsLeft } from './objections.ts';
import { readAsked } from './waiting.ts';

/** Raw addresses are kept at least this long after the last ballot: six months and a day to spare (网络安全法, article 21). */
export const TRACE_MS = 183 * 86_400_000;

/** What an unpublished nominee is called once erased. */
export const ERASED_NAME = '已删除';

/** What is kept of persons in a contest, and what `staff` may do about it at `now` (ms). */
export async function readRetention(
  db: Db,
  stored: StoredPlan,
  staff: number | null,
  now: number,
): Promise<Retention> {
  const { rows } = await sql<
    Pick<Retention, 'nominations' | 'candidates' | 'units' | 'attachments'> & { erased_at: Date | null }
  >`
    select erased_at,
      (select count(*) from nomination where contest = c.id
        and (private is not null or (state <> 'published' and name <> ${ERASED_NAME})))::int as nominations,
      (select count(*) from candidate where contest = c.id and private is not null)::int as candidates,
      (select count(*) from unit where contest = c.id and contact is not null)::int as units,
      (select count(*) from attachment a join nomination n on n.id = a.nomination where n.contest = c.id)::int as attachments
    from contest c where c.id = ${stored.id}`.execute(db);
  const { erased_at: erasedAt = null, ...counts } = rows[0] ?? {
    nominations: 0,
    candidates: 0,
    units: 0,
    attachments: 0,
  };
  return {
    archivedAt: stored.archivedAt?.toISOString() ?? null,
    erasedAt: erasedAt?.toISOString() ?? null,
    archivable: await readArchivable(db, stored, now),
    asked: await readAsked(db, stored.id, staff),
    ...counts,
    objections: await objectionsLeft(db, stored.id, now),
    trace: await readTrace(db, stored.id, now),
  };
}

/**
 * A published contest may be archived once its voting is over, one that only collected once nobody may hand in any more; what never began is
 * deleted and not archived. What it would leave out is named, and whoever archives it types that.
 */
export async function readArchivable(
  on: Db | Transaction<Tables>,
  {
    id,
    publishedAt,
    collection,
    settings,
  }: Pick<StoredPlan, 'id' | 'publishedAt' | 'collection' | 'settings'>,
  now: number,
): Promise<Retention['archivable']> {
  const from = endsAt(publishedAt !== null, settings.rounds, collection);
  const over = from === null ? publishedAt !== null : Date.parse(from) <= now;
  const skipped = publishedAt ? skippedAt({ ...settings, course: await readCourse(on, id) }, now) : [];
  return { now: over, from, skipped };
}

/** Where the raw addresses of a contest's ballots stand. */
export async function readTrace(db: Db, contest: number, now: number): Promise<Retention['trace']> {
  const { rows } = await sql<{ at: Date | null; faded: boolean }>`
    select (select at from ledger_entry where contest = ${contest} and kind = 'ballot' order by index desc limit 1) as at,
      (select faded_at is not null from contest where id = ${contest}) as faded`.execute(db);
  const at = rows[0]?.at ?? null;
  if (at === null) return { state: 'none', from: null };
  if (rows[0]?.faded) return { state: 'faded', from: null };
  const from = at.getTime() + TRACE_MS;
  return { state: from < now ? 'due' : 'kept', from: new Date(from).toISOString() };
}
