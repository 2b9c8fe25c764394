import { sql } from 'kysely';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { addPhoto } from '../server/collected.ts';
import { collected } from '../server/sent.ts';
import { settled, walk } from './walk.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

/** A list of 200 may weigh this much on the wire, uncompressed: what a phone's network brings in a moment. */
const LIST_BYTES = 300_000;
const MANY = 200;
/** The pages of an organizer and their headings. */
const DESK = { '': '活动', '/new': '新建活动', '/account': '我的账号', '/log': '操作日志', '/help': '帮助' };
const CONTEST = {
  '/next': '下一步',
  '/live': '实时',
  '/nominations': '报送',
  '/units': '报送单位',
  '/shortlist': '公布候选',
  '/candidates': '候选',
  '/settings': '活动设置',
  '/out': '导出与归档',
};
/** Their addresses, with the headings. */
const below = (place: string, pages: Record<string, string>): [string, string][] =>
  Object.entries(pages).map(([path, heading]) => [place + path, heading]);

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let organizer: Desk;
let home: string;
let full: string;
let empty: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  [site, browser] = await Promise.all([createSite(fresh.database.db, { pages: true }), openBrowser()]);
  home = `http://127.0.0.1:${site.port}`;
  organizer = await signIn(site, ['organizer'], '方雨');
  const sent = await collected(
    site,
    Array.from({ length: MANY }, (_, at) => ({
      name: at === 150 ? '罗远山' : `测试人选${at + 1}`,
      unit: `第${(at % 8) + 1}单位`,
      photo: null,
      consent: at % 7 !== 6,
      state: at % 20 === 19 ? ('accepted' as const) : ('submitted' as const),
    })),
  );
  const photos = await Promise.all([413, 420, 427].map((width) => addPhoto(site, sent.id, width)));
  await sql`
    update nomination set photo = (${JSON.stringify(photos)}::jsonb) -> (id % ${photos.length}) where contest = ${sent.id}`.execute(
    fresh.database.db,
  );
  full = `/console/c/${sent.slug}`;
  await organizer.post('/api/console/contests', {
    preset: 'zuimei-district',
    slug: 'empty',
    title: '还没有人报送的活动',
    organizer: '云岭区应急管理局',
    start: new Date(site.now() + 48 * HOUR_MS).toISOString(),
  });
  empty = '/console/c/empty';
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

/** A page of the organizer's, and a note of every exception, error and warning in it. */
async function open(
  kind: 'phone' | 'desk',
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser[kind]({ baseURL: home });
  context.setDefaultTimeout(15_000);
  const [name = '', value = ''] = organizer.cookie.split('=');
  await context.addCookies([{ name, value, url: home }]);
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      faults.push(`${message.text()} ${message.location().url}`);
  });
  return { context, page: await context.newPage(), faults };
}

test('two hundred nominations with photos are listed, searched and read without waiting', async () => {
  const { context, page, faults } = await open('desk');
  const rows = page.getByRole('table').locator('tbody tr');
  const asked: Promise<number>[] = [];
  page.on('request', (request) => {
    if (!/\/api\/.*\/nominations(\?|$)/.test(request.url())) return;
    asked.push(request.response().then(async (reply) => (await reply?.body())?.length ?? 0));
  });
  await page.goto(`${full}/nominations`);
  await rows.first().waitFor();
  await page.getByRole('tab', { name: /^待审核\s*190$/ }).waitFor();

  // Found while it is typed, without Enter; the field keeps the keyboard.
  await page.getByRole('searchbox', { name: '搜索' }).pressSequentially('罗远山');
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
  // One light answer holds the list; looking for somebody in it asks for nothing more.
  expect(asked).toHaveLength(1);
  expect(await asked[0]).toBeLessThan(LIST_BYTES);
  // Kept under a name, and had again by it, after a reload as well.
  await page.getByText('常用筛选').click();
  await page.getByRole('textbox', { name: '名称' }).fill('远山的');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.getByRole('button', { name: '清除筛选' }).click();
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(190);
  await page.reload();
  await page.getByText('常用筛选').click();
  await page.getByRole('button', { name: '远山的', exact: true }).click();
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(1);
  await rows.first().getByRole('button', { name: '罗远山' }).click();
  await page.getByRole('dialog').getByText('连夜转移群众').first().waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await expect.poll(() => page.getByRole('searchbox', { name: '搜索' }).inputValue()).toBe('罗远山');
  expect(faults).toEqual([]);
  await context.close();
});

test('every page of an organizer fits a phone, and an empty contest says on each what will be there', async () => {
  const { context, page, faults } = await open('phone');
  const says: Record<string, string> = {
    nominations: '还没有单位提交报送',
    units: '还没有报送单位',
    shortlist: '还没有通过审核的报送',
    candidates: '还没有候选',
  };
  for (const [path, heading] of [
    ...below('/console', DESK),
    ...below(full, CONTEST),
    ...below(empty, CONTEST),
  ]) {
    await walk(page, path);
    await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
    await settled(page);
    const words = path.startsWith(empty) ? says[path.split('/').at(-1) ?? ''] : undefined;
    if (words) await page.getByText(words, { exact: true }).waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect([path, width]).toEqual([path, 375]);
  }
  expect(faults).toEqual([]);
  await context.close();
});

test('where the server cannot be asked, every page says so and goes on from there', async () => {
  const { context, page } = await open('desk');
  await page.goto('/console/new');
  await page.locator('h1').waitFor();
  const { '/new': _new, '/help': _help, ...lists } = DESK;
  for (const [path, heading] of [...below('/console', lists), ...below(full, CONTEST)]) {
    await page.route(/\/api\/console\/(?!session$)/, (route) => route.abort());
    await walk(page, path);
    const note = page.getByRole('alert').filter({ hasText: '没有载入成功' });
    await note.getByText('网络没有连上').waitFor();
    await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
    await page.unroute(/\/api\/console\/(?!session$)/);
    await note.getByRole('button', { name: '重试' }).click();
    await note.waitFor({ state: 'detached' });
    await settled(page);
    await expect.poll(() => note.count(), { message: path }).toBe(0);
  }
  await context.close();
});

test('a part of the console that does not arrive leaves the page as it is', async () => {
  const { context, page } = await open('desk');
  await page.goto('/console');
  await page.getByRole('heading', { name: '活动', exact: true }).waitFor();
  await context.setOffline(true);
  await page.getByRole('link', { name: '操作日志' }).click();
  await page.getByText('请检查网络后再点一次').waitFor();
  await page.getByRole('heading', { name: '活动', exact: true }).waitFor();
  await context.setOffline(false);
  await page.getByRole('link', { name: '操作日志' }).click();
  await page.getByRole('heading', { name: '操作日志' }).waitFor();
  await context.close();
});
