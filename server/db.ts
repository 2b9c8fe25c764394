import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { shutFolder } from './folder.ts';
import type { Tables } from './tables.ts';

export type { Tables };

export type Db = Kysely<Tables>;

export interface Database {
  db: Db;
  /** 'server' = Postgres by DATABASE_URL; 'embedded' = PGlite in the data folder, one process only. */
  kind: 'server' | 'embedded';
  close(): Promise<void>;
}

/** `name`: what the connections are called in pg_stat_activity; servers are 'zuimei'. */
export type DatabaseSource =
  | { url: string; schema?: string; max?: number; name?: string }
  | { folder: string };

/** Opens Postgres (url) or the embedded PGlite (folder; 'memory://' keeps nothing). Nothing is migrated here. */
export async function openDatabase(source: DatabaseSource): Promise<Database> {
  if ('folder' in source) {
    const pglite = await PGlite.create(source.folder);
    // What it unpacks at the first start is open to everybody, whatever the umask says; what it writes later is not.
    if (!source.folder.includes('://')) shutFolder(source.folder);
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    return { db, kind: 'embedded', close: () => db.destroy() };
  }
  const pool = new pg.Pool({
    connectionString: source.url,
    max: source.max ?? 8,
    // A database that cannot be reached is an error within seconds: what waits is told `busy` and the page sends it again.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: source.name ?? 'zuimei command',
    ...(source.schema ? { options: `-c search_path=${source.schema}` } : {}),
  });
  // A connection that breaks (the database restarted) rejects the query that was on it, is dropped by the pool, and the next query
  // opens another. Without a listener Node would end the process for it: the pool listens to connections at rest, the other one to
  // those in use.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, kind: 'server', close: () => db.destroy() };
}
