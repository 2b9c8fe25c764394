import { read, utils } from '@e965/xlsx';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDocuments } from '@zuimei/server/document/documents.ts';
import type { ProposalView } from '@zuimei/shared/intake.ts';
import type { NominationView } from '@zuimei/shared/nomination.ts';
import type { OutView } from '@zuimei/shared/out.ts';
import type { ContestLine } from '@zuimei/shared/plan/plan.ts';
import type { DecideResult, ReviewList } from '@zuimei/shared/shortlist.ts';
import type { IntakeView, PortalView } from '@zuimei/shared/unit.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import type { Desk } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { formWith, openCollection } from './filed.ts';
import { bookFile, docxFile, sheetOf } from './paper.ts';

/* 公共安全体验馆摸排: by the nominations' form, without a vote. */

let fresh: FreshDatabase;
let site: TestSite;
let office: Awaited<ReturnType<typeof openCollection>>;
let town: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  office = await openCollection(site, 'venues');
  town = await office.unit('青石镇').then(({ desk }) => desk);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const head = ['序号', '基地、场馆名称', '现有用途', '面积', '目标建成类别'];
const filled = sheetOf([
  ['公共安全体验馆摸排汇总表'],
  ['单位（盖章）：青石镇', null, '填表人：周示例', null, '时间：2026年3月1日'],
  head,
  [1, '青石安全教育馆', '综治中心展厅', '260㎡', 'Ⅰ类'],
  [2, '石板村防灾减灾体验点', '村文化礼堂', 110, '二类馆'],
  ['备注：各单位摸排2-3家公共安全体验基地和场馆。'],
]);
const tell = (lines: { name: string; category: string; values: Record<string, string> }[]) =>
  lines.map(({ name, category, values }) => [name, category, values['use'], values['area']]);

test('a unit’s sheet in the notice’s layout comes back as its venues, in .xlsx as in .docx', async () => {
  const rows = [head, ['1', '桐江消防体验馆', '消防站', '130平方米', 'Ⅱ类']];
  const paper = await docxFile('摸排.docx', [
    '单位（盖章）：桐江街道　　填表人：王示例　　时间：3月2日',
    rows,
  ]);
  const { nominations } = await readDocuments([paper]);
  expect(nominations.map((one) => [one.candidate.kind, one.candidate.category, one.private.contact])).toEqual(
    [['venue', 'Ⅱ类', { unit: '桐江街道', name: '王示例', phone: null }]],
  );

  const sent = await office.organizer.post<ProposalView>(
    `${office.base}/documents`,
    formWith([bookFile('摸排.xlsx', { 表: filled })]),
  );
  expect(sent.problems).toEqual([]);
  expect(sent.lines.map(({ unit }) => unit.name)).toEqual(['青石镇', '青石镇']);
  expect(tell(sent.lines)).toEqual([
    ['青石安全教育馆', 'first', '综治中心展厅', '260'],
    ['石板村防灾减灾体验点', 'second', '村文化礼堂', '110'],
  ]);
});

test('an area below the class is said to the reviewer and stays as it was sent; the list goes out as it came in', async () => {
  const { made } = await town.post<IntakeView>(
    '/api/console/unit/documents',
    formWith([bookFile('摸排.xlsx', { 表: filled })]),
  );
  expect(made.map(({ problems, consent }) => [problems, consent])).toEqual([
    [0, 'not asked'],
    [0, 'not asked'],
  ]);
  for (const { id } of made) {
    const { version } = await town.get<NominationView>(`/api/console/unit/nominations/${id}`);
    await town.post(`/api/console/unit/nominations/${id}/submit`, { version });
  }
  const portal = await town.get<PortalView>('/api/console/unit');
  expect([portal.categoryTitle, portal.quota.least, portal.quota.most]).toEqual(['目标建成类别', 2, 3]);

  const { lines } = await office.organizer.get<ReviewList>(`${office.base}/nominations`);
  expect(lines.map(({ name, warnings }) => [name, warnings.map(({ code }) => code)])).toEqual([
    ['青石安全教育馆', []],
    ['石板村防灾减灾体验点', ['floor_below']],
  ]);

  const { units, papers, voted } = await office.organizer.get<OutView>(`${office.base}/out`);
  expect([units.map(({ name }) => name), voted]).toEqual([['青石镇'], false]);
  expect(papers.map(({ name }) => name)).toEqual(['candidates', 'nominations', 'summary', 'card']);
  const sheetFor = async (unit?: number): Promise<unknown[][]> => {
    const ask = { format: 'xlsx', scope: 'sent', ...(unit === undefined ? {} : { unit }) };
    const reply = await office.organizer.raw('POST', `${office.base}/out/summary`, JSON.stringify(ask), {
      'content-type': 'application/json',
    });
    expect(reply.status).toBe(200);
    const { Sheets, SheetNames } = read(new Uint8Array(await reply.arrayBuffer()));
    return utils.sheet_to_json(Sheets[SheetNames[0] ?? ''] ?? {}, { header: 1, blankrows: false });
  };
  const own = await sheetFor(units[0]?.id);
  expect(own[1]?.[0]).toMatch(/^单位（盖章）：青石镇　+填表人：　+时间：$/u);
  expect(own.slice(2, 5)).toEqual([
    ['序号', '基地、场馆名称', '现有用途', '面积（平方米）', '目标建成类别'],
    [1, '青石安全教育馆', '综治中心展厅', '260', 'Ⅰ类'],
    [2, '石板村防灾减灾体验点', '村文化礼堂', '110', 'Ⅱ类'],
  ]);
  expect(own[5]?.[0]).toBe('备注：');
  expect((await sheetFor())[3]?.slice(0, 3)).toEqual([1, '青石镇', '青石安全教育馆']);
  const refused = await office.organizer.ask('POST', `${office.base}/out/summary`, {
    ...{ format: 'xlsx', scope: 'sent', unit: 999_999 },
  });
  expect(refused.status).toBe(404);

  // The unit's own, to be sealed: what it has filled in comes back by the same door that reads it.
  const paper = await town.raw('GET', '/api/console/unit/forms/venue');
  const back = await readDocuments([
    { name: '汇总表.docx', bytes: new Uint8Array(await paper.arrayBuffer()) },
  ]);
  expect(
    back.nominations.map(({ candidate }) => [candidate.name, candidate.unit, candidate.category]),
  ).toEqual([
    ['青石安全教育馆', '青石镇', 'Ⅰ类'],
    ['石板村防灾减灾体验点', '青石镇', 'Ⅱ类'],
  ]);
});

test('the list that is published is on show, takes no ballot, and speaks of none', async () => {
  const { lines } = await office.organizer.get<ReviewList>(`${office.base}/nominations`);
  const decided = await office.organizer.post<DecideResult>(`${office.base}/nominations/decide`, {
    ...{ ids: lines.map(({ id }) => id), verdict: 'accept', reason: '', versions: {} },
  });
  expect(decided.refused).toEqual([]);
  await office.organizer.post(`${office.base}/shortlist/order`, { by: 'unit' });
  await office.organizer.post(`${office.base}/shortlist/publish`, {});

  const at = `/c/${office.slug}`;
  const page = await site.call(at);
  const html = await page.text();
  expect(page.headers.get('set-cookie')).toBeNull();
  for (const told of ['青石安全教育馆', '260 平方米', '综治中心展厅', 'Ⅰ类']) expect(html).toContain(told);
  expect(html.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>/gu, '')).not.toMatch(
    /投票|选票|票数|核验/u,
  );
  for (const gone of ['rank', 'mine', 'rules', 'verify', 'objection', 'notice', 'result'])
    expect([gone, (await site.call(`${at}/${gone}`)).status]).toEqual([gone, 404]);

  const view = (await (await site.call(`/api/contests/${office.slug}`)).json()) as ContestView;
  expect([view.phase, view.rounds, view.candidates.map(({ kind }) => kind)]).toEqual([
    'shortlisted',
    [],
    ['venue', 'venue'],
  ]);
  const [summary] = (await (await site.call('/api/contests')).json()) as ContestSummary[];
  expect([summary?.voted, summary?.opens]).toEqual([false, '']);

  const cast = await site.visitor(office.slug).cast([1]);
  expect(cast).toMatchObject({ status: 403, body: { code: 'no_vote' } });

  const [line] = await office.organizer.get<ContestLine[]>('/api/console/contests');
  expect(line?.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
    ...['publish done', 'units done', 'collect done', 'review done', 'shortlist done'],
    ...['archive now', 'erase later'],
  ]);
  await office.organizer.post(`${office.base}/archive`, { reason: '摸排结束，名单已用', skip: '' });
  expect((await site.call(at)).status).toBe(200);
  await site.verify(office.slug);
});
