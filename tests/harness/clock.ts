import { sql } from 'kysely';
import { type Database, openDatabase } from '@zuimei/server/db.ts';
import { type DatabaseKind, type FreshDatabase, freshDatabase } from './database.ts';

export interface MovableDatabase {
  database: Database;
  /** As FreshDatabase has it. */
  owner: Database;
  /** Sets the database's clock; it goes on from there. */
  at(ms: number): Promise<void>;
  drop(): Promise<void>;
}

/** The clock of a database that others use too. */
export interface MovedClock {
  /** The database seen with the moved clock; who opens it otherwise sees the real one. */
  database: Database;
  at(ms: number): Promise<void>;
  /** Leaves no trace of the moved clock; what was dated by it stays. */
  restore(): Promise<void>;
}

/** A fresh database whose clock_timestamp(), by which ballots are dated, can be moved. */
export async function movableDatabase(kind: DatabaseKind): Promise<MovableDatabase> {
  const fresh = await freshDatabase(kind);
  const { database, at, restore } = await moveClock(fresh);
  return {
    database,
    owner: fresh.owner,
    at,
    async drop() {
      if (fresh.url) await restore().catch(() => {});
      await fresh.drop();
    },
  };
}

/** Makes the clock of a database movable: a function of its name stands before Postgres's own in the search path. */
export async function moveClock({
  database: real,
  owner,
  url,
}: Pick<FreshDatabase, 'database' | 'owner' | 'url'>): Promise<MovedClock> {
  await sql`create table moved_clock as select interval '0' as shift`.execute(owner.db);
  if (url) await sql`grant all on moved_clock to public`.execute(owner.db);
  await sql`
    create function clock_timestamp() returns timestamptz language sql volatile as
    $$ select pg_catalog.clock_timestamp() + (select shift from moved_clock) $$`.execute(owner.db);
  // A default keeps the function that it was made with: lines of the action log are dated by the moved clock, too.
  await sql`alter table action_log alter at set default public.clock_timestamp()`.execute(owner.db);
  if (!url) await sql`set search_path = public, pg_catalog`.execute(real.db);
  const database = url ? await openDatabase({ url, schema: 'public,pg_catalog' }) : real;
  return {
    database,
    async at(ms) {
      const moment = new Date(ms).toISOString();
      await sql`update moved_clock set shift = ${moment}::timestamptz - pg_catalog.clock_timestamp()`.execute(
        database.db,
      );
    },
    async restore() {
      if (url) await database.close();
      else await sql`reset search_path`.execute(real.db);
      await sql`alter table action_log alter at set default pg_catalog.clock_timestamp()`.execute(owner.db);
      await sql`drop function public.clock_timestamp()`.execute(owner.db);
      await sql`drop table moved_clock`.execute(owner.db);
    },
  };
}
