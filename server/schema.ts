import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import type { Db, Tables } from './db.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);

const SERVER = new URL('./', import.meta.url);

/**
 * Functions of the database and their triggers, each file beside the code that calls it, in the order in which they need each other. A file
 * says `create or replace` throughout; one whose function gets other parameters or results drops the old one first. The years of the calendar
 * that the program brings come the same way: again only when there are others.
 */
export const functionFiles = [
  'vote/append.sql',
  'vote/commit.sql',
  'vote/rule.sql',
  'vote/join.sql',
  'media/drop.sql',
  'calendar/years.sql',
] as const;

/**
 * Applies what migrations/ holds and the database does not, in order, each in its own transaction, then the functions whose text is another
 * than what was applied last; safe to run from many servers at once. Gives the names of the files that were applied.
 */
export async function migrate(db: Db): Promise<string[]> {
  await db.transaction().execute(async (tx) => {
    // "if not exists" alone does not stop two servers from creating it in the same moment.
    await sql`select pg_advisory_xact_lock(hashtext('zuimei migration'))`.execute(tx);
    await sql`create table if not exists migration (name text primary key, at timestamptz not null default now())`.execute(
      tx,
    );
    await sql`
      create table if not exists function_file (name text primary key, digest text not null, at timestamptz not null default now())`.execute(
      tx,
    );
  });
  const applied: string[] = [];
  for (const name of await readNames()) {
    await db.transaction().execute(async (tx) => {
      await sql`lock table migration in exclusive mode`.execute(tx);
      const { rows } = await sql`select 1 from migration where name = ${name}`.execute(tx);
      if (rows.length > 0) return;
      await run(tx, await readFile(new URL(name, MIGRATIONS), 'utf8'));
      await sql`insert into migration (name) values (${name})`.execute(tx);
      applied.push(name);
    });
  }
  const functions = await readFunctions();
  await db.transaction().execute(async (tx) => {
    await sql`lock table function_file in exclusive mode`.execute(tx);
    const there = await readDigests(tx);
    for (const { name, text, digest } of functions) {
      if (there.get(name) === digest) continue;
      await run(tx, text);
      await sql`
        insert into function_file (name, digest) values (${name}, ${digest})
        on conflict (name) do update set digest = excluded.digest, at = now()`.execute(tx);
      applied.push(name);
    }
  });
  return applied;
}

/** One statement around the whole file: the embedded driver takes no more than one at a time. */
async function run(tx: Transaction<Tables>, text: string): Promise<void> {
  await sql.raw(`do $file$ begin\n${text}\nend $file$`).execute(tx);
}

async function readFunctions(): Promise<{ name: string; text: string; digest: string }[]> {
  return await Promise.all(
    functionFiles.map(async (name) => {
      const text = await readFile(new URL(name, SERVER), 'utf8');
      return { name, text, digest: hash('sha256', text) };
    }),
  );
}

async function readDigests(db: Db): Promise<Map<string, string>> {
  const rows = await db.selectFrom('function_file').select(['name', 'digest']).execute();
  return new Map(rows.map(({ name, digest }) => [name, digest]));
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
  /** Migrations and files of functions that were not applied as they are here; all of them where no site was made yet. */
  missing: string[];
}

/** Who we are to this database, and whether its tables are those of this version. Changes nothing. */
export async function readSchema(db: Db): Promise<SchemaState> {
  const { rows } = await sql<{ role: string; made: boolean; owner: boolean }>`
    select current_user as role, t.oid is not null as made,
      coalesce(pg_has_role(t.relowner, 'usage'), has_schema_privilege(current_schema(), 'create')) as owner
    from (select 1) one left join pg_class t on t.oid = to_regclass('function_file')`.execute(db);
  const { role = '', made = false, owner = false } = rows[0] ?? {};
  const names = await readNames();
  const functions = await readFunctions();
  if (!made) return { role, owner, missing: [...names, ...functionFiles] };
  const there = new Set((await db.selectFrom('migration').select('name').execute()).map((row) => row.name));
  const digests = await readDigests(db);
  const missing = [
    ...names.filter((name) => !there.has(name)),
    ...functions.filter((one) => digests.get(one.name) !== one.digest).map((one) => one.name),
  ];
  return { role, owner, missing };
}

async function readNames(): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
}
