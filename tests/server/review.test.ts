import { strFromU8, unzipSync } from 'fflate';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Checked, warningsOf } from '@zuimei/server/nomination/warning.ts';
import { yearsOf } from '@zuimei/server/nomination/years.ts';
import { drawOrder } from '@zuimei/server/shortlist/draw.ts';
import type { NominationView } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import type { DecideResult, ReviewList, ReviewView, WarningCode } from '@zuimei/shared/shortlist.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { addFile, addPhoto } from './collected.ts';
import { fileDraft, openCollection, personValues } from './filed.ts';
import { portrait } from './paper.ts';
import { collected, photo } from './sent.ts';

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;
let reviewer: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  organizer = await signIn(site, ['organizer'], '主办甲');
  reviewer = await signIn(site, ['reviewer'], '审核乙');
});
afterAll(async () => {
  await site?.close();
  await fresh?.drop();
});

const NOW = Date.parse('2026-07-01T00:00:00Z');

describe('years of service', () => {
  test.each([
    ['9年', 9],
    ['9', 9],
    ['1.5年', 1.5],
    ['十二年', 12],
    ['二十余年', 20],
    ['半年', 0.5],
    ['两年半', 2.5],
    ['18个月', 1.5],
    ['2024年起', 2.5],
    ['2025.7至今', 1],
    ['长期', null],
  ])('%s', (text, years) => {
    const found = yearsOf(text, NOW);
    if (years === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(years, 1);
  });
});

describe('warnings', () => {
  const { collection } = planFrom(presets['zuimei-district'], {
    title: '最美应急人',
    organizer: '云岭区应急管理局',
    start: '2026-03-02T00:00:00.000Z',
  });
  const strict: Collection = { ...collection, leastYears: 2, noLeaders: true };
  const whole: Checked = {
    kind: 'person',
    category: '',
    answers: {
      name: '林立夏',
      post: '执法大队队员',
      years: '9年',
      reason: '守一方平安',
      deeds: '事'.repeat(120),
    },
    hidden: { phone: '13800000001' },
    photo,
    consent: { by: '林立夏', on: '2026-03-03', file: null },
    opinions: new Map([['unit', { verdict: 'agree' as const, scan: false }]]),
    files: new Map(),
    twins: [],
    unit: '青石镇',
    passed: null,
  };
  const answers = (changes: Record<string, string>): Partial<Checked> => ({
    answers: { ...whole.answers, ...changes },
  });

  test.each<[string, WarningCode[], Partial<Checked>]>([
    ['nothing to say of one that is whole', [], {}],
    ['less than two years', ['years_few'], answers({ years: '1年' })],
    ['a reason of 51 characters', ['reason_long'], answers({ reason: '好'.repeat(51) })],
    ['blanks in a reason are not counted', [], answers({ reason: `${'好'.repeat(50)}  \n ` })],
    ['a leading post', ['leading_post'], answers({ post: '党委委员、副局长' })],
    ['the head of an office', ['leading_post'], answers({ post: '应急办主任' })],
    ['a member of an office is none', [], answers({ post: '办公室科员' })],
    ['主任科员 leads nobody', [], answers({ post: '四级主任科员' })],
    ['nor does a physician', [], answers({ post: '急诊科副主任医师' })],
    ['nor the head of a village', [], answers({ post: '青石村主任' })],
    ['no photo', ['photo_missing'], { photo: null }],
    [
      'a photo under half of what is asked',
      ['photo_small'],
      { photo: { ...photo, width: 206, height: 289 } },
    ],
    ['half of it will do', [], { photo: { ...photo, width: 207, height: 290 } }],
    ['no opinion of its unit', ['opinion_missing'], { opinions: new Map() }],
    [
      'an opinion against it',
      ['opinion_against'],
      { opinions: new Map([['unit', { verdict: 'disagree' as const, scan: false }]]) },
    ],
    ['no consent', ['consent_missing'], { consent: null }],
    ['the same person elsewhere', ['twin'], { twins: [{ unit: '桐江街道', same: 'person' }] }],
    ['the same name elsewhere', ['namesake'], { twins: [{ unit: '桐江街道', same: 'name' }] }],
    ['deeds in a word', ['deeds_short'], answers({ deeds: '工作认真' })],
    ['no phone', ['phone_missing'], { hidden: {} }],
    ['more than its unit may send', ['over_quota'], { passed: { category: '', most: 3, used: 4 } }],
  ])('%s', (_, codes, changes) => {
    expect(warningsOf(strict, [], { ...whole, ...changes }, NOW).map(({ code }) => code)).toEqual(codes);
  });

  test('a work speaks for itself, and what is small of it is its cover', () => {
    const works = planFrom(presets.works, {
      title: '作品',
      organizer: '局',
      start: '2026-03-02T00:00:00.000Z',
    });
    const { word, ...cover } = { word: '封面', id: photo.id, width: 500, height: 281 };
    const one: Checked = {
      ...{ ...whole, kind: 'work' as const, photo: cover, files: new Map([['video', 1]]) },
      answers: { name: '安全进万家', deeds: '讲用气。' },
    };
    expect(warningsOf(works.collection, [], one, NOW)).toEqual([
      { code: 'photo_small', details: { word, has: '500×281', asked: '1080×608' } },
    ]);
  });

  test('of a venue its area is held against the class it aims at, and nothing that its form does not ask', () => {
    const { collection: asked, settings } = planFrom(presets.venues, {
      title: '摸排',
      organizer: '局',
      start: '2026-03-02T00:00:00.000Z',
    });
    const said = (area: string, category: string) =>
      warningsOf(
        asked,
        settings.categories,
        {
          ...{ ...whole, kind: 'venue' as const, category, hidden: {}, photo: null, consent: null },
          ...{ opinions: new Map(), answers: { name: '青石安全馆', use: '展厅', area } },
        },
        NOW,
      ).map(({ code, details }) => [code, details['words']]);
    expect(said('200', 'first')).toEqual([]);
    expect(said('150', 'first')).toEqual([['floor_below', '填写的是 150，低于Ⅰ类要求的 200；够得上Ⅱ类。']]);
    expect(said('119.5', 'second')).toEqual([
      ['floor_below', '填写的是 119.5，低于Ⅱ类要求的 120；也达不到其他各类的要求。'],
    ]);
    expect(said('', 'first')).toEqual([]);
  });

  test('a case without three proofs', () => {
    const cases = planFrom(presets.anli, {
      title: '案例',
      organizer: '局',
      start: '2026-03-02T00:00:00.000Z',
    });
    const one: Checked = {
      ...whole,
      kind: 'case',
      answers: { practice: '做'.repeat(120), proof: '一\n二' },
    };
    const codes = (files: Checked['files'], proof: string) =>
      warningsOf(cases.collection, [], { ...one, files, answers: { ...one.answers, proof } }, NOW).map(
        ({ code }) => code,
      );
    expect(codes(new Map(), '一\n二')).toContain('proofs_few');
    expect(codes(new Map(), '一\n二\n三')).not.toContain('proofs_few');
    expect(codes(new Map([['proof', 3]]), '见附件')).not.toContain('proofs_few');
  });
});

describe('the list', () => {
  test('shows what came, with warnings, and nothing private', async () => {
    const { base } = await collected(site, [
      { name: '林立夏' },
      { name: '周明川', photo: null },
      { name: '林立夏', unit: '桐江街道', values: { phone: '13800000000' } },
      { name: '尚未报送', state: 'draft' },
    ]);
    const list = await reviewer.get<ReviewList>(`${base}/nominations`);
    expect(list.lines.map((line) => [line.name, line.warnings.map(({ code }) => code)])).toEqual([
      ['林立夏', ['twin']],
      ['周明川', ['photo_missing']],
      ['林立夏', ['twin']],
    ]);
    expect(list.counts).toMatchObject({ submitted: 3, draft: 1 });
    expect(JSON.stringify(list)).not.toMatch(/13800000|1988-06|群众"/);
    const warned = await reviewer.get<ReviewList>(
      `${base}/nominations?warned=1&q=${encodeURIComponent('周明')}`,
    );
    expect(warned.lines.map(({ name }) => name)).toEqual(['周明川']);
  });
});

describe('reading one', () => {
  test('private answers are masked; revealing one takes a reason and leaves its name, not its value, in the log', async () => {
    const { base, ids, id } = await collected(site, [{ name: '何静姝', values: { phone: '13800000081' } }]);
    const path = `${base}/nominations/${ids[0]}`;
    const view = await reviewer.get<ReviewView>(path);
    expect(view.hidden).toMatchObject({ phone: '138****0081', birth: '****' });
    expect(JSON.stringify(view)).not.toContain('13800000081');

    const field = { field: 'phone', reason: '电话核实事迹' };
    expect((await reviewer.ask('POST', `${path}/reveal`, field)).status).toBe(403);
    expect((await organizer.ask('POST', `${path}/reveal`, { ...field, reason: '' })).body).toEqual({
      code: 'reason_missing',
    });
    expect((await organizer.ask('POST', `${path}/reveal`, { ...field, field: 'reason' })).status).toBe(404);
    expect(await organizer.post(`${path}/reveal`, field)).toEqual({ value: '13800000081' });

    const log = await site.parts.db.selectFrom('action_log').selectAll().where('contest', '=', id).execute();
    const lines = log.filter(({ act }) => act === 'private.reveal');
    expect(lines.map(({ actor, subject, reason }) => [actor, subject, reason])).toEqual([
      ['主办甲', '何静姝 联系电话', '电话核实事迹'],
    ]);
    expect(JSON.stringify(log)).not.toContain('13800000081');
  });

  test('one of another contest is not there', async () => {
    const one = await collected(site, [{ name: '甲' }]);
    const other = await collected(site, [{ name: '乙' }]);
    expect((await organizer.ask('GET', `${one.base}/nominations/${other.ids[0]}`)).status).toBe(404);
    expect((await organizer.ask('GET', `${one.base}/nominations/${other.ids[0]}/files/x`)).status).toBe(404);
    const result = await organizer.post<DecideResult>(`${one.base}/nominations/decide`, {
      ids: other.ids,
      verdict: 'accept',
    });
    expect(result.refused.map(({ code }) => code)).toEqual(['not_found']);
  });

  test('an organizer puts a typo right: the event names the field, private answers stay sealed and in place', async () => {
    const { base, ids } = await collected(site, [{ name: '陈诺', values: { phone: '13800000055' } }]);
    const path = `${base}/nominations/${ids[0]}`;
    const edit = { version: 1, values: { post: '急诊科护士长' } };
    const view = (await organizer.ask<ReviewView>('PUT', path, edit)).body;
    expect(view.answers.post).toBe('急诊科护士长');
    expect(view.answers.deeds).toContain('连夜转移群众');
    expect(view.hidden.phone).toBe('138****0055');
    expect(view.events.at(-1)).toMatchObject({ act: 'save', actor: '主办甲', reason: '修改：职务' });
    expect((await organizer.ask('PUT', path, edit)).body).toMatchObject({
      code: 'state_changed',
      by: '主办甲',
    });
    expect((await reviewer.ask('PUT', path, { ...edit, version: 2 })).status).toBe(403);
  });
});

test('one that came again says so, with the reason and what changed since, private answers by no more than that', async () => {
  const contest = await openCollection(site);
  const { desk } = await contest.unit('青石镇人民政府');
  const draft = await fileDraft(desk, personValues('林立夏', '13800000007'), await portrait());
  const own = `/api/console/unit/nominations/${draft.id}`;
  const path = `${contest.base}/nominations/${draft.id}`;
  const submit = async () => {
    const { version } = await desk.get<NominationView>(own);
    expect((await desk.ask('POST', `${own}/submit`, { version })).status).toBe(200);
  };
  await submit();
  expect(await reviewer.get<ReviewView>(path)).toMatchObject({ again: false, revisions: null });
  const back = { ids: [draft.id], verdict: 'return', reason: '请写明年限' };
  await reviewer.post(`${contest.base}/nominations/decide`, back);
  const { version, kind, category, consent } = await desk.get<NominationView>(own);
  const values = { ...personValues('林立夏', '13800000007'), birth: '1989-07', years: '十年' };
  const saved = await desk.ask('PUT', own, { version, kind, category, consent, values });
  expect(saved.status).toBe(200);
  // What is half changed is still its unit's.
  expect(await reviewer.get<ReviewView>(path)).toMatchObject({ again: false, revisions: null });
  await submit();
  const view = await reviewer.get<ReviewView>(path);
  expect(view).toMatchObject({ again: true, returned: '请写明年限' });
  expect(view.revisions?.map(({ field, was, is }) => [field, was, is])).toEqual([
    ['birth', '****', '****'],
    ['years', '9年', '十年'],
  ]);
  const { lines } = await reviewer.get<ReviewList>(`${contest.base}/nominations`);
  expect(lines.map(({ again }) => again)).toEqual([true]);
  const { before } = await site.parts.db
    .selectFrom('nomination')
    .select('before')
    .where('id', '=', draft.id)
    .executeTakeFirstOrThrow();
  expect(before?.toString('latin1')).not.toMatch(/13800000007|1988-06/);
});

describe('screening', () => {
  test('each gives their own points, may change them until it is decided, and sees the mean', async () => {
    const { base, ids } = await collected(site, [{ name: '罗远山' }]);
    const path = `${base}/nominations/${ids[0]}/screening`;
    await organizer.post(path, { points: 90 });
    await organizer.post(path, { points: 80, remark: '材料扎实' });
    const view = await reviewer.post<ReviewView>(path, { points: 95 });
    expect(view.marks.map(({ name, points, mine }) => [name, points, mine])).toEqual([
      ['主办甲', 80, false],
      ['审核乙', 95, true],
    ]);
    const list = await reviewer.get<ReviewList>(`${base}/nominations`);
    expect(list.lines[0]?.screening).toEqual({ given: 2, average: 87.5, favour: 2, mine: 95 });
    expect((await reviewer.ask('POST', path, { points: 101 })).status).toBe(400);
    await organizer.post(`${base}/nominations/decide`, { ids, verdict: 'accept' });
    expect((await reviewer.ask('POST', path, { points: 60 })).body).toMatchObject({ code: 'state_changed' });
  });

  test('a vote is for or against', async () => {
    const { base, ids } = await collected(site, [{ name: '吴砚秋' }], { screening: 'vote' });
    const path = `${base}/nominations/${ids[0]}/screening`;
    expect((await organizer.ask('POST', path, { points: 0.5 })).status).toBe(400);
    await organizer.post(path, { points: 1 });
    await reviewer.post(path, { points: 0 });
    const list = await reviewer.get<ReviewList>(`${base}/nominations`);
    expect(list.lines[0]?.screening).toMatchObject({ given: 2, favour: 1, average: 0.5 });
  });
});

describe('deciding', () => {
  test('a bulk does what it can and says of each other why not', async () => {
    const { base, ids } = await collected(site, [
      { name: '可以' },
      { name: '缺意见', opinion: false },
      { name: '缺同意', consent: false },
      { name: '已退回', state: 'returned' },
      { name: '别人改过' },
    ]);
    const result = await reviewer.post<DecideResult>(`${base}/nominations/decide`, {
      ids: [...ids, 999_999],
      verdict: 'accept',
      versions: { [String(ids[4])]: 7 },
    });
    expect(result.done.map(({ name, state }) => [name, state])).toEqual([['可以', 'accepted']]);
    expect(result.refused.map(({ name, code }) => [name, code])).toEqual([
      ['缺意见', 'opinion_missing'],
      ['缺同意', 'consent_missing'],
      ['已退回', 'state_changed'],
      ['别人改过', 'state_changed'],
      ['', 'not_found'],
    ]);
    const view = await organizer.get<ReviewView>(`${base}/nominations/${ids[1]}`);
    expect([view.state, view.version]).toEqual(['submitted', 1]);
  });

  test('a return needs a reason, which its unit reads; an acceptance can be undone while it is not public', async () => {
    const { base, ids } = await collected(site, [{ name: '甲' }, { name: '乙' }]);
    const path = `${base}/nominations/decide`;
    const [one, other] = ids;
    expect((await organizer.ask('POST', path, { ids: [one], verdict: 'return' })).body).toEqual({
      code: 'reason_missing',
    });
    await organizer.post(path, { ids: [one], verdict: 'return', reason: '请补充近三年事迹' });
    const returned = await organizer.get<ReviewView>(`${base}/nominations/${one}`);
    expect([returned.state, returned.returned]).toEqual(['returned', '请补充近三年事迹']);
    await organizer.post(path, { ids: [other], verdict: 'accept' });
    await organizer.post(path, { ids: [other], verdict: 'undo' });
    const undone = await organizer.get<ReviewView>(`${base}/nominations/${other}`);
    expect([undone.state, undone.events.map(({ act }) => act)]).toEqual([
      'submitted',
      ['create', 'accept', 'unaccept'],
    ]);
  });

  test('what was returned or accepted together is taken back whole, but for those that somebody touched since, by name', async () => {
    const { base, ids } = await collected(site, [{ name: '甲' }, { name: '乙' }, { name: '丙' }]);
    const path = `${base}/nominations/decide`;
    const versionsOf = ({ done }: DecideResult) =>
      Object.fromEntries(done.map(({ id, version }) => [id, version]));
    const returned = await organizer.post<DecideResult>(path, {
      ...{ ids, verdict: 'return', reason: '请补充近三年事迹' },
    });
    // Its unit is at work on it.
    await site.parts.db
      .updateTable('nomination')
      .set({ version: 9 })
      .where('id', '=', ids[1] ?? 0)
      .execute();
    const blind = await organizer.post<DecideResult>(path, { ids: [ids[2]], verdict: 'undo' });
    expect(blind.refused.map(({ code }) => code)).toEqual(['state_changed']);
    const undone = await organizer.post<DecideResult>(path, {
      ...{ ids, verdict: 'undo', versions: versionsOf(returned) },
    });
    expect(undone.done.map(({ name, state }) => [name, state])).toEqual([
      ['甲', 'submitted'],
      ['丙', 'submitted'],
    ]);
    expect(undone.refused.map(({ name, code }) => [name, code])).toEqual([['乙', 'state_changed']]);
    const view = await organizer.get<ReviewView>(`${base}/nominations/${ids[0]}`);
    expect([view.returned, view.events.map(({ act }) => act)]).toEqual([
      '',
      ['create', 'return', 'unaccept'],
    ]);
  });

  test('papers are handed in by organizers alone, by whichever door', async () => {
    const { base, ids, id } = await collected(site, [{ name: '甲' }]);
    await site.parts.db
      .updateTable('nomination')
      .set({ state: 'draft', source: 'organizer' })
      .where('contest', '=', id)
      .execute();
    const body = { ids, verdict: 'submit', consentOn: '2026-01-05' };
    for (const [path, sent] of [
      ['nominations/decide', body],
      ['documents/submit', { ids }],
    ] as const)
      expect([path, (await reviewer.ask('POST', `${base}/${path}`, sent)).body]).toEqual([
        path,
        { code: 'forbidden' },
      ]);
    const view = await organizer.get<ReviewView>(`${base}/nominations/${ids[0]}`);
    expect(view.state).toBe('draft');
    const done = await organizer.post<DecideResult>(`${base}/nominations/decide`, body);
    expect(done.refused.map(({ code }) => code)).not.toContain('forbidden');
  });

  test('two who accept at once cannot fill a place twice', async () => {
    const names = Array.from({ length: 6 }, (_, at) => ({ name: `人选${at}` }));
    const { base, ids } = await collected(site, names, { categoryPlaces: { person: 2 }, places: 5 });
    const results = await Promise.all(
      ids.map((id) =>
        organizer.post<DecideResult>(`${base}/nominations/decide`, { ids: [id], verdict: 'accept' }),
      ),
    );
    expect(results.flatMap(({ done }) => done)).toHaveLength(2);
    const refused = results.flatMap((one) => one.refused);
    expect(refused.map(({ code, details }) => [code, details])).toEqual(
      Array.from({ length: 4 }, () => ['category_full', { category: '个人', most: 2, taken: 2 }]),
    );
  });

  test('to put one into another category takes a place there, of its unit and on the list', async () => {
    const { base, ids, id } = await collected(
      site,
      [
        { name: '甲', state: 'accepted' },
        { name: '乙', state: 'accepted', category: 'team' },
        { name: '丙', unit: '青石镇' },
        { name: '丁', unit: '青石镇', category: 'team' },
      ],
      { categoryPlaces: { team: 1 }, places: 2, unitCategoryMost: { team: 1 } },
    );
    const move = (at: number) =>
      organizer.ask('PUT', `${base}/nominations/${ids[at]}`, { version: 1, category: 'team' });
    expect((await move(0)).body).toEqual({ code: 'category_full', category: '集体', most: 1, taken: 1 });
    expect((await move(2)).body).toEqual({ code: 'quota_full', category: '集体', most: 1 });
    await site.parts.db
      .updateTable('unit')
      .set({ category_quota: JSON.stringify({ team: 0 }) as never })
      .where('contest', '=', id)
      .where('name', '=', '青石镇')
      .execute();
    const view = await reviewer.get<ReviewView>(`${base}/nominations/${ids[3]}`);
    expect(view.quota.categories).toMatchObject([
      { most: null, used: 1 },
      { name: '集体', most: 0, used: 1 },
    ]);
    expect(view.warnings).toContainEqual({
      code: 'over_quota',
      details: { unit: '青石镇', of: '“集体”', most: 0, used: 1 },
    });
  });

  test('a unit over its quota is stopped at acceptance too', async () => {
    const same = Array.from({ length: 4 }, (_, at) => ({ name: `人选${at}`, unit: '青石镇' }));
    const unitKinds = ['town', 'department', 'enterprise', 'rescue'].map((id) => ({
      ...{ id, name: id, least: 1, most: 3 },
    }));
    const { base, ids } = await collected(site, same, { unitKinds });
    const result = await organizer.post<DecideResult>(`${base}/nominations/decide`, {
      ids: ids.slice(0, 1),
      verdict: 'accept',
    });
    expect(result.refused).toMatchObject([{ code: 'quota_full', details: { most: 3 } }]);
  });
});

test('a draw can be done again from its seed, and another seed draws otherwise', () => {
  const ids = Array.from({ length: 20 }, (_, at) => at + 1);
  const drawn = drawOrder(ids);
  expect(drawOrder(ids.toReversed(), drawn.seed)).toEqual(drawn);
  expect(drawn.ids.toSorted((a, b) => a - b)).toEqual(ids);
  expect(drawOrder(ids).ids).not.toEqual(drawn.ids);
});

describe('the parcel of chosen nominations', () => {
  const parcel = (desk: Desk, base: string, ask: object) =>
    desk.raw('POST', `${base}/parcel`, JSON.stringify(ask), { 'content-type': 'application/json' });
  const unpacked = async (reply: Response) => unzipSync(new Uint8Array(await reply.arrayBuffer()));

  test('holds the form, photo and public files of each, masked; scans and originals only for a purpose; each is recorded', async () => {
    const phone = '13800000071';
    const { base, ids, id } = await collected(site, [
      { name: '林立夏', values: { phone } },
      { name: '周/明川', photo: null },
      { name: '尚未报送', state: 'draft' },
    ]);
    const [first = 0, second = 0, draft = 0] = ids;
    const { db } = site.parts;
    const picture = await addPhoto(site, id);
    await sql`update nomination set photo = ${JSON.stringify(picture)}::jsonb where id = ${first}`.execute(
      db,
    );
    await addFile(site, first);
    const scan = { name: '原件.docx', type: 'x', bytes: Buffer.from('的内容') };
    await db
      .insertInto('original')
      .values({ nomination: second, ...scan })
      .execute();

    const masked = await parcel(organizer, base, { ids: [first, second] });
    expect(masked.headers.get('content-disposition')).toContain(encodeURIComponent('报送材料'));
    const open = await unpacked(masked);
    expect(Object.keys(open)).toEqual([
      '001 林立夏（第1单位）/报送表.docx',
      '001 林立夏（第1单位）/照片.jpg',
      '002 周明川（第2单位）/报送表.docx',
    ]);
    const words = (files: Record<string, Uint8Array>) =>
      strFromU8(
        unzipSync(files['001 林立夏（第1单位）/报送表.docx'] ?? new Uint8Array())['word/document.xml'] ??
          new Uint8Array(),
      );
    expect(words(open)).toContain('138****0071');
    expect(words(open)).not.toContain(phone);

    const ask = { ids: [first, second], full: true };
    expect(await (await parcel(organizer, base, ask)).json()).toEqual({ code: 'reason_missing' });
    const whole = await unpacked(await parcel(organizer, base, { ...ask, reason: '会议材料存档' }));
    expect(Object.keys(whole)).toEqual([
      '001 林立夏（第1单位）/报送表.docx',
      '001 林立夏（第1单位）/附件/01 佐证.pdf',
      '001 林立夏（第1单位）/照片.jpg',
      '002 周明川（第2单位）/报送表.docx',
      '002 周明川（第2单位）/原件 原件.docx',
    ]);
    expect(words(whole)).toContain(phone);
    expect(strFromU8(whole['002 周明川（第2单位）/原件 原件.docx'] ?? new Uint8Array())).toBe('的内容');

    expect((await parcel(reviewer, base, { ids: [first] })).status).toBe(403);
    expect((await parcel(organizer, base, { ids: [first, draft] })).status).toBe(404);
    const other = await collected(site, [{ name: '乙' }]);
    expect((await parcel(organizer, base, { ids: other.ids })).status).toBe(404);
    // One account saves one at a time, until it is saved or left.
    const saving = await parcel(organizer, base, { ids: [first] });
    const refused = await parcel(organizer, base, { ids: [first] });
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { code: 'under_way', retryAfterMs: 10_000 },
    ]);
    await saving.body?.cancel();
    expect(await unpacked(await parcel(organizer, base, { ids: [first] }))).toBeTruthy();
    const log = await db.selectFrom('action_log').selectAll().where('contest', '=', id).execute();
    expect(
      log.filter(({ act }) => act === 'out.export').map(({ subject, reason }) => [subject, reason]),
    ).toEqual([
      ['报送材料 .zip 2 份 遮盖', ''],
      ['报送材料 .zip 2 份 完整', '会议材料存档'],
      ['报送材料 .zip 1 份 遮盖', ''],
      ['报送材料 .zip 1 份 遮盖', ''],
    ]);
  });
});
