import { sql } from 'kysely';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readCalendar } from '@zuimei/server/calendar/calendar.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

/** The next year, which no program can know. Its days of the week do not matter here, but for one Saturday. */
const NEXT = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear() + 1;
const saturday = Array.from({ length: 7 }, (_, at) => 8 + at).find(
  (date) => new Date(Date.UTC(NEXT, 9, date)).getUTCDay() === 6,
);
const NOTICE = `一、元旦：1月1日至3日放假调休，共3天。
二、劳动节：5月1日（周六）至5日放假调休，共5天。
三、国庆节：10月1日至7日放假调休，共7天。10月${saturday}日（周六）上班。
四、春节：2月5日至31日放假。`;

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let cookie = '';
const faults: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase('server');
  [site, browser] = await Promise.all([createSite(fresh.database.db, { pages: true }), openBrowser()]);
  cookie = (await signIn(site, ['administrator'], '顾管理')).cookie;
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function open(kind: 'phone' | 'desk'): Promise<[BrowserContext, Page]> {
  const baseURL = `http://127.0.0.1:${site.port}`;
  const context = await browser[kind]({ baseURL });
  context.setDefaultTimeout(15_000);
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: baseURL }]);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  const page = await context.newPage();
  await page.goto('/console/calendar');
  return [context, page];
}
const fits = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test('a year that is missing says what it stops, and is entered from the text of its notice', async () => {
  const [context, page] = await open('phone');
  await page.getByRole('tab', { name: '2026 年' }).click();
  const list = page.getByRole('list', { name: '放假与调休' });
  await list.getByText('10月1日至7日放假，共 7 天；9月20日（周日）、10月10日（周六）上班').waitFor();
  await page.getByRole('tab', { name: `${NEXT} 年` }).click();
  await page.getByText(`期满要到 ${NEXT} 年的公示不能发布`).waitFor();
  await page.getByRole('button', { name: `录入 ${NEXT} 年` }).click();

  await page.getByLabel('通知正文').fill(NOTICE);
  await page.getByRole('button', { name: '读入' }).click();
  await page.getByText('没有读懂“2月5日至31日放假”').waitFor();
  await list.getByText(`10月1日至7日放假，共 7 天；10月${saturday}日（周六）上班`).waitFor();
  // What the notice says beside, day by day: a Sunday of the holiday that is worked after all.
  const day = page.getByRole('button', { name: /^2月5日/ });
  await day.click();
  await page.getByRole('button', { name: /^2月5日.*节假日放假$/ }).waitFor();
  const name = page.getByLabel('2月5日放假，共 1 天的节日名称');
  await name.fill('春节');
  await name.press('Tab');
  await page.getByRole('button', { name: /^2月5日.*春节放假$/ }).waitFor();
  expect(await fits(page)).toBe(true);

  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('请写明依据的是哪份通知。').waitFor();
  await page.getByLabel('依据').fill(`国务院办公厅关于${NEXT}年部分节假日安排的通知`);
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('已经发出的公示，日期不变').waitFor();
  await dialog.getByLabel('原因').fill('按国办通知录入');
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.getByText(`依据：国务院办公厅关于${NEXT}年部分节假日安排的通知。顾管理`).waitFor();
  const calendar = await readCalendar(fresh.database.db);
  expect(calendar.years).toContain(NEXT);
  expect(calendar.names[`${NEXT}-02-05`]).toBe('春节');
  expect(await fits(page)).toBe(true);
  await context.close();
  expect(faults).toEqual([]);
});

test('what lacks a day that is off by law is not sent, and who changed the year meanwhile is named', async () => {
  const [context, page] = await open('desk');
  await page.getByRole('tab', { name: '2026 年' }).click();
  await page.getByRole('button', { name: '修改 2026 年' }).click();
  const may = page.getByRole('button', { name: /^5月1日/ });
  await may.click();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByText('没有写2026年5月1日放假（劳动节）').waitFor();
  await may.click();
  await fresh.database.db
    .updateTable('holiday_year')
    .set({ version: 9, edited_by: '陆管理' })
    .where('year', '=', 2026)
    .execute();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('原因').fill('核对放假安排');
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.getByText('这一年的放假安排刚刚由 陆管理 改过').waitFor();
  await dialog.getByRole('button', { name: '取消' }).click();
  await page.getByRole('button', { name: '重新读取' }).click();
  await page.getByText('陆管理').waitFor();
  await context.close();
});

test('an administrator sees how the site runs on phone and desk; while nothing may be written every page says so', async () => {
  const { db } = fresh.database;
  for (const kind of ['phone', 'desk'] as const) {
    const [context, page] = await open(kind);
    await page.goto('/console/upkeep');
    const parts = page.getByRole('list', { name: '各部分' });
    await parts.getByText('同步备库').waitFor();
    await page.getByText('服务器上没有备份完成的记号').waitFor();
    await page.getByRole('list', { name: '密钥' }).getByText('主密钥').waitFor();
    expect(await fits(page)).toBe(true);
    await shoot(page, `upkeep-${kind}`);
    await sql`insert into quarantine (cause, found) values ('behind', '[]')`.execute(db);
    await site.parts.quarantine.refresh();
    site.pass(1_001);
    await page.reload();
    await page.getByRole('alert').getByText('暂停投票，只能查看').waitFor();
    await parts.getByText('隔离中').waitFor();
    expect(await fits(page)).toBe(true);
    await shoot(page, `quarantine-${kind}`);
    await sql`update quarantine set lifted_at = now(), lifted_by = '顾管理', reason = '核对完毕' where lifted_at is null`.execute(
      db,
    );
    await site.parts.quarantine.refresh();
    site.pass(1_001);
    await context.close();
  }
});

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
