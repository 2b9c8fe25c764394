import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Db } from './db.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);

/** Applies what migrations/ holds and the database does not, in order, each in its own transaction; safe to run from many servers at once. */
export async function migrate(db: Db): Promise<string[]> {
  await db.transaction().execute(async (tx) => {
    // "if not exists" alone does not stop two servers from creating it in the same moment.
    await sql`select pg_advisory_xact_lock(hashtext('zuimei migration'))`.execute(tx);
    await sql`create table if not exists migration (name text primary key, at timestamptz not null default now())`.execute(
      tx,
    );
  });
  const applied: string[] = [];
  for (const name of await readNames()) {
    await db.transaction().execute(async (tx) => {
      await sql`lock table migration in exclusive mode`.execute(tx);
      const { rows } = await sql`select 1 from migration where name = ${name}`.execute(tx);
      if (rows.length > 0) return;
      const text = await readFile(new URL(name, MIGRATIONS), 'utf8');
      // One statement around the whole file: the embedded driver takes no more than one at a time.
      await sql.raw(`do $migration$ begin\n${text}\nend $migration$`).execute(tx);
      await sql`insert into migration (name) values (${name})`.execute(tx);
      applied.push(name);
    });
  }
  return applied;
}

/**
 * Gives a role that owns nothing exactly what migrations/grants.sql says, and takes whatever it or everybody could do beyond that. To be
 * called as the owner, after migrate().
 */
export async function grantTo(db: Db, role: string): Promise<void> {
  const text = await readFile(new URL('grants.sql', MIGRATIONS), 'utf8');
  const { rows } = await sql<{ schema: string; database: string; app: string }>`
    select quote_ident(current_schema()) as schema, quote_ident(current_database()) as database, quote_ident(${role}) as app`.execute(
    db,
  );
  const { schema = '', database = '', app = '' } = rows[0] ?? {};
  await db.transaction().execute(async (tx) => {
    await sql`lock table migration in exclusive mode`.execute(tx);
    await sql
      .raw(`do $grants$ begin
        revoke all on all tables in schema ${schema} from public, ${app};
        revoke all on all functions in schema ${schema} from public;
        revoke all on database ${database} from public;
        revoke create on schema ${schema} from public;
        grant connect on database ${database} to ${app};
        grant usage on schema ${schema} to ${app};
        grant execute on all functions in schema ${schema} to ${app};
        ${text.replaceAll(':app', app)}
      end $grants$`)
      .execute(tx);
  });
}

export interface SchemaState {
  /** The role we are connected as. */
  role: string;
  /** May drop triggers and tables: it owns them, or is a superuser, or nothing is there yet and it may create. */
  owner: boolean;
  /** Migrations that were not applied; all of them where no site was made yet. */
  missing: string[];
}

/** Who we are to this database, and whether its tables are those of this version. Changes nothing. */
export async function readSchema(db: Db): Promise<SchemaState> {
  const { rows } = await sql<{ role: string; made: boolean; owner: boolean }>`
    select current_user as role, t.oid is not null as made,
      coalesce(pg_has_role(t.relowner, 'usage'), has_schema_privilege(current_schema(), 'create')) as owner
    from (select 1) one left join pg_class t on t.oid = to_regclass('migration')`.execute(db);
  const { role = '', made = false, owner = false } = rows[0] ?? {};
  const { rows: applied } = made
    ? await sql<{ name: string }>`select name from migration`.execute(db)
    : { rows: [] };
  const there = new Set(applied.map((row) => row.name));
  return { role, owner, missing: (await readNames()).filter((name) => !there.has(name)) };
}

async function readNames(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
}
