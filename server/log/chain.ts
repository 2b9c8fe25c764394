import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import type { ActsHead } from '@zuimei/shared/log/checkpoint.ts';
import type { Db } from '../db.ts';
import type { Secrets } from '../secret.ts';

const PAGE = 1_000;
/** A line may arrive later than one with a higher number, but not than so many. */
const OVERTAKEN = 1_000;
/** Every so many passes all of the log is looked through. */
const FULL_EVERY = 600;

/** A line of the action log as text: every column that holds anything, the instant to the microsecond. `l`: the row. */
export const lineText = sql`jsonb_strip_nulls(to_jsonb(l)
  || jsonb_build_object('at', to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')))::text`;

export const NO_LINK: Uint8Array = new Uint8Array(32);

/** Gives the link of a line at a place behind another: HMAC-SHA256(key, link before ‖ place, when it was chained, line). */
export function createLinker(secrets: Secrets) {
  const key = secrets.derive('action log');
  return (before: Uint8Array, place: number, at: Date, line: string): Buffer =>
    createHmac('sha256', key).update(before).update(`${place} ${at.toISOString()} ${line}`).digest();
}

export interface Chain {
  /** Gives every line of the action log that has come its place; resolves with the last, null = none. */
  extend(): Promise<ActsHead | null>;
}

/**
 * Chains the action log behind the acts: a lock on the chain's head in the acts' own transactions would make them wait for each other.
 * Numbers of lines may become visible out of order, so places are given by arrival.
 */
export function createChain(db: Db, secrets: Secrets): Chain {
  const link = createLinker(secrets);
  let passes = 0;

  async function waiting(from: Db, all: boolean): Promise<{ id: string; line: string }[]> {
    const { rows } = await sql<{ id: string; line: string }>`
      select l.id, ${lineText} as line from action_log l
      where l.id > ${all ? sql`0` : sql`coalesce((select max(action) from action_chain), 0) - ${OVERTAKEN}::bigint`}
        and not exists (select 1 from action_chain c where c.action = l.id)
      order by l.id limit ${PAGE}`.execute(from);
    return rows;
  }

  /** One page of the lines that wait, chained at `began`, absent = now. Gives when, or null when nothing is left to do, or another server does it. */
  async function extendOnce(all: boolean, began?: Date): Promise<Date | null> {
    return await db.transaction().execute(async (tx) => {
      const lock = await sql<{ mine: boolean; now: Date }>`
        select pg_try_advisory_xact_lock(7236, 0) as mine, date_trunc('milliseconds', clock_timestamp()) as now`.execute(
        tx,
      );
      const [{ mine, now } = { mine: false, now: new Date(0) }] = lock.rows;
      const lines = mine ? await waiting(tx, all) : [];
      if (lines.length === 0) return null;
      const at = began ?? now;
      let head = (await readChainHead(tx)) ?? { place: 0, link: NO_LINK };
      const links = lines.map(({ line }) => {
        const place = head.place + 1;
        head = { place, link: link(head.link, place, at, line) };
        return head;
      });
      await sql`
        insert into action_chain (place, action, at, mac)
        select n.place, n.action, ${at.toISOString()}::timestamptz, decode(n.mac, 'hex')
        from unnest(${`{${links.map((one) => one.place).join(',')}}`}::bigint[], ${`{${lines.map((one) => one.id).join(',')}}`}::bigint[],
          ${`{${links.map((one) => Buffer.from(one.link).toString('hex')).join(',')}}`}::text[]) n (place, action, mac)`.execute(
        tx,
      );
      return lines.length === PAGE ? at : null;
    });
  }

  return {
    async extend() {
      const all = passes++ % FULL_EVERY === 0;
      // Lines that waited together have one instant, however many pages they fill (audit/acts.ts).
      let began = (await waiting(db, all)).length > 0 ? await extendOnce(all) : null;
      while (began) began = await extendOnce(all, began);
      return await readChainHead(db);
    },
  };
}

async function readChainHead(db: Db): Promise<ActsHead | null> {
  const { rows } = await sql<{ place: string; mac: Uint8Array }>`
    select place, mac from action_chain order by place desc limit 1`.execute(db);
  return rows[0] ? { place: Number(rows[0].place), link: Uint8Array.from(rows[0].mac) } : null;
}
