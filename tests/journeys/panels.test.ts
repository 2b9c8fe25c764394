import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PanelsView } from '@zuimei/shared/panel.ts';
import type { StandingView } from '@zuimei/shared/verdict.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { type Judge, outcomeOf, type Panelled, panelled, REASON, VOTE_MS } from '../server/panelled.ts';
import { walk } from './walk.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/*
 * An organizer leads four seats from the invitation to the choice: two judges lock on their own, one of them late, one sheet comes on paper, one judge is ill.
 * Candidates 2 and 3 tie for the last place. Every figure on the screen is redone here by other arithmetic. The steps follow each other.
 */

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let contest: Panelled;
let organizer: Page;
let auditor: Page;
let second: Desk;
let judges: Judge[];
const contexts: BrowserContext[] = [];
/** Exceptions, what the content policy stopped, and answers that say the server failed. */
const faults: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
  const iso = (ms: number): string => new Date(site.now() + ms).toISOString();
  contest = await panelled(site, {
    outcome: outcomeOf({ ties: ['expert'], tieLast: 'meeting' }),
    schedule: [
      { phase: 'voting', from: iso(-HOUR_MS) },
      { phase: 'judging', from: iso(VOTE_MS) },
      { phase: 'notice', from: iso(1.5 * VOTE_MS) },
    ],
  });
  second = await signIn(site, ['reviewer'], '吴录入', [contest.slug]);
  organizer = await sitDown(contest.organizer);
  auditor = await sitDown(contest.auditor);
});

afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function sitDown(desk: Desk): Promise<Page> {
  const url = `http://127.0.0.1:${site.port}`;
  const context = await browser.desk({ baseURL: url });
  contexts.push(context);
  context.setDefaultTimeout(20_000);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  context.on('response', (reply) => {
    if (reply.status() >= 500) faults.push(`${reply.status()} ${reply.url()}`);
  });
  const [name = '', value = ''] = desk.cookie.split('=');
  await context.addCookies([{ name, value, url }]);
  return await context.newPage();
}

const button = (at: Page, name: string | RegExp) => at.getByRole('button', { name, exact: true });
const open = (at: Page, page: 'panels' | 'standing') => walk(at, `/console/c/${contest.slug}/${page}`);
const dialog = (at: Page) => at.getByRole('dialog').last();

/** Writes the reason that a dialog asks for, and confirms. */
async function confirm(at: Page, label: string, words: string): Promise<void> {
  await dialog(at).getByRole('textbox', { name: label }).fill(REASON);
  await dialog(at).getByRole('button', { name: words, exact: true }).click();
}

test('judges are invited several at once; links with the words to send are shown this once', async () => {
  await open(organizer, 'panels');
  await button(organizer, '邀请评委').click();
  await organizer.getByRole('textbox', { name: '评委' }).fill('陈专家 云岭大学\n周专家\n吴专家\n郑专家');
  await button(organizer, '生成账号链接').click();
  const text = () => organizer.getByLabel('E1 的邀请文字').inputValue();
  await expect.poll(text).toContain('评审邀请：陈专家您好');
  await expect.poll(text).toContain(`登录名 e1.${contest.id}`);
  await expect.poll(text).toMatch(/http:\/\/127\.0\.0\.1:\d+\/console\/join#/);
  await organizer.getByRole('img', { name: 'E4 的账号链接' }).waitFor();
  await button(organizer, '都已发出，关闭').click();
  await organizer.getByRole('table', { name: '专家评审组的席位' }).waitFor();
  await expect.poll(() => organizer.locator('.seats').textContent()).toContain('陈专家 · 云岭大学');
  judges = await contest.seated();
  expect(faults).toEqual([]);
});

test('the page says how far everybody is, and the words of a reminder, and no score', async () => {
  await judges[0]?.score({ 1: [9.5, 9], 2: [8, 8], 3: [8, 8], 4: [5, 5.5] });
  expect((await judges[0]?.lock())?.status).toBe(200);
  await judges[1]?.score({ 1: [9, 9] });
  await organizer.reload();
  const row = organizer.getByRole('row').filter({ has: organizer.getByRole('button', { name: /^E1/ }) });
  await row.getByText('已锁定').waitFor();
  await expect.poll(() => row.textContent()).toMatch(/第 \d+ 号账目/);
  await organizer.getByText('已锁定 1 份，法定 3 份，应到 4 席，还差 2 份').waitFor();
  await button(organizer, '提醒评委').click();
  await expect.poll(() => dialog(organizer).getByLabel('第 1 条提醒').inputValue()).toContain('周专家您好');
  await dialog(organizer).getByRole('button', { name: '关闭' }).last().click();
  await expect.poll(() => organizer.locator('main').textContent()).not.toMatch(/93\.00|9\.50/);
  await open(auditor, 'panels');
  await auditor.getByRole('button', { name: 'E1', exact: true }).waitFor();
  await expect.poll(() => auditor.locator('main').textContent()).not.toContain('陈专家');
  await button(auditor, '查看姓名').click();
  await confirm(auditor, '原因', '查看姓名');
  await auditor.getByText('陈专家 · 云岭大学').waitFor();
});

/** Types the paper of E3: both criteria of every candidate, by keyboard alone. */
async function typePaper(at: Page, points: string[][]): Promise<void> {
  await at.getByRole('button', { name: /^E3/ }).click();
  await button(at, '录入纸质评分表').click();
  await at.getByRole('textbox', { name: '01 号 候选1 事迹' }).focus();
  for (const text of points.flat()) {
    await at.keyboard.type(text);
    await at.keyboard.press('Enter');
  }
  await at.getByLabel('纸质评分表编号').fill('评分表第3号');
}

test('a sheet on paper is typed by two clerks, and the first difference leads to its cell', async () => {
  const paper = [
    ['8', '8.5'],
    ['7', '9'],
    ['8', '7.25'],
    ['6', '6'],
  ];
  await typePaper(organizer, paper);
  await button(organizer, '提交第一遍').click();
  await organizer.getByText('只能是整分或半分。').waitFor();
  await expect
    .poll(() => organizer.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('03 号 候选3 精神');
  await organizer.keyboard.type('7.5');
  await organizer.getByRole('cell', { name: '78.00' }).nth(1).waitFor();
  await button(organizer, '提交第一遍').click();
  await organizer.getByText('纸质已录一遍').waitFor();
  const clerk = await sitDown(second);
  await open(clerk, 'panels');
  await clerk.getByRole('button', { name: /^E3/ }).waitFor();
  await expect.poll(() => clerk.locator('main').textContent()).not.toContain('吴专家');
  await typePaper(clerk, [
    ['8', '8.5'],
    ['7', '9'],
    ['8', '7'],
    ['6', '6'],
  ]);
  await button(clerk, '提交并核对').click();
  await clerk.getByText(/不一致，第一处是 3 号“精神”/).waitFor();
  await expect
    .poll(() => clerk.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('03 号 候选3 精神');
  await clerk.keyboard.type('7.5');
  await button(clerk, '提交并核对').click();
  await clerk.getByText('两遍一致，评分表已锁定').waitFor();
  await expect.poll(() => clerk.locator('main').textContent()).not.toMatch(/78\.00|82\.00/);
});

test('who is ill is marked absent with a reason; what is missing before the standing is a list', async () => {
  await contest.vote([[1], [1], [1], [2], [2], [3], [3]]);
  await open(organizer, 'standing');
  await organizer.getByText('投票还没有截止。').waitFor();
  await organizer.getByText(/专家评审组还有 2 个席位没有锁定/).waitFor();
  await organizer.getByRole('link', { name: '去评审组' }).first().click();
  await organizer.getByRole('button', { name: /^E4/ }).click();
  await button(organizer, '记为缺席').click();
  await confirm(organizer, '原因', '记为缺席');
  await organizer.getByText('缺席', { exact: true }).first().waitFor();
  expect(faults).toEqual([]);
});

test('who is late is kept, and locks once the organizer allows it with a reason', async () => {
  contest.close();
  await judges[1]?.score({ 1: [9, 9], 2: [9, 8], 3: [8, 9.5], 4: [7, 7] });
  expect((await judges[1]?.lock())?.body.code).toBe('lock_closed');
  await open(organizer, 'panels');
  await organizer.getByRole('button', { name: /^E2/ }).click();
  await button(organizer, '允许补交').click();
  await confirm(organizer, '原因', '允许补交');
  await expect.poll(async () => (await judges[1]?.sheet())?.late).toBe(true);
  expect((await judges[1]?.lock())?.status).toBe(200);
  expect(faults).toEqual([]);
});

/** Half up, of whole numbers. */
const half = (n: number, d: number): number => Math.floor((2 * n + d) / (2 * d));
const printed = (units: number): string => (units / 100).toFixed(2);

/** What each sheet gave, in tenths of a point; E4 was absent. */
const given: Record<string, [number, number][]> = {
  E1: [
    [95, 90],
    [80, 80],
    [80, 80],
    [50, 55],
  ],
  E2: [
    [90, 90],
    [90, 80],
    [80, 95],
    [70, 70],
  ],
  E3: [
    [80, 85],
    [70, 90],
    [80, 75],
    [60, 60],
  ],
};
const votes = [3, 2, 2, 0];

test('the standing is computed, and every figure on the screen is redone', async () => {
  await open(organizer, 'standing');
  await button(organizer, '计算综合得分').click();
  await confirm(organizer, '原因', '计算综合得分');
  const table = organizer.getByRole('table', { name: '综合得分' });
  await table.waitFor();
  for (let at = 0; at < 4; at++) {
    const number = at + 1;
    const sheets = Object.values(given).map(
      (lines) => 60 * (lines[at]?.[0] ?? 0) + 40 * (lines[at]?.[1] ?? 0),
    );
    const mean = half(
      sheets.reduce((sum, one) => sum + one, 0),
      sheets.length,
    );
    const [more, equal] = [
      votes.filter((count) => count > (votes[at] ?? 0)).length,
      votes.filter((count) => count === votes[at]).length,
    ];
    // A step of 3.25 points, places from 1, equal counts share the mean of theirs.
    const part = half(20_000 - 325 * (2 * more + equal - 1), 2);
    const total = half(40 * part + 60 * mean, 100);
    const row = table.getByRole('row').filter({ hasText: `候选${number}` });
    for (const figure of [part, mean, total])
      await expect.poll(() => row.first().textContent(), { message: `${number}` }).toContain(printed(figure));
    await row.getByRole('button').click();
    const made = `40% × ${printed(part)} + 60% × ${printed(mean)}`;
    for (const words of [...sheets.map(printed), '÷ 3', made])
      await expect.poll(() => organizer.locator('.made').textContent()).toContain(words);
    await row.getByRole('button').click();
  }
  await organizer.getByRole('heading', { name: '专家评审组的宽严' }).waitFor();
  expect(faults).toEqual([]);
});

test('a tie for the last place is settled by a meeting, in as many rounds as it takes, and the choice is fixed', async () => {
  await organizer.getByText('02 号 候选2、03 号 候选3并列，名额还有 1 个。').waitFor();
  await expect.poll(() => button(organizer, '确定拟入选').count()).toBe(0);
  const round = (nth: number) => organizer.getByRole('group', { name: new RegExp(`^第 ${nth} 轮`) });
  for (const [nth, two, three] of [
    [1, 4, 4],
    [2, 2, 4],
  ] as const) {
    await round(nth).getByLabel('应到').fill('7');
    await round(nth).getByLabel('到会').fill('6');
    await round(nth).getByLabel('赞成 02 号').fill(String(two));
    await round(nth).getByLabel('赞成 03 号').fill(String(three));
  }
  await organizer.getByText('裁定：03 号 候选3通过。').waitFor();
  await button(organizer, '录入裁定').click();
  await confirm(organizer, '会议与依据', '录入裁定');
  await organizer.getByRole('heading', { name: '拟入选（预览，尚未确定）' }).waitFor();
  await button(organizer, '确定拟入选').click();
  await confirm(organizer, '依据', '确定拟入选');
  await organizer.getByRole('heading', { name: '拟入选名单' }).waitFor();
  await expect.poll(() => organizer.locator('.choice-list').textContent()).toMatch(/候选1[\s\S]*候选3/);
  await organizer.getByText('递补次序：02 号 候选2、04 号 候选4').waitFor();
  expect(faults).toEqual([]);
});

test('an auditor reads all of it and can do nothing to it', async () => {
  await open(auditor, 'standing');
  await auditor.getByRole('heading', { name: '拟入选名单' }).waitFor();
  const view = await contest.auditor.get<StandingView>(`${contest.path}/standing`);
  for (const found of [view.standing, view.choice, ...view.ties])
    await expect
      .poll(() => auditor.locator('main').textContent())
      .toContain(`第 ${(found?.entry ?? 0) + 1} 号，存证 ${found?.digest}`);
  await open(auditor, 'panels');
  await auditor.getByRole('heading', { name: '锁定与票数公布的先后' }).waitFor();
  const seats = await contest.auditor.get<PanelsView>(`${contest.path}/panels`);
  expect(seats.panels[0]?.seats.map(({ state }) => state)).toEqual(['seated', 'seated', 'seated', 'absent']);
  await auditor.getByRole('button', { name: /^E1/ }).click();
  await dialog(auditor)
    .getByText(/^已评 \d+ 位/)
    .waitFor();
  await expect
    .poll(() =>
      dialog(auditor)
        .getByRole('button', { name: /重开|缺席|链接/ })
        .count(),
    )
    .toBe(0);
  await site.verify(contest.slug);
  expect(faults).toEqual([]);
});
