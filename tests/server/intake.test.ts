import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockContest } from '@zuimei/server/contest/lock.ts';
import { cutPost } from '@zuimei/server/document/unitpost.ts';
import { forgetProposals } from '@zuimei/server/intake/proposal.ts';
import { readImports } from '@zuimei/server/intake/undo.ts';
import { nominationKeys, openHidden } from '@zuimei/server/nomination/answers.ts';
import { readNomination } from '@zuimei/server/nomination/nomination.ts';
import { readKnown } from '@zuimei/server/unit/amend.ts';
import { privateKey } from '@zuimei/server/vault.ts';
import type { ImportView, ProposalView, TakenLine } from '@zuimei/shared/intake.ts';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import type { PaperView } from '@zuimei/shared/paper.ts';
import type { UnitList, UnitRow, UnitWords } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase, waitingAtLocks } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { fileDraft, formWith, openCollection, personValues } from './filed.ts';
import { bookFile, portrait, type SheetValue, sampleFiles, sheetOf } from './paper.ts';

let database: FreshDatabase;
let site: TestSite;
let face: Buffer;

beforeAll(async () => {
  database = await freshDatabase('server');
  site = await createSite(database.database.db);
  face = await portrait();
});
afterAll(async () => {
  await site.close();
  await database.drop();
});

/** Their post is not asked for, so that it may be missing. */
const openContest = () =>
  openCollection(site, 'zuimei-district', ({ collection }) => {
    for (const field of collection.form) if (field.key === 'post') field.required = false;
  });

type Contest = Awaited<ReturnType<typeof openCollection>>;
const UNIT = '青石镇人民政府';
const head = [
  '序号',
  '姓名',
  '性别',
  '出生年月',
  '政治面貌',
  '现工作单位及职务',
  '联系电话',
  '推荐理由',
  '带教师傅',
  '报送单位',
];
const row = (name: string, phone: string, unit: string, from = UNIT): SheetValue[] => [
  ...[1, name, '男', '1981年4月', '群众', unit, phone, '坚守一线二十年。', '某某', from],
];

function sheet(...rows: SheetValue[][]): FormData {
  return formWith([bookFile('汇总表.xlsx', { 表: sheetOf([head, ...rows]) })]);
}
const propose = ({ organizer, base }: Contest, form: FormData): Promise<ProposalView> =>
  organizer.post<ProposalView>(`${base}/documents`, form);
const take = ({ organizer, base }: Contest, id: number, lines: unknown[], units: unknown[] = []) =>
  organizer.ask<{ made: TakenLine[]; code?: string }>('POST', `${base}/imports/${id}/take`, { units, lines });
const undo = ({ organizer, base }: Contest, id: number) =>
  organizer.ask<ImportView & { code?: string }>('POST', `${base}/imports/${id}/undo`);

/** All that an import may touch, private answers in clear. */
async function everything({ id }: Contest): Promise<unknown> {
  const { db, secrets } = site.parts;
  const units = await db.selectFrom('unit').select('name').where('contest', '=', id).orderBy('id').execute();
  const rows = await db
    .selectFrom('nomination')
    .selectAll()
    .where('contest', '=', id)
    .orderBy('id')
    .execute();
  return {
    units,
    nominations: rows.map((one) => ({
      ...{ id: one.id, state: one.state, kind: one.kind, category: one.category, name: one.name },
      ...{ answers: one.answers, photo: one.photo, twin: one.twin, consent: one.consent },
      hidden: openHidden(nominationKeys(secrets), one),
    })),
  };
}

/** One person sent in by its unit, with a photo. */
async function sentIn(contest: Contest, values: FormValues): Promise<number> {
  const { desk } = await contest.unit(UNIT);
  const { id, version } = await fileDraft(desk, values, face);
  await desk.post(`/api/console/unit/nominations/${id}/submit`, { version });
  return id;
}

test.each([
  ['云岭区应急管理局应急指挥科科长', '云岭区应急管理局', '应急指挥科科长'],
  ['青石镇人民政府应急办主任', '青石镇人民政府', '应急办主任'],
  ['示例化工有限公司安全部经理', '示例化工有限公司', '安全部经理'],
  ['云岭区蓝天救援队队长', '云岭区蓝天救援队', '队长'],
  ['桐江镇石板村党支部书记', '桐江镇石板村', '党支部书记'],
  ['云岭街道办事处四级主任科员', '云岭街道办事处', '四级主任科员'],
])('“%s” in one cell is cut in unit and post', (whole, unit, post) => {
  expect(cutPost(whole)).toEqual({ unit, post });
});

test.each(['云岭区应急管理局', '云岭区蓝天救援队', '云岭区蓝天救援队长'])('“%s” is not cut', (whole) => {
  expect(cutPost(whole)).toBeNull();
});

test('a sheet is proposed line by line and nothing is written: who is new, who is there, which unit is unknown, which column is not used', async () => {
  const contest = await openContest();
  const there = await sentIn(contest, { ...personValues('林立夏', '13800000101'), post: '' });
  const before = await everything(contest);
  const view = await propose(
    contest,
    sheet(
      row('林立夏', '13800000101', '青石镇人民政府应急办干事', '青石镇安委办'),
      row('罗远山', '13800000102', '云岭区应急管理局应急指挥科科长'),
    ),
  );
  expect(await everything(contest)).toEqual(before);
  expect((await contest.organizer.get<{ imports: unknown[] }>(`${contest.base}/imports`)).imports).toEqual(
    [],
  );
  const [known, fresh] = view.lines;
  expect(known).toMatchObject({
    unit: { id: null, name: '青石镇安委办' },
    there: { id: there, unit: UNIT, state: 'submitted', open: true, fills: ['职务'] },
  });
  expect(fresh).toMatchObject({
    ...{ row: 3, there: null, unitPost: '云岭区应急管理局应急指挥科科长' },
    unit: { id: view.units[0]?.id, name: UNIT },
    values: { unit: '云岭区应急管理局', post: '应急指挥科科长', phone: '138****0102' },
  });
  expect(fresh?.faults.map(({ key }) => key)).toContain('deeds');
  expect(view.columns.filter(({ field }) => field === null).map(({ label }) => label)).toEqual(['带教师傅']);
  expect(JSON.stringify(view)).not.toContain('13800000102');
});

test('what a column is can be said otherwise', async () => {
  const contest = await openContest();
  const form = sheet(row('罗远山', '13800000102', '云岭区应急管理局'));
  form.set(
    'columns',
    JSON.stringify([
      ['带教师傅', 'post'],
      ['推荐理由', null],
    ]),
  );
  const view = await propose(contest, form);
  expect(view.lines[0]?.values).toMatchObject({ post: '某某' });
  expect(view.lines[0]?.values['reason']).toBeUndefined();
  expect(view.columns.filter(({ field }) => field === null).map(({ label }) => label)).toEqual(['推荐理由']);
});

test('the chosen lines are taken in one act, put right as in the preview, and taken back whole: all is as it was', async () => {
  const contest = await openContest();
  const merged = await sentIn(contest, { ...personValues('林立夏', '13800000101'), post: '' });
  const other = await contest.unit('桐江镇人民政府');
  const draft = await fileDraft(other.desk, personValues('沈念慈', '13800000103'), face);
  await other.desk.post(`/api/console/unit/nominations/${draft.id}/submit`, { version: draft.version });
  const before = await everything(contest);
  const { id, lines } = await propose(
    contest,
    sheet(
      row('林立夏', '13800000101', '云岭区水利局河道科科长'),
      row('沈念慈', '13800000103', '云岭区水利局河道科科长'),
      row('罗远山', '1380', '云岭区应急管理局科长', '石板镇安委办'),
      row('苏听雨', '13800000105', '云岭区应急管理局科长', '无名单位'),
    ),
  );
  expect(lines.map(({ there }) => there?.id ?? null)).toEqual([merged, draft.id, null, null]);
  const units = [{ name: '石板镇安委办', unit: null, kind: contest.plan.collection.unitKinds[0]?.id ?? '' }];
  const wanted = [
    { at: 0, how: 'merge' },
    { at: 1, how: 'replace' },
    { at: 2, how: 'new', values: { phone: '13800000104', post: '副科长' } },
  ];
  const unsaid = await take(contest, id, [{ at: 3, how: 'new' }], units);
  expect([unsaid.status, unsaid.body.code]).toEqual([400, 'bad_request']);
  expect(await everything(contest)).toEqual(before);
  const { made } = (await take(contest, id, wanted, units)).body;
  expect(made.map(({ name, unit, how }) => [name, unit, how])).toEqual([
    ['林立夏', UNIT, 'merge'],
    ['沈念慈', '桐江镇人民政府', 'replace'],
    ['罗远山', '石板镇安委办', 'new'],
  ]);
  expect(made[2]?.missing).toEqual(expect.arrayContaining(['nation', 'photo', 'consent']));
  expect(made[2]?.missing).not.toContain('phone');
  const now = (one: number) => readNomination(site.parts.db, one, contest.id);
  expect((await now(merged)).answers).toMatchObject({ unit: UNIT, post: '河道科科长' });
  const replaced = await now(draft.id);
  expect(replaced.answers).toMatchObject({ unit: '云岭区水利局', reason: '坚守一线二十年。' });
  expect([replaced.state, replaced.answers['deeds'] !== '', replaced.photo !== null]).toEqual([
    'submitted',
    true,
    true,
  ]);
  const fresh = await now(made[2]?.id ?? 0);
  expect([fresh.answers['post'], openHidden(nominationKeys(site.parts.secrets), fresh)['phone']]).toEqual([
    '副科长',
    '13800000104',
  ]);
  expect((await take(contest, id, wanted, units)).body.code).toBe('proposal_gone');
  const { imports } = await contest.organizer.get<{ imports: ImportView[] }>(`${contest.base}/imports`);
  expect(imports.map((one) => [one.by, one.files, one.lines.map(({ how, stays }) => [how, stays])])).toEqual([
    [
      '测试主办',
      '汇总表.xlsx',
      [
        ['unit', null],
        ['merge', null],
        ['replace', null],
        ['new', null],
      ],
    ],
  ]);
  const back = await undo(contest, id);
  expect(back.body.lines.every((line) => line.back)).toBe(true);
  expect(await everything(contest)).toEqual(before);
  expect((await undo(contest, id)).body.code).toBe('import_undone');
  const acts = await site.parts.db
    .selectFrom('action_log')
    .select('act')
    .where('contest', '=', contest.id)
    .orderBy('id')
    .execute();
  expect(acts.map(({ act }) => act).slice(-2)).toEqual(['nomination.import', 'import.undo']);
});

test('a line that somebody has worked on since stays when the import is taken back, and so does its unit', async () => {
  const contest = await openContest();
  const { id } = await propose(
    contest,
    sheet(
      row('罗远山', '13800000102', '云岭区应急管理局', '甲单位'),
      row('苏听雨', '13800000105', '云岭区应急管理局', '乙单位'),
    ),
  );
  const kind = contest.plan.collection.unitKinds[0]?.id ?? '';
  const units = ['甲单位', '乙单位'].map((name) => ({ name, unit: null, kind }));
  const { made } = (
    await take(
      contest,
      id,
      [
        { at: 0, how: 'new' },
        { at: 1, how: 'new' },
      ],
      units,
    )
  ).body;
  const edited = `${contest.base}/nominations/${made[0]?.id}`;
  const { version } = await contest.organizer.get<{ version: number }>(edited);
  await contest.organizer.ask('PUT', edited, { version, values: { post: '科长' } });
  const { body } = await undo(contest, id);
  expect(body.lines.map(({ name, back, stays }) => [name, back, stays])).toEqual([
    ['甲单位', false, 'used'],
    ['乙单位', true, null],
    ['罗远山', false, 'changed'],
    ['苏听雨', true, null],
  ]);
  expect((await contest.units()).units.map(({ name }) => name)).toEqual(['甲单位']);
});

test('who came or changed after the preview stops the taking, and nothing of it is written', async () => {
  const contest = await openContest();
  const { id } = await propose(contest, sheet(row('林立夏', '13800000101', '云岭区应急管理局')));
  await sentIn(contest, personValues('林立夏', '13800000101'));
  const before = await everything(contest);
  expect((await take(contest, id, [{ at: 0, how: 'new' }])).body).toMatchObject({
    code: 'proposal_stale',
    name: '林立夏',
  });
  expect(await everything(contest)).toEqual(before);
});

test('the document that an organizer handed in stays with each nominee that was made of it, for reviewers to read beside the form', async () => {
  const contest = await openContest();
  const view = await propose(
    contest,
    sheet(
      row('林立夏', '13800000031', '云岭区水利局'),
      row('周明川', '13800000032', '云岭区水利局'),
      row('罗远山', '13800000033', '云岭区水利局'),
    ),
  );
  const held = () =>
    site.parts.db.selectFrom('intake_file').select('name').where('intake', '=', view.id).execute();
  await forgetProposals(site.parts.db, site.now());
  expect(await held()).toEqual([{ name: '汇总表.xlsx' }]);
  const lines = [
    { at: 0, how: 'new' },
    { at: 1, how: 'new' },
  ];
  const { made } = (await take(contest, view.id, lines, [{ name: UNIT, unit: null, kind: 'town' }])).body;
  expect(await held()).toEqual([]);
  for (const { id, name } of made) {
    const paper = await contest.organizer.get<PaperView>(`${contest.base}/nominations/${id}/original/paper`);
    expect(paper).toMatchObject({ name: '汇总表.xlsx', kind: 'text' });
    expect(JSON.stringify(paper.parts)).toContain(name);
  }
  // One that nobody takes goes after a day, with what was handed in.
  const other = await propose(contest, sheet(row('周明川', '13800000034', '云岭区水利局')));
  await forgetProposals(site.parts.db, site.now() + 25 * 3_600_000);
  const waiting = await site.parts.db
    .selectFrom('intake_file')
    .select('name')
    .where('intake', '=', other.id)
    .execute();
  expect(waiting).toEqual([]);
  expect((await undo(contest, view.id)).status).toBe(200);
  const left = await site.parts.db
    .selectFrom('original')
    .select('nomination')
    .where(
      'nomination',
      'in',
      made.map(({ id }) => id),
    )
    .execute();
  expect(left).toEqual([]);
});

test('an organizer deletes a draft it made, and no other; a sheet of units is taken back like any import', async () => {
  const contest = await openContest();
  const sent = await sentIn(contest, personValues('林立夏', '13800000101'));
  const { id } = await propose(contest, sheet(row('罗远山', '13800000102', '云岭区应急管理局')));
  const { made } = (await take(contest, id, [{ at: 0, how: 'new' }])).body;
  const remove = (one: number) =>
    contest.organizer.ask<{ code?: string }>('DELETE', `${contest.base}/nominations/${one}`);
  expect((await remove(sent)).body.code).toBe('state_changed');
  expect((await remove(made[0]?.id ?? 0)).status).toBe(200);
  expect((await remove(made[0]?.id ?? 0)).status).toBe(404);
  const kind = contest.plan.collection.unitKinds[0]?.id ?? '';
  const unit = (name: string) => ({
    ...{ name, kind, quota: null, categoryQuota: {}, parent: '' },
    contact: { name: '', phone: '' },
  });
  await contest.organizer.post(`${contest.base}/units/import`, {
    units: [unit('甲单位'), unit('乙单位')],
    file: '单位.xlsx',
  });
  const { imports } = await contest.organizer.get<{ imports: ImportView[] }>(`${contest.base}/imports`);
  expect(imports.map(({ what, files }) => [what, files])).toEqual([
    ['units', '单位.xlsx'],
    ['nominations', '汇总表.xlsx'],
  ]);
  await undo(contest, imports[0]?.id ?? 0);
  expect((await contest.units()).units.map(({ name }) => name)).toEqual([UNIT]);
});

test('handed in by the organizer and taken with new units, those that are whole are sent together; the others say what is missing', async () => {
  const contest = await openCollection(site, 'zuimei-district', (plan) => {
    plan.collection.consent = '';
  });
  const files = sampleFiles('zuimei', (name) => /周明川|罗远山/u.test(name));
  const { id, lines } = await contest.organizer.post<ProposalView>(
    `${contest.base}/documents`,
    formWith(files),
  );
  const kind = contest.plan.collection.unitKinds[0]?.id ?? '';
  const { made } = await contest.organizer.post<{ made: TakenLine[] }>(`${contest.base}/imports/${id}/take`, {
    units: lines.map(({ unit: { name } }) => ({ name, unit: null, kind })),
    lines: lines.map(({ at }) => ({ at, how: 'new' })),
  });
  expect(made.map(({ missing }) => missing)).toEqual([[], ['photo']]);
  const { units } = await contest.units();
  expect(units.map(({ counts }) => counts)).toEqual(units.map(() => ({ draft: 1 })));
  const { results } = await contest.organizer.post<{
    results: { code: string | null; details: Record<string, string> }[];
  }>(`${contest.base}/documents/submit`, { ids: made.map((one) => one.id) });
  expect(results.map(({ code, details }) => [code, details['fields']])).toEqual([
    [null, undefined],
    ['form_incomplete', 'photo'],
  ]);
});

test('one account takes one import at a time, and the list of imports is read in as many statements however many there are', async () => {
  const contest = await openContest();
  const ids: number[] = [];
  for (const at of [1, 2, 3])
    ids.push((await propose(contest, sheet(row(`周明${at}`, `1380000004${at}`, '云岭区水利局')))).id);
  const [first = 0, second = 0, third = 0] = ids;
  const lines = [{ at: 0, how: 'new' }];
  const units = [{ name: UNIT, unit: null, kind: 'town' }];
  const waiting = await site.parts.db.transaction().execute(async (tx) => {
    await lockContest(tx, contest.id, 'update');
    const asked = take(contest, first, lines, units);
    await expect.poll(() => waitingAtLocks(database.owner.db)).toBe(1);
    const refused = await take(contest, second, lines, units);
    expect([refused.status, refused.body.code]).toEqual([429, 'under_way']);
    return { asked };
  });
  expect((await waiting.asked).status).toBe(200);
  let statements = 0;
  const counted = site.parts.db.withPlugin({
    transformQuery({ node }) {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  expect(await readImports(counted, contest.id)).toHaveLength(1);
  const ofOne = statements;
  for (const id of [second, third]) expect((await take(contest, id, lines)).status).toBe(200);
  statements = 0;
  const imports = await readImports(counted, contest.id);
  expect(imports.map((one) => one.lines.map(({ name }) => name))).toEqual([
    ['周明3'],
    ['周明2'],
    [UNIT, '周明1'],
  ]);
  expect(statements).toBe(ofOne);
});

describe('a sheet that names units which are there', () => {
  const column = ['单位', '类别', '个人', '集体', '合计', '联系人', '联系电话'];
  /** Two units that have sent nothing, and one that has sent two persons of three. */
  async function settled() {
    const contest = await openCollection(site);
    const changed = await contest.unit('青石镇人民政府', 'town', null, '', { person: 2, team: 1 });
    await contest.unit('桐江街道办事处', 'town', 2);
    const busy = await contest.unit('江北街道办事处', 'town', null, '', { person: 3 });
    await sql`insert into nomination (contest, unit, kind, category, name, state)
      select ${contest.id}, ${busy.id}, 'person', 'person', '测试' || n, 'submitted' from generate_series(1, 2) n`.execute(
      site.parts.db,
    );
    const read = async (...rows: (string | number)[][]) => {
      const file = bookFile('名单.xlsx', { 名单: sheetOf([column, ...rows]) });
      const path = `${contest.base}/units/sheet`;
      return (await contest.organizer.post<UnitList>(path, formWith([file]))).rows;
    };
    const judge = async (rows: readonly UnitWords[]) =>
      (await contest.organizer.post<{ rows: UnitRow[] }>(`${contest.base}/units/rows`, { rows })).rows;
    const take = (rows: readonly UnitRow[]) =>
      contest.organizer.ask<Record<string, unknown>>('POST', `${contest.base}/units/import`, {
        units: rows.filter(({ how }) => how === 'new'),
        updates: rows.flatMap((row) => (row.how === 'update' && row.there ? [{ ...row, ...row.there }] : [])),
        file: '名单.xlsx',
      });
    const all = async () =>
      (await contest.units()).units.map(({ name, kind, quota, categoryQuota, parent, contact }) => ({
        ...{ name, kind, quota, categoryQuota, parent, contact },
      }));
    const undoLast = async () => {
      const { imports } = await contest.organizer.get<{ imports: ImportView[] }>(`${contest.base}/imports`);
      return (await undo(contest, imports[0]?.id ?? 0)).body.lines;
    };
    return { ...contest, changed, busy, read, judge, take, all, undoLast };
  }

  test('says per row what is new, what changes from what to what, what stays and what is wrong, and changes only what it says', async () => {
    const contest = await settled();
    const rows = await contest.read(
      ['青石镇人民政府', '', 4, '', '', '林立夏', ''],
      ['桐江街道办事处', '镇街', '', '', 2, '', 13800000100],
      ['江北街道办事处', '', 1, '', '', '', ''],
      ['云岭区水利局', '部门', '', '', 3, '', ''],
    );
    expect(rows.map(({ how, changes, problems }) => ({ how, changes, problems }))).toEqual([
      {
        how: 'update',
        changes: [
          { title: '“个人”名额', was: '2', now: '4' },
          { title: '“集体”名额', was: '1', now: '0' },
          { title: '联系人', was: '测试联系人', now: '林立夏' },
        ],
        problems: [],
      },
      { how: 'same', changes: [], problems: [] },
      {
        how: 'wrong',
        changes: [
          { title: '“个人”名额', was: '3', now: '1' },
          { title: '“集体”名额', was: '', now: '0' },
        ],
        problems: ['“个人”名额 1 少于已提交的 2 份，请改大，或先退回多出的。'],
      },
      { how: 'new', changes: [], problems: [] },
    ]);
    const mended = rows.map(({ said }) =>
      said.name === '江北街道办事处'
        ? { ...said, categoryQuota: { ...said.categoryQuota, person: '两个' } }
        : said,
    );
    const again = await contest.judge(mended);
    expect(again.map(({ how }) => how)).toEqual(['update', 'same', 'update', 'new']);
    const before = await contest.all();
    expect((await contest.take(again)).body).toMatchObject({ added: 1, updated: 2 });
    const [first, ...others] = await contest.all();
    expect(first).toEqual({
      ...{ name: '青石镇人民政府', kind: 'town', quota: null, parent: '' },
      categoryQuota: { person: 4, team: 0 },
      contact: { name: '林立夏', phone: '138****0100' },
    });
    expect(others.map(({ name }) => name)).toEqual(['桐江街道办事处', '江北街道办事处', '云岭区水利局']);
    const { rows: acts } = await sql<{ subject: string }>`
      select subject from action_log where contest = ${contest.id} and act in ('unit.import', 'unit.change') order by id`.execute(
      site.parts.db,
    );
    expect(acts.map(({ subject }) => subject)).toEqual([
      '新增 1 个单位：云岭区水利局；更新 2 个单位：青石镇人民政府、江北街道办事处',
      '青石镇人民政府：“个人”名额：2 → 4；“集体”名额：1 → 0；联系人有改动',
      '江北街道办事处：“个人”名额：3 → 2；“集体”名额：未填 → 0',
    ]);
    // Opening a link is nothing that an update stands in the way of.
    await sql`update unit set opened_at = now() where id = ${contest.changed.id}`.execute(site.parts.db);
    expect((await contest.undoLast()).map(({ how, back }) => [how, back])).toEqual([
      ['unit', true],
      ['amend', true],
      ['amend', true],
    ]);
    expect(await contest.all()).toEqual(before);
  });

  test('is taken back but for units that somebody changed or that sent something since, which it names', async () => {
    const contest = await settled();
    const rows = await contest.read(
      ['青石镇人民政府', '', '', '', '', '林立夏', 13800000011],
      ['桐江街道办事处', '', '', '', 5, '', ''],
      ['江北街道办事处', '', 9, 9, '', '', ''],
    );
    await contest.take(rows);
    await sql`insert into nomination (contest, unit, kind, category, name, state)
      values (${contest.id}, ${contest.busy.id}, 'person', 'person', '测试', 'submitted')`.execute(
      site.parts.db,
    );
    await contest.organizer.ask('PUT', `${contest.base}/units/${contest.changed.id}`, {
      ...{ name: '青石镇人民政府', kind: 'town', quota: 7, categoryQuota: {} },
      contact: { name: '林立夏', phone: '' },
    });
    expect((await contest.undoLast()).map(({ name, back, stays }) => [name, back, stays])).toEqual([
      ['青石镇人民政府', false, 'changed'],
      ['桐江街道办事处', true, null],
      ['江北街道办事处', false, 'changed'],
    ]);
    expect((await contest.all()).map(({ quota }) => quota)).toEqual([7, 2, null]);
  });

  test('changes nothing when a unit is another by then, and a quota below what was sent is refused by name at every door', async () => {
    const contest = await settled();
    const rows = await contest.read(
      ['桐江街道办事处', '', '', '', 6, '', ''],
      ['青石镇人民政府', '', 5, 5, '', '', ''],
    );
    const path = `${contest.base}/units/${contest.changed.id}`;
    const draft = {
      ...{ name: '青石镇人民政府', kind: 'town', quota: 8, categoryQuota: {} },
      contact: { name: '', phone: '' },
    };
    expect((await contest.organizer.ask('PUT', path, draft)).status).toBe(200);
    const before = await contest.all();
    expect((await contest.take(rows)).body).toEqual({ code: 'roster_stale', name: '青石镇人民政府' });
    const busy = `${contest.base}/units/${contest.busy.id}`;
    const less = { ...draft, name: '江北街道办事处', quota: 1, contact: { name: '测试联系人', phone: '' } };
    expect((await contest.organizer.ask('PUT', busy, less)).body).toEqual({
      ...{ code: 'quota_below', name: '江北街道办事处', category: '', most: 1, used: 2 },
    });
    const seen = (await readKnown(site.parts.db, privateKey(site.parts.secrets), contest.id)).find(
      ({ id }) => id === contest.busy.id,
    );
    const forced = { ...less, parent: '', id: contest.busy.id, seen: seen?.mark };
    const reply = await contest.organizer.ask('POST', `${contest.base}/units/import`, {
      ...{ units: [], updates: [forced] },
    });
    expect(reply.body).toMatchObject({ code: 'quota_below', name: '江北街道办事处' });
    expect(await contest.all()).toEqual(before);
  });
});
