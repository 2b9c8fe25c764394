import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { startApp } from '../harness/app.ts';
import { freshDatabase } from '../harness/database.ts';
import { startPostgres } from '../harness/postgres.ts';
import { startRedis } from '../harness/redis.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { acknowledged, answersOf, behindProxy, checkLedger, crowd, settle } from './crowd.ts';

test('of two machines the one with the primary is gone in mid-load, its app and its Redis with it, and the synchronous standby is promoted: the other app finds it by itself, and all that was acknowledged is there once', {
  timeout: 120_000,
}, async () => {
  const primary = await startPostgres({ onDisk: true });
  const fresh = await freshDatabase('server', primary.url);
  const standby = await startPostgres({ onDisk: true, standbyOf: primary });
  await sql`alter system set synchronous_standby_names = 'FIRST 1 (standby)'`.execute(fresh.owner.db);
  await sql`select pg_reload_conf()`.execute(fresh.owner.db);
  const slug = 'standby-promoted';
  await seedContest(fresh.database.db, slug, settingsOf(Date.now()));
  const both = (fresh.url ?? '').replace(/:(\d+)\//, `:$1,127.0.0.1:${standby.port}/`);
  // As infra/TWO-HOSTS.md has it: on each machine an app and a Redis of its own.
  const counters = await Promise.all([startRedis(), startRedis()]);
  const [gone, app] = await Promise.all([
    startApp({ databaseUrl: both, redisUrl: counters[0].url, env: behindProxy }),
    startApp({ databaseUrl: both, redisUrl: counters[1].url, env: behindProxy }),
  ]);
  const after = await openDatabase({ url: both });
  try {
    const others = crowd(slug, [gone.url], { ms: 90_000, lanes: 8 });
    const load = crowd(slug, [app.url], { ms: 90_000 });
    const taken = () => acknowledged(load.sent).length;
    for (const one of [others, load])
      await expect.poll(() => acknowledged(one.sent).length, { timeout: 30_000 }).toBeGreaterThan(50);
    await Promise.all([primary.kill9(), gone.kill9(), counters[0].kill9()]);
    others.leave();
    const before = taken();
    await standby.promote();
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(before + 100);
    // The first one comes back as if nothing had been: nobody writes to it again.
    await primary.restart();
    const back = taken();
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(back + 100);
    load.leave();
    const settled = await settle(app.url, [...(await load.done), ...(await others.done)]);
    expect(acknowledged(settled)).toHaveLength(settled.length);
    expect(await checkLedger(after.db, slug, settled)).toBe(settled.length);
    // Nor does one that starts now.
    const { rows } = await sql<{ port: number }>`select inet_server_port() as port`.execute(after.db);
    expect(rows).toEqual([{ port: standby.port }]);
    expect(Object.keys(answersOf(load.sent)).sort()).toEqual(['busy', 'counted']);
    expect(await app.stop()).toBe(0);
  } finally {
    await Promise.all([gone.kill9(), app.kill9()]);
    await Promise.all([gone.stop(), app.stop()]);
    await after.close();
    // On the first one nothing is committed any more: it waits for its standby.
    await Promise.all([fresh.database.close(), fresh.owner.close()]);
    await standby.stop();
    await primary.stop();
    await Promise.all(counters.map((redis) => redis.stop()));
  }
});
