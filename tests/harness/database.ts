import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { inject } from 'vitest';
import { type Database, migrate, openDatabase } from '@zuimei/server/db.ts';

export type DatabaseKind = Database['kind'];
export const databaseKinds = ['server', 'embedded'] as const satisfies DatabaseKind[];

export interface FreshDatabase {
  /** Open and migrated. */
  database: Database;
  /** Kind 'server': what DATABASE_URL would be; any process may open it. */
  url: string | null;
  /** Kind 'embedded': the folder, for one process at a time: close `database` before opening it again. */
  folder: string | null;
  /** Closes `database`, also if it is closed already, and removes what was made. */
  drop(): Promise<void>;
}

/** A database that nobody else uses, with all migrations applied. `postgresUrl` defaults to the run's shared Postgres. */
export function freshDatabase(kind: DatabaseKind, postgresUrl?: string): Promise<FreshDatabase> {
  return kind === 'server' ? freshServer(postgresUrl ?? inject('postgresUrl')) : freshEmbedded();
}

async function freshServer(postgresUrl: string): Promise<FreshDatabase> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await command(postgresUrl, `create database ${name}`);
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href;
  const database = await openDatabase({ url });
  return migrated({
    database,
    url,
    folder: null,
    async drop() {
      await database.close().catch(() => {});
      await command(postgresUrl, `drop database if exists ${name} with (force)`);
    },
  });
}

async function freshEmbedded(): Promise<FreshDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-embedded-'));
  cpSync(await emptyEmbedded(), folder, { recursive: true });
  const database = await openDatabase({ folder });
  return migrated({
    database,
    url: null,
    folder,
    async drop() {
      await database.close().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

async function migrated(fresh: FreshDatabase): Promise<FreshDatabase> {
  try {
    await migrate(fresh.database.db);
    return fresh;
  } catch (error) {
    await fresh.drop();
    throw error;
  }
}

/** One statement on a connection of its own. */
export async function command(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/**
 * A folder with an initialised, empty PGlite, kept from run to run: its first start takes seconds, a copy 0.1 s. Several test
 * processes may make it at once; the first to finish wins.
 */
async function emptyEmbedded(): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { version } = JSON.parse(
    readFileSync(join(root, 'tests/node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string };
  const folder = join(root, 'node_modules/.cache', `pglite-${version}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}-${randomBytes(4).toString('hex')}`;
  mkdirSync(making, { recursive: true });
  await (await PGlite.create(making)).close();
  try {
    renameSync(making, folder);
  } catch {
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}
