import { sql } from 'kysely';
import type { PublicAct } from '@zuimei/shared/audit.ts';
import type { ActKind, RulingVerb } from '@zuimei/shared/ledger/act.ts';
import type { Db } from '../db.ts';
import { createFresh } from '../fresh.ts';
import { type PrebuiltJson, prebuildJson } from '../http/reply.ts';

const FRESH_MS = 1_000;
const MOST = 200;
const HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'public, max-age=1' };

export interface Acts {
  /** A contest's acts as bytes, read from the database at most once a second however many ask. Rejects when the database does. */
  reply(contestId: number): Promise<PrebuiltJson<PublicAct[]>>;
}

export function createActs(db: Db, clock: () => number): Acts {
  return {
    reply: createFresh(clock, FRESH_MS, async (contestId: number) =>
      prebuildJson(await readActs(db, contestId), HEADERS, 4),
    ),
  };
}

/**
 * What was done that bears on the result, newest first, without the names of those who did it. What the system does by itself
 * has no reason that people would read.
 */
async function readActs(db: Db, contestId: number): Promise<PublicAct[]> {
  const { rows } = await sql<{
    index: string | number;
    at: Date;
    kind: ActKind;
    reason: string;
    reference: string;
    verb: RulingVerb | null;
    ballots: number | null;
  }>`
    select index, at, kind, case when act ->> 'actor' = 'system' then '' else coalesce(act ->> 'reason', '') end as reason,
      coalesce(act ->> 'reference', '') as reference, case when kind = 'ruling' then act ->> 'ruling' end as verb,
      case when kind = 'ruling' then jsonb_array_length(act -> 'entries') end as ballots
    from ledger_entry where contest = ${contestId} and kind <> 'ballot' order by index desc limit ${MOST}`.execute(
    db,
  );
  return rows.map(({ index, at, kind, reason, reference, verb, ballots }) => ({
    index: Number(index),
    at: at.toISOString(),
    kind,
    reason,
    reference,
    ruling: verb === null ? null : { verb, ballots: ballots ?? 0 },
  }));
}
