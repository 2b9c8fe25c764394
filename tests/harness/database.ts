import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, type Db, openDatabase } from '@zuimei/server/db.ts';
import { functionFiles, grantTo, migrate } from '@zuimei/server/schema.ts';
import { APP_ROLE } from './postgres.ts';
import { scratchFolder } from './scratch.ts';

export type DatabaseKind = Database['kind'];
export const databaseKinds = ['server', 'embedded'] as const satisfies DatabaseKind[];

export interface FreshDatabase {
  /** Open and migrated. Kind 'server': as the app's own role, which may do what migrations/grants.sql says. */
  database: Database;
  /** The same as the owner of the tables: for a test that does what the app may not, like dropping a trigger. */
  owner: Database;
  /** Kind 'server': what DATABASE_URL would be; any process may open it. */
  url: string | null;
  /** Kind 'server': what MIGRATE_URL would be. */
  ownerUrl: string | null;
  /** Kind 'embedded': the folder, for one process at a time: close `database` before opening it again. */
  folder: string | null;
  /** Closes `database`, also if it is closed already, and removes what was made. */
  drop(): Promise<void>;
}

/** A database that nobody else uses, with all migrations applied. `postgresUrl` defaults to the run's shared Postgres. */
export function freshDatabase(kind: DatabaseKind, postgresUrl?: string): Promise<FreshDatabase> {
  return kind === 'server' ? freshServer(postgresUrl ?? inject('postgresUrl')) : freshEmbedded();
}

/** One of kind 'server' as it is now, as a backup has it. Whoever uses it must have closed it. */
export function copyOf({ ownerUrl }: Pick<FreshDatabase, 'ownerUrl'>): Promise<FreshDatabase> {
  return copied(inject('postgresUrl'), new URL(ownerUrl ?? '').pathname.slice(1));
}

const freshServer = async (postgresUrl: string): Promise<FreshDatabase> =>
  copied(postgresUrl, await templateOn(postgresUrl));

async function copied(postgresUrl: string, template: string): Promise<FreshDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await command(postgresUrl, `create database ${name} template ${template}`);
  const ownerUrl = urlOf(postgresUrl, name);
  const url = Object.assign(new URL(ownerUrl), { username: APP_ROLE }).href;
  // Neither connects before it is used.
  const [owner, database] = await Promise.all([
    openDatabase({ url: ownerUrl, max: 2 }),
    openDatabase({ url }),
  ]);
  return {
    database,
    owner,
    url,
    ownerUrl,
    folder: null,
    async drop() {
      for (const one of [owner, database]) await one.close().catch(() => {});
      await command(postgresUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

async function freshEmbedded(): Promise<FreshDatabase> {
  const folder = scratchFolder('embedded');
  cpSync(await migratedFolder(), folder, { recursive: true });
  const database = await openDatabase({ folder });
  return {
    database,
    owner: database,
    url: null,
    ownerUrl: null,
    folder,
    async drop() {
      await database.close().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes what freshDatabase copies, once a run, so that no test pays for it. */
export async function prepareDatabases(postgresUrl: string): Promise<void> {
  await Promise.all([templateOn(postgresUrl), migratedFolder()]);
}

/** One statement on a connection of its own. */
export async function command(url: string, text: string): Promise<void> {
  await onConnection(url, (client) => client.query(text));
}

async function onConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(postgresUrl: string, name: string): string {
  return Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href;
}

const templates = new Map<string, Promise<string>>();

/** The name of a migrated database on this server, made by whoever needs it first: a copy of it costs a fifth of migrating anew. */
function templateOn(postgresUrl: string): Promise<string> {
  let template = templates.get(postgresUrl);
  if (!template) templates.set(postgresUrl, (template = makeTemplate(postgresUrl)));
  return template;
}

async function makeTemplate(postgresUrl: string): Promise<string> {
  const name = `template_${migrationsDigest()}`;
  await onConnection(postgresUrl, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('zuimei template'))`);
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const making = `${name}_making`;
    await client.query(`drop database if exists ${making}`);
    await client.query(`create database ${making}`);
    const database = await openDatabase({ url: urlOf(postgresUrl, making) });
    try {
      await migrate(database.db);
      await grantTo(database.db, APP_ROLE);
    } finally {
      await database.close();
    }
    await client.query(`alter database ${making} rename to ${name}`);
  });
  return name;
}

/** How many connections to this database wait for what another holds. */
export async function waitingAtLocks(db: Db): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
  return rows[0]?.waiting ?? 0;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of all migrations and functions and of what applies them: whatever a migrated database hangs on. */
function migrationsDigest(): string {
  const hash = createHash('sha256');
  const folder = join(root, 'server/migrations');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  for (const name of functionFiles) hash.update(name).update(readFileSync(join(root, 'server', name)));
  return hash
    .update(readFileSync(join(root, 'server/schema.ts')))
    .digest('hex')
    .slice(0, 16);
}

/**
 * A folder with a migrated PGlite, kept from run to run: its first start and the migrations take seconds, a copy 0.1 s. Several test
 * processes may make it at once; the first to finish wins.
 */
export async function migratedFolder(): Promise<string> {
  const { version } = JSON.parse(
    readFileSync(join(root, 'tests/node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string };
  const folder = join(root, 'node_modules/.cache', `pglite-${version}-${migrationsDigest()}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}-${randomBytes(4).toString('hex')}`;
  mkdirSync(making, { recursive: true });
  const database = await openDatabase({ folder: making });
  try {
    await migrate(database.db);
  } finally {
    await database.close();
  }
  try {
    renameSync(making, folder);
  } catch {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}
