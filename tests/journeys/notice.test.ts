import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ContestLine } from '@zuimei/shared/plan/plan.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import type { Desk } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen, OFFICE } from '../server/chosen.ts';
import { outcomeOf, REASON } from '../server/panelled.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/*
 * From the choice to a revoked certificate on the page: an auditor stands by the counts, the approval is entered, a notice over 国庆 is composed
 * and published, somebody withdraws, who moves up has a notice of their own, and the result comes when the clock allows it. The steps follow each other.
 */

let fresh: MovableDatabase;
let site: TestSite;
let browser: TestBrowser;
let one: Chosen;
let organizer: Page;
let auditor: Page;
const contexts: BrowserContext[] = [];
const faults: string[] = [];

beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
  const outcome = outcomeOf({
    weights: { vote: 100, expert: 0, media: 0, merit: 0 },
    panels: {},
    ties: ['votes'],
  });
  one = await chosen(site, fresh, {
    outcome: { ...outcome, notice: { ...outcome.notice, approval: ['notice'] } },
    counts: [5, 4, 2, 2, 2],
  });
  await sitDown();
});

afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

/** Both open the page with the session that they have now. */
async function sitDown(): Promise<void> {
  organizer = await open(one.organizer);
  auditor = await open(one.auditor);
}

async function open(desk: Desk): Promise<Page> {
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
  const page = await context.newPage();
  await page.goto(`/console/c/${one.slug}/course`);
  return page;
}

const step = (at: Page, name: string) => at.getByRole('region', { name, exact: true });
const press = (at: Page, name: string) => at.getByRole('button', { name, exact: true }).click();

/** Writes the reason that a dialog asks for, and confirms. */
async function confirm(at: Page, label: string, words: string): Promise<void> {
  const dialog = at.getByRole('dialog').last();
  await dialog.getByRole('textbox', { name: label }).fill(REASON);
  await dialog.getByRole('button', { name: words, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

test('an auditor looks at the counts and stands by them; the organizer has the link to send', async () => {
  await step(organizer, '计票确认').getByLabel('发给审计人员的链接').waitFor();
  await expect.poll(() => organizer.getByRole('button', { name: '确认票数' }).count()).toBe(0);
  const table = step(auditor, '计票确认').getByRole('table');
  for (const [i, votes] of [5, 4, 2, 2, 2].entries())
    await expect.poll(() => table.textContent()).toContain(`候选${i + 1}${votes}`);
  await press(auditor, '确认票数');
  await confirm(auditor, '核对情况', '确认票数');
  await step(auditor, '计票确认')
    .getByText(/已完成：9月28日/)
    .waitFor();
});

test('no notice before the approval that the rules ask for; its paper is kept beside it', async () => {
  await organizer.reload();
  await organizer.getByText('规则要求先经集体审定：录入审定后才能发布。').waitFor();
  await expect.poll(() => organizer.getByRole('button', { name: '发布公示' }).isDisabled()).toBe(true);
  await press(organizer, '录入审定');
  const dialog = organizer.getByRole('dialog').last();
  await dialog.getByLabel('审定机构').fill('局党委会');
  await dialog.getByLabel('审定日期').fill('2026-09-27');
  await dialog.getByLabel('文号或纪要号').fill('〔2026〕9号纪要');
  await dialog.locator('input[type=file]').setInputFiles({
    ...{ name: '纪要.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 纪要') },
  });
  await dialog.getByLabel('说明').fill(REASON);
  await dialog.getByRole('button', { name: '录入', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  const [download] = await Promise.all([
    organizer.waitForEvent('download'),
    organizer.getByRole('link', { name: '下载扫描件' }).click(),
  ]);
  expect(download.suggestedFilename()).toContain('纪要');
});

test('the notice names its days one by one, and what was typed survives a reload', async () => {
  const way = step(organizer, '公示');
  await way
    .getByText('5 个工作日：9月28日 周一、9月29日 周二、9月30日 周三、10月8日 周四、10月9日 周五')
    .waitFor();
  await way.getByText('10月1日至10月7日，国庆节放假，不计入。').waitFor();
  await press(organizer, '发布公示');
  await way.getByText('公示必须写明，请填写。').first().waitFor();
  await way.getByLabel('受理单位').fill(OFFICE.organ);
  await way.getByLabel('联系电话').fill(OFFICE.telephone);
  await way.getByLabel('地址').fill(OFFICE.address);
  await way.getByRole('textbox', { name: '第 3 段' }).fill('欢迎监督。');
  await organizer.reload();
  await expect.poll(() => way.getByRole('textbox', { name: '第 3 段' }).inputValue()).toBe('欢迎监督。');
  await expect.poll(() => way.getByLabel('公示的样子').textContent()).toContain(`受理单位：${OFFICE.organ}`);
  await press(organizer, '发布公示');
  await confirm(organizer, '依据', '发布公示');
  await way.getByText('公示中，还有 5 个工作日').waitFor();
  const { course } = await one.view();
  expect(course.notices[0]).toMatchObject({ numbers: [1, 2], office: { ...OFFICE, person: '' } });
  expect(course.notices[0]?.text[2]).toBe('欢迎监督。');
  expect(faults).toEqual([]);
});

test('an extension shows its last day before; the list of contests says how long the notice runs', async () => {
  await press(organizer, '延长公示');
  const dialog = organizer.getByRole('dialog').last();
  await dialog.getByLabel('延长几个工作日').fill('2');
  await dialog.getByText('延长 2 个工作日，新的最后一天是 10月12日 周一。', { exact: true }).waitFor();
  await confirm(organizer, '原因', '延长公示');
  await step(organizer, '公示')
    .getByText(/延长到 10月12日/)
    .waitFor();
  const lines = await one.organizer.get<ContestLine[]>('/api/console/contests');
  expect(lines.find(({ slug }) => slug === one.slug)?.course).toMatchObject({ code: 'notice_running' });
  await organizer.goto('/console');
  await organizer.getByRole('link', { name: '公示中，至 10月12日' }).click();
  await step(organizer, '公示').waitFor();
});

test('who withdraws leaves a place; a tie for it is settled there, who moves up is named with why, and has a notice of their own', async () => {
  await one.organizer.post(`${one.path}/candidates/1/withdraw`, { reason: '本人申请退出' });
  await organizer.reload();
  const way = step(organizer, '递补');
  await way.getByText(/本人申请退出/).waitFor();
  await way.getByText('进行中：并列待裁定').waitFor();
  await way.getByText('03 号 候选3、04 号 候选4、05 号 候选5并列，名额还有 1 个。').waitFor();
  await expect.poll(() => way.getByRole('button', { name: '确定递补' }).count()).toBe(0);
  const given = { 应到: '7', 到会: '6', '赞成 03 号': '5', '赞成 04 号': '2', '赞成 05 号': '1' };
  for (const [label, text] of Object.entries(given)) await way.getByLabel(label).fill(text);
  await way.getByText('裁定：03 号 候选3通过。').waitFor();
  await press(organizer, '录入裁定');
  await confirm(organizer, '会议与依据', '录入裁定');
  await way.getByText(/候选5并列，经会议票决，依次为：03 号 候选3/).waitFor();
  await way.getByText('03 号 候选3 将递补01 号 候选1').waitFor();
  await press(organizer, '确定递补');
  await confirm(organizer, '依据', '确定递补');
  await step(organizer, '公示').getByText('1 位待公示：').waitFor();
  await step(organizer, '结果').getByText('03 号 候选3还没有公示。').waitFor();
  await press(organizer, '发布公示');
  await confirm(organizer, '依据', '发布公示');
  await step(organizer, '公示')
    .getByRole('region', { name: '第 2 次公示' })
    .getByText(/公示中/)
    .waitFor();
  expect((await one.view()).course.notices[1]?.numbers).toEqual([3]);
});

test('the result waits for the clock, shows what it will publish, and is published with its document', async () => {
  await expect.poll(() => organizer.getByRole('button', { name: '公布结果' }).isDisabled()).toBe(true);
  await one.noticeOver();
  await sitDown();
  const way = step(organizer, '结果');
  await way.getByText('进行中：可以公布').waitFor();
  await way.getByLabel('决定的文号').fill('云应急〔2026〕38号');
  await way.getByLabel('证书正文').fill('〔姓名〕被评为“〔荣誉〕”。〔级别〕');
  await way.getByText(/“〔级别〕”填不出内容/).waitFor();
  await way.getByLabel('证书正文').fill('〔姓名〕同志被评为“〔荣誉〕”，特发此证。');
  await expect
    .poll(() => way.getByLabel('证书的样子').textContent())
    .toContain('候选2同志被评为“入选人物”，特发此证。');
  await press(organizer, '公布结果');
  await confirm(organizer, '依据', '公布结果');
  await step(organizer, '证书').getByText('已完成：有效 2 份').waitFor();
  const { course } = await one.view();
  expect(course.results[0]?.items.map(({ number }) => number)).toEqual([2, 3]);
});

test('a certificate is revoked by two persons', async () => {
  await press(organizer, '提请撤销候选3的证书');
  await confirm(organizer, '原因', '提请撤销');
  await organizer.getByText('等待审计人员决定。').waitFor();
  await auditor.reload();
  await press(auditor, '撤销证书');
  await confirm(auditor, '核查情况', '撤销证书');
  await step(auditor, '证书').getByText('已完成：有效 1 份').waitFor();
  expect((await one.view()).course.revoked).toHaveLength(1);
  await site.verify(one.slug);
  expect(faults).toEqual([]);
});
