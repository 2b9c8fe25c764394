import { strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import type { IntakeView, PortalView } from '@zuimei/shared/unit.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { chosen } from './chosen.ts';
import { addUnit, collectionOf, setCollection } from './collected.ts';
import { REASON } from './panelled.ts';

/* A contest recommends whom it chose, and the contest above takes it as a document of the unit's. */

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

/** A package of the two chosen ones, of a contest of its own. */
async function recommended(numbers = [1, 2]) {
  const one = await chosen(site, fresh);
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result();
  const asked = { numbers, to: '省应急管理厅', opinion: '同意推荐。', reason: REASON };
  const { entry } = await one.organizer.post<{ entry: number }>(`${one.path}/course/recommendations`, asked);
  await site.seal();
  const reply = await one.organizer.raw('GET', `${one.path}/course/recommendations/${entry}`);
  return { ...one, asked, bytes: new Uint8Array(await reply.arrayBuffer()), status: reply.status };
}

/** The contest above, with a unit that may send so many. */
async function above(most: number): Promise<Desk> {
  const { id, slug } = await site.contest({}, 0);
  const collection = collectionOf(site, 'zuimei-province');
  const kinds = [{ id: 'department', name: '省级有关单位', least: 0, most }];
  const later = new Date(site.now() + 86_400_000).toISOString();
  await setCollection(site, id, { ...collection, unitKinds: kinds, unitCategoryMost: {}, closes: later });
  expect(slug).not.toBe('');
  return await signIn(site, { unit: await addUnit(site, id, '云岭区') });
}

function sent(...files: Uint8Array[]): FormData {
  const form = new FormData();
  for (const [at, bytes] of files.entries())
    form.append('file', new File([new Uint8Array(bytes)], `推荐-${at}.zip`));
  return form;
}

const take = (desk: Desk, ...files: Uint8Array[]): Promise<IntakeView> =>
  desk.post<IntakeView>('/api/console/unit/documents', sent(...files));

test('the page says how many may be recommended upward, as the settings have it', async () => {
  const one = await chosen(site, fresh);
  const upward = async () => (await one.organizer.get<CourseView>(`${one.path}/course`)).upward;
  expect(await upward()).toEqual([]);
  const collection = collectionOf(site, 'zuimei-district');
  await setCollection(site, one.id, collection);
  expect(await upward()).toEqual(collection.upward);
});

test('nominees come as drafts marked as verified, and who is beyond the places is refused by name', async () => {
  const { bytes } = await recommended();
  const names = Object.keys(unzipSync(bytes));
  expect(names).toEqual(expect.arrayContaining(['recommendation.json', 'nominees.json', 'acts.json']));
  const desk = await above(1);
  const { made, problems } = await take(desk, bytes);
  expect(made).toHaveLength(1);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('超出推荐名额：本单位最多推荐 1 个，已有 1 个'),
  ]);
  const { nominations } = await desk.get<PortalView>('/api/console/unit');
  expect(nominations[0]?.verified).toMatchObject({ honour: '入选人物', name: nominations[0]?.name });
  expect(nominations[0]?.state).toBe('draft');
});

test('whoever is not in a result in force cannot be recommended', async () => {
  const { organizer, path, asked } = await recommended();
  const reply = await organizer.ask('POST', `${path}/course/recommendations`, { ...asked, numbers: [3] });
  expect(reply).toMatchObject({ status: 409, body: { code: 'not_chosen', number: 3 } });
});

test('a package that was altered anywhere makes no draft, and one sentence says what is wrong', async () => {
  const { bytes } = await recommended();
  const files = unzipSync(bytes);
  const text = (name: string): string => Buffer.from(files[name] ?? []).toString('utf8');
  const other = (name: string, from: RegExp, to: string): Zippable => ({
    ...files,
    [name]: strToU8(text(name).replace(from, to)),
  });
  const faults: [Zippable, string][] = [
    [other('nominees.json', /"rank":1/u, '"rank":2'), 'nominees.json 与账本中推荐记录的摘要不符'],
    [other('acts.json', /"honour": "入选人物"/u, '"honour": "特等奖"'), '记录与账本的签名不符'],
    [other('recommendation.json', /"contest": "t-/u, '"contest": "u-'), '记录与账本的签名不符'],
    [{ ...files, 'more.exe': strToU8('x') }, '材料里多出了文件 more.exe'],
    [{ ...files, 'acts.json': strToU8('[]') }, 'acts.json 中没有推荐记录'],
    [other('recommendation.json', /zuimei-recommendation@1/u, 'other@1'), '不是推荐材料的说明'],
  ];
  const desk = await above(5);
  for (const [altered, sentence] of faults) {
    const { made, problems } = await take(desk, zipSync(altered));
    expect(made).toEqual([]);
    expect(problems[0]?.message).toContain(sentence);
  }
  expect((await take(desk, bytes)).made).toHaveLength(2);
});

test('the key of the first package is kept with the unit, and another is refused until an organizer lets it go', async () => {
  const [one, two] = [await recommended(), await recommended()];
  const desk = await above(5);
  await take(desk, one.bytes);
  expect(await desk.ask('POST', '/api/console/unit/documents', sent(two.bytes))).toMatchObject({
    ...{ status: 409, body: { code: 'key_changed' } },
  });
  const { contest, unit } = await desk.get<PortalView>('/api/console/unit');
  const organizer = await signIn(site, ['organizer']);
  await organizer.post(`/api/console/contests/${contest.slug}/units/${unit.id}/unpin`, { reason: REASON });
  const again = await take(desk, two.bytes);
  expect(again.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('已经在报送名单里'),
    expect.stringContaining('已经在报送名单里'),
  ]);
});
