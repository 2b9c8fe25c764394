import { sql } from 'kysely';
import { nothingAnnounced, phaseAt } from '@zuimei/shared/contest.ts';
import type { Retention } from '@zuimei/shared/out.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db } from '../db.ts';
import { objectionsLeft } from './objections.ts';

/** Raw addresses are kept at least this long after the last ballot: six months and a day to spare (网络安全法, article 21). */
export const TRACE_MS = 183 * 86_400_000;

/** What an unpublished nominee is called once erased. */
export const ERASED_NAME = '已删除';

/** What is kept of persons in a contest, and what may be done about it at `now` (ms). */
export async function readRetention(
  db: Db,
  stored: StoredPlan,
  settings: ContestSettings,
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
    archivable: archivableAt(stored, settings, now),
    ...counts,
    objections: await objectionsLeft(db, stored.id, now),
    trace: await readTrace(db, stored.id, now),
  };
}

/**
 * A published contest may be archived once its voting is over and, where the plan has one, its notice or result is due: an archive ends the
 * judging too; one that only collected, and was never published, once nobody may hand in
 * any more. What never began is deleted and not archived.
 */
export function archivableAt(
  stored: Pick<StoredPlan, 'publishedAt' | 'collection'>,
  settings: Pick<ContestSettings, 'rounds' | 'schedule' | 'outcome'>,
  now: number,
): Retention['archivable'] {
  const ends = stored.publishedAt
    ? [
        ...settings.rounds.map((round) => round.closes),
        ...settings.schedule.flatMap(({ phase, from }) =>
          phase === 'notice' || phase === 'result' ? [from] : [],
        ),
      ]
    : stored.collection
      ? [stored.collection.closes]
      : [];
  const last = ends.toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  if (last !== undefined) return { now: Date.parse(last) <= now, from: last };
  const over = ['judging', 'notice', 'result', 'archived'].includes(
    phaseAt({ ...settings, announced: nothingAnnounced }, now),
  );
  return { now: over && stored.publishedAt !== null, from: null };
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
