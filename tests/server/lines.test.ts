import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UnitLine } from '@zuimei/shared/result/view.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { chosen } from './chosen.ts';
import { addNomination, addUnit, collectionOf, setCollection } from './collected.ts';
import { REASON } from './panelled.ts';

let fresh: MovableDatabase;
let site: TestSite;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db);
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const LINES = '/api/console/unit/lines';

test('once there is a result a unit reads how its own nominees fared, and nothing of anybody else’s', async () => {
  const one = await chosen(site, fresh);
  const collection = collectionOf(site, 'zuimei-district');
  await setCollection(site, one.id, collection);
  const [own, other] = [
    await addUnit(site, one.id, '青石镇人民政府'),
    await addUnit(site, one.id, '江北化工'),
  ];
  for (const [unit, number] of [
    [own, 2],
    [own, 4],
    [own, null],
    [other, 1],
  ] as const)
    await addNomination(site, {
      ...{ contest: one.id, unit, number, collection, name: `候选${number}`, state: 'published' },
    });
  const at = async (unit: number): Promise<UnitLine[]> =>
    (await signIn(site, { unit })).get<UnitLine[]>(LINES);

  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  expect(await at(own)).toEqual([]);
  await one.noticeOver();
  await one.result();
  const lines = await at(own);
  expect(lines.map(({ number, name, state, honour, why }) => [number, name, state, honour, why])).toEqual([
    [2, '候选2', 'chosen', '入选人物', null],
    [4, '候选4', 'passed', null, 'places'],
  ]);
  expect(lines[1]?.made).toMatchObject({ votes: 2, rank: 4, of: 5, total: 9025, passed: [], notice: null });
  expect(lines[1]?.made.entries.result).toBeNull();
  expect((await at(other)).map(({ number }) => number)).toEqual([1]);
  // What the public reads says nothing of the fourth.
  expect((await site.app.request(`/api/contests/${one.slug}/made/4`)).status).toBe(404);
});

test('a contest that ends with its vote has no lines, and nobody but a unit asks', async () => {
  const { id } = await site.contest({ outcome: null });
  const desk = await signIn(site, { unit: await addUnit(site, id, '青石镇人民政府') });
  expect(await desk.get(LINES)).toEqual([]);
  const organizer = await signIn(site, ['organizer']);
  expect((await organizer.ask('GET', LINES)).status).toBe(403);
});
