import { sql } from 'kysely';
import { roundToShow } from '@zuimei/shared/contest.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import type { RulingEffect } from '@zuimei/shared/proposal.ts';
import { ranksOf } from '@zuimei/shared/statistics/rank.ts';
import { shownUpTo } from '../analyst/hidden.ts';
import { rankedIn } from '../analyst/report.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';

/** The ranking of the round shown as it is, and as it would be with these ballots moved; null while not every ballot's picks are shown. */
export async function readEffect(
  db: Db,
  contest: StoredContest,
  verb: RulingVerb,
  entries: readonly number[],
  now: number,
): Promise<RulingEffect | null> {
  if ((await newestBallot(db, contest.id)) >= shownUpTo(contest, now)) return null;
  const round = roundToShow(contest, now);
  const { rows } = await sql<{ number: number; votes: number; moved: number }>`
    with moving as (
      select candidate, count(*) filter (where m.becomes = 'counted') - count(*) filter (where m.was = 'counted') as moved
      from movable_ballots(${contest.id}::int, ${verb}, ${`{${entries.join(',')}}`}::bigint[]) m, unnest(m.picks) as candidate
      where m.round = ${round}::int group by candidate
    )
    select t.candidate::int as number, t.votes::float8 as votes, coalesce(m.moved, 0)::float8 as moved
    from tally t left join moving m on m.candidate = t.candidate
    where t.contest = ${contest.id}::int and t.round = ${round}::int and t.candidate > 0`.execute(db);
  const counts = new Map(rows.map((row) => [row.number, row]));
  const all = rankedIn(contest, round).map(({ number, name, unit }) => {
    const { votes = 0, moved = 0 } = counts.get(number) ?? {};
    return { number, name, unit, votes, after: votes + moved };
  });
  const [ranks, ranksAfter] = [ranksOf(all, (one) => one.votes), ranksOf(all, (one) => one.after)];
  const lines = all.map((one) => ({
    ...one,
    rank: ranks.get(one.number) ?? 0,
    rankAfter: ranksAfter.get(one.number) ?? 0,
  }));
  return {
    round,
    places: contest.outcome?.places ?? null,
    lines: lines.sort((a, b) => a.rankAfter - b.rankAfter || a.number - b.number),
  };
}

/** When the newest ballot came, ms; -Infinity = there is none. */
async function newestBallot(db: Db, contest: number): Promise<number> {
  const { rows } = await sql<{ at: Date }>`
    select at from ledger_entry where contest = ${contest}::int and kind = 'ballot' order by index desc limit 1`.execute(
    db,
  );
  return rows[0]?.at.getTime() ?? -Infinity;
}
