import { expect, inject, test } from 'vitest';
import { startApp } from '../harness/app.ts';
import { freshDatabase } from '../harness/database.ts';
import { startPostgres } from '../harness/postgres.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { acknowledged, behindProxy, checkLedger, crowd, settle } from './crowd.ts';

test('Postgres is killed in mid-load and started again: all that was acknowledged is there, and ballots go on by themselves', {
  timeout: 90_000,
}, async () => {
  const postgres = await startPostgres({ onDisk: true });
  const fresh = await freshDatabase('server', postgres.url);
  const slug = 'postgres-killed';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  await seedContest(fresh.database.db, 'postgres-other', settingsOf(Date.now()));
  const app = await startApp({
    databaseUrl: fresh.url ?? '',
    redisUrl: inject('redisUrl'),
    env: behindProxy,
  });
  const readiness = async () => {
    const reply = await fetch(`${app.url}/readyz`);
    return { status: reply.status, ...((await reply.json()) as Record<string, string>) };
  };
  const statusOf = async (path: string): Promise<number> => (await fetch(app.url + path)).status;
  try {
    expect(await statusOf(`/api/contests/${slug}`)).toBe(200);
    expect(await statusOf('/api/contests/postgres-other/tally')).toBe(200);
    const load = crowd(slug, [app.url], { ms: 90_000 });
    const taken = () => acknowledged(load.sent).length;
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(50);
    await postgres.kill9();
    const before = taken();
    expect(await readiness()).toMatchObject({ status: 503, database: 'down', counters: 'ok' });
    // What is known here can still be read; what is not is asked for again when the database is back.
    expect(await statusOf(`/api/contests/${slug}`)).toBe(200);
    expect(await statusOf('/api/contests/postgres-other')).toBe(503);
    await postgres.restart();
    await expect.poll(readiness, { timeout: 10_000 }).toMatchObject({ status: 200, database: 'ok' });
    expect(await statusOf('/api/contests/postgres-other')).toBe(200);
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(before + 50);
    load.leave();
    const sent = await load.done;
    const settled = await settle(app.url, sent);
    expect(acknowledged(settled)).toHaveLength(sent.length);
    expect(await checkLedger(fresh.database.db, slug, settled)).toBe(sent.length);
    expect(await app.stop()).toBe(0);
    expect(await checkLedger(fresh.database.db, slug, settled)).toBe(sent.length);
  } finally {
    await app.kill9();
    await app.stop();
    await fresh.drop().catch(() => {});
    await postgres.stop();
  }
});
