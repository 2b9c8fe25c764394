import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { startApp } from '../harness/app.ts';
import { freshDatabase } from '../harness/database.ts';
import { startPostgres } from '../harness/postgres.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { acknowledged, behindProxy, checkLedger, crowd, settle } from './crowd.ts';

test('the primary is killed in mid-load and its synchronous standby promoted: the app finds it by itself, and all that was acknowledged is there once', {
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
  const app = await startApp({ databaseUrl: both, redisUrl: inject('redisUrl'), env: behindProxy });
  const after = await openDatabase({ url: both });
  try {
    const load = crowd(slug, [app.url], { ms: 90_000 });
    const taken = () => acknowledged(load.sent).length;
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(100);
    await primary.kill9();
    const before = taken();
    await standby.promote();
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(before + 100);
    // The first one comes back as if nothing had been: nobody writes to it again.
    await primary.restart();
    const back = taken();
    await expect.poll(taken, { timeout: 30_000 }).toBeGreaterThan(back + 100);
    load.leave();
    const settled = await settle(app.url, await load.done);
    expect(acknowledged(settled)).toHaveLength(settled.length);
    expect(await checkLedger(after.db, slug, settled)).toBe(settled.length);
    // Nor does one that starts now.
    const { rows } = await sql<{ port: number }>`select inet_server_port() as port`.execute(after.db);
    expect(rows).toEqual([{ port: standby.port }]);
    expect(new Set(load.sent.map(({ answer }) => answer.body.code ?? 'counted'))).toEqual(
      new Set(['counted', 'busy']),
    );
    expect(await app.stop()).toBe(0);
  } finally {
    await app.kill9();
    await app.stop();
    await after.close();
    // On the first one nothing is committed any more: it waits for its standby.
    await Promise.all([fresh.database.close(), fresh.owner.close()]);
    await standby.stop();
    await primary.stop();
  }
});
