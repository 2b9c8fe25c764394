import { randomUUID } from 'node:crypto';
import { read, utils, type WorkBook, type WorkSheet } from '@e965/xlsx';
import { strFromU8, unzipSync } from 'fflate';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDocuments } from '@zuimei/server/document/documents.ts';
import type { OutView, PaperAsk, PaperName, PrintView } from '@zuimei/shared/out.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { addNomination, addPhoto, addUnit, collectionOf, setCollection } from './collected.ts';

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  organizer = await signIn(site, ['organizer']);
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

async function paper(desk: Desk, slug: string, what: PaperName, ask: PaperAsk): Promise<Response> {
  return await desk.raw('POST', `/api/console/contests/${slug}/out/${what}`, JSON.stringify(ask), {
    'content-type': 'application/json',
  });
}

async function fileOf(slug: string, what: PaperName, ask: PaperAsk): Promise<Uint8Array> {
  const reply = await paper(organizer, slug, what, ask);
  if (reply.status !== 200) throw new Error(`${what}: ${reply.status} ${await reply.text()}`);
  return new Uint8Array(await reply.arrayBuffer());
}

async function bookOf(slug: string, what: PaperName, ask: Partial<PaperAsk> = {}): Promise<WorkBook> {
  return read(await fileOf(slug, what, { format: 'xlsx', ...ask }), { cellFormula: true, cellNF: true });
}

function sheetOf(book: WorkBook, name = book.SheetNames[0] ?? ''): WorkSheet {
  const sheet = book.Sheets[name];
  if (!sheet) throw new Error(`no sheet ${name} among ${book.SheetNames.join()}`);
  return sheet;
}

/** Stored values row by row: dates as the numbers a sheet keeps. */
function rowsOf(sheet: WorkSheet): unknown[][] {
  const { e: end } = utils.decode_range(sheet['!ref'] ?? 'A1');
  return Array.from({ length: end.r + 1 }, (_, r) =>
    Array.from({ length: end.c + 1 }, (_, c) => sheet[utils.encode_cell({ r, c })]?.v ?? null),
  );
}

/** The rows under the head, which is the row that begins with `first`. */
function bodyOf(sheet: WorkSheet, first: string): Record<string, unknown>[] {
  const rows = rowsOf(sheet);
  const at = rows.findIndex((row) => row[0] === first);
  const head = rows[at] ?? [];
  return rows.slice(at + 1).map((row) => Object.fromEntries(head.map((title, i) => [String(title), row[i]])));
}

const people = [
  [
    '林立夏',
    '云岭区应急管理局',
    '执法大队副大队长',
    '13800000000',
    '女',
    '1988-06',
    '三年排查危化企业412家。',
  ],
  ['周明川', '云岭区消防救援大队', '一级消防长', '13800000001', '男', '1979-11', '参与灭火救援2300余次。'],
  ['何静姝', '青石镇人民政府', '应急办主任', '13800000002', '女', '1991-03', '把应急广播装进38个山坪塘。'],
] as const;

function valuesOf([, unit, post, phone, gender, birth, reason]: (typeof people)[number]): Record<
  string,
  string
> {
  return {
    ...{ unit, post, phone, gender, birth, reason, nation: '汉族', politics: '中共党员', years: '9年' },
    deeds: '2024年汛期值守21天。\n转移群众1286人。',
    honours: '2025年度先进。',
  };
}

/** A contest that collected three persons and a team. */
async function collected() {
  const { slug, id } = await site.contest({ title: '2026年度最美应急人' }, 0);
  const collection = collectionOf(site, 'zuimei-district');
  await setCollection(site, id, collection);
  const unit = await addUnit(site, id, '云岭区安委办');
  const ids: number[] = [];
  for (const one of people)
    ids.push(
      await addNomination(site, {
        contest: id,
        unit,
        collection,
        name: one[0],
        values: valuesOf(one),
        state: 'accepted',
      }),
    );
  ids.push(
    await addNomination(site, {
      ...{ contest: id, unit, collection, name: '云岭蓝天救援队', kind: 'team', state: 'accepted' },
      values: {
        unit: '云岭区蓝天救援队',
        phone: '13800000006',
        reason: '志愿者216人。',
        years: '8年',
        deeds: '搜救197次。',
      },
    }),
  );
  return { slug, id, unit, collection, ids };
}

describe('the 汇总表', () => {
  test.each(['docx', 'xlsx'] as const)(
    'as .%s is read again by the importer as the same people',
    async (format) => {
      const { slug } = await collected();
      const bytes = await fileOf(slug, 'summary', { format, full: true, reason: '报送市局备案' });
      const { nominations, problems } = await readDocuments([{ name: `汇总表.${format}`, bytes }]);
      expect(problems.filter((problem) => problem.code !== 'missing_photo')).toEqual([]);
      expect(
        nominations.map(({ candidate, private: hidden }) => [
          ...[candidate.name, candidate.unit, candidate.post, hidden.phone, hidden.gender],
          ...[
            hidden.birth && [hidden.birth.year, hidden.birth.month],
            candidate.reason,
            candidate.kind,
            candidate.years,
          ],
        ]),
      ).toEqual([
        ...people.map(([name, unit, post, phone, gender, birth, reason]) => [
          ...[name, unit, post, phone, gender, birth.split('-').map(Number), reason, 'person', '9年'],
        ]),
        [
          '云岭蓝天救援队',
          '云岭区蓝天救援队',
          null,
          '13800000006',
          null,
          null,
          '志愿者216人。',
          'team',
          '8年',
        ],
      ]);
      expect(nominations[0]?.private.contact.unit).toBe('云岭区应急管理局');
    },
  );

  test('holds no phone, birth or politics in clear unless it is a full one', async () => {
    const { slug } = await collected();
    const body = bodyOf(sheetOf(await bookOf(slug, 'summary')), '序号');
    expect(body[0]).toMatchObject({
      序号: 1,
      姓名: '林立夏',
      联系电话: '138****0000',
      出生年月: '****',
      政治面貌: '****',
      性别: '****',
    });
    const text = JSON.stringify(body);
    for (const hidden of ['13800000000', '1988', '中共党员']) expect(text).not.toContain(hidden);
    expect(text).toContain('个人信息已遮盖');
  });

  test('tells cases and works in columns of their own', async () => {
    const heads: Record<string, string[]> = {
      anli: ['序号', '报送单位', '报送主题', '涉及单位', '组别', '摘要'],
      works: ['序号', '作品名称', '组别', '作者单位', '作者'],
    };
    for (const preset of ['anli', 'works'] as const) {
      const { slug, id } = await site.contest({ categories: [{ id: 'one', name: '风险防控' }] }, 0);
      const collection = collectionOf(site, preset);
      await setCollection(site, id, collection);
      const unit = await addUnit(site, id, '青石镇人民政府');
      await addNomination(site, {
        ...{ contest: id, unit, collection, name: '山洪来临前的43分钟', category: 'one', state: 'accepted' },
        kind: preset === 'anli' ? 'case' : 'work',
        values: {
          subject: '山洪来临前的43分钟',
          practice: '设立三级叫应人。短临预警层层签收。',
          departments: '区委宣传部',
          post: '甲、乙',
          unit: '青石镇文化站',
        },
      });
      const rows = rowsOf(sheetOf(await bookOf(slug, 'summary', { full: true, reason: '会议材料' })));
      const head = rows.findIndex((row) => row[0] === '序号');
      expect(rows[head]).toEqual(heads[preset]);
      expect(rows[head + 1]).toEqual(
        preset === 'anli'
          ? [1, '青石镇人民政府', '山洪来临前的43分钟', '区委宣传部', '风险防控', '设立三级叫应人。']
          : [1, '山洪来临前的43分钟', '风险防控', '青石镇文化站', '甲、乙'],
      );
    }
  });
});

test('a 报送表 is read again by the importer whole, with its portrait', async () => {
  const { slug, id, unit, collection } = await collected();
  const photo = await addPhoto(site, id);
  const nomination = await addNomination(site, {
    ...{ contest: id, unit, collection, name: '苏见青', photo, state: 'accepted' },
    values: { ...valuesOf(people[0]), phone: '13800000007' },
  });
  await sql`
    insert into opinion (nomination, step, verdict, words, signer, on_date, entered_by)
    values (${nomination}, 'unit', 'agree', '同意推荐。', '张主任', '2026-03-18', '测试')`.execute(
    site.parts.db,
  );
  const ask: PaperAsk = { format: 'docx', nomination, full: true, reason: '归档纸质材料' };
  const reply = await paper(organizer, slug, 'card', ask);
  expect(decodeURIComponent(reply.headers.get('content-disposition') ?? '')).toMatch(
    /filename\*=UTF-8''2026年度最美应急人-报送表-苏见青-\d{8}\.docx$/,
  );
  const bytes = new Uint8Array(await reply.arrayBuffer());
  const { nominations, problems } = await readDocuments([{ name: '报送表.docx', bytes }]);
  expect(problems).toEqual([]);
  const [one] = nominations;
  expect(one?.candidate).toMatchObject({
    ...{ name: '苏见青', kind: 'person', unit: '云岭区应急管理局', post: '执法大队副大队长', years: '9年' },
    ...{ reason: '三年排查危化企业412家。', honours: ['2025年度先进。'] },
    deeds: [{ title: '主要事迹', paragraphs: ['2024年汛期值守21天。', '转移群众1286人。'] }],
  });
  expect(one?.private).toMatchObject({
    phone: '13800000007',
    gender: '女',
    nation: '汉族',
    politics: '中共党员',
  });
  expect(one?.private.opinion).toContain('张主任');
  expect(one?.photo?.length).toBeGreaterThan(1000);
  const masked = await fileOf(slug, 'card', { format: 'docx', nomination });
  expect(JSON.stringify(await readDocuments([{ name: '报送表.docx', bytes: masked }]))).not.toContain(
    '13800000007',
  );
});

test('报送明细 holds every nomination in its state, opinions and points as numbers, times as dates', async () => {
  const { slug, id, unit, collection, ids } = await collected();
  await addNomination(site, { contest: id, unit, collection, name: '草稿人', state: 'draft' });
  await sql`
    insert into opinion (nomination, step, verdict, words, signer, on_date, entered_by)
    values (${ids[0]}, 'unit', 'agree', '同意', '张主任', '2026-03-18', '测试')`.execute(site.parts.db);
  await sql`
    insert into screening (nomination, staff, points) values (${ids[0]}, ${organizer.staff}, 87.5)`.execute(
    site.parts.db,
  );
  const book = await bookOf(slug, 'nominations');
  const body = bodyOf(sheetOf(book), '序号');
  expect(body.map((row) => [row['名称'], row['状态']])).toEqual([
    ...people.map(([name]) => [name, '已通过']),
    ['云岭蓝天救援队', '已通过'],
    ['草稿人', '草稿'],
  ]);
  expect(body[0]).toMatchObject({
    报送单位意见: '同意：同意\n张主任 2026-03-18',
    平均分: 87.5,
    评审人数: 1,
    联系电话: '138****0000',
  });
  expect(body[1]).toMatchObject({ 报送单位意见: '（待出具）' });
  // Yesterday on the wall in Shanghai, as a sheet counts days.
  const serial = (site.now() - 86_400_000 + 8 * 3_600_000) / 86_400_000 + 25_569;
  expect(body[0]?.['提交时间']).toBeCloseTo(serial, 4);
  expect(bodyOf(sheetOf(book, '按单位'), '序号')).toMatchObject([
    { 报送单位: '云岭区安委办', 已通过: 4, 草稿: 1, 合计: 5 },
    { 报送单位: '合计', 合计: 5 },
  ]);
});

describe('选票汇总 and 票数排行', () => {
  async function voted(changes: Parameters<TestSite['contest']>[0] = {}) {
    const contest = await site.contest({ title: '2026年度最美应急人', ...changes });
    for (const picks of [[1, 2], [1], [2, 1], [3], [1, 8]])
      expect((await site.visitor(contest.slug).cast(picks)).status).toBe(201);
    const held = {
      picks: [4],
      device: new Uint8Array(8),
      ip: new Uint8Array(16),
      state: 'held' as const,
      flags: 1,
    };
    const stored = await site.parts.contests.find(contest.slug);
    await site.parts.ledger.commit(stored, [{ ...held, ballotId: randomUUID(), voter: 'ab'.repeat(16) }]);
    await site.verify(contest.slug);
    site.pass(1_001);
    return contest;
  }

  test('ballots that were ruled on stand where the ruling left them', async () => {
    const { slug } = await voted();
    const order = { actor: '钱一', confirmedBy: '孙二', reason: '经核实为批量投票', reference: '' };
    await site.parts.ledger.rule(slug, { ...order, verb: 'void', entries: [1, 2] });
    await site.parts.ledger.rule(slug, { ...order, verb: 'release', entries: [6] });
    const book = await bookOf(slug, 'ballots');
    const total = { 选票: 6, 其中计票: 4, 其中待核: 0, 其中作废: 2 };
    expect(bodyOf(sheetOf(book, '按小时'), '时段（起）').pop()).toMatchObject(total);
    expect(bodyOf(sheetOf(book, '按轮次'), '轮次')).toMatchObject([
      { ...total, 当前计票: 4, 当前待核: 0, 与账本核对: '一致' },
    ]);
    await site.verify(slug);
  });

  test('ballots by hour, day and channel add up to the tally, beside the checkpoint that proves them', async () => {
    const { slug, id } = await voted();
    const book = await bookOf(slug, 'ballots');
    expect(book.SheetNames).toEqual(['按天', '按小时', '按渠道', '按轮次']);
    const tally = await site.tally(slug);
    for (const [name, first] of [
      ['按天', '日期'],
      ['按小时', '时段（起）'],
      ['按渠道', '渠道'],
    ] as const) {
      const body = bodyOf(sheetOf(book, name), first);
      const total = body.pop();
      expect(total).toMatchObject({
        选票: tally.ballots + tally.held,
        其中计票: tally.ballots,
        其中待核: tally.held,
      });
      expect(body.reduce((sum, row) => sum + Number(row['选票']), 0)).toBe(tally.ballots + tally.held);
    }
    const rounds = bodyOf(sheetOf(book, '按轮次'), '轮次');
    expect(rounds).toMatchObject([
      { 轮次: '第 1 轮', 当前计票: tally.ballots, 当前待核: tally.held, 与账本核对: '一致' },
    ]);
    const hour = bodyOf(sheetOf(book, '按小时'), '时段（起）')[0]?.['时段（起）'];
    const { rows } = await sql<{ at: Date }>`
      select at from ledger_entry where contest = ${id} and kind = 'ballot' order by index limit 1`.execute(
      site.parts.db,
    );
    const wall = (rows[0]?.at.getTime() ?? 0) + 8 * 3_600_000;
    expect(hour).toBeCloseTo(Math.floor(wall / 3_600_000) / 24 + 25_569, 6);
    const { note } = await site.parts.transparency.newest(id);
    const [origin = '', size = '', root = ''] = note.split('\n');
    const head = JSON.stringify(rowsOf(sheetOf(book)).slice(0, 4));
    for (const part of [origin, `账目 ${Number(size)} 条`, root]) expect(head).toContain(part);
  });

  test('the rank has equal votes at one place, numbers as numbers, and nobody who left', async () => {
    const { slug } = await voted();
    const body = bodyOf(sheetOf(await bookOf(slug, 'rank')), '名次');
    expect(body.slice(0, 4).map((row) => [row['名次'], row['编号'], row['票数']])).toEqual([
      [1, 1, 4],
      [2, 2, 2],
      [3, 3, 1],
      [3, 8, 1],
    ]);
    expect(body.at(-1)).toMatchObject({ 编号: '合计', 票数: 8 });
    const print = await organizer.get<PrintView>(`/api/console/contests/${slug}/out/rank`);
    expect(print).toMatchObject({ what: 'rank', hideOrder: false, mark: { size: 7 } });
  });

  test('with 排名不分先后 it stands by number and has no places', async () => {
    const { slug } = await voted({ hideOrder: true });
    const rows = rowsOf(sheetOf(await bookOf(slug, 'rank')));
    const head = rows.findIndex((row) => row[0] === '编号');
    expect(rows[head]).not.toContain('名次');
    expect(rows.slice(head + 1, -1).map((row) => row[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of a round that is over it shows no more than the last daily hour did', async () => {
    const opens = site.now() - 3_600_000;
    const minute = Math.floor(((site.now() / 3_600_000 + 8 + 2) % 24) * 60);
    const { slug, id, settings } = await voted({ reveal: { kind: 'daily', at: minute } });
    const at = (hours: number): string => new Date(opens + hours * 3_600_000).toISOString();
    await site.update(id, {
      ...settings,
      rounds: [
        { opens: at(0), closes: at(1.01), numbers: null },
        { opens: at(1.02), closes: at(90), numbers: null },
      ],
    });
    await site.parts.contests.reload(slug);
    const ranked = async (): Promise<number[]> => {
      const print = await organizer.get<PrintView>(`/api/console/contests/${slug}/out/rank`);
      return print.what === 'rank'
        ? print.rounds.map((one) => one.rows.reduce((sum, row) => sum + row.votes, 0))
        : [];
    };
    site.pass(600_000);
    expect(await ranked()).toEqual([0, 0]);
    site.pass(-600_000);
  });

  test('is refused as long as counts are sealed, for an organizer too; the ballots are not', async () => {
    const from = new Date(site.now() + 90 * 3_600_000).toISOString();
    const { slug } = await voted({ reveal: { kind: 'sealed', from } });
    const reply = await paper(organizer, slug, 'rank', { format: 'xlsx' });
    expect([reply.status, await reply.json()]).toEqual([403, { code: 'sealed', from }]);
    expect((await organizer.ask('GET', `/api/console/contests/${slug}/out/rank`)).status).toBe(403);
    const view = await organizer.get<OutView>(`/api/console/contests/${slug}/out`);
    expect(view.papers.find(({ name }) => name === 'rank')?.refused).toEqual({
      code: 'sealed',
      details: { from },
    });
    expect((await bookOf(slug, 'ballots')).SheetNames).toContain('按天');
  });
});

test('候选名单 is the published list cell by cell; who left stays and says so', async () => {
  const { slug, id } = await site.contest({ title: '测试/活动' }, 3);
  await sql`
    update candidate set body = body || ${JSON.stringify({ withdrawn: { at: '2026-03-30T02:00:00.000Z', reason: '本人申请' } })}::jsonb
    where contest = ${id} and number = 3`.execute(site.parts.db);
  const reply = await paper(organizer, slug, 'candidates', { format: 'xlsx' });
  expect(
    [...reply.headers].filter(([name]) => /^(content-type|cache-control|x-content-type-options)$/.test(name)),
  ).toEqual([
    ['cache-control', 'no-store'],
    ['content-type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['x-content-type-options', 'nosniff'],
  ]);
  const saved = reply.headers.get('content-disposition') ?? '';
  expect(saved).toMatch(/^attachment; filename="zuimei\.xlsx"; filename\*=UTF-8''[\w%.-]+$/);
  expect(decodeURIComponent(saved)).toContain('测试活动-候选名单-');
  const sheet = sheetOf(read(new Uint8Array(await reply.arrayBuffer()), { cellFormula: true }));
  const rows = rowsOf(sheet);
  expect(rows[0]?.[0]).toBe('测试/活动候选名单');
  expect(rows[1]?.[0]).toContain('共 3 位（其中 1 位已退出）');
  expect(rows[2]?.slice(0, 4)).toEqual(['编号', '名称', '组别', '单位']);
  expect(rows.slice(3).map((row) => row.slice(0, 4))).toEqual(
    [1, 2, 3].map((n) => [n, `候选${n}`, '个人', `单位${n}`]),
  );
  expect(rows[5]?.slice(9)).toEqual([
    '已退出：本人申请',
    new Date('2026-03-30T10:00:00Z').getTime() / 86_400_000 + 25_569,
  ]);
  expect(sheet['!merges']?.[0]).toEqual({ s: { r: 0, c: 0 }, e: { r: 0, c: 10 } });
});

test('no text in any sheet is a formula, whatever it begins with', async () => {
  const bad = ['=1+1', '+cmd|calc', '-2+3', '@SUM(A1)', '=HYPERLINK("http://x.test")'];
  const { slug, id } = await site.contest({ title: '=测试', organizers: ['=主办'] }, 5);
  const collection = collectionOf(site, 'zuimei-district');
  await setCollection(site, id, { ...collection, listTitle: '=汇总' });
  const unit = await addUnit(site, id, '=单位');
  for (const [at, text] of bad.entries()) {
    await sql`
      update candidate set body = body || ${JSON.stringify({ name: text, unit: text, reason: text })}::jsonb
      where contest = ${id} and number = ${at + 1}`.execute(site.parts.db);
    await addNomination(site, {
      ...{ contest: id, unit, collection, name: text, state: 'accepted' },
      values: { unit: text, post: text, reason: `${text}\u0007`, deeds: text, politics: text },
    });
  }
  for (const what of ['candidates', 'nominations', 'summary', 'rank'] as const) {
    const full = what === 'nominations' || what === 'summary';
    const bytes = await fileOf(slug, what, { format: 'xlsx', full, reason: full ? '核对测试' : '' });
    const parts = Object.entries(unzipSync(bytes)).filter(([name]) => name.startsWith('xl/worksheets/'));
    expect(parts.length).toBeGreaterThan(0);
    for (const [name, xml] of parts)
      expect([what, name, /<f[\s>]/.test(strFromU8(xml))]).toEqual([what, name, false]);
    const seen = new Set<unknown>();
    for (const sheet of Object.values(read(bytes, { cellFormula: true, cellNF: true }).Sheets))
      for (const [place, cell] of Object.entries(sheet)) {
        if (place.startsWith('!') || typeof cell.v !== 'string') continue;
        expect([what, place, cell.f, cell.t, cell.z]).toEqual([what, place, undefined, 's', '@']);
        seen.add(cell.v);
      }
    expect([what, bad.filter((text) => !seen.has(text))]).toEqual([what, []]);
  }
});

describe('who may have what', () => {
  const both: Role[] = ['organizer', 'auditor'];
  const allowed: Record<PaperName, Role[]> = {
    candidates: both,
    nominations: ['organizer', 'reviewer'],
    ...{ summary: ['organizer'], card: ['organizer'] },
    ...{ ballots: both, rank: both, sheet: both, scores: both, totals: both, chosen: both },
    ...{ notice: both, decision: both, results: both, statistics: both },
  };

  test('each role has its papers and no other, masked, and sees only those', async () => {
    const { slug, ids } = await collected();
    for (const role of ['administrator', 'organizer', 'reviewer', 'auditor', 'expert'] as const) {
      const desk = await signIn(site, [role]);
      for (const [what, roles] of Object.entries(allowed) as [PaperName, Role[]][]) {
        const ask: PaperAsk = { format: what === 'card' ? 'docx' : 'xlsx', nomination: ids[0] ?? 0 };
        const { status } = await paper(desk, slug, what, ask);
        // Nothing is published here: what would be allowed is then 409.
        expect([role, what, status === 403]).toEqual([role, what, !roles.includes(role)]);
      }
      const view = await desk.ask<OutView>('GET', `/api/console/contests/${slug}/out`);
      // An administrator comes here to answer a request to erase, and finds no papers.
      if (role === 'expert') expect(view.status).toBe(403);
      else
        expect(view.body.papers.map(({ name }) => name)).toEqual(
          Object.entries(allowed).flatMap(([what, roles]) => (roles.includes(role) ? [what] : [])),
        );
      expect([role, view.body.retention === undefined || view.body.retention === null]).toEqual([
        role,
        role !== 'organizer' && role !== 'administrator',
      ]);
    }
    const reviewer = await signIn(site, ['reviewer']);
    const full = await paper(reviewer, slug, 'nominations', {
      format: 'xlsx',
      full: true,
      reason: '想看看全部',
    });
    expect([full.status, await full.json()]).toEqual([403, { code: 'forbidden' }]);
    expect((await site.app.request(`/api/console/contests/${slug}/out`)).status).toBe(401);
  });

  test('a full paper needs a reason, and every paper is written down with what left and why', async () => {
    const { slug, id } = await collected();
    const silent = await paper(organizer, slug, 'summary', { format: 'docx', full: true, reason: ' 看 ' });
    expect([silent.status, await silent.json()]).toEqual([422, { code: 'reason_missing' }]);
    await fileOf(slug, 'summary', { format: 'xlsx', full: true, reason: '报送市局备案' });
    await fileOf(slug, 'nominations', { format: 'xlsx' });
    const acts = await site.parts.db
      .selectFrom('action_log')
      .select(['act', 'subject', 'reason', 'actor'])
      .where('contest', '=', id)
      .orderBy('id')
      .execute();
    expect(acts).toEqual([
      { act: 'out.export', subject: '汇总表 .xlsx 4 行 完整', reason: '报送市局备案', actor: '测试人员' },
      { act: 'out.export', subject: '报送明细 .xlsx 4 行 遮盖', reason: '', actor: '测试人员' },
    ]);
  });

  test('what is not there yet is refused and not made empty; odd requests are bad ones', async () => {
    const { slug } = await site.contest({}, 0);
    for (const what of ['candidates', 'nominations', 'summary', 'ballots', 'rank'] as const)
      expect([what, (await paper(organizer, slug, what, { format: 'xlsx' })).status]).toEqual([what, 409]);
    const other = await collected();
    const odd: [string, unknown, number][] = [
      ['summary', { format: 'pdf' }, 400],
      ['candidates', { format: 'docx' }, 400],
      ['card', { format: 'docx' }, 400],
      ['card', { format: 'docx', nomination: 999_999 }, 404],
      ['secrets', { format: 'xlsx' }, 400],
      ['summary', { format: 'xlsx', sender: { unit: '字'.repeat(81), contact: '', phone: '' } }, 400],
    ];
    for (const [what, body, status] of odd)
      expect([
        what,
        body,
        (await organizer.ask('POST', `/api/console/contests/${other.slug}/out/${what}`, body)).status,
      ]).toEqual([what, body, status]);
    expect((await organizer.ask('GET', '/api/console/contests/nothing/out')).status).toBe(404);
  });
});

test('a print page holds nothing private', async () => {
  const { slug } = await collected();
  const view = await organizer.get<PrintView>(`/api/console/contests/${slug}/out/summary`);
  expect(view).toMatchObject({ what: 'summary', units: [{ name: '云岭区安委办', sent: 4, accepted: 4 }] });
  const text = JSON.stringify(view);
  expect(text).toContain('林立夏');
  for (const hidden of ['1380000', '1988', '中共党员', '汉族']) expect(text).not.toContain(hidden);
});

test('two thousand rows are made without keeping a ballot waiting', async () => {
  const { slug, id, unit, collection } = await collected();
  await many(id, unit, collection, 2_000);
  const book = fileOf(slug, 'nominations', { format: 'xlsx' });
  let longest = 0;
  let done = false;
  void book.then(() => (done = true));
  for (let last = performance.now(); !done; ) {
    await new Promise((resolve) => setImmediate(resolve));
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }
  const body = bodyOf(sheetOf(read(await book)), '序号');
  expect(body).toHaveLength(2_004);
  // Making the file takes seconds in its own thread; this one is busy only with reading rows.
  expect(longest).toBeLessThan(2_000);
}, 60_000);

async function many(contest: number, unit: number, collection: Collection, count: number): Promise<void> {
  const first = await addNomination(site, {
    contest,
    unit,
    collection,
    name: '甲',
    values: valuesOf(people[0]),
  });
  await sql`
    insert into nomination (contest, unit, state, kind, category, name, answers)
    select contest, unit, state, kind, category, name || i, answers from nomination, generate_series(1, ${count - 1}) i
    where id = ${first}`.execute(site.parts.db);
}
