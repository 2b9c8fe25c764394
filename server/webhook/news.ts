import { sql } from 'kysely';
import type { WebhookNews } from '@zuimei/shared/webhook.ts';
import type { Db } from '../db.ts';

const DAY_MS = 86_400_000;

/** What happened in a contest in (from, to], and in its ledger from entry `size` on; with how far the ledger is now. Counts alone leave here. */
export async function readNews(
  db: Db,
  contest: number,
  { from, to, size }: { from: Date; to: Date; size: number },
): Promise<{ news: WebhookNews; size: number }> {
  const { rows } = await sql<{
    closes: string | null;
    silent: number;
    submitted: number;
    resubmitted: number;
    objections: number;
    size: number;
    held: boolean;
  }>`
    with sent as (
      select exists (select from nomination_event b where b.nomination = e.nomination and b.id < e.id and b.act = 'return') as again,
        exists (select from nomination_event b where b.nomination = e.nomination and b.id < e.id and b.act = 'submit') as before
      from nomination_event e join nomination n on n.id = e.nomination
      where n.contest = ${contest} and e.act = 'submit' and e.at > ${from} and e.at <= ${to}
    )
    select
      (select collection ->> 'closes' from contest where id = ${contest}) as closes,
      (select count(*)::int from unit u where u.contest = ${contest} and not exists (
        select from nomination n where n.unit = u.id and n.state in ('submitted', 'accepted', 'published'))) as silent,
      (select count(*)::int from sent where not before) as submitted,
      (select count(*)::int from sent where again) as resubmitted,
      (select count(*)::int from objection
        where contest = ${contest} and received_at > ${from} and received_at <= ${to}) as objections,
      coalesce((select size from ledger_head where contest = ${contest}), 0)::int as size,
      exists (select from ledger_entry
        where contest = ${contest} and index >= ${size} and kind = 'ballot' and state = 'held') as held`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error('webhook: no row');
  const warned = Date.parse(row.closes ?? '') - DAY_MS;
  const isDue = warned > from.getTime() && warned <= to.getTime();
  return {
    size: row.size,
    news: {
      deadline: isDue && row.closes ? { closes: row.closes, silent: row.silent } : null,
      submitted: row.submitted,
      resubmitted: row.resubmitted,
      objections: row.objections,
      held: row.held,
    },
  };
}
