import { sql, type Transaction } from 'kysely';
import type { Db, Tables } from '../db.ts';

/** Of a candidate, or with number 0 of all ballots. */
export interface Count {
  number: number;
  votes: number;
  held: number;
}

/** Counts of a round as they stand, whether or not anybody may see them. */
export async function readCounts(
  db: Db | Transaction<Tables>,
  contest: number,
  round: number,
): Promise<Count[]> {
  const { rows } = await sql<Count>`
    select candidate as number, votes, held from tally where contest = ${contest} and round = ${round}`.execute(
    db,
  );
  return rows.map((row) => ({ number: row.number, votes: Number(row.votes), held: Number(row.held) }));
}

/**
 * Counts of a round as the ledger had them before this instant (ms): its ballots, and the rulings made before it. A ruling names only
 * what it moved, so a ballot's last void or restore says whether it is void, and one release that it is held no longer.
 */
export async function readCountsAt(
  db: Db | Transaction<Tables>,
  contest: number,
  round: number,
  upto: number,
): Promise<Count[]> {
  const at = new Date(upto).toISOString();
  const { rows } = await sql<Count>`
    with ruled as (
      select ballot::bigint as index,
        count(*) filter (where act ->> 'ruling' = 'void') > count(*) filter (where act ->> 'ruling' = 'restore') as void,
        bool_or(act ->> 'ruling' = 'release') as released
      from ledger_entry, jsonb_array_elements(act -> 'entries') as ballot
      where contest = ${contest} and kind = 'ruling' and at < ${at}::timestamptz group by ballot
    )
    select pick::int as number, count(*) filter (where e.state = 'counted' or r.released) as votes,
      count(*) filter (where e.state = 'held' and r.released is not true) as held
    from ledger_entry e left join ruled r on r.index = e.index, unnest(0::smallint || e.picks) as pick
    where e.contest = ${contest} and e.kind = 'ballot' and e.round = ${round} and e.at < ${at}::timestamptz and r.void is not true
    group by pick order by pick`.execute(db);
  return rows.map((row) => ({ number: row.number, votes: Number(row.votes), held: Number(row.held) }));
}

/**
 * What readCountsAt gives, reckoned back from the tally of now: less what ballots and rulings since that instant (ms) have moved. So it
 * costs as much as has happened since, not as much as the ledger holds; one statement, in which tally and ledger agree.
 */
export async function countsBefore(db: Db, contest: number, round: number, upto: number): Promise<Count[]> {
  const at = new Date(upto).toISOString();
  const { rows } = await sql<Count>`
    with recursive search (low, high) as (
      select 0::bigint, size from ledger_head where contest = ${contest}
      union all
      select case when e.at < ${at}::timestamptz then e.index + 1 else s.low end, case when e.at < ${at}::timestamptz then s.high else e.index end
      from search s join ledger_entry e on e.contest = ${contest} and e.index = (s.low + s.high) / 2
      where s.low < s.high
    ), since as (select max(low) as first from search),
    ruling as (
      select e.index as act, ballot::bigint as ballot, e.act ->> 'ruling' as verb, e.index < since.first as early
      from since, ledger_entry e, jsonb_array_elements(e.act -> 'entries') as ballot where e.contest = ${contest} and e.kind = 'ruling'
    ), ruled as (
      select ballot, count(*) filter (where verb = 'void') > count(*) filter (where verb = 'restore') as void,
        bool_or(verb = 'release') as released,
        count(*) filter (where early and verb = 'void') > count(*) filter (where early and verb = 'restore') as was_void,
        coalesce(bool_or(verb = 'release') filter (where early), false) as was_released
      from ruling group by ballot
    ), moved as (
      select index from ledger_entry, since where contest = ${contest} and kind = 'ballot' and index >= since.first
      union select ballot from ruling where not early
    ), ballot as (
      select e.picks, e.state = 'counted' as counted, e.index < since.first as was_there, coalesce(r.void, false) as void,
        coalesce(r.released, false) as released, coalesce(r.was_void, false) as was_void, coalesce(r.was_released, false) as was_released
      from moved join ledger_entry e on e.contest = ${contest} and e.index = moved.index cross join since left join ruled r on r.ballot = e.index
      where e.round = ${round}
    ), change as (
      select pick,
        count(*) filter (where not void and (counted or released))
          - count(*) filter (where was_there and not was_void and (counted or was_released)) as votes,
        count(*) filter (where not void and not counted and not released)
          - count(*) filter (where was_there and not was_void and not counted and not was_released) as held
      from ballot, unnest(0::smallint || picks) as pick group by pick
    )
    select t.candidate as number, t.votes - coalesce(c.votes, 0) as votes, t.held - coalesce(c.held, 0) as held
    from tally t left join change c on c.pick = t.candidate where t.contest = ${contest} and t.round = ${round}
    order by number`.execute(db);
  return rows.map((row) => ({ number: row.number, votes: Number(row.votes), held: Number(row.held) }));
}
