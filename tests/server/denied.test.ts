import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

let fresh: FreshDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const lines = async (staff: number) =>
  (
    await site.parts.db
      .selectFrom('action_log')
      .select(['subject', 'reason'])
      .where('act', '=', 'staff.denied')
      .where('staff', '=', staff)
      .orderBy('id')
      .execute()
  ).map(({ subject, reason }) => `${subject} ${reason}`);

test('what somebody signed in was refused stands in the action log, once a minute for a door', async () => {
  const { slug } = await site.contest();
  const { slug: theirs } = await site.contest();
  const desk = await signIn(site, ['organizer'], '经办甲', [slug]);
  for (let i = 0; i < 3; i++) await desk.ask('GET', '/api/console/staff');
  await desk.ask('GET', `/api/console/contests/${theirs}/plan`);
  await desk.raw('POST', '/api/console/sign-out', '{}', { 'x-csrf-token': 'wrong' });
  // What is not there, or was merely mistyped, is no such line.
  await desk.ask('GET', '/api/console/nothing');
  await desk.ask('PUT', `/api/console/contests/${slug}/plan`, { version: 'x' });
  expect(await lines(desk.staff)).toEqual([
    'GET /api/console/staff forbidden',
    'GET /api/console/contests/:slug/plan not_found',
    'POST /api/console/sign-out csrf',
  ]);
  site.pass(61_000);
  await desk.ask('GET', '/api/console/staff');
  expect((await lines(desk.staff)).length).toBe(4);
});

test('whoever is not signed in leaves no line', async () => {
  const before = await site.parts.db.selectFrom('action_log').select('id').execute();
  await site.app.request('/api/console/staff');
  expect(await site.parts.db.selectFrom('action_log').select('id').execute()).toHaveLength(before.length);
});
