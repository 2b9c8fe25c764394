import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SentFile } from '@zuimei/server/document/documents.ts';
import { createContributorLinks } from '@zuimei/server/publicity/link.ts';
import type {
  ContributorLine,
  ContributorLink,
  ContributorsView,
  ContributorView,
  RosterList,
} from '@zuimei/shared/publicity/contributor.ts';
import type { FilingDraft, FilingKind, OwnFiling } from '@zuimei/shared/publicity/filing.ts';
import { countsIn } from '@zuimei/shared/publicity/target.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { bookFile, docxFile, sheetOf } from './paper.ts';

const DAY_MS = 24 * HOUR_MS;
const OWN = '/api/console/contributor';
const ALL = '/api/console/contributors';
const person = { name: '林立夏', post: '科员', phone: '13800000101', remark: '兼职' };

let fresh: FreshDatabase;
let site: TestSite;
let editor: Desk;
let reader: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  editor = await signIn(site, ['editor'], '宣传编辑');
  reader = await signIn(site, ['auditor'], '审计');
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const dayAgo = (days: number): string => shanghaiDate(site.now() - days * DAY_MS);
const one = (id: number, act = ''): string => `${OWN}/filings/${id}${act}`;

async function added(name: string, kind: 'area' | 'office' = 'area', line = ''): Promise<ContributorLink> {
  return await editor.post<ContributorLink>(ALL, { kind, name, line });
}

async function lineOf(id: number): Promise<ContributorLine> {
  const { contributors } = await editor.get<ContributorsView>(ALL);
  const line = contributors.find((one) => one.id === id);
  if (!line) throw new Error('no such contributor');
  return line;
}

/** A contributor of its own, and a browser that came by its link. */
async function town(name: string) {
  const link = await added(name);
  return { ...link, desk: await signIn(site, { contributor: link.id }) };
}

const draftOf = (view: OwnFiling, change: Partial<FilingDraft> = {}): FilingDraft & { version: number } => ({
  ...{ version: view.version, kind: view.kind, commission: view.commission?.id ?? null },
  ...{ filer: view.filerId, title: '青石镇开展汛前检查', event: dayAgo(0), words: '检查堤防六处。' },
  ...{ head: '张三', leader: '李四', ...change },
});

async function drafted(
  desk: Desk,
  change: Partial<FilingDraft> = {},
  kind: FilingKind = 'news',
): Promise<OwnFiling> {
  const made = await desk.post<OwnFiling>(`${OWN}/filings`, { kind, commission: change.commission ?? null });
  const saved = await desk.ask('PUT', one(made.id), draftOf(made, change));
  expect(saved.status).toBe(200);
  return await desk.get<OwnFiling>(one(made.id));
}

const send = (desk: Desk, { id, version }: OwnFiling) =>
  desk.ask<OwnFiling & { code?: string }>('POST', one(id, '/send'), { version });

/** As the editor's page does. */
async function decide(id: number, state: 'returned' | 'accepted', reason = ''): Promise<void> {
  await site.parts.db
    .updateTable('filing')
    .set((eb) => ({
      ...{ state, reason, decided_at: new Date(site.now()), decided_by: editor.staff },
      version: eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
}

async function attach(desk: Desk, id: number, sent: SentFile) {
  const form = new FormData();
  form.append('file', new File([new Uint8Array(sent.bytes)], sent.name));
  return await desk.ask<{ id: string; size: number; title: string; code?: string }>(
    'POST',
    one(id, '/files'),
    form,
  );
}

async function acts(): Promise<string[]> {
  const { actions } = await reader.get<{ actions: { act: string; subject: string }[] }>(
    '/api/console/actions?limit=200',
  );
  return actions.map(({ act, subject }) => `${act} ${subject}`);
}

describe('the roster', () => {
  test('keeps contributors in the order of the 统计表, and two that share a row of it', async () => {
    const [a, b, c] = [await added('甲科', 'office'), await added('乙科', 'office'), await added('丙镇')];
    expect((await editor.ask('POST', ALL, { kind: 'area', name: '甲 科', line: '' })).body).toEqual({
      code: 'contributor_known',
      name: '甲科',
    });
    const shared = { kind: 'office', line: '甲科、乙科' };
    for (const [id, name] of [
      [a.id, '甲科'],
      [b.id, '乙科'],
    ])
      expect((await editor.ask('PUT', `${ALL}/${id}`, { ...shared, name })).status).toBe(200);
    await editor.post(`${ALL}/order`, { ids: [b.id, a.id] });
    expect((await editor.ask('POST', `${ALL}/order`, { ids: [b.id] })).body).toEqual({
      code: 'roster_stale',
    });
    const { contributors } = await editor.get<ContributorsView>(ALL);
    expect(contributors.map(({ name, line }) => [name, line])).toEqual([
      ['丙镇', '丙镇'],
      ['乙科', '甲科、乙科'],
      ['甲科', '甲科、乙科'],
    ]);
    await editor.post(`${ALL}/${c.id}/end`, { reason: '并入他镇' });
    expect((await lineOf(c.id)).ended).not.toBeNull();
    expect((await editor.ask('POST', `${ALL}/${c.id}/filers`, person)).body).toMatchObject({
      code: 'contributor_ended',
    });
    expect(await acts()).toContain('contributor.change 甲科：统计表中归“甲科、乙科”一行');
  });

  test('gives links for a reason; a renewed one makes the old one and its browsers void, an ended one has none', async () => {
    const { id, link, desk } = await town('链接镇');
    const links = createContributorLinks(site.parts.secrets);
    const enter = async (address: string) =>
      (await links.enter(site.parts.db, address.split('#')[1] ?? '').catch((error) => error)).code ?? 'in';
    expect(await enter(link)).toBe('in');
    expect((await editor.ask('POST', `${ALL}/links`, { ids: [id], reason: '' })).body).toEqual({
      code: 'reason_missing',
    });
    const shown = await editor.post<{ links: ContributorLink[] }>(`${ALL}/links`, {
      ids: [id],
      reason: '重发给新的宣传员',
    });
    expect(shown.links).toEqual([{ id, name: '链接镇', link }]);
    const table = await editor.raw(
      'POST',
      `${ALL}/links.xlsx`,
      JSON.stringify({ ids: [id], reason: '重发给新的宣传员' }),
      { 'content-type': 'application/json' },
    );
    expect([table.status, (await table.arrayBuffer()).byteLength > 1000]).toEqual([200, true]);
    const next = await editor.post<ContributorLink>(`${ALL}/${id}/link`);
    expect([await enter(link), await enter(next.link)]).toEqual(['link_invalid', 'in']);
    expect((await desk.ask('GET', OWN)).status).toBe(401);
    await editor.post(`${ALL}/${id}/end`, { reason: '机构撤并' });
    expect(await enter(next.link)).toBe('link_invalid');
    const again = await editor.post<ContributorLink>(`${ALL}/${id}/resume`, { reason: '撤并后恢复' });
    expect([await enter(next.link), await enter(again.link)]).toEqual(['link_invalid', 'in']);
  });

  test('shows a telephone masked, in clear for a reason that is written down, and the number to nobody else', async () => {
    const { id, desk } = await town('电话镇');
    await editor.post(`${ALL}/${id}/filers`, person);
    const [filer] = (await lineOf(id)).filers;
    expect(filer).toMatchObject({ name: '林立夏', phone: '138****0101', since: dayAgo(0), until: null });
    expect(JSON.stringify(await desk.get(OWN))).not.toContain('13800000101');
    const path = `${ALL}/${id}/filers/${filer?.id}`;
    expect((await editor.ask('POST', `${path}/phone`, {})).body).toEqual({ code: 'reason_missing' });
    expect(await editor.post(`${path}/phone`, { reason: '通知开会' })).toEqual({ phone: '13800000101' });
    // An empty one keeps what is there.
    await editor.ask('PUT', path, { ...person, post: '副科长', phone: '' });
    expect(await editor.post(`${path}/phone`, { reason: '通知开会' })).toEqual({ phone: '13800000101' });
    const said = (await acts()).filter((line) => line.includes('电话镇'));
    expect(said).toContain('filer.change 电话镇：林立夏（职务）');
    expect(said.join()).not.toContain('13800000101');
    const row = await site.parts.db
      .selectFrom('filer')
      .select('phone')
      .where('contributor', '=', id)
      .executeTakeFirstOrThrow();
    expect(row.phone?.toString('latin1')).not.toContain('13800000101');
  });

  test('of a 名单 as the notice has it says which unit is meant, who is new and who is there; nothing is written before it is taken', async () => {
    const known = await added('江口开发区');
    await editor.post(`${ALL}/${known.id}/filers`, person);
    const grid = [
      ['姓  名', '职  务', '联系电话', '备  注'],
      ['林立夏', '科员', '13800000101', ''],
      ['周明川', '办事员', '1380000', ''],
      ['何晓舟', '办事员', '13800000103', '专职'],
      ['', '', '', ''],
    ];
    const read = async (sent: SentFile): Promise<RosterList> => {
      const form = new FormData();
      form.append('file', new File([new Uint8Array(sent.bytes)], sent.name));
      return await editor.post<RosterList>(`${ALL}/sheet`, form);
    };
    const word = await read(
      await docxFile('名单.docx', [
        '应急管理宣传员名单',
        '填报单位：江口开发区（盖章）',
        grid,
        '备注：请于3月4日前报送。',
      ]),
    );
    const book = await read(
      bookFile('名单.xlsx', {
        甲: sheetOf(
          [['应急管理宣传员名单'], ['填报单位：江口开发区', null, null, null], ...grid],
          ['A1:D1', 'A2:D2'],
        ),
        乙: sheetOf([['填报单位', '云岭街道'], ...grid.slice(0, 2)]),
      }),
    );
    for (const list of [word, book])
      expect(list.rows.slice(0, 3).map(({ name, how, contributor }) => [name, how, contributor])).toEqual([
        ['林立夏', 'same', known.id],
        ['周明川', 'wrong', known.id],
        ['何晓舟', 'new', known.id],
      ]);
    expect(word.rows[1]?.problems.join()).toContain('1380000');
    const stranger = book.rows[3];
    expect(stranger).toMatchObject({ unit: '云岭街道', contributor: null, kind: null, how: 'new' });
    const units = await read(
      bookFile('单位.xlsx', {
        单位: sheetOf([
          ['序号', '单位', '类型'],
          [1, '江口开发区', '板块'],
          [2, '法规科', '科室、大队'],
        ]),
      }),
    );
    expect(units.rows.map(({ unit, kind, how, contributor }) => [unit, kind, how, contributor])).toEqual([
      ['江口开发区', 'area', 'unit', known.id],
      ['法规科', 'office', 'unit', null],
    ]);
    expect((await read(bookFile('空.xlsx', { 甲: sheetOf([['甲', '乙']]) }))).problem).toContain('姓名');
    expect((await lineOf(known.id)).filers).toHaveLength(1);

    const take = ({ unit, name, post, phone, remark }: RosterList['rows'][number], to: number | null) => ({
      ...{ to, unit, kind: 'area', name, post, phone, remark },
    });
    const rows = [word.rows[0], word.rows[2], stranger].flatMap((row) => (row ? [row] : []));
    const taken = await editor.post<{ made: ContributorLink[]; added: number; updated: number }>(
      `${ALL}/import`,
      { rows: rows.map((row) => take(row, row.contributor)), file: '名单.docx' },
    );
    expect([taken.made.map(({ name }) => name), taken.added, taken.updated]).toEqual([['云岭街道'], 2, 0]);
    const { filers } = await lineOf(known.id);
    expect(filers.map(({ name, phone, remark }) => [name, phone, remark])).toEqual([
      ['林立夏', '138****0101', '兼职'],
      ['何晓舟', '138****0103', '专职'],
    ]);
    expect((await acts())[0]).toBe('contributor.import 名单.docx：新增 1 个单位：云岭街道；新增宣传员 2 名');
  });
});

describe('a handover', () => {
  test('ends one on a day and names who takes over: what was sent keeps its 宣传员, drafts go to the successor', async () => {
    const { id, desk } = await town('交接镇');
    await desk.post(`${OWN}/filers`, person);
    const sent = await drafted(desk);
    expect(sent.filer).toBe('林立夏');
    expect((await send(desk, sent)).status).toBe(200);
    const draft = await drafted(desk, { title: '未写完的' });
    const old = sent.filerId ?? 0;
    const hand = (body: object) => desk.ask(`POST`, `${OWN}/filers/${old}/handover`, body);
    const next = { name: '何晓舟', post: '', phone: '', remark: '' };
    expect((await hand({ last: dayAgo(1), successor: null, fresh: next })).body).toMatchObject({
      code: 'handover_day',
    });
    expect((await hand({ last: dayAgo(0), successor: old, fresh: null })).body).toEqual({
      code: 'handover_self',
    });
    expect((await hand({ last: dayAgo(0), successor: null, fresh: next })).status).toBe(200);
    expect((await hand({ last: dayAgo(0), successor: null, fresh: next })).body).toMatchObject({
      code: 'filer_ended',
    });
    const { filers } = await lineOf(id);
    expect(filers.map(({ name, since, until, successor }) => [name, since, until, successor])).toEqual([
      ['林立夏', dayAgo(0), dayAgo(0), '何晓舟'],
      ['何晓舟', dayAgo(-1), null, ''],
    ]);
    expect([
      (await desk.get<OwnFiling>(one(sent.id))).filer,
      (await desk.get<OwnFiling>(one(draft.id))).filer,
    ]).toEqual(['林立夏', '何晓舟']);
    // A page that was open all the while still says who it was: the draft stays with who took over.
    const open = await desk.get<OwnFiling>(one(draft.id));
    expect((await desk.ask('PUT', one(draft.id), draftOf(open, { filer: old }))).status).toBe(200);
    expect((await desk.get<OwnFiling>(one(draft.id))).filer).toBe('何晓舟');
    expect(await acts()).toContain(`filer.handover 交接镇：林立夏（至 ${dayAgo(0)}）交给何晓舟`);
  });
});

describe('a filing', () => {
  test('is sent, comes back with a reason, is sent again and keeps the day it was first sent', async () => {
    const { id: own, desk: early } = await town('报送镇');
    let desk = early;
    const draft = await drafted(desk, { event: dayAgo(2) });
    const filed = (await send(desk, draft)).body;
    expect(filed).toMatchObject({ state: 'filed', filedOn: dayAgo(0), late: false, points: 0 });
    // The answer was lost and the button pressed again.
    expect((await send(desk, draft)).body).toMatchObject({ state: 'filed', version: filed.version });
    expect((await desk.ask('PUT', one(draft.id), draftOf(filed))).body).toEqual({ code: 'filing_closed' });
    await decide(draft.id, 'returned', '请写明检查了哪几处');
    const view = await desk.get<ContributorView>(OWN);
    expect(view.waiting.map(({ id, state, reason }) => [id, state, reason])).toEqual([
      [draft.id, 'returned', '请写明检查了哪几处'],
    ]);
    expect(view.recent).toEqual([]);
    site.pass(3 * DAY_MS);
    editor = await signIn(site, ['editor'], '宣传编辑');
    desk = await signIn(site, { contributor: own });
    const back = await desk.get<OwnFiling>(one(draft.id));
    await desk.ask('PUT', one(draft.id), draftOf(back, { event: dayAgo(5), words: '检查北堤、南堤。' }));
    const again = (await send(desk, await desk.get<OwnFiling>(one(draft.id)))).body;
    expect(again).toMatchObject({ state: 'filed', filedOn: dayAgo(3), late: false, decidedAt: null });
    await decide(draft.id, 'accepted');
    const done = await desk.get<ContributorView>(OWN);
    expect(done.sent.map(({ id, points }) => [id, points])).toEqual([[draft.id, 1]]);
    expect(done.recent.map(({ kind, count }) => [kind, count])).toEqual([['news', 1]]);
    expect((await desk.ask('POST', one(draft.id, '/back'))).body).toEqual({ code: 'filing_closed' });
  });

  test('that is late is taken all the same and earns nothing; one of a day to come is not', async () => {
    const { desk } = await town('超期镇');
    const late = (await send(desk, await drafted(desk, { event: dayAgo(3) }))).body;
    expect(late).toMatchObject({ state: 'filed', late: true });
    await decide(late.id, 'accepted');
    expect((await desk.get<OwnFiling>(one(late.id))).points).toBe(0);
    const early = await send(desk, await drafted(desk, { event: dayAgo(-1) }));
    expect([early.status, early.body]).toEqual([422, { code: 'filing_ahead', last: dayAgo(0) }]);
  });

  test('that was taken back is as if it had never been sent, and one that had come back keeps its first day', async () => {
    const { desk } = await town('撤回镇');
    const draft = await drafted(desk);
    await send(desk, draft);
    const back = await desk.post<OwnFiling>(one(draft.id, '/back'));
    expect(back).toMatchObject({ state: 'draft', filedOn: null });
    expect((await desk.ask('POST', one(draft.id, '/back'))).body).toMatchObject({ state: 'draft' });
    await send(desk, back);
    await decide(draft.id, 'returned', '标题太长');
    expect((await desk.ask('DELETE', one(draft.id))).body).toEqual({ code: 'filing_kept' });
    await send(desk, await desk.get<OwnFiling>(one(draft.id)));
    const once = await desk.post<OwnFiling>(one(draft.id, '/back'));
    expect(once).toMatchObject({ state: 'returned', filedOn: dayAgo(0), reason: '标题太长' });
    const other = await drafted(desk, { title: '不要了' });
    expect((await desk.ask('DELETE', one(other.id))).status).toBe(200);
    expect((await desk.ask('GET', one(other.id))).body).toEqual({ code: 'not_found' });
  });

  test('is told what it lacks, and a 综合性原创文章 how many characters; those of a Word file count, blanks do not', async () => {
    const { desk } = await town('字数镇');
    const made = await desk.post<OwnFiling>(`${OWN}/filings`, { kind: 'article', commission: null });
    // Pressed twice, or the answer was lost: no second empty one.
    expect((await desk.post<OwnFiling>(`${OWN}/filings`, { kind: 'article', commission: null })).id).toBe(
      made.id,
    );
    expect((await send(desk, made)).body).toEqual({ code: 'filing_incomplete', n: 4 });
    const short = await drafted(desk, { words: `${'字'.repeat(798)}  \n` }, 'article');
    expect(short.characters).toBe(798);
    expect((await send(desk, short)).body).toEqual({
      ...{ code: 'filing_short', characters: 798, least: 800, short: 2 },
    });
    const paper = await docxFile('稿件.docx', ['青石镇三年整治纪实', '字'.repeat(795), [['表 里', '也算']]]);
    const file = await attach(desk, short.id, paper);
    expect([file.status, file.body.title]).toEqual([201, '青石镇三年整治纪实']);
    const whole = await desk.get<OwnFiling>(one(short.id));
    expect([whole.characters, whole.fileCharacters]).toEqual([808, 808]);
    expect((await send(desk, whole)).status).toBe(200);
  });

  test('takes pictures, which are made smaller, Word and PDF, and nothing else; another contributor sees none of it', async () => {
    const { desk } = await town('图片镇');
    const draft = await drafted(desk);
    const big = await sharp({ create: { width: 4600, height: 3000, channels: 3, background: '#446' } })
      .jpeg()
      .toBuffer();
    const picture = await attach(desk, draft.id, { name: 'IMG_1.jpg', bytes: big });
    expect(picture.status).toBe(201);
    const reply = await desk.raw('GET', one(draft.id, `/files/${picture.body.id}`));
    const { width } = await sharp(Buffer.from(await reply.arrayBuffer())).metadata();
    expect([reply.headers.get('content-type'), width]).toEqual(['image/jpeg', 4000]);
    const book = bookFile('表.xlsx', { 甲: sheetOf([['甲']]) });
    expect((await attach(desk, draft.id, book)).body).toEqual({ code: 'file_refused', name: '表.xlsx' });
    const pdf = { name: '函.pdf', bytes: new TextEncoder().encode('%PDF-1.4\n') };
    for (let i = 0; i < 11; i++) expect((await attach(desk, draft.id, pdf)).status).toBe(201);
    expect((await attach(desk, draft.id, pdf)).body).toEqual({ code: 'too_many_files', most: 12 });
    const { desk: stranger } = await town('邻镇');
    for (const path of [one(draft.id), one(draft.id, `/files/${picture.body.id}`)])
      expect((await stranger.ask('GET', path)).body).toEqual({ code: 'not_found' });
    expect((await send(stranger, draft)).body).toEqual({ code: 'not_found' });
    expect((await desk.ask('DELETE', one(draft.id, `/files/${picture.body.id}`))).status).toBe(200);
    expect((await desk.get<OwnFiling>(one(draft.id))).attached).toHaveLength(11);
  });

  test('of two browsers the slower is told, and loses nothing; the next draft begins with who approved the last', async () => {
    const { desk } = await town('两处镇');
    const draft = await drafted(desk);
    const other = await desk.ask('PUT', one(draft.id), draftOf(draft, { words: '乙处写的' }));
    expect(other.status).toBe(200);
    const slow = await desk.ask<{ code: string }>(
      'PUT',
      one(draft.id),
      draftOf(draft, { words: '甲处写的' }),
    );
    expect([slow.status, slow.body.code]).toEqual([409, 'filing_changed']);
    expect((await send(desk, draft)).body.code).toBe('filing_changed');
    const kept = await desk.get<OwnFiling>(one(draft.id));
    expect(kept.words).toBe('乙处写的');
    await send(desk, kept);
    const next = await desk.post<OwnFiling>(`${OWN}/filings`, { kind: 'opinion', commission: null });
    expect(next).toMatchObject({ head: '张三', leader: '李四', event: dayAgo(0), kind: 'opinion' });
  });

  test('for a 约稿 is asked of who was asked, and no more once it is closed', async () => {
    const { id, desk } = await town('约稿镇');
    const { desk: other } = await town('未约镇');
    const asked = await site.parts.db
      .insertInto('commission')
      .values({
        ...{ title: '安全月综述', due: dayAgo(-5), asked_by: editor.staff },
        ...{ contributors: [id], closed_at: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    expect((await other.get<ContributorView>(OWN)).commissions).toEqual([]);
    const ask = { kind: 'commissioned', commission: asked.id };
    expect((await other.ask('POST', `${OWN}/filings`, ask)).body).toEqual({ code: 'commission_gone' });
    const draft = await drafted(desk, { commission: asked.id }, 'commissioned');
    const [task] = (await desk.get<ContributorView>(OWN)).commissions;
    expect(task).toMatchObject({ title: '安全月综述', filing: { id: draft.id, state: 'draft' } });
    await site.parts.db
      .updateTable('commission')
      .set({ closed_at: new Date(site.now()) })
      .where('id', '=', asked.id)
      .execute();
    expect((await send(desk, draft)).body).toEqual({ code: 'commission_gone' });
    await desk.ask('PUT', one(draft.id), draftOf(draft, { kind: 'news' }));
    expect((await send(desk, await desk.get<OwnFiling>(one(draft.id)))).status).toBe(200);
  });

  test('is listed a page at a time, and two hundred on one day are enough', async () => {
    const { id, desk } = await town('许多镇');
    await site.parts.db
      .insertInto('filing')
      .values(
        Array.from({ length: 200 }, (_, at) => ({
          ...{ contributor: id, kind: 'news' as const, title: `第 ${at} 件`, event: dayAgo(0) },
          ...{ state: 'filed' as const, version: 2, made_at: new Date(site.now()) },
          ...{ filed_at: new Date(site.now()), filed_on: dayAgo(0), decided_at: null },
        })),
      )
      .execute();
    const first = await desk.get<ContributorView>(OWN);
    expect([first.sent.length, first.more, countsIn(first.recent, first.today).month.news]).toEqual([
      30,
      true,
      200,
    ]);
    const rest = await desk.get<{ filings: { id: number }[]; more: boolean }>(
      `${OWN}/filings?before=${first.sent.at(-1)?.id}`,
    );
    expect(rest.filings[0]?.id).toBe((first.sent.at(-1)?.id ?? 0) - 1);
    const full = await desk.ask('POST', `${OWN}/filings`, { kind: 'news', commission: null });
    expect(full.body).toEqual({ code: 'filing_many', most: 200 });
  });
});
