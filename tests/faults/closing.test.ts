import { sql } from 'kysely';
import { expect, inject, test } from 'vitest';
import { startApp } from '../harness/app.ts';
import { freshDatabase } from '../harness/database.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { acknowledged, answersOf, behindProxy, checkLedger, crowd, send } from './crowd.ts';

test('voting closes in mid-load: nothing is dated at the closing or later, and nobody is acknowledged and not counted', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const { db } = fresh.database;
  const app = await startApp({
    databaseUrl: fresh.url ?? '',
    redisUrl: inject('redisUrl'),
    env: behindProxy,
  });
  const slug = 'closing';
  const closes = Date.now() + 2000;
  const round = { opens: new Date(closes - 3_600_000).toISOString(), closes: new Date(closes).toISOString() };
  await seedContest(db, slug, settingsOf(Date.now(), { rounds: [{ ...round, numbers: null }] }));
  const sent = await crowd(slug, [app.url], { ms: 3000 }).done;
  const answers = answersOf(sent);
  expect(Object.keys(answers).sort()).toEqual(['already_closed', 'counted']);
  expect(answers['counted']).toBeGreaterThan(50);
  const { rows } = await sql<{ late: number; last: Date }>`
    select count(*) filter (where at >= ${round.closes}::timestamptz)::int as late, max(at) as last
    from ledger_entry where kind = 'ballot'`.execute(db);
  expect(rows[0]?.late).toBe(0);
  expect(closes - Number(rows[0]?.last)).toBeLessThan(500);
  expect(await checkLedger(db, slug, sent)).toBe(acknowledged(sent).length);
  // Who had lost the reply learns the same after the closing.
  const [before] = acknowledged(sent);
  if (!before) throw new Error('nothing was acknowledged');
  expect(await send(app.url, before.ballot)).toEqual(before.answer);
  expect(await app.stop()).toBe(0);
  await fresh.drop();
});
