import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
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

/** Enough for what a small contest reads. By itself it lays out 128 MB, a third of the time it opens in. */
const EMBEDDED_BUFFERS = '32MB';

/** Opens Postgres (url) or the embedded PGlite (folder; 'memory://' keeps nothing). Nothing is migrated here. Of the two drivers only one is loaded. */
export async function openDatabase(source: DatabaseSource): Promise<Database> {
  if ('folder' in source) {
    const { PGlite, types } = await import('@electric-sql/pglite');
    const pglite = await PGlite.create(source.folder, {
      startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${EMBEDDED_BUFFERS}`],
      // As the other driver gives them and tables.ts has them: a plain array says something else by toString('hex').
      parsers: {
        [types.BYTEA]: (text) => Buffer.from(text.slice('\\x'.length), 'hex'),
        [types.DATE]: (text) => text,
      },
    });
    // What it unpacks at the first start is open to everybody, whatever the umask says; what it writes later is not.
    if (!source.folder.includes('://')) shutFolder(source.folder);
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    return { db, kind: 'embedded', close: () => db.destroy() };
  }
  const { default: pg } = await import('pg');
  const { getTypeParser, builtins } = pg.types;
  const pool = new pg.Pool({
    connectionString: source.url,
    max: source.max ?? 8,
    // A database that cannot be reached is an error within seconds: what waits is told `busy` and the page sends it again.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // A calendar day is its text. The driver would make it midnight wherever the process runs.
    types: { getTypeParser: (oid, format) => (oid === builtins.DATE ? String : getTypeParser(oid, format)) },
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
