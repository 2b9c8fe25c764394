import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { QuarantineCause, QuarantineView } from '@zuimei/shared/upkeep.ts';
import type { Db, Tables } from '../db.ts';
import type { Journal } from '../journal.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { holds, type Known, knownOf, readNewest } from './known.ts';

/** What was known and not met, of one contest: what the database has instead stands in its ledger. */
export interface Found {
  slug: string;
  /** Entries under the checkpoint that is known; null = it cannot be read. */
  size: number | null;
  note: string;
}

/** Whether votes and all other changes wait until a person has looked. As this process knows it: `refresh` asks the database. */
export interface Quarantine {
  /** null = none. */
  state(): QuarantineView | null;
  /** Refuses with quarantined. */
  check(): void;
  /** Notes that somebody gave up: known, never to be met again. */
  lost(): readonly string[];
  /** `on`: a database that takes the other's place. */
  refresh(on?: Db): Promise<void>;
  begin(cause: QuarantineCause, found: readonly Found[], on?: Db): Promise<void>;
}

/** `asked`: the settings ask for it, for as long as this process runs. */
export function createQuarantine(db: Db, asked: boolean, clock: () => number): Quarantine {
  const always: QuarantineView | null = asked
    ? { cause: 'asked', since: new Date(clock()).toISOString() }
    : null;
  let now = always;
  let lost: string[] = [];

  async function refresh(on = db): Promise<void> {
    const rows = await on.selectFrom('quarantine').selectAll().orderBy('id').execute();
    const open = rows.find((row) => row.lifted_at === null);
    now = open ? { cause: open.cause, since: open.began_at.toISOString() } : always;
    lost = rows
      .filter((row) => row.lifted_at !== null)
      .flatMap((row) => (row.found as Found[]).map((one) => one.note));
  }

  return {
    state: () => now,
    check() {
      if (now) throw new Refusal('quarantined');
    },
    lost: () => lost,
    refresh,
    async begin(cause, found, on = db) {
      await sql`
        insert into quarantine (cause, found) values (${cause}, ${JSON.stringify(found)}::jsonb) on conflict do nothing`.execute(
        on,
      );
      await refresh(on);
    },
  };
}

/**
 * Before anybody is served, at the start and by another server than before: begins the quarantine where a checkpoint that is known is not in this database, or where the database
 * stands at another place than it was made at and no file says that it is whole. Whoever copies all of a site, its checkpoints with it,
 * goes on without being asked.
 */
export async function inspect(db: Db, quarantine: Quarantine, known: readonly Known[]): Promise<void> {
  await quarantine.refresh(db);
  if (quarantine.state()) return;
  const unmet: Known[] = [];
  for (const one of known)
    if (!quarantine.lost().includes(one.note) && !(await holds(db, one))) unmet.push(one);
  if (unmet.length > 0) return await quarantine.begin('behind', unmet.map(foundOf), db);
  const place = await readPlace(db);
  const { place: before } = (await db.selectFrom('installation').select('place').executeTakeFirst()) ?? {
    place: null,
  };
  const files = new Set(known.map((one) => one.slug));
  const unknown = (await readNewest(db)).filter(({ slug }) => !files.has(slug));
  if (place !== null && before !== null && before !== place && unknown.length > 0)
    return await quarantine.begin('copy', [], db);
  await settle(db, place);
}

/** For who is shown a note that this log signed and the database does not have. */
export function createForked(quarantine: Quarantine, log: Journal) {
  return async (slug: string, note: string): Promise<void> => {
    log('error', { part: 'log', slug, fork: note });
    await quarantine.begin('fork', [foundOf(knownOf(slug, note))]);
  };
}

/** Gives it up: from now on this database is the site, here. The line of the action log says who says so. */
export async function lift(db: Db, actor: Actor, reason: string): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ cause: QuarantineCause }>`
      update quarantine set lifted_at = now(), lifted_by = ${actor.name}, reason = ${reason}
      where lifted_at is null returning cause`.execute(tx);
    const [lifted] = rows;
    if (!lifted) return false;
    await settle(tx, await readPlace(tx));
    await recordAction(tx, actor, { act: 'quarantine.lift', subject: lifted.cause, reason });
    return true;
  });
}

export async function readFound(
  db: Db,
): Promise<{ cause: QuarantineCause; since: Date; found: Found[] } | null> {
  const row = await db.selectFrom('quarantine').selectAll().where('lifted_at', 'is', null).executeTakeFirst();
  return row ? { cause: row.cause, since: row.began_at, found: row.found as Found[] } : null;
}

function foundOf({ slug, note, checkpoint }: Known): Found {
  return { slug, size: checkpoint?.size ?? null, note };
}

async function settle(db: Db | Transaction<Tables>, place: string | null): Promise<void> {
  if (place !== null)
    await sql`update installation set place = ${place} where place is distinct from ${place}`.execute(db);
}

/**
 * Names the server and the database in it: both are others after a dump was restored, and the same on a standby. null where the database does
 * not say (the embedded one, which is copied as a folder).
 */
async function readPlace(db: Db | Transaction<Tables>): Promise<string | null> {
  const { rows } = await sql<{ place: string | null }>`
    select (select system_identifier from pg_control_system()) || '/' || d.oid || '/' || current_schema() as place
    from pg_database d where d.datname = current_database()`.execute(db);
  return rows[0]?.place ?? null;
}
