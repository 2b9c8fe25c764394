import { sql } from 'kysely';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import type { Db } from '@zuimei/server/db.ts';
import type { Secrets } from '@zuimei/server/secret.ts';

/** What verifying the ledger says of one alteration by somebody who may write to the database. */
export interface Tampering {
  name: string;
  problems: number;
}

/** Each is done and undone in SQL, with the triggers off that refuse it: whoever owns the database can do that. */
const alterations: { name: string; rows: number; forth: (rows: number) => string; back: string }[] = [
  {
    name: 'picks of ballots changed',
    rows: 20,
    forth: (rows) => `
      create table insider as select index, picks from ledger_entry
        where contest = $contest and kind = 'ballot' and state = 'counted' and not picks @> '{16}' order by index limit ${rows};
      update ledger_entry e set picks = '{16}' from insider i where e.contest = $contest and e.index = i.index;`,
    back: `
      update ledger_entry e set picks = i.picks from insider i where e.contest = $contest and e.index = i.index;
      drop table insider;`,
  },
  {
    name: 'ballots set aside as held, and the tally with them',
    rows: 20,
    forth: (rows) => `
      create table insider as select index, picks from ledger_entry
        where contest = $contest and kind = 'ballot' and state = 'counted' order by index limit ${rows};
      update ledger_entry e set state = 'held' from insider i where e.contest = $contest and e.index = i.index;
      update tally t set votes = votes - n, held = held + n from (select pick, count(*) n from insider, unnest(picks) pick group by 1) s
        where t.contest = $contest and t.candidate = s.pick;`,
    back: `
      update ledger_entry e set state = 'counted' from insider i where e.contest = $contest and e.index = i.index;
      update tally t set votes = votes + n, held = held - n from (select pick, count(*) n from insider, unnest(picks) pick group by 1) s
        where t.contest = $contest and t.candidate = s.pick;
      drop table insider;`,
  },
  {
    name: 'votes added to the tally alone',
    rows: 0,
    forth: () => 'update tally set votes = votes + 500 where contest = $contest and candidate = 16;',
    back: 'update tally set votes = votes - 500 where contest = $contest and candidate = 16;',
  },
];

/** Alters the database as an insider might, one way after another, verifies after each, and puts back what was there. */
export async function tamper(
  db: Db,
  secrets: Secrets,
  slug: string,
  contestId: number,
): Promise<Tampering[]> {
  const found: Tampering[] = [];
  for (const { name, rows, forth, back } of alterations) {
    await unguarded(db, forth(rows), contestId);
    const verified = await verifyContest(db, secrets, slug);
    await unguarded(db, back, contestId);
    found.push({ name, problems: verified?.problems.length ?? 0 });
  }
  return found;
}

async function unguarded(db: Db, statements: string, contestId: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    for (const statement of statements.split(';'))
      if (statement.trim() !== '')
        await sql.raw(statement.replaceAll('$contest', String(contestId))).execute(tx);
  });
}
