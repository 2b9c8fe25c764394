import { spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, inject, test, vi } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { bareEnvironment, startApp } from '../harness/app.ts';
import { zuimei } from '../harness/cli.ts';
import { freshDatabase, migratedFolder } from '../harness/database.ts';
import { freePort } from '../harness/port.ts';
import { scratchFolder } from '../harness/scratch.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import {
  acknowledged,
  answersOf,
  behindProxy,
  checkLedger,
  crowd,
  type Sent,
  send,
  sendUntilAnswered,
  settle,
  voterOf,
} from './crowd.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A data folder whose embedded database holds one contest. */
async function embeddedFolder(slug: string): Promise<string> {
  const fresh = await freshDatabase('embedded');
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  await fresh.database.close();
  const folder = scratchFolder('fault');
  cpSync(fresh.folder ?? '', join(folder, 'pglite'), { recursive: true });
  await fresh.drop();
  return folder;
}

/** Answers that a server that is leaving has no business to give. */
const stray = (sent: readonly Sent[]): string[] =>
  Object.keys(answersOf(sent)).filter((name) => !['counted', 'busy', 'none'].includes(name));

test('on Postgres: the server is killed in mid-load and another takes its place: nothing acknowledged is lost or doubled', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const slug = 'server-killed';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const options = { databaseUrl: fresh.url ?? '', redisUrl: inject('redisUrl'), env: behindProxy };
  const first = await startApp(options);
  const load = crowd(slug, [first.url], { ms: 40_000 });
  await expect.poll(() => acknowledged(load.sent).length, { timeout: 30_000 }).toBeGreaterThan(50);
  await first.kill9();
  load.leave();
  const sent = await load.done;
  await checkLedger(fresh.database.db, slug, sent);
  const second = await startApp({ ...options, port: first.port });
  const settled = await settle(second.url, sent);
  expect(acknowledged(settled)).toHaveLength(sent.length);
  expect(await second.stop()).toBe(0);
  expect(await checkLedger(fresh.database.db, slug, settled)).toBe(sent.length);
  const said = await zuimei(['verify'], { DATABASE_URL: fresh.url ?? '' });
  expect([said.code, said.stdout]).toEqual([0, expect.stringContaining(`账目 ${sent.length + 1} 条`)]);
  await first.stop();
  await fresh.drop();
});

test('embedded: the server is killed in mid-load, started again on its folder and told to stop under load: nothing acknowledged is lost or doubled', {
  timeout: 90_000,
}, async () => {
  const slug = 'embedded-killed';
  const dataDir = await embeddedFolder(slug);
  const first = await startApp({ dataDir, env: behindProxy });
  const load = crowd(slug, [first.url], { ms: 40_000 });
  await expect.poll(() => acknowledged(load.sent).length, { timeout: 30_000 }).toBeGreaterThan(20);
  await first.kill9();
  load.leave();
  const sent = await load.done;
  const second = await startApp({ dataDir, port: first.port, env: behindProxy });
  const settled = await settle(second.url, sent);
  expect(acknowledged(settled)).toHaveLength(sent.length);
  // Beside the running server, which holds the database: it is asked to do it.
  const beside = await zuimei(['verify', '--contest', slug], { DATA_DIR: dataDir });
  expect([beside.code, beside.stderr]).toEqual([0, '']);
  const later = crowd(slug, [second.url], { ms: 40_000 });
  await expect.poll(() => acknowledged(later.sent).length, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(await second.stop()).toBe(0);
  later.leave();
  const more = await later.done;
  expect(stray(more)).toEqual([]);
  const database = await openDatabase({ folder: join(dataDir, 'pglite') });
  const ballots = await checkLedger(database.db, slug, [...settled, ...more]);
  expect(ballots).toBeGreaterThanOrEqual(sent.length + acknowledged(more).length);
  await database.close();
  const alone = await zuimei(['verify'], { DATA_DIR: dataDir });
  expect([alone.code, alone.stdout]).toEqual([0, expect.stringContaining(`账目 ${ballots + 1} 条`)]);
  rmSync(dataDir, { recursive: true });
});

test('told to stop in mid-batch, a server answers all it has taken, takes no more, and leaves with 0', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const { db } = fresh.database;
  const slug = 'server-stopped';
  const id = await seedContest(db, slug, settingsOf(Date.now()));
  const app = await startApp({
    databaseUrl: fresh.url ?? '',
    redisUrl: inject('redisUrl'),
    env: behindProxy,
  });
  expect((await send(app.url, voterOf(slug)())).status).toBe(201);
  const [locked, free] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const blocked = db.transaction().execute(async (tx) => {
    await sql`select 1 from ledger_head where contest = ${id} for update`.execute(tx);
    locked.resolve();
    await free.promise;
  });
  await locked.promise;
  const inside = Array.from({ length: 60 }, () => voterOf(slug)()).map(async (ballot) => ({
    ballot,
    answer: await send(app.url, ballot),
  }));
  const waiting = async () =>
    /^zuimei_pool_waiting (\d+)/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1];
  await expect.poll(waiting).toBe('60');
  const stopped = app.stop();
  await expect
    .poll(() =>
      fetch(`${app.url}/healthz`).then(
        () => 'open',
        () => 'shut',
      ),
    )
    .toBe('shut');
  free.resolve();
  await blocked;
  const sent = await Promise.all(inside);
  expect(answersOf(sent)).toEqual({ counted: 60 });
  expect(await stopped).toBe(0);
  expect(await checkLedger(db, slug, sent)).toBe(61);
  // It has sealed what it took before it left.
  const { rows } = await sql<{
    size: number;
  }>`select max(size)::int as size from log_checkpoint where contest = ${id}`.execute(db);
  expect(rows).toEqual([{ size: 62 }]);
  await fresh.drop();
});

test('told to stop under load, a server leaves with 0 and all it acknowledged is there', {
  timeout: 60_000,
}, async () => {
  const slug = 'server-leaving';
  const fresh = await freshDatabase('server');
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const app = await startApp({
    databaseUrl: fresh.url ?? '',
    redisUrl: inject('redisUrl'),
    env: behindProxy,
  });
  const load = crowd(slug, [app.url], { ms: 40_000 });
  await expect.poll(() => acknowledged(load.sent).length, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(await app.stop()).toBe(0);
  load.leave();
  const sent = await load.done;
  expect(stray(sent)).toEqual([]);
  await checkLedger(fresh.database.db, slug, sent);
  await fresh.drop();
});

test('two servers on one contest: one gapless ledger, and a ballot sent to both counts once', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const slug = 'two-servers';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const options = { databaseUrl: fresh.url ?? '', redisUrl: inject('redisUrl'), env: behindProxy };
  const [one, other] = await Promise.all([startApp(options), startApp(options)]);
  const load = crowd(slug, [one.url, other.url], { ms: 1500 });
  const twice = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const ballot = voterOf(slug)();
      const answers = await Promise.all([one, other, one, other].map((app) => send(app.url, ballot)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      return { ballot, answer: answers[0] ?? { status: 0, body: {} } };
    }),
  );
  const sent = [...(await load.done), ...twice];
  expect(Object.keys(answersOf(sent))).toEqual(['counted']);
  expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
  expect(await checkLedger(fresh.database.db, slug, sent)).toBe(sent.length);
  await fresh.drop();
});

test('a second server on one data folder is refused with a plain message, and the first goes on', {
  timeout: 60_000,
}, async () => {
  const slug = 'one-folder';
  const dataDir = await embeddedFolder(slug);
  const first = await startApp({ dataDir, env: behindProxy });
  await expect(startApp({ dataDir })).rejects.toThrow(
    new RegExp(`process ${first.pid} already serves ${dataDir}: stop it, or set DATA_DIR or DATABASE_URL`),
  );
  const ballot = voterOf(slug)();
  const answer = await sendUntilAnswered(first.url, ballot);
  expect(answer.status).toBe(201);
  expect(await first.stop()).toBe(0);
  // What the first has left is free again.
  expect(existsSync(join(dataDir, 'server.pid'))).toBe(false);
  const database = await openDatabase({ folder: join(dataDir, 'pglite') });
  expect(await checkLedger(database.db, slug, [{ ballot, answer }])).toBe(1);
  await database.close();
  rmSync(dataDir, { recursive: true });
});

test('`npm start` is killed with -9: its server stops by itself and lets go of port and data folder', {
  timeout: 120_000,
}, async () => {
  const dataDir = scratchFolder('start');
  cpSync(await migratedFolder(), join(dataDir, 'pglite'), { recursive: true });
  const port = await freePort();
  const env = {
    ...bareEnvironment(),
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataDir,
    ZUIMEI_DEMO: '0',
  };
  const npm = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/healthz`), { timeout: 60_000, interval: 200 });
    const other = await freshDatabase('server');
    await expect(startApp({ port, databaseUrl: other.url ?? '' })).rejects.toThrow(
      `端口 ${port} 已被别的程序占用`,
    );
    await other.drop();
    npm.kill('SIGKILL');
    await vi.waitFor(
      async () => {
        expect(existsSync(join(dataDir, 'server.pid'))).toBe(false);
        await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
      },
      { timeout: 20_000, interval: 200 },
    );
  } finally {
    // So that a failure leaves nobody behind, also while it still installs or builds.
    if (!npm.killed) npm.kill('SIGTERM');
    const claim = join(dataDir, 'server.pid');
    if (existsSync(claim)) process.kill(Number(readFileSync(claim, 'utf8')), 'SIGKILL');
    rmSync(dataDir, { recursive: true });
  }
});
