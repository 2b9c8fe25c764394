import { sql } from 'kysely';
import type {
  WitnessDecision,
  WitnessLine,
  WitnessPage,
  WitnessProgram,
  WitnessProposal,
} from '@zuimei/shared/log/witness.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { LogName } from '../../contest/route.ts';
import type { Db } from '../../db.ts';
import type { Actor } from '../../staff/action.ts';
import { readDays } from '../day.ts';
import { policyNow, readOfficial, readSilent, readWatched } from './policy.ts';

/** Everything the page of checkpoints and witnesses shows. Refuses with not_found. */
export async function readWitnessPage(
  db: Db,
  slug: string,
  actor: Actor,
  { log, program, now }: { log: LogName; program: WitnessProgram | null; now: number },
): Promise<WitnessPage> {
  const { rows } = await sql<{
    id: number;
    title: string;
    archived: boolean;
    published: boolean;
    entries: string | null;
  }>`
    select c.id, c.settings ->> 'title' as title, c.archived_at is not null as archived, c.published_at is not null as published,
      h.size as entries
    from contest c left join ledger_head h on h.contest = c.id where c.slug = ${slug}`.execute(db);
  const [contest] = rows;
  if (!contest) throw new Refusal('not_found');
  const days = await readDays(db, contest.id);
  const watched = await readWatched(db, contest.id);
  return {
    title: contest.title,
    origin: log.origin,
    verifierKey: log.verifierKey,
    entries: Number(contest.entries ?? 0),
    newest: days[0] ?? null,
    days,
    witnesses: await readWitnesses(db, contest.id, await readSilent(db, now, slug)),
    policy: policyNow(watched),
    official: await readOfficial(db, contest.id, watched),
    ...(await readProposals(db, contest.id, actor.staff, now)),
    program,
    published: contest.published,
    archived: contest.archived,
  };
}

async function readWitnesses(
  db: Db,
  contest: number,
  silent: readonly { name: string; forMs: number }[],
): Promise<WitnessLine[]> {
  const { rows } = await sql<{
    key: string;
    name: string;
    added_by: string;
    added_at: Date;
    removed_at: Date | null;
    size: string | null;
    at: Date | null;
  }>`
    select w.key, w.name, w.added_by, w.added_at, w.removed_at, c.size, c.at
    from log_witness w left join lateral (
      select size, at from log_cosignature where contest = w.contest and witness = w.key order by size desc limit 1
    ) c on true
    where w.contest = ${contest} order by w.removed_at is not null, w.added_at, w.key`.execute(db);
  return rows.map((row) => ({
    key: row.key,
    name: row.name,
    addedBy: row.added_by,
    addedAt: row.added_at.toISOString(),
    removedAt: row.removed_at?.toISOString() ?? null,
    latest: row.at && { size: Number(row.size), at: row.at.toISOString() },
    behindMs: row.removed_at ? null : (silent.find((one) => one.name === row.name)?.forMs ?? null),
  }));
}

/** The one that waits, and how the last one before ended. */
async function readProposals(
  db: Db,
  contest: number,
  staff: number | null,
  now: number,
): Promise<{ proposal: WitnessProposal | null; decided: WitnessDecision | null }> {
  const rows = await db
    .selectFrom('witness_proposal as p')
    .innerJoin('staff as a', 'a.id', 'p.proposed_by')
    .leftJoin('staff as d', 'd.id', 'p.decided_by')
    .select(['p.id', 'p.policy', 'p.reason', 'p.proposed_by', 'p.proposed_at', 'p.lapses_at', 'p.state'])
    .select(['p.decided_at', 'p.decided_why', 'a.name', 'd.name as decider'])
    .where('p.contest', '=', contest)
    .orderBy('p.id', 'desc')
    .limit(2)
    .execute();
  const isOpen = (row: (typeof rows)[number]): boolean =>
    row.state === 'open' && row.lapses_at.getTime() > now;
  const open = rows.find(isOpen);
  const last = rows.find((row) => !isOpen(row));
  return {
    proposal: open
      ? {
          ...open.policy,
          ...{ id: open.id, by: open.name, at: open.proposed_at.toISOString(), reason: open.reason },
          ...{ lapsesAt: open.lapses_at.toISOString(), own: open.proposed_by === staff },
        }
      : null,
    decided: last
      ? {
          state: last.state === 'open' ? 'lapsed' : last.state,
          by: last.name,
          at: (last.decided_at ?? last.lapses_at).toISOString(),
          decidedBy: last.decider,
          why: last.decided_why,
        }
      : null,
  };
}
