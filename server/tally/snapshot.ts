import { sql, type Transaction } from 'kysely';
import { isShownLive, nextRevealAt, revealedUpTo, roundToShow } from '@zuimei/shared/contest.ts';
import type { TallyView } from '@zuimei/shared/view.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db, Tables } from '../db.ts';
import type { Log } from '../log/log.ts';

/** Of a candidate, or with number 0 of all ballots. */
export interface Count {
  number: number;
  votes: number;
  held: number;
}

/** Reads the tally to show at `now`: counts only as far as the contest's reveal allows. Count 0 counts ballots. */
export async function readTally(db: Db, log: Log, contest: StoredContest, now: number): Promise<TallyView> {
  const round = roundToShow(contest, now);
  const live = await readCounts(db, contest.id, round);
  const upto = revealedUpTo(contest.reveal, now);
  const shown = isShownLive(contest.reveal, now) ? live : await readShown(db, contest, round, now);
  const all = live.find((line) => line.number === 0);
  const next = nextRevealAt(contest.reveal, now);
  return {
    version: contest.version,
    asOf: new Date(upto ?? now).toISOString(),
    round,
    ballots: all?.votes ?? 0,
    held: all?.held ?? 0,
    counts:
      shown &&
      contest.candidates.map(({ number }) => {
        const line = shown.find((one) => one.number === number);
        return { number, votes: line?.votes ?? 0, held: line?.held ?? 0 };
      }),
    nextRevealAt: next === null ? null : new Date(next).toISOString(),
    sealedSize: (await log.newest(contest.id)).size,
  };
}

/** Counts of a round as far as they are shown at `now`; null = not at all. */
export async function readShown(
  db: Db,
  { id, reveal }: StoredContest,
  round: number,
  now: number,
): Promise<Count[] | null> {
  if (isShownLive(reveal, now)) return await readCounts(db, id, round);
  const upto = revealedUpTo(reveal, now);
  return upto === null ? null : await revealedCounts(db, id, round, upto);
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

/** Counts as they stood at a daily reveal: recounted from the ledger once, then kept. */
async function revealedCounts(db: Db, contest: number, round: number, upto: number): Promise<Count[]> {
  const at = new Date(upto).toISOString();
  const kept = await sql<{ counts: Count[] }>`
    select counts from tally_reveal where contest = ${contest} and round = ${round} and upto = ${at}::timestamptz`.execute(
    db,
  );
  if (kept.rows[0]) return kept.rows[0].counts;
  // A batch takes its instant under this lock and holds it until it is committed: once we have had it, all before `upto` is there,
  // unless the database's clock is behind ours and `upto` is still to come; then the counts are shown and not kept.
  const head = await sql<{ over: boolean }>`
    select clock_timestamp() >= ${at}::timestamptz as over from ledger_head where contest = ${contest} for update`.execute(
    db,
  );
  const counts = await readCountsAt(db, contest, round, upto);
  if (!head.rows[0]?.over) return counts;
  await sql`
    insert into tally_reveal (contest, round, upto, counts) values (${contest}, ${round}, ${at}::timestamptz, ${JSON.stringify(counts)}::jsonb)
    on conflict do nothing`.execute(db);
  return counts;
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
