import { sql } from 'kysely';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { addContributor, addFile, addFiling } from '../server/filings.ts';
import { docxFile, portrait } from '../server/paper.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const SHOTS = process.env['SHOTS'];
const DAY_MS = 86_400_000;
/** As many as an editor is to get through in ten minutes. */
const MANY = 50;

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let editor: Desk;
let context: BrowserContext;
let page: Page;
const faults: string[] = [];
const daysAgo = (days: number): string =>
  new Date(Date.now() + 8 * 3_600_000 - days * DAY_MS).toISOString().slice(0, 10);

beforeAll(async () => {
  fresh = await freshDatabase('server');
  [site, browser] = await Promise.all([createSite(fresh.database.db, { pages: true }), openBrowser()]);
  editor = await signIn(site, ['editor'], '方雨');
  const towns = [await addContributor(site, '青石镇'), await addContributor(site, '云岭街道')];
  const office = await addContributor(site, '危化科', 'office');
  const whole = await addFiling(site, {
    ...{ contributor: towns[0] ?? 0, title: '青石镇“小网格”守住大平安', event: daysAgo(40) },
    words: `${'清晨六点，网格员沿着河堤走了一遍，把水位、巡查时间一一记下。'.repeat(9)}\n`.repeat(3),
  });
  const picture = await portrait(640, 420);
  for (const name of ['巡堤.jpg', '演练.jpg'])
    await addFile(site, whole, { name, type: 'image/jpeg', bytes: Buffer.from(picture) });
  const sent = await docxFile('油库演练.docx', [[['油库夜间演练'], ['当晚八时，演练开始。']]]);
  const filed = await addFiling(site, {
    ...{ contributor: office, title: '油库夜间应急演练', words: '', event: daysAgo(39), filed: daysAgo(34) },
  });
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  await addFile(site, filed, { name: sent.name, type, bytes: Buffer.from(sent.bytes) });
  await sql`
    insert into filing (contributor, kind, title, event, words, characters, head, leader, state, filed_at, filed_on)
    select ${towns[1] ?? 0}, case n % 3 when 0 then 'news' else 'opinion' end, '云岭街道开展第' || n || '次安全检查',
      ${daysAgo(20)}::date, '检查组走访企业，发现问题当场整改。', 17, '林立夏', '周明川', 'filed', now() - interval '20 days', ${daysAgo(20)}::date
    from generate_series(1, ${MANY + 8}) n`.execute(site.parts.db);
  [context, page] = await sitDown('desk');
});
afterAll(async () => {
  await context?.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function sitDown(kind: 'desk' | 'phone', desk = editor): Promise<[BrowserContext, Page]> {
  const base = `http://127.0.0.1:${site.port}`;
  const made = await browser[kind]({ baseURL: base });
  made.setDefaultTimeout(10_000);
  made.on('weberror', (error) => faults.push(error.error().message));
  made.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  const [name = '', value = ''] = desk.cookie.split('=');
  await made.addCookies([{ name, value, url: base }]);
  return [made, await made.newPage()];
}

/** What an editor sees: for who works on the page. */
async function look(name: string, at: Page = page): Promise<void> {
  if (SHOTS) await at.screenshot({ path: `${SHOTS}/${name}.png` });
}

test('an editor comes to the filings, reads the first and accepts by a key, and takes it back in the message', async () => {
  await page.goto('/console');
  await page.waitForURL('**/console/newsroom');
  await page.getByRole('tab', { name: /待审核/ }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: '青石镇“小网格”守住大平安' }).waitFor();
  await page.getByRole('img', { name: '图片 演练.jpg' }).waitFor();
  await look('read');
  await page.keyboard.press('a');
  // The next one is read, and its file is laid open, as it has no text.
  await page.getByRole('heading', { name: '油库夜间应急演练' }).waitFor();
  await page.getByText('当晚八时，演练开始。').waitFor();
  await page.getByText('迟报，不计报送分').waitFor();
  await look('read-file');
  await page.getByRole('button', { name: '撤销', exact: true }).click();
  await page.getByRole('heading', { name: '青石镇“小网格”守住大平安' }).waitFor();
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: '油库夜间应急演练' }).waitFor();
});

test('returns one by a key, with a reason that was put in by a press', async () => {
  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: '退回稿件' });
  await dialog.getByRole('button', { name: /时间、地点、做法不够具体/ }).click();
  await look('return');
  await dialog.getByRole('button', { name: '退回', exact: true }).click();
  await page.getByText('《油库夜间应急演练》已退回').waitFor();
  await page.getByRole('heading', { name: '云岭街道开展第1次安全检查' }).waitFor();
});

test('fifty are read and accepted by the keyboard alone', async () => {
  const start = performance.now();
  for (let n = 1; n <= MANY; n++) {
    await page.getByRole('heading', { name: `云岭街道开展第${n}次安全检查`, exact: true }).waitFor();
    await page.keyboard.press('a');
  }
  await page.getByRole('heading', { name: `云岭街道开展第${MANY + 1}次安全检查` }).waitFor();
  if (SHOTS) console.info(`${MANY} by the keyboard: ${Math.round(performance.now() - start)} ms`);
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('已选 2 篇').waitFor();
  await look('chosen');
  await page.getByRole('button', { name: '通过所选' }).click();
  await page.getByText('2 篇已通过').waitFor();
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from filing where state = 'accepted'`.execute(site.parts.db);
  expect(rows).toEqual([{ n: MANY + 3 }]);
});

test('notes by whom one was used: the link names the outlet the second time, and the points are said before', async () => {
  await page.goto('/console/newsroom?state=accepted&kind=article');
  await page.getByRole('button', { name: /小网格/ }).click();
  await page.getByText('还没有登记录用').waitFor();
  await page.keyboard.press('u');
  const dialog = page.getByRole('dialog', { name: '登记录用' });
  await dialog.getByLabel('链接').fill('https://paper.example/2026/1');
  await dialog.getByLabel('载体').selectOption({ label: '市级日报' });
  await dialog.getByText('三类录用计 10 分，代替原来的 2 分').waitFor();
  await look('use');
  await dialog.getByRole('button', { name: '登记', exact: true }).click();
  await page.getByText('现计 10 分').first().waitFor();
  await page.keyboard.press('u');
  await dialog.getByLabel('链接').fill('https://paper.example/2026/2');
  await dialog.getByText('已按链接选好载体').waitFor();
  await dialog.getByText('已有不低于三类的录用').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: '录用' }).getByText('三类').waitFor();
  await look('used');
});

test('an editor on a phone reads a filing over the list, and finds outlets and tasks within its width', async () => {
  const draft = {
    title: '防汛一线的人',
    brief: '八百字左右，配图两张。',
    due: daysAgo(-5),
    contributors: null,
  };
  await editor.post('/api/console/newsroom/commissions', draft);
  const { contributors } = await editor.get<{ contributors: { id: number }[] }>(
    '/api/console/newsroom/contributors',
  );
  const forfeit = { contributor: contributors[0]?.id, reason: '稿件失实，造成不良影响，已书面核实' };
  await editor.post('/api/console/newsroom/forfeits', { year: Number(daysAgo(0).slice(0, 4)), ...forfeit });
  const [own, phone] = await sitDown('phone');
  await phone.goto('/console/newsroom');
  await phone.getByRole('button', { name: /第58次安全检查/ }).waitFor();
  await look('phone-list', phone);
  await phone.getByRole('button', { name: /第58次安全检查/ }).click();
  await phone.getByRole('heading', { name: '云岭街道开展第58次安全检查' }).waitFor();
  await look('phone-read', phone);
  await phone.getByRole('button', { name: '通过', exact: true }).click();
  await phone.getByText('已通过').first().waitFor();
  for (const [path, heading] of [
    ['/console/newsroom', '稿件'],
    ['/console/outlets', '载体'],
    ['/console/commissions', '约稿'],
    ['/console/forfeits', '取消附加分'],
  ] as const) {
    await phone.goto(path);
    await phone.getByRole('heading', { name: heading, exact: true }).waitFor();
    await phone.waitForLoadState('networkidle');
    await look(`phone${path.replaceAll('/', '-')}`, phone);
    expect([path, await phone.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 375]);
  }
  await own.close();
  // For who works on these pages: they as they stand on a desk.
  if (SHOTS)
    for (const path of ['outlets', 'commissions', 'forfeits']) {
      await page.goto(`/console/${path}`);
      await page.waitForLoadState('networkidle');
      await look(path);
      const first = page.getByRole('button', { name: /防汛一线的人|改类.*人民日报|^提出$/ }).first();
      await first.click();
      await page.getByRole('dialog').waitFor();
      await page.waitForLoadState('networkidle');
      await look(`${path}-dialog`);
    }
  expect(faults).toEqual([]);
});
