import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContest, readContest } from '@zuimei/server/contest/contest.ts';
import type { Db } from '@zuimei/server/db.ts';
import { readDocuments } from '@zuimei/server/document/documents.ts';
import { importDocuments } from '@zuimei/server/intake/import.ts';
import { type Importer, saveNominations } from '@zuimei/server/intake/save.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { openPrivate, sealPrivate } from '@zuimei/server/vault.ts';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import type { Category } from '@zuimei/shared/contest.ts';
import { plainSettings } from '@zuimei/shared/presets/preset.ts';
import { TEST_SECRET } from '../harness/app.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { cardGrid, docxFile, portrait, sampleFiles } from './paper.ts';

const key = new Uint8Array(32).fill(7);
const by = { actor: { name: '王组织', staff: null, unit: null }, reason: '各单位报来' };
const peopleAndTeams: Category[] = [
  { id: 'person', name: '个人' },
  { id: 'team', name: '团队' },
];

async function contestOf(db: Db, slug: string, categories = peopleAndTeams): Promise<string> {
  const id = await createContest(db, slug, {
    title: slug,
    slogan: '',
    organizers: [],
    noun: { measure: '位', name: '人物' },
    intro: [],
    notes: [],
    schedule: [],
    rounds: [],
    paused: null,
    ...plainSettings,
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 5 },
      repeatCandidate: true,
    },
    outcome: null,
    reveal: { kind: 'live' },
    hideOrder: false,
    order: 'number',
    policy: 'standard',
    categories,
    footer: { icp: '', police: '', partyGovernment: false, siteCode: '', contact: '' },
  });
  await db.updateTable('contest').set({ published_at: new Date() }).where('id', '=', id).execute();
  return slug;
}

describe('the sample documents', () => {
  test('eight 报送表 and the 汇总表 as .xlsx and .docx are eight nominees, and say so', async () => {
    const { nominations, problems } = await readDocuments(sampleFiles('zuimei'));
    expect(
      nominations.map(({ candidate }) => [candidate.name, candidate.kind, candidate.unit, candidate.post]),
    ).toEqual([
      ['林立夏', 'person', '云岭区应急管理局', '执法大队副大队长'],
      ['周明川', 'person', '云岭区消防救援大队', '一级消防长'],
      ['何静姝', 'person', '青石镇人民政府', '应急办主任'],
      ['罗远山', 'person', '桐江街道办事处', '地灾群测群防员'],
      ['陈诺', 'person', '云岭区人民医院', '急诊科主任'],
      ['吴砚秋', 'person', '江北化工有限公司', '安全总监'],
      ['云岭蓝天救援队', 'team', '云岭区蓝天救援队', '社会救援力量'],
      ['苏见青', 'person', '云岭区水利局', '水旱灾害防御科科员'],
    ]);
    expect(problems.map(({ level, code, file }) => [level, code, file])).toEqual([
      ['warning', 'missing_photo', '报送表-04-罗远山.docx'],
      ['note', 'merged', '汇总表.docx'],
      ['note', 'merged', '汇总表.xlsx'],
    ]);
    expect(nominations.map(({ photo }) => photo !== null)).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  test('a 报送表 is read whole: public words, private answers apart, the template hint is no photo', async () => {
    const { nominations } = await readDocuments(sampleFiles('zuimei', (name) => /周明川|罗远山/u.test(name)));
    const [first, second] = nominations;
    expect(first?.candidate).toEqual({
      kind: 'person',
      name: '周明川',
      category: '个人',
      unit: '云岭区消防救援大队',
      post: '一级消防长',
      years: '18年',
      reason: '参与灭火救援2,300余次，营救被困群众416人。',
      deeds: [
        {
          title: '主要事迹',
          paragraphs: ['2023年“8·21”高层火灾中三进火场，救出7人。', '带出特勤骨干26名。'],
        },
      ],
      honours: ['2025年度云岭区应急工作先进。'],
      video: null,
      withdrawn: null,
    });
    expect(first?.private).toMatchObject({
      phone: '13800000001',
      birth: { year: 1979, month: 11, day: 3 },
      gender: '男',
      politics: '群众',
      origin: '示例省云岭区',
      contact: { unit: '云岭区消防救援大队', name: '示例联系人', phone: '13800000101' },
    });
    expect(second?.candidate.deeds[0]?.paragraphs).toEqual(['2022年7月凌晨发现裂缝扩大，带离19户62人。']);
  });

  test('a 汇总表 alone gives the same eight, each cell of unit and post kept whole', async () => {
    for (const ending of ['汇总表.xlsx', '汇总表.docx']) {
      const { nominations, problems } = await readDocuments(sampleFiles('zuimei', (name) => name === ending));
      expect(nominations).toHaveLength(8);
      expect(nominations[0]?.candidate).toMatchObject({
        unit: '云岭区应急管理局执法大队副大队长',
        post: null,
      });
      expect(nominations[6]?.candidate).toMatchObject({ kind: 'team', category: '集体' });
      expect(new Set(problems.map((problem) => problem.code))).toEqual(new Set(['missing_photo']));
      expect(problems[0]).toMatchObject({
        file: ending,
        row: ending.endsWith('xlsx') ? 4 : 2,
        field: 'photo',
      });
    }
  });

  test('four 线索征集表 are four cases, each under its theme, with background, practice and three proofs', async () => {
    const { nominations, problems } = await readDocuments(sampleFiles('anli'));
    expect(problems).toEqual([]);
    expect(nominations.map(({ candidate }) => candidate.category)).toEqual([
      '风险防控体系和防范化解能力',
      '应急救援体系和应急处置能力',
      '应急保障体系和综合保障能力',
      '数字应急体系和数字治理能力',
    ]);
    expect(nominations[0]?.candidate).toMatchObject({
      kind: 'case',
      name: '“网格+叫应”：山洪来临前的43分钟',
      unit: '青石镇人民政府',
      reason: '设立三级叫应人，短临预警5分钟内层层签收。',
      deeds: [
        { title: '背景', paragraphs: ['2024年前叫应靠电话，夜间接通率仅61%。'] },
        { title: '主要经验做法及成效', paragraphs: ['设立三级叫应人，短临预警5分钟内层层签收。'] },
        {
          title: '典型印证案例',
          paragraphs: ['6·17山洪：提前43分钟转移128人', '桃园沟：夜间叫应率100%', '石板村：五保户一对一包保'],
        },
      ],
    });
    expect(nominations[0]?.private.contact).toEqual({
      unit: '青石镇人民政府',
      name: '示例联系人',
      phone: '13800000100',
    });
  });
});

describe.each(runKinds)('importing into the %s database', (kind) => {
  let fresh: FreshDatabase;
  let db: Db;
  let from: Importer;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    db = fresh.database.db;
    const secrets = await openSecrets({ secret: TEST_SECRET, dataDir: '' });
    const ledger = createLedger(db, secrets, (slug) => `test/${slug}`);
    from = { db, ledger, key, clock: Date.now };
  });
  afterAll(() => fresh.drop());

  test('all fourteen sample files, photos included, take less than ten seconds of one core and are numbered in order', async () => {
    const people = await contestOf(db, 'people');
    const cases = await contestOf(db, 'cases', []);
    const before = process.cpuUsage();
    const first = await importDocuments(from, people, sampleFiles('zuimei'), by);
    const second = await importDocuments(from, cases, sampleFiles('anli'), by);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(10);
    expect(first.candidates.map(({ number, category }) => [number, category])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => [number, number === 7 ? 'team' : 'person']),
    );
    expect(second.candidates.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    const stored = await readContest(db, 'people');
    expect(stored?.candidates).toEqual(first.candidates);
    expect(stored?.version).toBe(2);
    const [photo] = stored?.candidates[0]?.photos ?? [];
    const files = await db
      .selectFrom('media')
      .select('name')
      .where('id', '=', photo?.id ?? '')
      .execute();
    expect(files.map(({ name }) => name).sort()).toEqual(
      ['card', 'full', 'thumb'].flatMap((size) =>
        ['avif', 'jpg', 'webp'].map((format) => `${size}.${format}`),
      ),
    );
  });

  test('what is private is in no public column, opens with the key for its own row and for no other', async () => {
    const rows = await db
      .selectFrom('candidate')
      .selectAll()
      .where('number', '<=', 2)
      .orderBy('contest')
      .orderBy('number')
      .execute();
    const [one, two] = rows;
    if (!one?.private || !two?.private) throw new Error('nothing sealed');
    expect(JSON.stringify([one.body, one.source])).not.toMatch(/13800000|1988|中共|示例省/u);
    expect(Buffer.from(one.private).toString('latin1')).not.toContain('13800000000');
    const cell = { contest: one.contest, number: one.number };
    expect(openPrivate(key, one.private, cell)).toMatchObject({
      phone: '13800000000',
      birth: { year: 1988 },
    });
    expect(() => openPrivate(key, two.private ?? new Uint8Array(0), cell)).toThrow();
    expect(() => openPrivate(new Uint8Array(32).fill(8), one.private ?? new Uint8Array(0), cell)).toThrow();
  });

  test('importing the same documents again adds nobody, changes nothing, and names who is there', async () => {
    const before = await readContest(db, 'people');
    const again = await importDocuments(from, 'people', sampleFiles('zuimei'), by);
    expect(again.candidates).toEqual([]);
    expect(again.problems.filter(({ code }) => code === 'already_in_contest')).toHaveLength(8);
    expect(await readContest(db, 'people')).toEqual(before);
    const list = await importDocuments(
      from,
      'people',
      sampleFiles('zuimei', (name) => name === '汇总表.xlsx'),
      by,
    );
    expect(list.candidates).toEqual([]);
  });

  test('a later import goes on numbering; a dry run says the same and stores nothing', async () => {
    const stored = await readContest(db, 'people');
    const file = await docxFile('新.docx', [cardGrid({ name: '许知远', photo: await portrait() })]);
    const dry = await importDocuments(from, 'people', [file], { ...by, dryRun: true });
    expect(dry.candidates.map(({ number, name }) => [number, name])).toEqual([[9, '许知远']]);
    expect(await readContest(db, 'people')).toEqual(stored);
    const real = await importDocuments(from, 'people', [file], by);
    // A picture's id is drawn anew each time.
    const drawn = expect.stringMatching(/^[0-9a-f]{24}$/u);
    expect(real.candidates).toEqual(
      dry.candidates.map((one) => ({ ...one, photos: one.photos.map((photo) => ({ ...photo, id: drawn })) })),
    );
    expect((await readContest(db, 'people'))?.version).toBe((stored?.version ?? 0) + 1);
  });

  test('one wrong row among right ones: the right ones are imported, strictly none', async () => {
    const files = [
      await docxFile('对.docx', [cardGrid({ name: '沈清和', phone: '13800000021' })]),
      await docxFile('错.docx', [
        cardGrid({ name: '顾长风', phone: '13800000022', reason: '功'.repeat(51) }),
      ]),
    ];
    const strict = await importDocuments(from, await contestOf(db, 'strict'), files, { ...by, strict: true });
    expect(strict.candidates).toEqual([]);
    expect((await readContest(db, 'strict'))?.candidates).toEqual([]);
    expect((await readContest(db, 'strict'))?.version).toBe(1);
    const lenient = await importDocuments(from, await contestOf(db, 'lenient'), files, by);
    expect(lenient.candidates.map(({ name }) => name)).toEqual(['沈清和']);
    const wrong = lenient.problems.find(({ code }) => code === 'reason_too_long');
    expect(wrong).toEqual({
      level: 'error',
      code: 'reason_too_long',
      file: '错.docx',
      row: 5,
      field: 'reason',
      message: '“顾长风”的推荐理由有 51 字，请删减到 50 字以内。',
    });
  });

  test('an unreadable photo leaves the nominee without one, and a category the contest does not have leaves the nominee out', async () => {
    const broken = (await portrait()).subarray(0, 900);
    const contest = await contestOf(db, 'odd', [
      { id: 'a', name: '应急系统' },
      { id: 'b', name: '救援队伍' },
    ]);
    const file = await docxFile('甲.docx', [cardGrid({ name: '程一诺', photo: broken })]);
    const refused = await importDocuments(from, contest, [file], by);
    expect(refused.candidates).toEqual([]);
    expect(refused.problems.map(({ code }) => code)).toContain('unknown_category');
    const taken = await importDocuments(from, await contestOf(db, 'odd-photo'), [file], by);
    expect(taken.candidates[0]).toMatchObject({ name: '程一诺', photos: [] });
    expect(taken.problems.map(({ code }) => code)).toContain('photo_broken');
  });

  test('two imports of the same documents at once add everybody once', async () => {
    const contest = await contestOf(db, 'twice');
    const files = sampleFiles('zuimei', (name) => name.endsWith('.xlsx'));
    await Promise.all([importDocuments(from, contest, files, by), importDocuments(from, contest, files, by)]);
    const stored = await readContest(db, 'twice');
    expect(stored?.candidates.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stored?.version).toBe(2);
  });

  test('eight imports at once of eight nominees get eight numbers', async () => {
    const contest = await contestOf(db, 'crowd');
    const { nominations } = await readDocuments(sampleFiles('zuimei', (name) => name === '汇总表.xlsx'));
    await Promise.all(nominations.map((one) => saveNominations(from, contest, [one], by)));
    const stored = await readContest(db, 'crowd');
    expect(stored?.candidates.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stored?.version).toBe(9);
  });

  test('a contest that does not exist is refused', async () => {
    await expect(importDocuments(from, 'nothing', [], by)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

test('a sealed value that lost or changed any byte does not open, and two seals of one value differ', () => {
  const cell = { contest: 3, number: 14 };
  const sealed = sealPrivate(key, { phone: '13800000001' }, cell);
  expect(openPrivate(key, sealed, cell)).toEqual({ phone: '13800000001' });
  expect(sealPrivate(key, { phone: '13800000001' }, cell).equals(sealed)).toBe(false);
  for (let at = 0; at < sealed.length; at++) {
    const bent = Buffer.from(sealed);
    bent[at] = (bent[at] ?? 0) ^ 1;
    expect(() => openPrivate(key, bent, cell)).toThrow();
  }
  expect(() => openPrivate(key, sealed.subarray(0, -1), cell)).toThrow();
  expect(() => openPrivate(key, sealed, { contest: 31, number: 4 })).toThrow();
});
