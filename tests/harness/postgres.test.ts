import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres.ts';

let server: PostgresServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function query(url: string, ...texts: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const text of texts) rows = (await client.query(text)).rows;
    return rows;
  } finally {
    await client.end().catch(() => {});
  }
}

test('postgres runs with the settings of production, and with those asked for', async () => {
  server = await startPostgres({ settings: { max_connections: '17' } });
  const [row] = await query(
    server.url,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync,
       current_setting('wal_compression') as wal, current_setting('max_connections') as max`,
  );
  expect(row).toEqual({ fsync: 'on', sync: 'on', wal: 'lz4', max: '17' });
  expect(
    await query(server.url, 'select count(*)::int as n from pg_file_settings where error is not null'),
  ).toEqual([{ n: 0 }]);
});

test('after kill -9 of the server and its backends, committed rows are there and an open transaction is not', async () => {
  server = await startPostgres();
  await query(server.url, 'create table kept (n int)', 'insert into kept values (1), (2)');
  const open = new pg.Client({ connectionString: server.url });
  open.on('error', () => {});
  await open.connect();
  await open.query('begin');
  await open.query('insert into kept values (3)');
  const before = server.pid;

  await server.kill9();
  await expect(open.query('commit')).rejects.toThrow();
  await expect(query(server.url, 'select 1')).rejects.toThrow('ECONNREFUSED');

  await server.restart();
  expect(server.pid).not.toBe(before);
  expect(await query(server.url, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(server.log()).toContain('was not properly shut down');
});

test('stop() leaves nothing behind, also after kill -9', async () => {
  const stopped = await startPostgres();
  await stopped.kill9();
  expect(existsSync(stopped.dataDir)).toBe(true);
  await stopped.stop();
  expect(existsSync(stopped.dataDir)).toBe(false);
  expect(() => process.kill(stopped.pid, 0)).toThrow('ESRCH');
});
