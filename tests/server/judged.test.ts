import { afterAll, beforeAll, expect, test } from 'vitest';
import { rotate } from '@zuimei/server/rotation.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import type { OutView } from '@zuimei/shared/out.ts';
import type { PanelsView } from '@zuimei/shared/panel.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, SECRET, type TestSite } from '../harness/site.ts';
import { panelled, REASON, VOTE_MS } from './panelled.ts';

/* What becomes of judges when the contest is over, and when the secret is another. */

const NEXT = 'what another secret of this installation may well be';
let fresh: FreshDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

test('the archive waits for the result, ends the judges’ accounts, and what is erased names none of them', async () => {
  const begin = site.now();
  const schedule = [
    { phase: 'voting' as const, from: new Date(begin - HOUR_MS).toISOString() },
    { phase: 'judging' as const, from: new Date(begin + VOTE_MS).toISOString() },
    { phase: 'notice' as const, from: new Date(begin + 3 * VOTE_MS).toISOString() },
  ];
  const { slug, path, organizer, invite, close } = await panelled(site, { schedule });
  const [judge] = await invite('expert', [{ name: '陈专家', unit: '云岭大学' }]);
  await judge?.save({ 1: { points: { deed: 800 }, abstained: false, note: '私下的话' } }, 0);
  close();
  const skip = { reason: REASON, skip: '跳过专家评审、公示、结果公布' };
  const early = await organizer.ask<{ code: string }>('POST', `${path}/archive`, { reason: REASON });
  expect(early.body).toMatchObject({ code: 'skip_untyped', sentence: skip.skip });
  await organizer.post(`${path}/archive`, skip);
  expect((await judge?.desk.ask('GET', `${path}/sheet`))?.status).toBe(401);
  const { title } = await organizer.get<OutView>(`${path}/out`);
  await organizer.post(`${path}/erase`, { reason: REASON, confirm: title, trace: false });
  const other = await signIn(site, ['administrator']);
  await other.post(`${path}/erase/decide`, { reason: REASON, granted: true });
  const seen = await organizer.get<PanelsView>(`${path}/panels`);
  expect(seen.panels[0]?.seats[0]).toMatchObject({ code: 'E1', name: '', unit: '', done: 0 });
  await site.verify(slug);
});

test('under another secret the names of judges can be read again', async () => {
  site.at(Date.now());
  const { path, invite } = await panelled(site);
  await invite('expert', [{ name: '周专家' }]);
  const secretsOf = (accessSecret: string | null) =>
    openSecrets({ secret: SECRET, accessSecret, dataDir: '' });
  expect(await rotate(fresh.owner.db, await secretsOf(null), await secretsOf(NEXT))).toMatchObject({
    seats: 1,
  });
  const renewed = await createSite(fresh.database.db, { accessSecret: NEXT, now: site.now() });
  const organizer = await signIn(renewed, ['organizer']);
  const seen = await organizer.get<PanelsView>(`${path}/panels`);
  expect(seen.panels[0]?.seats[0]?.name).toBe('周专家');
  await renewed.close();
});
