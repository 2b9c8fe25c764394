import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { type Database, type Db, openDatabase } from '@zuimei/server/db.ts';
import { migrate } from '@zuimei/server/schema.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { startRedis } from '../harness/redis.ts';
import { HOUR_MS, seedContest, settingsOf } from '../harness/site.ts';
import { writeRequests } from './ballots.ts';
import { cpuOf } from './cpu.ts';
import type { LoadOrder, LoadResult } from './load.ts';

export const SECRET = 'a secret for benchmarks only, of no value at all';
export const CANDIDATES = 20;

export interface Measured extends LoadResult {
  /** CPU per answered request in µs, by part. */
  cpuUs: Record<string, number>;
}

export type Target = 'app' | 'bare' | 'plain';

export interface World {
  database: Database;
  postgres: PostgresServer;
  app: TestApp;
  /** Opens a new contest with open voting, or with rounds that open and close so many hours from now. */
  contest(slug: string, hours?: [opens: number, closes: number]): Promise<number>;
  /** Drives the apps (or a reference: bare.ts, plain.ts) and accounts the CPU of everything that served it. */
  drive(target: Target, requests: Buffer[], order: Partial<LoadOrder>): Promise<Measured>;
  /** CPU of all apps and servers meanwhile, by part in µs. */
  account<T>(target: Target, work: () => Promise<T>): Promise<{ result: T; cpuUs: Record<string, number> }>;
  /** Ends the apps and starts so many new ones: none has run longer than another. */
  restartApps(count?: number): Promise<void>;
  close(): Promise<void>;
}

/** Real Postgres and Redis with the settings of production, one app process, the bare reference, and the generator beside them. */
export async function createWorld(): Promise<World> {
  const postgres = await startPostgres({ settings: { shared_buffers: '1GB' }, onDisk: true });
  const redis = await startRedis();
  const database = await openDatabase({ url: postgres.url });
  await migrate(database.db);
  const env = { ZUIMEI_SECRET: SECRET, TRUSTED_PROXIES: '127.0.0.1' };
  const start = () => startApp({ databaseUrl: postgres.url, redisUrl: redis.url, env });
  let apps = [await start()];
  const [bare, plain] = [reference('bare'), reference('plain', postgres.url)];
  const ports = { bare: await portOf(bare), plain: await portOf(plain) };
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-bench-'));

  async function drive(target: Target, requests: Buffer[], order: Partial<LoadOrder>): Promise<Measured> {
    const file = join(folder, 'requests');
    writeRequests(file, requests);
    const generator = fork(fileURLToPath(new URL('./load.ts', import.meta.url)));
    generator.send({
      ports: target === 'app' ? apps.map((app) => app.port) : [ports[target]],
      file,
      connections: 128,
      durationMs: 5_000,
      rate: 0,
      repeat: false,
      expect: 200,
      ...order,
    });
    await new Promise((resolve) => generator.once('message', resolve));
    const { result, cpuUs } = await account(target, async () => {
      const measured = new Promise<LoadResult>((resolve) =>
        generator.once('message', (one) => resolve(one as LoadResult)),
      );
      generator.send('go');
      return await measured;
    });
    const each = Object.entries(cpuUs).map(([name, us]) => [name, us / Math.max(1, result.ok)] as const);
    return { ...result, cpuUs: Object.fromEntries(each) };
  }

  async function account<T>(target: Target, work: () => Promise<T>) {
    const of = {
      app: { app: apps.map((app) => app.pid), postgres: [postgres.pid], redis: [redis.pid] },
      bare: { app: [bare.pid ?? 0] },
      plain: { app: [plain.pid ?? 0], postgres: [postgres.pid] },
    };
    const before = Object.entries(of[target]).map(([name, pids]) => [name, pids, cpuOf(pids)] as const);
    const result = await work();
    const cpuUs = Object.fromEntries(before.map(([name, pids, was]) => [name, cpuOf(pids) - was] as const));
    return { result, cpuUs };
  }

  return {
    database,
    postgres,
    get app() {
      return apps[0] as TestApp;
    },
    async contest(slug, hours) {
      const rule = {
        period: 'day',
        ballotsPerPeriod: 1,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 5 },
        repeatCandidate: true,
      } as const;
      const categories = [
        { id: 'person', name: '个人' },
        { id: 'team', name: '团队' },
      ];
      const iso = (hour: number): string => new Date(Date.now() + hour * HOUR_MS).toISOString();
      const rounds = hours && [{ opens: iso(hours[0]), closes: iso(hours[1]), numbers: null }];
      const settings = settingsOf(Date.now(), { rule, categories, ...(rounds ? { rounds } : {}) });
      return await seedContest(database.db, slug, settings, CANDIDATES);
    },
    drive,
    account,
    async restartApps(count = 1) {
      await Promise.all(apps.map((app) => app.stop()));
      apps = await Promise.all(Array.from({ length: count }, start));
    },
    async close() {
      bare.kill();
      plain.kill();
      await Promise.all(apps.map((app) => app.stop()));
      await database.close();
      await redis.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function reference(name: 'bare' | 'plain', ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.ts`, import.meta.url)), args);
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('message', (port) => resolve(port as number)));
}

/** How many contests have entries that no checkpoint covers yet. */
export async function unsealed(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ledger_head h
    where h.size > coalesce((select max(size) from log_checkpoint where contest = h.contest), 0)`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Fills a contest's ledger with `count` counted ballots of as many voters, by SQL, as if they had been cast today. */
export async function fillLedger(
  database: Database,
  contest: number,
  count: number,
  step = 250_000,
): Promise<void> {
  const { db } = database;
  for (let from = 1; from <= count; from += step) {
    const to = Math.min(count, from + step - 1);
    await sql`
      with ballot as (
        select i, decode(md5('voter' || i), 'hex') as voter, md5('ballot' || i)::uuid as ballot_id, sha256(int8send(i)) as commitment,
          array[1 + i % 20, 1 + (i + 4) % 20, 1 + (i + 9) % 20]::smallint[] as picks
        from generate_series(${from}::bigint, ${to}::bigint) i
      ), entry as (
        insert into ledger_entry (index, at, contest, kind, state, ballot_id, commitment, voter, picks, ip, device, tag)
        select i, h.last_at, h.contest, 'ballot', 'counted', ballot_id, commitment, voter, picks, substr(commitment, 1, 16), substr(commitment, 17, 8), substr(commitment, 1, 16)
        from ballot, ledger_head h where h.contest = ${contest}
      )
      insert into voter_quota (contest, period, ballots, voter, picks, ballot_ids, indexes)
      select ${contest}, floor((extract(epoch from now()) + 28800) / 86400)::int, 1, voter, picks, array[ballot_id], array[i] from ballot`.execute(
      db,
    );
  }
  await sql`
    insert into tally (contest, round, candidate, votes)
    select ${contest}, 0, pick, count(*) from ledger_entry, unnest(0::smallint || picks) pick where contest = ${contest} and kind = 'ballot' group by pick
    on conflict (contest, round, candidate) do update set votes = excluded.votes`.execute(db);
  await sql`update ledger_head set size = ${count + 1} where contest = ${contest}`.execute(db);
  await sql`vacuum analyze ledger_entry`.execute(db);
  await sql`vacuum analyze voter_quota`.execute(db);
}
