import { sql } from 'kysely';
import { isShownLive, revealedUpTo } from '@zuimei/shared/contest.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import { type Count, countsBefore, readCounts } from './counts.ts';

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

/**
 * Keeps the counts of daily contests as soon as their minute has come, so that no reader waits for them. Called each second; looks once a
 * minute, since that is how finely a reveal is set, and again until the database's clock says the same.
 */
export function createReveals(db: Db, contests: Contests, clock: () => number): { keep(): Promise<void> } {
  let done = 0;
  return {
    async keep() {
      const now = clock();
      const minute = Math.floor(now / 60_000);
      if (minute === done) return;
      // What has rested for a day was kept then, and counts as much since.
      const { rows } = await sql<{ slug: string; behind: boolean }>`
        select c.slug, clock_timestamp() < ${new Date(minute * 60_000).toISOString()}::timestamptz as behind
        from ledger_head h join contest c on c.id = h.contest
        where h.last_at > clock_timestamp() - interval '25 hours' and c.settings -> 'reveal' ->> 'kind' = 'daily'`.execute(
        db,
      );
      for (const { slug } of rows) {
        const contest = await contests.find(slug);
        for (let round = 0; round < contest.rounds.length; round++) await readShown(db, contest, round, now);
      }
      if (!rows.some(({ behind }) => behind)) done = minute;
    },
  };
}

/** Counts as they stood at a daily reveal: worked out once, then kept. */
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
  const counts = await countsBefore(db, contest, round, upto);
  if (!head.rows[0]?.over) return counts;
  await sql`
    insert into tally_reveal (contest, round, upto, counts) values (${contest}, ${round}, ${at}::timestamptz, ${JSON.stringify(counts)}::jsonb)
    on conflict do nothing`.execute(db);
  return counts;
}
