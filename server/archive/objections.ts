import { sql, type Transaction } from 'kysely';
import type { Retention } from '@zuimei/shared/out.ts';
import type { Db, Tables } from '../db.ts';

/** What somebody objected, and who it was, is kept so long after the last result, or after the archive where no result was published. */
export const OBJECTIONS_MS = 365 * 86_400_000;

/**
 * Objections of a contest whose texts are kept, and until when: the term of all of them begins with the last result, since until then and for
 * a while after it somebody may ask why it was so.
 */
export async function objectionsLeft(
  on: Db | Transaction<Tables>,
  contest: number,
  now: number,
): Promise<Retention['objections']> {
  const { rows } = await sql<{ kept: number; from: Date | null }>`
    select (select count(*) from objection where contest = c.id and erased_at is null)::int as kept,
      coalesce((select at from ledger_entry where contest = c.id and kind = 'result' order by index desc limit 1),
        c.archived_at) as from
    from contest c where c.id = ${contest}`.execute(on);
  const { kept = 0, from = null } = rows[0] ?? {};
  const over = from && from.getTime() + OBJECTIONS_MS;
  return {
    kept,
    due: over !== null && over <= now ? kept : 0,
    from: over === null ? null : new Date(over).toISOString(),
  };
}

/** Takes the texts, names and files of those whose term is over, and what was answered them; what the ledger says of them stays. Gives how many. */
export async function eraseObjections(
  tx: Transaction<Tables>,
  contest: number,
  now: number,
): Promise<number> {
  if ((await objectionsLeft(tx, contest, now)).due === 0) return 0;
  const own = sql`(select id from objection where contest = ${contest} and erased_at is null)`;
  await sql`delete from objection_file where objection in ${own}`.execute(tx);
  await sql`update finding set text = null, reason = '' where objection in ${own}`.execute(tx);
  const { numAffectedRows = 0n } = await sql`
    update objection set who = null, what = null, source = null, erased_at = ${new Date(now).toISOString()}::timestamptz
    where contest = ${contest} and erased_at is null`.execute(tx);
  return Number(numAffectedRows);
}
