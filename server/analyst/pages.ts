import { sql } from 'kysely';
import type { Db } from '../db.ts';
import type { Page } from './columns.ts';

/** Entries a page: reading one keeps the embedded database, which has one connection and our thread, busy for some 40 ms. */
export const PAGE = 5_000;

interface Row {
  count: number;
  records: Uint8Array | null;
  picks: string | null;
  rulings: Page['rulings'];
}

/**
 * Up to PAGE entries from index `from` on, as one row of the database: a row an entry would cost more than everything else. The
 * layout of a record stands in columns.ts. null = the ledger has none there yet.
 */
export async function readPage(db: Db, contest: number, from: number): Promise<Page | null> {
  const { rows } = await sql<Row>`
    select count(*)::int as count,
      string_agg(
        int8send(floor(extract(epoch from at) * 1000)::bigint) || int4send(signals) || int2send(round)
          || int2send((case when kind = 'ballot' then 1 else 0 end + case when state = 'held' then 2 else 0 end
            + case when unscreened then 16 else 0 end + (coalesce(channel, 0) << 5))::smallint)
          || substr(coalesce(voter, '') || ${ZEROS}::bytea, 1, 8) || substr(coalesce(device, '') || ${ZEROS}::bytea, 1, 8)
          || int2send(coalesce(length(ip), 0)::smallint) || substr(coalesce(ip, '') || ${ZEROS}::bytea, 1, 16),
        ''::bytea order by index) as records,
      string_agg(coalesce(array_to_string(picks, ','), ''), ';' order by index) as picks,
      coalesce(json_agg(json_build_object('index', index, 'act', act::text) order by index) filter (where kind = 'ruling'), '[]') as rulings
    from (
      select * from ledger_entry where contest = ${contest} and index >= ${from} and index < ${from + PAGE} order by index
    ) entries`.execute(db);
  const [row] = rows;
  if (!row?.records) return null;
  // A copy of its own, so that it can be given away to the worker.
  return {
    from,
    count: row.count,
    records: Uint8Array.from(row.records),
    picks: row.picks ?? '',
    rulings: row.rulings,
  };
}

const ZEROS = Buffer.alloc(16);

export interface LedgerHead {
  size: number;
  /** Addresses may have been faded: what was read before is not to be kept. */
  erased: boolean;
}

export async function readHead(db: Db, contest: number): Promise<LedgerHead> {
  const { rows } = await sql<{ size: number; erased: boolean }>`
    select coalesce((select size from ledger_head where contest = c.id), 0)::float8 as size, c.erased_at is not null as erased
    from contest c where c.id = ${contest}`.execute(db);
  return rows[0] ?? { size: 0, erased: false };
}
