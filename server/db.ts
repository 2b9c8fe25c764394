import type { Socket } from 'node:net';
import { Kysely, PGliteDialect, PostgresDialect, type PostgresPool } from 'kysely';
import type { ClientBase, PoolClient } from 'pg';
import { shutFolder } from './folder.ts';
import { parsePostgres } from './hosts.ts';
import { createPrimary, type Host, type HostState } from './primary.ts';
import type { Tables } from './tables.ts';

export type { Tables };

export type Db = Kysely<Tables>;

export interface Database {
  db: Db;
  /** 'server' = Postgres by DATABASE_URL; 'embedded' = PGlite in the data folder, one process only. */
  kind: 'server' | 'embedded';
  /** Of several servers: is the one in use still it? To be called every few seconds; of one server it asks nothing. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** Given a server that is to be used from now on, by host and port, and the database on it; rejects while it is not to be. */
export type Moved = (host: string, db: Db) => Promise<void>;

/**
 * `url` may name several servers (hosts.ts); `moved` looks at another one before it is used. `name`: what the connections are called in
 * pg_stat_activity; servers are 'zuimei'.
 */
export type DatabaseSource =
  | { url: string; schema?: string; max?: number; name?: string; moved?: Moved }
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
    return { db, kind: 'embedded', look: async () => {}, close: () => db.destroy() };
  }
  const { urls } = parsePostgres(source.url);
  const hosts = await Promise.all(urls.map((url) => openHost(url, source, urls.length > 1)));
  const [only] = hosts;
  const { moved } = source;
  const primary =
    hosts.length > 1
      ? createPrimary(hosts, async ({ name, pool }) => await moved?.(name, kyselyOn(pool)))
      : null;
  const pool = primary?.pool ?? only?.pool;
  if (!pool) throw new Error('no server of the database is named');
  const db = kyselyOn(pool);
  return { db, kind: 'server', look: async () => await primary?.look(), close: () => db.destroy() };
}

const kyselyOn = (pool: PostgresPool): Db => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });

/** How long a server may take to let us in or to say whether it takes writes. */
const ANSWER_MS = 5_000;

async function openHost(
  url: string,
  source: { schema?: string; max?: number; name?: string },
  several: boolean,
): Promise<Host> {
  const { default: pg } = await import('pg');
  const { getTypeParser, builtins } = pg.types;
  const access = {
    connectionString: url,
    // A database that cannot be reached is an error within seconds: what waits is told `busy` and the page sends it again.
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    application_name: source.name ?? 'zuimei command',
  };
  const verify = (client: PoolClient, done: (error?: Error) => void): void => {
    askState(client).then(
      ({ writes }) =>
        done(writes ? undefined : Object.assign(new Error('this server takes no writes'), { code: '25006' })),
      done,
    );
  };
  const pool = new pg.Pool({
    ...access,
    max: source.max ?? 8,
    // A calendar day is its text. The driver would make it midnight wherever the process runs.
    types: { getTypeParser: (oid, format) => (oid === builtins.DATE ? String : getTypeParser(oid, format)) },
    ...(source.schema ? { options: `-c search_path=${source.schema}` } : {}),
    ...(several ? { verify } : {}),
  });
  // A connection that breaks (the database restarted) rejects the query that was on it, is dropped by the pool, and the next query
  // opens another. Without a listener Node would end the process for it: the pool listens to connections at rest, the other one to
  // those in use.
  const open = new Set<PoolClient>();
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    prepareNamed(client);
    open.add(client);
    client.on('error', () => {});
  });
  pool.on('remove', (client) => open.delete(client));
  return {
    name: new URL(url).host,
    pool,
    async ask() {
      const client = new pg.Client({ ...access, query_timeout: ANSWER_MS });
      client.on('error', () => {});
      try {
        await client.connect();
        return await askState(client);
      } finally {
        // Of one that does not answer there is nothing to wait for.
        client.end().catch(() => {});
      }
    },
    drop() {
      for (const client of open) breakOff(client);
    },
  };
}

const NAMED = /^-- prepared (\w+)\n/;

/**
 * A statement that begins with `-- prepared NAME` is planned once a connection and not at each call: to plan what a voter's page asks costs
 * several times what it costs to run. One name, one text. The embedded database reads the line as a comment.
 */
function prepareNamed(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const named = (text: unknown, ...rest: unknown[]): unknown => {
    const name = typeof text === 'string' ? NAMED.exec(text)?.[1] : undefined;
    if (!name) return query(text, ...rest);
    const [values, ...others] = rest;
    return query({ name, text, values }, ...others);
  };
  client.query = named as PoolClient['query'];
}

/** Ends it without a farewell: whatever is under way on it rejects. */
function breakOff(client: object): void {
  const { connection } = client as { connection?: { stream: Socket } };
  connection?.stream.destroy();
}

async function askState(client: Pick<ClientBase, 'query'>): Promise<HostState> {
  const { rows } = await client.query<{ writes: boolean; timeline: number }>(`
    select not pg_is_in_recovery() and current_setting('transaction_read_only') = 'off' as writes,
      case when pg_is_in_recovery() then 0
        else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end as timeline`);
  return rows[0] ?? { writes: false, timeline: 0 };
}
