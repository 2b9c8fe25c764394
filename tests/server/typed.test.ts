import { afterAll, beforeAll, expect, test } from 'vitest';
import { nominationKeys, openHidden } from '@zuimei/server/nomination/answers.ts';
import { createPasses } from '@zuimei/server/staff/pass.ts';
import { createTotps } from '@zuimei/server/staff/totp.ts';
import type { CandidateList, ReviewList, ShortlistView } from '@zuimei/shared/shortlist.ts';
import type { UnitRow } from '@zuimei/shared/unit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { fileDraft, formOf, openCollection, personValues } from './filed.ts';
import { bookFile, portrait, sheetOf } from './paper.ts';
import { collected } from './sent.ts';

let fresh: FreshDatabase;
let site: TestSite;
let organizer: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  organizer = await signIn(site, ['organizer'], '主办甲');
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const row = async (id: number) =>
  await site.parts.db.selectFrom('nomination').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('what a unit types into its form is understood as documents are', async () => {
  const contest = await openCollection(site);
  const { desk } = await contest.unit('青石镇人民政府');
  const typed = {
    ...personValues('艾力江 • 吐尔逊', '（＋８６）138 0000 0101'),
    birth: '一九八八年六月',
    unit: '⻘⽯镇⼈⺠政府',
    nation: '维吾尔族',
  };
  const { id, hiddenFaults } = await fileDraft(desk, typed, null);
  const stored = await row(id);
  expect([stored.name, stored.answers['name'], stored.answers['unit']]).toEqual([
    '艾力江·吐尔逊',
    '艾力江·吐尔逊',
    '青石镇人民政府',
  ]);
  expect(openHidden(nominationKeys(site.parts.secrets), stored)).toMatchObject({
    phone: '13800000101',
    birth: '1988-06',
  });
  expect(hiddenFaults).toEqual([]);
});

test('an organizer who puts a nomination right is understood, too, and one person of two units is found', async () => {
  const contest = await openCollection(site);
  const [one, other] = [await contest.unit('青石镇人民政府'), await contest.unit('桐江街道办事处')];
  const photo = await portrait();
  const first = await fileDraft(one.desk, personValues('艾力江·吐尔逊', '13800000102'), photo);
  const second = await fileDraft(other.desk, personValues('艾力江•吐尔逊', '+86 138-0000-0102'), photo);
  for (const [{ desk }, { id, version }] of [
    [one, first],
    [other, second],
  ] as const)
    await desk.post(`/api/console/unit/nominations/${id}/submit`, { version });
  const { version } = await row(second.id);
  const put = await contest.organizer.ask('PUT', `${contest.base}/nominations/${second.id}`, {
    version,
    values: { phone: '００８６ 138 0000 0102', reason: '⻘⼭。' },
  });
  expect(put.status).toBe(200);
  const { lines } = await contest.organizer.get<ReviewList>(`${contest.base}/nominations`);
  expect(lines.map(({ warnings }) => warnings.map(({ code }) => code).includes('twin'))).toEqual([
    true,
    true,
  ]);
  expect((await row(second.id)).answers['reason']).toBe('青山。');
});

test('a search of nominations sees no width, dots, radicals or blanks', async () => {
  const { base } = await collected(site, [
    { name: '艾力江·吐尔逊', unit: '云岭区119指挥中心', state: 'submitted' },
    { name: '林立夏', unit: '青石镇人民政府', state: 'submitted' },
  ]);
  for (const [q, name] of [
    ['艾力江•吐尔逊', '艾力江·吐尔逊'],
    ['艾力江吐尔逊', '艾力江·吐尔逊'],
    ['１１９ 指挥', '艾力江·吐尔逊'],
    ['⻘⽯镇', '林立夏'],
    ['青石镇　林立夏', '林立夏'],
  ] as const) {
    const { lines } = await organizer.get<ReviewList>(`${base}/nominations?q=${encodeURIComponent(q)}`);
    expect(
      lines.map((line) => line.name),
      q,
    ).toEqual([name]);
  }
});

test('a unit is one unit however its name is written, and its telephone is a number', async () => {
  const contest = await openCollection(site);
  await contest.unit('青石镇人民政府');
  const unit = (name: string) => ({
    name,
    kind: 'town',
    quota: null,
    categoryQuota: {},
    contact: { name: '', phone: '' },
  });
  for (const name of ['⻘⽯镇⼈⺠政府', '青石镇 人民政府'])
    expect((await contest.organizer.ask('POST', `${contest.base}/units`, unit(name))).status, name).toBe(409);
  const made = { ...unit('桐江街道'), contact: { name: '测试', phone: '+86 (0)23 6800-0001' } };
  await contest.organizer.post(`${contest.base}/units`, made);
  const { units } = await contest.units();
  expect(units.find(({ name }) => name === '桐江街道')?.contact.phone).toBe('023****0001');
  const file = bookFile('单位.xlsx', {
    表: sheetOf([
      ['单位名称', '类别', '名额', '联系人', '电话'],
      ['⽔利局', '乡镇', '三个', '张三', '（+86）138 0000 0101'],
    ]),
  });
  const sheet = await contest.organizer.ask<{ rows: UnitRow[] }>(
    'POST',
    `${contest.base}/units/sheet`,
    formOf(file.name, file.bytes as Uint8Array),
  );
  expect(sheet.body.rows).toMatchObject([{ name: '水利局', quota: 3, contact: { phone: '13800000101' } }]);
});

test('names and texts of staff are kept in characters', async () => {
  const admin = await signIn(site, ['administrator'], '管理员');
  const invited = await admin.ask('POST', '/api/console/staff', {
    name: '⾼⽴⽅ • 甲',
    login: 'ｇａｏ．ｌｉ',
    roles: ['organizer'],
    contests: 'all',
    reason: '新来的同事',
  });
  expect([invited.status, JSON.stringify(invited.body)]).toEqual([201, expect.any(String)]);
  const staff = await site.parts.db
    .selectFrom('staff')
    .select(['name', 'login'])
    .where('login', '=', 'gao.li')
    .executeTakeFirst();
  expect(staff).toEqual({ name: '高立方·甲', login: 'gao.li' });
  const { base } = await collected(site, [{ name: '林立夏', state: 'accepted' }]);
  await organizer.post(`${base}/shortlist/order`, { by: 'name' });
  await organizer.post(`${base}/shortlist/publish`, {});
  const corrected = await organizer.post<{ list: CandidateList }>(`${base}/candidates/1/correct`, {
    reason: '⼯作单位有误',
    change: { name: '林⽴夏', unit: '⻘⽯镇⼈⺠政府' },
  });
  expect(corrected.list.lines[0]?.candidate).toMatchObject({ name: '林立夏', unit: '青石镇人民政府' });
});

test('codes read off a paper are known in full width, with any dash', () => {
  const { recoveryDigest } = createTotps(site.parts.secrets);
  expect(recoveryDigest(1, 'ＡＢＣＤＥ－ＦＧＨＪＫ')).toEqual(recoveryDigest(1, 'abcde-fghjk'));
  const { digestOf } = createPasses(site.parts.secrets);
  expect(digestOf(' ABCD—efgh ')).toEqual(digestOf('abcd-efgh'));
});

test('what cannot be shown is said before publication: at the review and at the shortlist', async () => {
  const { base } = await collected(site, [
    { name: '王\ue000明', unit: '青石镇', state: 'accepted' },
    { name: '林立夏', unit: '桐\u{f0000}江街道', state: 'accepted' },
    { name: '王䶮', unit: '水利局', state: 'accepted' },
  ]);
  const { lines } = await organizer.get<ReviewList>(`${base}/nominations?state=accepted`);
  expect(
    lines.map(({ warnings }) =>
      warnings.filter(({ code }) => code === 'unshown').map(({ details }) => details),
    ),
  ).toEqual([
    [{ title: '姓名（集体名称）', around: '王□明' }],
    [{ title: '报送单位', around: '桐□江街道' }],
    [],
  ]);
  const shortlist = await organizer.get<ShortlistView>(`${base}/shortlist`);
  const unshown = Object.fromEntries(shortlist.lines.map((line) => [line.name, line.unshown]));
  expect(unshown['王\ue000明']).toContain('王□明');
  expect(unshown['王䶮']).toBeNull();
});
