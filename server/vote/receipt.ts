import { sql } from 'kysely';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { type Contest, openRound, periodOf } from '@zuimei/shared/contest.ts';
import type { Trace } from '@zuimei/shared/ledger/evidence.ts';
import type { OwnBallot } from '@zuimei/shared/view.ts';
import type { Db } from '../db.ts';

/** `state`: as it was cast; `now`: as the last ruling left it. */
export interface OwnRecord extends Receipt, Pick<OwnBallot, 'now' | 'ruling'> {
  picks: number[];
  /** Whom it was entered under, hex: a ballot that a browser cast before WeChat knew it keeps that voter. */
  voter: string;
  period: number;
  trace: Trace;
  /** Hex. */
  tag: string;
}

/** A ballot's flags as evidence.ts has them; -1, which none has, when the columns hold what was never written there. */
export const flagsColumn = sql`case when signals between 0 and 16777215 and channel between 0 and 7
  then signals | case when unscreened then 33554432 else 0 end | (channel::int << 26) else -1 end`;

/** Of a voter's ballots those of the quota period at `now` (ms), and how many more the rule allows in it; outside a round none. */
export function periodRecord(
  { rule, rounds }: Pick<Contest, 'rule' | 'rounds'>,
  ballots: readonly OwnRecord[],
  now: number,
): { used: OwnRecord[]; left: number } {
  const round = openRound({ rounds }, now);
  if (round < 0) return { used: [], left: 0 };
  const period = periodOf(rule, round, now);
  const used = ballots.filter((one) => one.period === period);
  return { used, left: Math.max(0, rule.ballotsPerPeriod - used.length) };
}

/** Receipts of the ballots at these indexes, by index. */
export async function readReceipts(
  db: Db,
  contestId: number,
  indexes: readonly number[],
): Promise<Map<number, Receipt>> {
  const { rows } = await sql<{
    index: string | number;
    at: Date;
    state: Receipt['state'];
    ballot_id: string;
  }>`-- prepared receipts
    select index, at, state, ballot_id from ledger_entry
    where contest = ${contestId} and index = any(${`{${indexes.join(',')}}`}::bigint[])`.execute(db);
  return new Map(
    rows.map((row) => [
      Number(row.index),
      { ballotId: row.ballot_id, index: Number(row.index), at: row.at.toISOString(), state: row.state },
    ]),
  );
}

/** Receipts given before for these ballots, in their order; null where there is none. */
export async function findReceipts(
  db: Db,
  contestId: number,
  asked: readonly { voter: string; ballotId: string }[],
): Promise<(Receipt | null)[]> {
  const { rows } = await sql<{ ord: string | number; index: string | number }>`-- prepared find_receipts
    select a.ord, v.indexes[array_position(v.ballot_ids, a.ballot_id)] as index
    from unnest(${`{${asked.map((one) => one.voter).join(',')}}`}::text[],
                ${`{${asked.map((one) => one.ballotId).join(',')}}`}::uuid[]) with ordinality a (voter, ballot_id, ord)
    join voter_quota v on v.contest = ${contestId} and v.voter = decode(a.voter, 'hex') and a.ballot_id = any(v.ballot_ids)`.execute(
    db,
  );
  const found =
    rows.length > 0
      ? await readReceipts(
          db,
          contestId,
          rows.map((row) => Number(row.index)),
        )
      : new Map<number, Receipt>();
  const result: (Receipt | null)[] = asked.map(() => null);
  for (const row of rows) result[Number(row.ord) - 1] = found.get(Number(row.index)) ?? null;
  return result;
}

/** A voter's ballots, newest first, with the quota period of each; at most 1000. */
export async function readBallots(db: Db, contestId: number, voter: string): Promise<OwnRecord[]> {
  const { rows } = await sql<
    Omit<OwnRecord, 'at' | 'ruling' | 'trace'> & Ruled & Trace & { at: Date }
  >`-- prepared ballots_of
    select e.ballot_id as "ballotId", e.index, e.at, e.state, e.picks, encode(e.voter, 'hex') as voter, encode(e.tag, 'hex') as tag, q.period, coalesce(r.state, e.state) as now,
      r.ruling as "ruledIn", a.at as "ruledAt", a.act ->> 'reason' as "ruledWhy",
      e.flags, coalesce(e.device, '') as device, coalesce(e.ip, '') as ip
    from voter_quota q cross join unnest(q.indexes) as i
    join lateral (
      select *, ${flagsColumn} as flags from ledger_entry l where l.contest = q.contest and l.index = i
    ) e on true
    left join ballot_ruling r on r.contest = q.contest and r.index = i
    left join ledger_entry a on a.contest = q.contest and a.index = r.ruling
    where q.contest = ${contestId} and q.voter = decode(${voter}, 'hex')
    order by e.index desc limit 1000`.execute(db);
  return rows.map(({ ruledIn, ruledAt, ruledWhy, flags, device, ip, ...row }) => ({
    ...row,
    trace: { flags, device, ip },
    index: Number(row.index),
    at: row.at.toISOString(),
    ruling:
      ruledIn === null || ruledAt === null
        ? null
        : { index: Number(ruledIn), at: ruledAt.toISOString(), reason: ruledWhy ?? '' },
  }));
}

interface Ruled {
  ruledIn: string | number | null;
  ruledAt: Date | null;
  ruledWhy: string | null;
}
