import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../harness/app.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type RedisServer, startRedis } from '../harness/redis.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { answersOf, behindProxy, checkLedger, crowd, send, voterOf } from './crowd.ts';

let fresh: FreshDatabase;
let redis: RedisServer;
let app: TestApp;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  redis = await startRedis();
  app = await startApp({ databaseUrl: fresh.url ?? '', redisUrl: redis.url, env: behindProxy });
});
afterAll(async () => {
  expect(await app.stop()).toBe(0);
  await redis.stop();
  await fresh.drop();
});

const readiness = async () => {
  const reply = await fetch(`${app.url}/readyz`);
  return { status: reply.status, ...((await reply.json()) as Record<string, string>) };
};
const unscreened = async (slug: string) =>
  (
    await sql<{ unscreened: boolean }>`
      select unscreened from ledger_entry e join contest c on c.id = e.contest
      where c.slug = ${slug} and kind = 'ballot' order by index`.execute(fresh.database.db)
  ).rows.map((row) => row.unscreened);

/** Votes until a ballot is screened: on a busy machine one or two may not be. Gives how many it took. */
async function voteScreened(slug: string): Promise<number> {
  let cast = 0;
  const screened = async () => {
    cast++;
    expect((await send(app.url, voterOf(slug)())).status).toBe(201);
    return (await unscreened(slug)).at(-1) === false;
  };
  await expect.poll(screened, { timeout: 5000, interval: 200 }).toBe(true);
  return cast;
}

test('Redis is killed: ballots go on at once, marked as unscreened; it comes back, and they are screened again', {
  timeout: 60_000,
}, async () => {
  const slug = 'redis-killed';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const before = await voteScreened(slug);
  const load = crowd(slug, [app.url], { ms: 3000 });
  await sleep(700);
  await redis.kill9();
  const killedAt = Date.now();
  const one = await send(app.url, voterOf(slug)());
  expect(one.status).toBe(201);
  expect(Date.now() - killedAt).toBeLessThan(1000);
  expect(await readiness()).toMatchObject({ status: 200, counters: 'unscreened', database: 'ok' });
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain('zuimei_gate_unscreened 1');
  await sleep(500);
  await redis.restart();
  await expect.poll(readiness, { timeout: 5000 }).toMatchObject({ status: 200, counters: 'ok' });
  const sent = await load.done;
  expect(Object.keys(answersOf(sent))).toEqual(['counted']);
  expect(await unscreened(slug)).toContain(true);
  const after = await voteScreened(slug);
  expect(await checkLedger(fresh.database.db, slug, sent)).toBe(before + sent.length + 1 + after);
});

test('Redis hangs without answering: nobody waits for it long, and the quota holds', async () => {
  const slug = 'redis-stalled';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const before = await voteScreened(slug);
  redis.stall();
  try {
    const voter = voterOf(slug);
    const began = Date.now();
    const sent = await Promise.all(
      Array.from({ length: 20 }, () => voter()).map(async (ballot) => ({
        ballot,
        answer: await send(app.url, ballot),
      })),
    );
    expect(Date.now() - began).toBeLessThan(1500);
    expect(answersOf(sent)).toEqual({ counted: 1, quota_spent: 19 });
    expect((await unscreened(slug)).at(-1)).toBe(true);
    expect(await checkLedger(fresh.database.db, slug, sent)).toBe(before + 1);
  } finally {
    redis.resume();
  }
  await expect.poll(readiness, { timeout: 5000 }).toMatchObject({ counters: 'ok' });
});

test('Redis is not there at the start: the server starts, and takes ballots unscreened', {
  timeout: 30_000,
}, async () => {
  const slug = 'redis-absent';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const lonely = await startApp({
    databaseUrl: fresh.url ?? '',
    redisUrl: 'redis://127.0.0.1:1',
    env: behindProxy,
  });
  const ballot = voterOf(slug)();
  const answer = await send(lonely.url, ballot);
  expect(answer.status).toBe(201);
  expect(await unscreened(slug)).toEqual([true]);
  expect(await (await fetch(`${lonely.url}/readyz`)).json()).toMatchObject({ counters: 'unscreened' });
  expect(await lonely.stop()).toBe(0);
  expect(await checkLedger(fresh.database.db, slug, [{ ballot, answer }])).toBe(1);
});
