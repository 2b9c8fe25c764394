import { sql } from 'kysely';
import { equalBytes } from '@zuimei/shared/bytes.ts';
import { parseWitnessKey } from '@zuimei/shared/log/cosignature.ts';
import type { WitnessLine, WitnessPage } from '@zuimei/shared/log/witness.ts';
import { parseVerifierKey, type VerifierKey } from '@zuimei/shared/note.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { lockContest } from '../../contest/lock.ts';
import type { LogName } from '../../contest/route.ts';
import type { Db } from '../../db.ts';
import { type Actor, recordAction } from '../../staff/action.ts';
import { readDays } from '../day.ts';

const MOST_WITNESSES = 20;

/** Everything the page of checkpoints and witnesses shows. Refuses with not_found. */
export async function readWitnessPage(db: Db, slug: string, log: LogName): Promise<WitnessPage> {
  const { rows } = await sql<{ id: number; title: string; archived: boolean; entries: string | null }>`
    select c.id, c.settings ->> 'title' as title, c.archived_at is not null as archived, h.size as entries
    from contest c left join ledger_head h on h.contest = c.id where c.slug = ${slug}`.execute(db);
  const [contest] = rows;
  if (!contest) throw new Refusal('not_found');
  const days = await readDays(db, contest.id);
  return {
    title: contest.title,
    origin: log.origin,
    verifierKey: log.verifierKey,
    entries: Number(contest.entries ?? 0),
    newest: days[0] ?? null,
    days,
    witnesses: await readWitnesses(db, contest.id),
    archived: contest.archived,
  };
}

async function readWitnesses(db: Db, contest: number): Promise<WitnessLine[]> {
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
  }));
}

/**
 * From now on the log takes this witness's cosignatures; one that was removed comes back. Refuses with not_found, key_malformed (also
 * for the log's own key: who keeps the ledger is no witness of it), witness_known (the key, under whatever name), and bad_request for
 * a name in use or more than 20 witnesses.
 */
export async function addWitness(
  db: Db,
  actor: Actor,
  slug: string,
  witness: { name: string; key: string },
  log: LogName,
): Promise<void> {
  const key = checkKey(witness.key, parseVerifierKey(log.verifierKey));
  await db.transaction().execute(async (tx) => {
    const { id: contest } = await lockContest(tx, slug, 'update');
    const known = await readWitnesses(tx, contest);
    const active = known.filter((one) => one.removedAt === null);
    const again = known.find((one) => one.key === witness.key);
    const namesake = known.find((one) => equalBytes(parseWitnessKey(one.key).publicKey, key.publicKey));
    if (again?.removedAt === null || (namesake && namesake !== again)) throw new Refusal('witness_known');
    if (active.some((one) => one.name === witness.name)) throw new Refusal('bad_request', { field: 'name' });
    if (active.length >= MOST_WITNESSES)
      throw new Refusal('bad_request', { field: 'witnesses', most: MOST_WITNESSES });
    await sql`
      insert into log_witness (contest, key, name, added_by) values (${contest}, ${witness.key}, ${witness.name}, ${actor.name})
      on conflict (contest, key) do update
      set name = excluded.name, added_by = excluded.added_by, added_at = now(), removed_at = null`.execute(
      tx,
    );
    await recordAction(tx, actor, { act: 'witness.add', contest, subject: `${witness.name} ${witness.key}` });
  });
}

/** Its cosignatures are taken no longer; what it cosigned stays. Refuses with not_found. */
export async function removeWitness(
  db: Db,
  actor: Actor,
  slug: string,
  witness: { key: string; reason: string },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { id: contest } = await lockContest(tx, slug, 'update');
    const { rows } = await sql<{ name: string }>`
      update log_witness set removed_at = now()
      where contest = ${contest} and key = ${witness.key} and removed_at is null returning name`.execute(tx);
    const [gone] = rows;
    if (!gone) throw new Refusal('not_found');
    const subject = `${gone.name} ${witness.key}`;
    await recordAction(tx, actor, { act: 'witness.remove', contest, subject, reason: witness.reason });
  });
}

function checkKey(text: string, log: VerifierKey): VerifierKey {
  let key: VerifierKey;
  try {
    key = parseWitnessKey(text);
  } catch {
    throw new Refusal('key_malformed');
  }
  if (equalBytes(key.publicKey, log.publicKey)) throw new Refusal('key_malformed');
  return key;
}
