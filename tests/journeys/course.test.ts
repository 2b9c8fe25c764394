import { mkdir } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { OFFICE } from '../server/chosen.ts';
import { type Panelled, panelled, REASON } from '../server/panelled.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/* A citizen follows a contest on a phone from the notice to the result and to how one of the chosen came about. The steps follow each other. */

let fresh: MovableDatabase;
let site: TestSite;
let browser: TestBrowser;
let context: BrowserContext;
let page: Page;
let contest: Panelled;
let organizer: Desk;
const faults: string[] = [];
/** Where pictures of the pages are wanted, to be looked at. */
const SHOTS = process.env['SHOTS'];

beforeAll(async () => {
  const start = Date.parse('2026-09-28T02:00:00.000Z');
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true, now: start });
  await fresh.at(start);
  browser = await openBrowser();
  contest = await panelled(site, { title: '云岭区 2026 年度“最美应急人”' });
  const judges = await contest.invite(
    'expert',
    ['陈', '周', '吴', '郑', '王'].map((name) => ({ name: `${name}专家` })),
  );
  for (const [at, judge] of judges.entries()) {
    await judge.score({ 1: [9, 10 - at], 2: [8, 9], 3: [7, 8], 4: [6, 6] });
    await judge.lock();
  }
  await contest.vote([[1], [1], [1], [2], [2], [3]]);
  contest.close();
  await fresh.at(site.now());
  organizer = contest.organizer;
  await organizer.post(`${contest.path}/standing`, { reason: REASON });
  await organizer.post(`${contest.path}/choice`, { reason: REASON, unfilled: 0 });
  const { notice } = await organizer.get<CourseView>(`${contest.path}/course`);
  const { text, days, numbers } = 'draft' in notice ? notice.draft : { text: [], days: [], numbers: [] };
  await organizer.post(`${contest.path}/course/notices`, {
    ...{ reason: REASON, office: OFFICE, text, days, numbers },
  });
  await contest.auditor.post(`${contest.path}/course/count`, { reason: REASON });
  site.pass(4_000);
  context = await browser.phone({ baseURL: `http://127.0.0.1:${site.port}` });
  context.setDefaultTimeout(15_000);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy|\[Vue|[Hh]ydration/.test(message.text())) faults.push(message.text());
  });
  page = await context.newPage();
});
afterAll(async () => {
  await context?.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function shoot(name: string): Promise<void> {
  if (!SHOTS) return;
  await mkdir(SHOTS, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

const wide = (): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

test('from the list to the notice: the names, the days, the telephone, the way to object', async () => {
  await page.goto(`/c/${contest.slug}`);
  await page.getByRole('status').getByText('拟入选名单已公示').waitFor();
  await shoot('list');
  await page.getByRole('navigation').getByRole('link', { name: '公示' }).tap();
  await page.getByRole('heading', { level: 1, name: '公示' }).waitFor();
  await page.getByText('国庆节放假，不计入').waitFor();
  const leads = (name: string) => page.getByRole('link', { name }).getAttribute('href');
  await expect.poll(() => leads(OFFICE.telephone)).toBe('tel:02380000001');
  await expect.poll(() => leads('我要提出异议')).toBe(`/c/${contest.slug}/objection`);
  expect(await wide()).toBe(false);
  await shoot('notice');
  await page.getByRole('link', { name: /候选1/ }).tap();
  await page.getByText('拟入选 · 公示名单').waitFor();
});

test('the poster of these days is the notice’s', async () => {
  await page.goto(`/c/${contest.slug}/poster`);
  await page.getByRole('img', { name: /分享海报/ }).waitFor();
  await expect.poll(() => page.locator('.poster-link').textContent()).toMatch(/\/notice$/);
  await shoot('poster');
});

test('from the result to how one came about: sheets with those dropped struck through, every step with its proof', async () => {
  const { course } = await organizer.get<CourseView>(`${contest.path}/course`);
  const last = course.notices[0]?.days.at(-1) ?? '';
  site.at(Date.parse(last) + 24 * HOUR_MS);
  await fresh.at(site.now());
  organizer = await signIn(site, { staff: organizer.staff });
  await page.goto(`/c/${contest.slug}/result`);
  await page.getByText('结果还没有公布').waitFor();
  // Published while a phone has just read that it is not: opened again, it says what holds now.
  await organizer.post(`${contest.path}/course/result`, {
    ...{ reason: REASON, document: '云应急〔2026〕38号', date: '2026-10-10' },
    certificate: '授予〔姓名〕“〔荣誉〕”称号，特发此证。',
  });
  site.pass(4_000);
  await page.goto('/');
  await page.getByRole('link', { name: /最美应急人/ }).tap();
  await page.getByRole('heading', { level: 1, name: '评选结果' }).waitFor();
  const first = page.getByRole('link', { name: /候选1.*怎么来的/ });
  await first.waitFor();
  expect(await wide()).toBe(false);
  await shoot('result');
  await first.tap();
  await page.getByRole('heading', { level: 1, name: '候选1 怎么来的' }).waitFor();
  const dropped = page.locator('.seat.dropped s');
  await expect.poll(() => dropped.allInnerTexts()).toEqual(['94.00', '78.00']);
  await page.getByText(/^去掉 E1 的 94\.00、E5 的 78\.00，其余 3 份相加/).waitFor();
  await site.seal();
  site.pass(1_100);
  const proof = await page
    .getByRole('link', { name: /账本第 \d+ 号/ })
    .first()
    .getAttribute('href');
  expect((await site.call(proof ?? '')).status).toBe(200);
  expect(await wide()).toBe(false);
  await shoot('made');
  await page.getByRole('button', { name: '长辈版' }).tap();
  await page.getByRole('button', { name: '长辈版', pressed: true }).waitFor();
  expect(await wide()).toBe(false);
  await shoot('made-elder');
  await page.getByRole('link', { name: '看结果' }).first().tap();
  await page.getByRole('heading', { level: 1, name: '评选结果' }).waitFor();
  await shoot('result-elder');
  expect(faults).toEqual([]);
});

test('without a script all of it is there to read', async () => {
  const plain = await browser.desk({ baseURL: `http://127.0.0.1:${site.port}`, javaScriptEnabled: false });
  const desk = await plain.newPage();
  for (const [path, words] of [
    ['notice', OFFICE.organ],
    ['result', '云应急〔2026〕38号'],
    ['made/1', '公众投票'],
  ] as const) {
    await desk.goto(`/c/${contest.slug}/${path}`);
    await expect.poll(() => desk.locator('main').textContent()).toContain(words);
    if (SHOTS) await desk.screenshot({ path: `${SHOTS}/desk-${path.replace('/', '-')}.png` });
  }
  await plain.close();
});
