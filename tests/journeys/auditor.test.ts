import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AuditReport, BallotPage, ClusterPage, RulingPage } from '@zuimei/shared/audit.ts';
import type { ContestView } from '@zuimei/shared/view.ts';
import { type AttackedContest, seedAttackedContest } from '../attack/seed.ts';
import { scriptedClasses, type VisitClass } from '../attack/visit.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

/*
 * A contest was attacked. Two auditors open it, find what was done without a hint, rule on it together, and print one page; a person
 * with nothing but the exported ledger and a saved page confirms the count. The steps follow each other.
 */

const VERIFY_PAGE = new URL('../../web/dist/verify/verify.html', import.meta.url);
const REASON = '同一来源短时间集中投出，经核对设备与时间规律，认定为程序批量投票';
const scripted: readonly VisitClass[] = scriptedClasses;

let fresh: FreshDatabase;
let attacked: AttackedContest;
let site: TestSite;
let browser: TestBrowser;
let folder: string;
const auditors: { desk: Desk; page: Page }[] = [];
const contexts: BrowserContext[] = [];
/** Exceptions, what the content policy stopped, and answers that say the server failed. */
const faults: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zuimei-auditor-'));
  fresh = await freshDatabase('server');
  attacked = await seedAttackedContest(fresh);
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
  for (const name of ['周审计', '吴审计']) auditors.push(await sitDown(name));
});

afterAll(async () => {
  for (const context of contexts) await context.close();
  await browser?.close();
  await site?.close();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function sitDown(name: string) {
  const desk = await signIn(site, ['auditor'], name);
  const url = `http://127.0.0.1:${site.port}`;
  const context = await browser.desk({ baseURL: url, acceptDownloads: true });
  contexts.push(context);
  watch(context);
  const [cookie = '', value = ''] = desk.cookie.split('=');
  await context.addCookies([{ name: cookie, value, url }]);
  return { desk, page: await context.newPage() };
}

function watch(context: BrowserContext): void {
  context.setDefaultTimeout(30_000);
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (/Content Security Policy|\[Vue/.test(message.text())) faults.push(message.text());
  });
  context.on('response', (reply) => {
    if (reply.status() >= 500 && reply.status() !== 503) faults.push(`${reply.status()} ${reply.url()}`);
  });
}

function auditor(nth: 0 | 1): { desk: Desk; page: Page } {
  const one = auditors[nth];
  if (!one) throw new Error('nobody sits there');
  return one;
}

const console_ = (path: string): string => `/console/c/${attacked.slug}${path}`;
const api = (path: string): string => `/api/console/contests/${attacked.slug}${path}`;
/** With SHOTS=folder a screen is looked at, on a desk and on a phone. */
async function shoot(at: Page, name: string): Promise<void> {
  const shots = process.env['SHOTS'];
  if (!shots) return;
  for (const [width, height] of [
    [375, 812],
    [1280, 800],
  ] as const) {
    await at.setViewportSize({ width, height });
    await at.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: name !== 'proposing' });
  }
}

const button = (at: Page, name: string | RegExp) => at.getByRole('button', { name, exact: true });

/** Ledger indexes of the ballots of a cluster. */
async function indexesOf(cluster: string): Promise<number[]> {
  const indexes: number[] = [];
  for (let before = ''; ; ) {
    const page: BallotPage = await auditor(0).desk.get(
      api(`/ballots?cluster=${encodeURIComponent(cluster)}&limit=200${before}`),
    );
    indexes.push(...page.ballots.map((one) => one.index));
    if (page.next === null) return indexes;
    before = `&before=${page.next}`;
  }
}

/** Clusters that are made of scripted ballots for the most part, as the truth of the simulation says. */
async function scriptedClusters(): Promise<string[]> {
  const { clusters } = await auditor(0).desk.get<ClusterPage>(api('/clusters'));
  const found: string[] = [];
  for (const { id } of clusters) {
    const indexes = await indexesOf(id);
    const bad = indexes.filter((index) => scripted.includes(attacked.truth.get(index)?.class as VisitClass));
    if (bad.length > 0.9 * indexes.length) found.push(id);
  }
  return found;
}

let before: AuditReport;

test('the clusters stand there without a hint: what the attackers did, and hardly an honest voter among it', async () => {
  const { page, desk } = auditor(0);
  await page.goto(console_('/live'));
  await page.getByRole('link', { name: '疑似聚集' }).first().click();
  await page.getByRole('table', { name: '疑似聚集' }).or(page.getByLabel('疑似聚集')).first().waitFor();
  before = await desk.get<AuditReport>(api('/report'));
  const { clusters } = await desk.get<ClusterPage>(api('/clusters'));
  const covered = new Set<number>();
  for (const { id } of clusters) for (const index of await indexesOf(id)) covered.add(index);
  const shareOf = (classes: readonly VisitClass[]): number => {
    const own = [...attacked.truth].filter(([, one]) => classes.includes(one.class)).map(([index]) => index);
    return own.filter((index) => covered.has(index)).length / own.length;
  };
  // What was let into the ledger of the scripts lies in clusters for the most part.
  expect(shareOf(scripted)).toBeGreaterThan(0.7);
  expect(faults).toEqual([]);
});

test('a cluster explains itself: a sentence, its curve, gaps, regions, and what the ranking would be without it', async () => {
  const { page } = auditor(0);
  const [first = ''] = await scriptedClusters();
  await page.goto(console_(`/clusters/${encodeURIComponent(first)}`));
  await page.getByRole('heading', { name: '到达的时间' }).waitFor();
  for (const part of ['相邻选票的间隔', '地区', '网段', '设备', '信号', '最近的选票'])
    await page.getByRole('heading', { name: part }).waitFor();
  await expect.poll(() => page.locator('.cluster-sentence').textContent()).toMatch(/张选票/);
  await page.locator('.effect p').first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
  expect(faults).toEqual([]);
});

test('one auditor proposes to void them and cannot confirm it; the other does, and the counts move in the same moment', async () => {
  const { page } = auditor(0);
  const ids = await scriptedClusters();
  expect(ids.length).toBeGreaterThan(0);
  await page.goto(console_('/clusters'));
  for (const id of ids) {
    const row = page.getByRole('row').filter({ has: page.locator(`a[href$="/${encodeURIComponent(id)}"]`) });
    await row.getByRole('checkbox').check();
  }
  const [first = ''] = ids;
  const box = page.getByRole('row').filter({ has: page.locator(`a[href$="/${encodeURIComponent(first)}"]`) });
  await expect.poll(() => box.locator('label').textContent()).toMatch(/^选择 \S+：\S/);
  await expect.poll(() => box.getByRole('checkbox').getAttribute('aria-label')).toBeNull();
  await button(page, '提出裁定').click();
  const dialog = page.getByRole('dialog', { name: '提出裁定' });
  // Neither what is done nor what it is done to is chosen for anybody.
  await dialog.getByRole('radio', { name: /^作废/ }).waitFor();
  await expect.poll(() => dialog.getByRole('radio', { checked: true }).count()).toBe(0);
  await dialog.getByRole('button', { name: '提议裁定' }).click();
  await dialog.getByText('请选择怎样裁定。').waitFor();
  await dialog.getByRole('radio', { name: /^作废/ }).check();
  await dialog.getByRole('radio', { name: /^计入的和待核的/ }).waitFor();
  await expect.poll(() => dialog.getByRole('radio', { name: /待核|计入的/, checked: true }).count()).toBe(0);
  await dialog.getByRole('radio', { name: /^计入的和待核的/ }).check();
  await dialog.getByText('按与前一张的间隔排除').click();
  await dialog.getByText('逐张排除').click();
  const out = dialog.locator('details[open] label').last();
  const left = await out.locator('span.num').first().textContent();
  await out.getByRole('checkbox').check();
  await dialog.getByText('逐张排除（1）').waitFor();
  await shoot(page, 'proposing');
  await dialog.getByLabel('理由').fill(REASON);
  await dialog.getByLabel('依据文号').fill('云应急核〔2026〕3 号');
  await dialog.getByRole('button', { name: '提议作废' }).click();
  await dialog.waitFor({ state: 'hidden' });
  // It is told so before, and leads to the page of what was proposed.
  await page.getByText('已排除：1 张').waitFor();
  await page.getByText('须由另一名审计人员打开本页').waitFor();
  await page.getByRole('button', { name: '更早的选票' }).waitFor();
  await expect
    .poll(() => page.getByRole('table', { name: '选票日志' }).textContent())
    .not.toContain(left ?? '');
  await page.getByRole('textbox', { name: '留言' }).fill('请重点核对间隔');
  await button(page, '发表留言').click();
  await page.locator('.talk').getByText('请重点核对间隔').waitFor();
  await expect.poll(() => button(page, '确认作废').count()).toBe(0);
  const unmoved = await site.tally(attacked.slug);

  const second = auditor(1).page;
  await second.goto(console_('/rulings'));
  await second.getByRole('link', { name: '打开查看' }).waitFor();
  await expect.poll(() => button(second, '确认作废').count()).toBe(0);
  await shoot(second, 'rulings');
  await second.getByRole('link', { name: '打开查看' }).click();
  await second.getByText('请重点核对间隔').waitFor();
  for (const part of ['对名次的影响', '提议时的依据', /^涉及的选票/, '留言与附件'])
    await second.getByRole('heading', { name: part }).waitFor();
  await second.getByText(/^以上为前 \d+ 名$/).waitFor();
  await second.getByRole('table', { name: '选票日志' }).waitFor();
  await shoot(second, 'proposal');
  await button(second, '确认作废').click();
  const confirm = second.getByRole('dialog');
  await confirm.getByLabel('确认意见').fill('已逐组核对，同意作废');
  await confirm.getByRole('button', { name: '确认作废' }).click();
  await confirm.waitFor({ state: 'hidden' });
  await second.getByText('已生效', { exact: true }).waitFor();

  const { voided } = await auditor(1).desk.get<RulingPage>(api('/rulings'));
  site.pass(4_000);
  const moved = await site.tally(attacked.slug);
  expect(voided).toBeGreaterThan(0);
  expect(unmoved.ballots + unmoved.held - (moved.ballots + moved.held)).toBe(voided);
  expect(faults).toEqual([]);
});

test('a ruling is undone by a further ruling, again by two', async () => {
  const { page } = auditor(1);
  await page.goto(console_('/rulings'));
  await page
    .getByRole('button', { name: /提出恢复/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('理由').fill('复核发现依据不足，先行恢复');
  await dialog.getByRole('button', { name: '提议恢复' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText(/^提议 \d+ 涉及的选票$/).waitFor();
  const other = auditor(0).page;
  await other.goto(console_('/rulings'));
  await other.getByRole('link', { name: '打开查看' }).click();
  await button(other, '不同意').click();
  const decline = other.getByRole('dialog');
  await decline.getByRole('textbox').fill('依据充分，维持作废');
  await decline.getByRole('button', { name: '不同意' }).click();
  await decline.waitFor({ state: 'hidden' });
  const { proposals } = await auditor(0).desk.get<RulingPage>(api('/rulings'));
  expect(proposals.map((one) => one.state).sort()).toEqual(['confirmed', 'declined']);
  expect(faults).toEqual([]);
});

test('one printed page explains the ranking before and after, with the ledger entries it rests on', async () => {
  const { page, desk } = auditor(0);
  await site.seal();
  const after = await desk.get<AuditReport>(api('/report'));
  expect(after.void).toBeGreaterThan(before.void);
  await page.goto(console_('/report'));
  await page.getByRole('heading', { name: /异常情况说明/ }).waitFor();
  await expect.poll(() => button(page, '打印').isDisabled()).toBe(true);
  await page.getByLabel('说明文字').fill('依据充分，按程序办理。');
  await page.getByLabel('逐条核对').check();
  await button(page, '保存这一版').click();
  await page.getByText('全部一致').waitFor();
  const reader = auditor(1).page;
  await reader.goto(console_('/report?version=1'));
  await button(reader, '签认第 1 版').click();
  await reader.locator('.print-head', { hasText: '吴审计' }).waitFor();
  await page.reload();
  await page.locator('.print-head', { hasText: '吴审计' }).waitFor();
  await shoot(page, 'report-version');
  const text = async () => ((await page.locator('.print-paper').textContent()) ?? '').replaceAll(/\s+/g, ' ');
  expect(after.proposals.flatMap((one) => one.rulings).length).toBeGreaterThan(0);
  await expect.poll(text).toMatch(/账目第 [\d,–、]+ 号/);
  await expect.poll(text).toMatch(/稳固|易变/);
  const names = (after.ranks ?? []).map(({ name }) => name);
  for (const words of ['附件', REASON, ...names, after.checkpoint?.root ?? 'no checkpoint'])
    await expect.poll(text).toContain(words);
  const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
  // The paper itself and its annex.
  expect(pdf.match(/\/Type\s*\/Page[^s]/g)?.length).toBeGreaterThan(1);
  expect(faults).toEqual([]);
});

async function printedKey(slug: string): Promise<string> {
  const { log } = (await (await site.call(`/api/contests/${slug}`)).json()) as ContestView;
  return log.verifierKey;
}

test('a person with only the exported ledger and a saved page, without a network, confirms the count', async () => {
  const { page } = auditor(1);
  await site.seal();
  await page.goto(console_('/ballots'));
  await button(page, '导出').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载账本' }).click(),
  ]);
  const ledger = join(folder, 'ledger.ndjson');
  await download.saveAs(ledger);
  const saved = join(folder, 'verify.html');
  await copyFile(fileURLToPath(VERIFY_PAGE), saved);

  const alone = await browser.desk({ offline: true });
  contexts.push(alone);
  watch(alone);
  const home = await alone.newPage();
  await home.goto(`file://${saved}`);
  await home.locator('#ledger input[type=file]').setInputFiles(ledger);
  await home.getByRole('heading', { name: '只说明文件自身一致' }).waitFor({ timeout: 60_000 });
  await home.getByLabel('印发的公钥').fill(await printedKey(attacked.slug));
  await button(home, '用当前公钥重新核验').last().click();
  await home.getByRole('heading', { name: '全部一致', exact: true }).waitFor({ timeout: 60_000 });
  site.pass(4_000);
  const tally = await site.tally(attacked.slug);
  const counted = async () => {
    const rows = await home.locator('table.counts tbody tr').allInnerTexts();
    const cells = rows.map((row) => row.split(/\s+/));
    return Object.fromEntries(
      cells.map((row) => [Number(row[0]), Number(row.at(-2)?.replaceAll(/\D/g, ''))]),
    );
  };
  await expect
    .poll(counted)
    .toMatchObject(Object.fromEntries((tally.counts ?? []).map(({ number, votes }) => [number, votes])));
  expect(faults).toEqual([]);
});

test('the file with one pick altered is found out by the same page', async () => {
  const lines = (await readFile(join(folder, 'ledger.ndjson'), 'utf8')).split('\n');
  const at = lines.findIndex((line) => line.includes('"picks":['));
  const doctored = lines.with(
    at,
    (lines[at] ?? '').replace(/"picks":\[(\d+)/, (_, number: string) => `"picks":[${number === '1' ? 2 : 1}`),
  );
  const path = join(folder, 'doctored.ndjson');
  await writeFile(path, doctored.join('\n'));
  const alone = contexts.at(-1);
  const home = await alone?.newPage();
  await home?.goto(`file://${join(folder, 'verify.html')}`);
  await home?.locator('#ledger input[type=file]').setInputFiles(path);
  await home?.getByRole('heading', { name: /\d+ 处不符/ }).waitFor({ timeout: 60_000 });
  expect(faults).toEqual([]);
});

test('the ledger, its log and the counts agree after all of it', async () => {
  await site.verify(attacked.slug);
});
