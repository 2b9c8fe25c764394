import { sql } from 'kysely';
import { type Database, openDatabase } from '@zuimei/server/db.ts';
import { type DatabaseKind, type FreshDatabase, freshDatabase } from './database.ts';

export interface MovableDatabase {
  database: Database;
  /** Sets the database's clock; it goes on from there. */
  at(ms: number): Promise<void>;
  drop(): Promise<void>;
}

/**
 * A fresh database whose clock_timestamp(), by which ballots are dated, can be moved: a function of that name stands before
 * Postgres's own in the search path.
 */
export async function movableDatabase(kind: DatabaseKind): Promise<MovableDatabase> {
  const fresh = await freshDatabase(kind);
  const { db } = fresh.database;
  await sql`create table moved_clock as select interval '0' as shift`.execute(db);
  await sql`
    create function clock_timestamp() returns timestamptz language sql volatile as
    $$ select pg_catalog.clock_timestamp() + (select shift from moved_clock) $$`.execute(db);
  const database = await shadowed(fresh);
  return {
    database,
    async at(ms) {
      const moment = new Date(ms).toISOString();
      await sql`update moved_clock set shift = ${moment}::timestamptz - pg_catalog.clock_timestamp()`.execute(
        db,
      );
    },
    async drop() {
      await database.close().catch(() => {});
      await fresh.drop();
    },
  };
}

async function shadowed({ database, url }: FreshDatabase): Promise<Database> {
  if (url) return openDatabase({ url, schema: 'public,pg_catalog' });
  await sql`set search_path = public, pg_catalog`.execute(database.db);
  return database;
}
