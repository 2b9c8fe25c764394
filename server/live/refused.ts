import { sql } from 'kysely';
import type { RefusedView } from '@zuimei/shared/live.ts';
import type { Db } from '../db.ts';

/**
 * Why ballots were refused, by contest: counted in memory on the vote's path, written down by the tick of main.ts. Whoever is refused
 * twice counts twice; of whom, nothing is kept.
 */
export interface Refusals {
  /** `outcome`: a refusal's code; 'counted' and 'held' are passed over. */
  note(slug: string, outcome: string, count: number): void;
  /**
   * Adds what was noted since the last call to the database, in one statement, under the database's minute. When it fails the counts
   * wait for the next call, which dates them; a process that is killed loses those of its last tick, and a reply that is lost after the
   * commit counts them twice.
   */
  keep(): Promise<void>;
}

export function createRefusals(db: Db): Refusals {
  let bySlug = new Map<string, Map<string, number>>();

  function note(slug: string, outcome: string, count: number): void {
    if (outcome === 'counted' || outcome === 'held') return;
    const codes = bySlug.get(slug) ?? new Map<string, number>();
    bySlug.set(slug, codes);
    codes.set(outcome, (codes.get(outcome) ?? 0) + count);
  }

  return {
    note,
    async keep() {
      if (bySlug.size === 0) return;
      const noted = [...bySlug].flatMap(([slug, codes]) =>
        [...codes].map(([reason, count]) => ({ slug, reason, count })),
      );
      bySlug = new Map();
      try {
        await addRefusals(db, noted);
      } catch (error) {
        for (const { slug, reason, count } of noted) note(slug, reason, count);
        throw error;
      }
    },
  };
}

/**
 * By the minute while voting is open, else by the hour: so a script that goes on at a closed contest adds few rows. In one order, so that
 * two servers do not wait for each other.
 */
async function addRefusals(
  db: Db,
  noted: readonly { slug: string; reason: string; count: number }[],
): Promise<void> {
  await sql`
    with noted as materialized (
      select c.id as contest, date_trunc(case when exists (
          select from unnest(h.opens, h.closes) as w (opens, closes)
          where w.opens <= clock_timestamp() and clock_timestamp() < w.closes
        ) then 'minute' else 'hour' end, clock_timestamp()) as minute, n.reason, n.count
      from jsonb_to_recordset(${JSON.stringify(noted)}::jsonb) as n (slug text, reason text, count bigint)
      join contest c on c.slug = n.slug left join ledger_head h on h.contest = c.id
      order by c.id, n.reason
    ), total as (
      insert into refusal_total (contest, reason, since, count) select contest, reason, minute, count from noted
      on conflict (contest, reason) do update set count = refusal_total.count + excluded.count
    )
    insert into refusal (contest, minute, reason, count) select contest, minute, reason, count from noted
    on conflict (contest, minute, reason) do update set count = refusal.count + excluded.count`.execute(db);
}

/** All that were written down of a contest, the most frequent reason first. */
export async function readRefused(db: Db, contest: number): Promise<RefusedView> {
  const { rows } = await sql<{ code: string; count: number; since: Date }>`
    select reason as code, count::float8 as count, since
    from refusal_total where contest = ${contest} order by count desc, reason`.execute(db);
  const since = Math.min(...rows.map((row) => row.since.getTime()));
  return {
    since: rows.length > 0 ? new Date(since).toISOString() : null,
    total: rows.reduce((sum, row) => sum + row.count, 0),
    by: rows.map(({ code, count }) => ({ code, count })),
  };
}

/** The minute, or the hour outside voting, with the most refusals. */
export async function readWorst(db: Db, contest: number): Promise<{ at: string; count: number } | null> {
  const { rows } = await sql<{ at: Date; count: number }>`
    select minute as at, sum(count)::float8 as count from refusal where contest = ${contest}
    group by minute order by 2 desc, 1 limit 1`.execute(db);
  const [row] = rows;
  return row ? { at: row.at.toISOString(), count: row.count } : null;
}
