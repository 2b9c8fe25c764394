import { read, utils } from '@e965/xlsx';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Allotted, type QuotaRules, quotaOf } from '@zuimei/server/unit/quota.ts';
import type { PortalView, UnitLink, UnitList } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { fileDraft, formOf, openCollection, personValues } from './filed.ts';
import { bookFile, docxFile, sheetOf } from './paper.ts';

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

const peer = { incoming: { socket: { remoteAddress: '127.0.0.9' } } };
const keyOf = (link: string): string => link.split('#')[1] ?? '';

async function enter(key: string): Promise<{ status: number; cookie: string; code: string }> {
  const reply = await site.app.request(
    '/api/console/unit/enter',
    { method: 'POST', body: JSON.stringify({ key }), headers: { 'content-type': 'application/json' } },
    peer,
  );
  const { code = '' } = (await reply.json()) as { code?: string };
  return { status: reply.status, cookie: reply.headers.get('set-cookie')?.split(';')[0] ?? '', code };
}

const asUnit = (cookie: string) => site.app.request('/api/console/unit', { headers: { cookie } }, peer);

describe('a unit', () => {
  test('is listed with its quota and its contact masked; the link that came with making it opens its own portal', async () => {
    const contest = await openCollection(site);
    const { link } = await contest.unit('青石镇人民政府');
    await contest.unit('桐江街道办事处', 'town', 7);
    const { units } = await contest.units();
    expect(units.map(({ name, most, used, quota }) => ({ name, most, used, quota }))).toEqual([
      { name: '青石镇人民政府', most: null, used: 0, quota: null },
      { name: '桐江街道办事处', most: 7, used: 0, quota: 7 },
    ]);
    expect(units[0]?.contact).toEqual({ name: '测试联系人', phone: '138****0100' });
    const entered = await enter(keyOf(link));
    expect(entered.status).toBe(200);
    const view = (await (await asUnit(entered.cookie)).json()) as {
      unit: { name: string };
      contest: { slug: string };
    };
    expect([view.unit.name, view.contest.slug]).toEqual(['青石镇人民政府', contest.slug]);
  });

  test('of the same name is refused by its name, and nothing of a list with one double is kept', async () => {
    const contest = await openCollection(site);
    await contest.unit('青石镇人民政府');
    const unit = (name: string) => ({
      name,
      kind: 'town',
      quota: null,
      categoryQuota: {},
      contact: { name: '', phone: '' },
    });
    const again = await contest.organizer.ask('POST', `${contest.base}/units`, unit(' 青石镇人民政府 '));
    expect([again.status, again.body]).toEqual([409, { code: 'unit_known', name: '“青石镇人民政府”' }]);
    const many = await contest.organizer.ask('POST', `${contest.base}/units/import`, {
      units: [unit('江北街道'), unit('青石镇人民政府')],
    });
    expect(many.status).toBe(409);
    expect((await contest.units()).units).toHaveLength(1);
  });

  test('keeps its phone when only its contact’s name is changed, and goes only while it has nominated nobody', async () => {
    const contest = await openCollection(site);
    const { id, desk } = await contest.unit('青石镇人民政府');
    const path = `${contest.base}/units/${id}`;
    const changed = {
      name: '青石镇',
      kind: 'town',
      quota: 2,
      categoryQuota: {},
      contact: { name: '新联系人', phone: '' },
    };
    expect((await contest.organizer.ask('PUT', path, changed)).status).toBe(200);
    expect((await contest.units()).units[0]).toMatchObject({
      name: '青石镇',
      most: 2,
      contact: { name: '新联系人', phone: '138****0100' },
    });
    await fileDraft(desk, personValues('林立夏'), null);
    expect((await contest.organizer.ask('DELETE', path)).body).toEqual({ code: 'unit_in_use' });
    const empty = await contest.unit('桐江街道办事处');
    expect((await contest.organizer.ask('DELETE', `${contest.base}/units/${empty.id}`)).status).toBe(200);
    const elsewhere = await openCollection(site);
    expect((await elsewhere.organizer.ask('DELETE', `${elsewhere.base}/units/${id}`)).status).toBe(404);
  });

  test('is known to have come by its link or not, and whose consent is missing by name; drafts stay its own', async () => {
    const contest = await openCollection(site);
    const { id, link, desk } = await contest.unit('青石镇人民政府');
    const stateOf = async () => (await contest.units()).units.map(({ opened, lacks }) => ({ opened, lacks }));
    await desk.post('/api/console/unit/nominations', { kind: 'person' });
    expect(await stateOf()).toEqual([{ opened: false, lacks: [] }]);
    await enter(keyOf(link));
    await sql`update nomination set name = '林立夏', state = 'returned' where unit = ${id}`.execute(
      site.parts.db,
    );
    expect(await stateOf()).toEqual([
      {
        opened: true,
        lacks: [
          { name: '林立夏', lack: 'returned' },
          { name: '林立夏', lack: 'consent' },
        ],
      },
    ]);
  });

  test('is telephoned to for a reason that is recorded, without the number', async () => {
    const contest = await openCollection(site);
    const { id } = await contest.unit('青石镇人民政府');
    const path = `${contest.base}/units/${id}/phone`;
    expect((await contest.organizer.ask('POST', path, { reason: '' })).body).toEqual({
      code: 'reason_missing',
    });
    expect(await contest.organizer.post(path, { reason: '电话催报' })).toEqual({ phone: '13800000100' });
    const elsewhere = await openCollection(site);
    expect(
      (await elsewhere.organizer.ask('POST', `${elsewhere.base}/units/${id}/phone`, { reason: '电话催报' }))
        .status,
    ).toBe(404);
    const { rows } = await sql<{ line: string }>`
      select subject || ' ' || reason as line from action_log where act = 'unit.phone' and contest = ${contest.id}`.execute(
      site.parts.db,
    );
    expect(rows).toEqual([{ line: '青石镇人民政府 电话催报' }]);
  });

  test('gets an account of its own, whose one-time link leads to joining', async () => {
    const contest = await openCollection(site);
    const { id } = await contest.unit('青石镇人民政府');
    const login = `town-${id}`;
    const { link } = await contest.organizer.post<{ link: string }>(`${contest.base}/units/${id}/account`, {
      login,
    });
    expect(link).toMatch(/^\/console\/join#[\w-]{43}$/);
    expect((await contest.units()).units[0]?.account).toBe(login);
  });
});

describe('a link', () => {
  test('is void at once when it is renewed, with every browser that came by it; the new one opens', async () => {
    const contest = await openCollection(site);
    const { id, link: old } = await contest.unit('青石镇人民政府');
    const { cookie } = await enter(keyOf(old));
    expect((await asUnit(cookie)).status).toBe(200);
    const { link } = await contest.organizer.post<{ link: string }>(`${contest.base}/units/${id}/link`, {});
    expect((await asUnit(cookie)).status).toBe(401);
    expect(await enter(keyOf(old))).toMatchObject({ status: 401, code: 'link_invalid' });
    expect((await enter(keyOf(link))).status).toBe(200);
  });

  test('is in no list and no view: it comes when it is made, and later for a reason that is recorded', async () => {
    const contest = await openCollection(site);
    const first = await contest.unit('青石镇人民政府');
    const units = [
      {
        name: '桐江街道办事处',
        kind: 'town',
        quota: null,
        categoryQuota: {},
        contact: { name: '', phone: '' },
      },
    ];
    const { links } = await contest.organizer.post<{ links: UnitLink[] }>(`${contest.base}/units/import`, {
      units,
    });
    const all = [{ id: first.id, name: '青石镇人民政府', link: first.link }, ...links];
    const list = JSON.stringify(await contest.units());
    for (const { link } of all) {
      expect((await enter(keyOf(link))).status).toBe(200);
      expect(list).not.toContain(keyOf(link));
    }

    const path = `${contest.base}/units/links`;
    const ids = all.map(({ id }) => id);
    expect((await contest.organizer.ask('POST', path, { ids, reason: ' 好 ' })).body).toEqual({
      code: 'reason_missing',
    });
    const elsewhere = await openCollection(site);
    const other = (await elsewhere.unit('江北街道')).id;
    const reason = '镇里说找不到链接';
    expect((await contest.organizer.ask('POST', path, { ids: [first.id, other], reason })).status).toBe(404);
    const shown = await contest.organizer.post<{ links: UnitLink[] }>(path, { ids, reason });
    expect(shown.links).toEqual(all);
    const sheet = `${path}.xlsx`;
    expect((await contest.organizer.ask('POST', sheet, { ids, reason: '' })).body).toEqual({
      code: 'reason_missing',
    });
    expect((await contest.organizer.ask('POST', sheet, { ids: [other], reason })).status).toBe(404);
    const file = await contest.organizer.raw('POST', sheet, JSON.stringify({ ids, reason }), {
      'content-type': 'application/json',
    });
    const book = read(new Uint8Array(await file.arrayBuffer()));
    const cells = utils.sheet_to_json<string[]>(book.Sheets['单位链接'] ?? {}, { header: 1 }).flat();
    for (const { name, link } of all)
      expect(cells).toEqual(
        expect.arrayContaining([name, expect.stringMatching(new RegExp(`^https?://.*${keyOf(link)}$`))]),
      );
    expect(cells.join()).not.toMatch(/13800000100/);

    const log = await fresh.database.db
      .selectFrom('action_log')
      .select(['act', 'actor', 'subject', 'reason'])
      .where('contest', '=', contest.id)
      .where('act', 'in', ['unit.links', 'unit.enter'])
      .orderBy('id')
      .execute();
    expect(log).toEqual([
      { act: 'unit.enter', actor: '青石镇人民政府', subject: '127.0.0.9', reason: '' },
      { act: 'unit.enter', actor: '桐江街道办事处', subject: '127.0.0.9', reason: '' },
      { act: 'unit.links', actor: '测试主办', subject: '2 个单位：青石镇人民政府、桐江街道办事处', reason },
      {
        ...{ act: 'unit.links', actor: '测试主办', reason },
        subject: '链接清单，2 个单位：青石镇人民政府、桐江街道办事处',
      },
    ]);
    expect(JSON.stringify(log)).not.toContain(keyOf(first.link));
  });

  test('that is guessed, cut short or of an archived contest is refused alike', async () => {
    const contest = await openCollection(site);
    const key = keyOf((await contest.unit('青石镇人民政府')).link);
    const other = key.replace(/.$/, (end) => (end === '0' ? '1' : '0'));
    for (const wrong of [other, key.slice(0, -1), '', 'zzzzzz-'.padEnd(39, '0'), `1${key}`])
      expect(await enter(wrong)).toMatchObject({ status: 401, code: 'link_invalid' });
    await fresh.database.db
      .updateTable('contest')
      .set({ archived_at: new Date(site.now()) })
      .where('id', '=', contest.id)
      .execute();
    expect(await enter(key)).toMatchObject({ status: 401, code: 'link_invalid' });
  });

  test('cannot be guessed from one address for long', async () => {
    const found = [];
    for (let i = 0; i < 60; i++) found.push((await enter(`1-${'0'.repeat(32)}`)).status);
    expect(found.at(-1)).toBe(429);
    site.pass(11 * 60_000);
    expect((await enter(`1-${'0'.repeat(32)}`)).status).toBe(401);
  });
});

describe('the places of a unit', () => {
  const rules = (changes: Partial<QuotaRules['collection']> = {}): QuotaRules => ({
    collection: {
      unitKinds: [{ id: 'city', name: '设区市', least: 1, most: 5 }],
      unitCategoryMost: { system: 3, rescue: 2 },
      ...changes,
    },
    categories: [
      { id: 'system', name: '应急管理系统' },
      { id: 'rescue', name: '救援力量及其他' },
    ],
  });
  test.each<[string, Omit<Allotted, 'kind'>, Partial<QuotaRules['collection']>, (number | null)[]]>([
    ['are those of its kind and of every unit', { quota: null, category_quota: {} }, {}, [5, 3, 2]],
    [
      'are its own before those, above them too',
      { quota: null, category_quota: { system: 4, rescue: 3 } },
      {},
      [7, 4, 3],
    ],
    [
      'of one category leave the other as it is for all',
      { quota: null, category_quota: { system: 0 } },
      {},
      [2, 0, 2],
    ],
    [
      'are in all what it was given, though categories let in more',
      { quota: 3, category_quota: { system: 2, rescue: 2 } },
      {},
      [3, 2, 2],
    ],
    [
      'are never more than its categories let in',
      { quota: 9, category_quota: { system: 2, rescue: 0 } },
      {},
      [2, 2, 0],
    ],
    [
      'are unbounded where nobody bounds them',
      { quota: null, category_quota: {} },
      { unitKinds: [], unitCategoryMost: {} },
      [null, null, null],
    ],
  ])('%s', (_, unit, changes, [most, system, rescue]) => {
    const view = quotaOf(rules(changes), { kind: 'city', ...unit }, new Map([['system', 1]]));
    expect(view).toMatchObject({
      most,
      used: 1,
      categories: [
        { most: system, used: 1 },
        { most: rescue, used: 0 },
      ],
    });
  });
});

describe('a list of units', () => {
  async function preview(file: { name: string; bytes: Uint8Array }) {
    const contest = await openCollection(site);
    await contest.unit('江北化工有限公司', 'enterprise');
    return await readList(contest, file);
  }
  /** Of a contest whose places are given to cities by category. */
  async function previewAllotment(sheet: ReturnType<typeof sheetOf>) {
    const contest = await openCollection(site, 'zuimei-province', ({ settings, collection }) => {
      settings.categories = [
        { id: 'system', name: '应急管理系统' },
        { id: 'rescue', name: '救援力量及其他' },
      ];
      collection.unitKinds = [
        { id: 'city', name: '设区市', least: 0, most: null },
        { id: 'department', name: '省级有关单位', least: 0, most: 2 },
      ];
    });
    return await readList(contest, bookFile('名额.xlsx', { 名额: sheet }));
  }
  async function readList(
    contest: Awaited<ReturnType<typeof openCollection>>,
    file: { name: string; bytes: Uint8Array },
  ) {
    const path = `${contest.base}/units/sheet`;
    const reply = await contest.organizer.ask<UnitList>('POST', path, formOf(file.name, file.bytes));
    expect(reply.status).toBe(200);
    return reply.body;
  }
  const head = ['序号', '单位名称', '单位类别', '推荐名额', '联系人', '联系电话'];

  test('is read from a sheet by the words of its head, and each row says what is wrong with it', async () => {
    const rows = [
      ['2026年报送单位名单'],
      head,
      [1, '青石镇人民政府', '镇街', 3, '林立夏', 13800000101],
      [2, '云岭区水利局', '部门', '', '', ''],
      [3, '桐江街道办事处', '学校', '若干', '周明川', '123'],
      [4, '青石镇 人民政府', '镇街', '', '', ''],
      [5, '江北化工有限公司', '企业', '', '', ''],
      ['', '合计', '', 5, '', ''],
    ];
    const { rows: found, problem } = await preview(bookFile('名单.xlsx', { 名单: sheetOf(rows) }));
    expect(problem).toBeNull();
    expect(found.map(({ row, name, kind, quota }) => [row, name, kind, quota])).toEqual([
      [3, '青石镇人民政府', 'town', 3],
      [4, '云岭区水利局', 'department', null],
      [5, '桐江街道办事处', '', null],
      [6, '青石镇人民政府', 'town', null],
      [7, '江北化工有限公司', 'enterprise', null],
    ]);
    expect(found[0]).toMatchObject({ contact: { name: '林立夏', phone: '13800000101' }, problems: [] });
    expect(found[1]?.problems).toEqual([]);
    expect(found[2]?.problems).toHaveLength(3);
    expect(found[3]?.problems).toEqual(['与第 3 行是同一个单位，只保留一行。']);
    expect([found[4]?.how, found[4]?.changes]).toEqual(['same', []]);
  });

  const allotment = [
    ['甲市', '设区市', 4, 1, 5, '林立夏', 13800000101, '见文件'],
    ['乙市', '设区市', 2, 0, 2, '周明川', 13800000102, ''],
    ['丙市', '设区市', '三', '—', 4, '', '', ''],
    ['省直', '省级有关单位', '', '', '', '', '', ''],
  ];
  const became = ({ columns }: UnitList) =>
    columns.map(({ title, became }) => `${title}：${became ?? '没有用到'}`);
  const quotas = ({ rows }: UnitList) =>
    rows.map(({ name, categoryQuota, quota, problems }) => [name, categoryQuota, quota, problems.length]);
  const allotted = [
    ['甲市', { system: 4, rescue: 1 }, 5, 0],
    ['乙市', { system: 2, rescue: 0 }, 2, 0],
    ['丙市', { system: 3, rescue: 0 }, 4, 0],
    ['省直', {}, null, 0],
  ];

  test('gives each unit its places by category: every column says what it became, and a sum that is none is said', async () => {
    const names = [
      '单位',
      '单位类别',
      '应急管理系统干部职工',
      '救援力量及其他',
      '合计',
      '联系人',
      '电话',
      '备注',
    ];
    const rows = [['推荐名额分配表'], names, ...allotment, ['合计', '', 9, 2, 11, '', '', '']];
    const found = await previewAllotment(sheetOf(rows));
    expect(became(found)).toEqual([
      '单位：单位',
      '单位类别：单位类别',
      '应急管理系统干部职工：“应急管理系统”的名额',
      '救援力量及其他：“救援力量及其他”的名额',
      '合计：名额合计',
      '联系人：联系人',
      '电话：联系电话',
      '备注：没有用到',
    ]);
    expect(quotas(found)).toEqual(allotted);
    expect(found.rows.map(({ notes }) => notes)).toEqual([
      [],
      [],
      ['合计写 4，各组别加起来是 3，请核对；照此添加时两个都作上限。'],
      [],
    ]);
    expect(found.notes).toEqual(['表中“合计”一行的“救援力量及其他”写 2，各单位加起来是 1，请核对。']);
  });

  test('may have a head of two rows; a column that could be either category is neither, and is named', async () => {
    const head = (first: string, second: string) => [
      ['单位', '单位类别', '推荐名额', '', '', '联系人', '电话', '备注'],
      ['', '', first, second, '小组合计', '', '', ''],
    ];
    const merges = ['A1:A2', 'B1:B2', 'C1:E1', 'F1:F2', 'G1:G2'];
    const sheet = sheetOf([...head('应急系统干部', '救援队伍及其他人员（名）'), ...allotment], merges);
    const found = await previewAllotment(sheet);
    expect(became(found).slice(2, 5)).toEqual([
      '应急系统干部：“应急管理系统”的名额',
      '救援队伍及其他人员（名）：“救援力量及其他”的名额',
      '小组合计：没有用到',
    ]);
    expect(quotas(found).slice(0, 2)).toEqual([
      ['甲市', { system: 4, rescue: 1 }, null, 0],
      ['乙市', { system: 2, rescue: 0 }, null, 0],
    ]);
    const twice = sheetOf([...head('应急管理系统在编', '应急管理系统编外'), ...allotment], merges);
    const unsure = await previewAllotment(twice);
    expect(became(unsure).slice(2, 4)).toEqual(['应急管理系统在编：没有用到', '应急管理系统编外：没有用到']);
    expect(unsure.rows[0]).toMatchObject({ quota: null, categoryQuota: {} });
  });

  test('is read from a table of a .docx and from a .csv too; a file that is none says why', async () => {
    const table = [head, ['1', '青石镇人民政府', '镇街', '2', '林立夏', '13800000101']];
    expect((await preview(await docxFile('名单.docx', ['报送单位名单', table]))).rows[0]).toMatchObject({
      name: '青石镇人民政府',
      kind: 'town',
      quota: 2,
    });
    const csv = new TextEncoder().encode('单位,类别\n青石镇人民政府,镇街\n');
    expect((await preview({ name: '名单.csv', bytes: csv })).rows).toHaveLength(1);
    const page = new TextEncoder().encode('<html><table><tr><td>单位</td></tr></table>');
    expect((await preview({ name: '名单.xlsx', bytes: page })).problem).toContain('网页');
  });

  test('says under whom each stands, in the same sheet or known already; a unit never stands under itself', async () => {
    const contest = await openCollection(site);
    const csv = new TextEncoder().encode(
      '单位,上级单位,类别\n甲市应急管理局,,镇街\n青石县应急管理局,甲市应急管理局,镇街\n桐江县应急管理局,丙市应急管理局,镇街\n',
    );
    const { rows } = await contest.organizer.post<UnitList>(
      `${contest.base}/units/sheet`,
      formOf('名单.csv', csv),
    );
    expect(rows.map(({ parent, problems }) => [parent, problems.length])).toEqual([
      ['', 0],
      ['甲市应急管理局', 0],
      ['丙市应急管理局', 1],
    ]);
    const units = rows.slice(0, 2).map(({ row: _, problems: __, ...unit }) => unit);
    await contest.organizer.post(`${contest.base}/units/import`, { units: units.reverse() });
    const list = (await contest.units()).units;
    expect(list.map(({ name, parent }) => [name, parent])).toEqual([
      ['青石县应急管理局', '甲市应急管理局'],
      ['甲市应急管理局', ''],
    ]);
    const [, city] = list;
    for (const parent of ['青石县应急管理局', '甲市应急管理局', '丙市应急管理局']) {
      const draft = {
        ...{ name: '甲市应急管理局', kind: 'town', quota: null, categoryQuota: {} },
        contact: { name: '', phone: '' },
      };
      const reply = await contest.organizer.ask('PUT', `${contest.base}/units/${city?.id}`, {
        ...draft,
        parent,
      });
      expect(reply.body).toEqual({ code: 'unit_parent', name: parent });
    }
  });
});

test('units and documents are the organizer’s alone: every other role is refused', async () => {
  const contest = await openCollection(site);
  const { desk } = await contest.unit('青石镇人民政府');
  for (const other of [desk, await signIn(site, ['reviewer']), await signIn(site, ['auditor'])]) {
    expect((await other.ask('GET', `${contest.base}/units`)).body).toEqual({ code: 'forbidden' });
    expect(
      (await other.ask('POST', `${contest.base}/documents`, formOf('a.docx', Buffer.from('x')))).status,
    ).toBe(403);
  }
});

test('the embedded database takes, counts and compares nominations alike', { timeout: 30_000 }, async () => {
  const embedded = await freshDatabase('embedded');
  const small = await createSite(embedded.database.db);
  try {
    const contest = await openCollection(small, 'zuimei-district', (plan) => {
      plan.collection.form = plan.collection.form.filter((field) => field.type !== 'photo');
    });
    const { desk } = await contest.unit('青石镇人民政府', 'town', 1);
    const { desk: other } = await contest.unit('桐江街道办事处');
    const send = async (from: Desk) => {
      const { id, version } = await fileDraft(from, personValues('林立夏'), null);
      return await from.ask('POST', `/api/console/unit/nominations/${id}/submit`, { version });
    };
    expect((await send(desk)).status).toBe(200);
    expect((await send(desk)).body).toEqual({ code: 'quota_full', most: 1 });
    expect((await send(other)).status).toBe(200);
    const view = await desk.get<PortalView>('/api/console/unit');
    expect(view.nominations.map(({ state, namesake }) => [state, namesake])).toEqual([
      ['submitted', true],
      ['draft', true],
    ]);
  } finally {
    await small.close();
    await embedded.drop();
  }
});
