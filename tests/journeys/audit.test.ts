import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ClosingFile, formatClosingCode } from '@zuimei/shared/export/closing.ts';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { settled, walk } from './walk.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

const SHOTS = process.env['SHOTS'];
const NET = '198.51.100.0/24';
/** The auditor's pages of a contest and their headings. */
const PAGES = {
  ballots: '选票日志',
  clusters: '疑似聚集',
  'clusters?view=rank': '疑似聚集',
  report: /异常情况说明$/,
};

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let auditor: Desk;
let brushed: string;
let sealed: string;
let empty: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  [site, browser] = await Promise.all([
    createSite(fresh.database.db, { pages: true, trusted: '127.0.0.1' }),
    openBrowser(),
  ]);
  auditor = await signIn(site, ['auditor'], '周审计');
  const from = new Date(site.now() + HOUR_MS).toISOString();
  brushed = await votedIn({ outcome: voteAlone(1), population: 100_000 });
  sealed = await votedIn({ reveal: { kind: 'sealed', from } });
  empty = (await site.contest()).slug;
  await site.seal();
});
afterAll(async () => {
  for (const slug of [brushed, sealed]) await site?.verify(slug);
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

/** Fifty ballots as people cast them for 1 and 2, and 45 from one network whose pages nobody touched, for 3. */
async function votedIn(changes: Partial<Settings>): Promise<string> {
  // Let in whatever they look like: these pages are about what auditors see.
  const thresholds = { 'score.challenge': 0, 'score.hold': 0 };
  const { slug } = await site.contest({ thresholds, ...changes });
  const cast = async (pick: number, address: string, touched: boolean) => {
    const one = site.visitor(slug);
    const seen = { device: address, dwellMs: 20_000, touches: touched ? 5 : 0 };
    const headers = { cookie: one.cookie, 'x-forwarded-for': address };
    expect((await site.post(slug, one.request([pick], { seen }), headers)).status).toBe(201);
  };
  for (let i = 0; i < 50; i++) {
    await cast(i < 30 ? 1 : 2, `117.136.${i}.9`, true);
    if (i < 45) await cast(3, `198.51.100.${i}`, false);
  }
  return slug;
}

async function open(
  kind: 'phone' | 'desk',
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const baseURL = `http://127.0.0.1:${site.port}`;
  const context = await browser[kind]({ baseURL });
  context.setDefaultTimeout(15_000);
  const [name = '', value = ''] = auditor.cookie.split('=');
  await context.addCookies([{ name, value, url: baseURL }]);
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(error.error().message));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      faults.push(`${message.text()} ${message.location().url}`);
  });
  return { context, page: await context.newPage(), faults };
}

/** For the eye: the same page at both widths. */
async function shoot(page: Page, name: string): Promise<void> {
  if (!SHOTS) return;
  for (const [kind, width, height] of [
    ['phone', 375, 812],
    ['desk', 1280, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(SHOTS, `${name}-${kind}.png`), fullPage: true });
  }
}

const at = (slug: string, path: string) => `/console/c/${slug}/${path}`;
const rows = (page: Page) => page.getByRole('table').locator('tbody tr');

test.each(['phone', 'desk'] as const)('every page of an auditor fits a %s', async (kind) => {
  const { context, page, faults } = await open(kind);
  await page.goto(at(brushed, 'clusters'));
  const first = await rows(page).first().getByRole('link').getAttribute('href');
  const pages = [
    ...[brushed, sealed, empty].flatMap((slug) =>
      Object.entries(PAGES).map(([path, name]) => [at(slug, path), name] as const),
    ),
    // Its own heading: neither of the page before nor the one that stands while it is read.
    [first ?? '', /^(?!疑似聚集$)(?!.*异常情况说明$)/] as const,
  ];
  for (const [path, name] of pages) {
    await walk(page, path);
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await settled(page);
    const [width, box] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect([path, width]).toEqual([path, box]);
  }
  expect(faults).toEqual([]);
  await context.close();
});

test('a value that is pressed narrows the log, the address is a link to it, and back undoes it', async () => {
  const { context, page, faults } = await open('desk');
  await page.goto(at(brushed, 'ballots'));
  await page.getByRole('status').filter({ hasText: '全部选票 95 张，含待核和作废' }).waitFor();
  await page.getByRole('button', { name: '更早的选票' }).click();
  await page.getByText('已到最早的一张').waitFor();
  await expect.poll(() => rows(page).count()).toBe(95);

  // Whoever has room for it sees the whole table at once.
  const table = page.getByRole('region', { name: '选票日志' });
  expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);

  await rows(page).getByRole('button', { name: NET }).first().click();
  await page.getByRole('status').filter({ hasText: '符合条件的选票 45 张' }).waitFor();
  await page.getByRole('combobox', { name: '状态' }).selectOption({ label: '计票' });
  await page.waitForURL(/verdict=counted/);
  const link = page.url();
  const other = await context.newPage();
  await other.goto(link);
  await other.getByRole('status').filter({ hasText: '符合条件的选票 45 张' }).waitFor();
  await other.getByRole('button', { name: `取消筛选 网段 ${NET}` }).click();
  await other.getByRole('status').filter({ hasText: '符合条件的选票 95 张' }).waitFor();
  await other.close();

  // What a citizen's receipt says finds it, among those before and after.
  const finder = await context.newPage();
  await finder.goto(at(brushed, 'ballots'));
  await finder.getByRole('searchbox', { name: '查找选票' }).fill('第 40 号');
  await finder.keyboard.press('Enter');
  await finder.getByRole('dialog', { name: '第 40 号选票' }).getByText('网络地址').waitFor();
  await shoot(finder, 'found');
  await finder.keyboard.press('Escape');
  await expect.poll(() => rows(finder).nth(10).textContent()).toContain('40 号');
  await finder.getByRole('searchbox', { name: '查找选票' }).fill('杭洲');
  await finder.keyboard.press('Enter');
  await finder.getByText('没有来自这个地区的选票。').waitFor();
  await shoot(finder, 'missed');
  await finder.close();

  // A ballot is read over the log; the phone's own 返回 closes it.
  await rows(page).first().getByRole('button').first().click();
  await page
    .getByRole('dialog', { name: /^第 .+ 号选票$/ })
    .getByText('网络地址')
    .waitFor();
  await page.goBack();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(page.url()).toBe(link);
  await page.goBack();
  await page.goBack();
  await page.getByRole('status').filter({ hasText: '全部选票 95 张' }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('who comes back to the log finds what was loaded of it', async () => {
  const { context, page } = await open('desk');
  await page.goto(at(brushed, 'ballots'));
  await page.getByRole('button', { name: '更早的选票' }).click();
  await page.getByText('已到最早的一张').waitFor();
  await page.getByRole('link', { name: '疑似聚集' }).click();
  await page.getByRole('heading', { name: '疑似聚集', level: 1 }).waitFor();
  await page.goBack();
  await page.getByText('已到最早的一张').waitFor();
  await expect.poll(() => rows(page).count()).toBe(95);
  await context.close();
});

test('from a cluster: what the ranking would be without it, why it is one, its ballots, and a ruling proposed', async () => {
  const { context, page, faults } = await open('desk');
  await page.goto(at(brushed, 'clusters'));
  const line = rows(page).filter({ hasText: NET }).filter({ hasText: '同一网段' });
  await line.getByRole('checkbox').check();
  const act = page.getByRole('region', { name: '选中的聚集' });
  await act.getByText('若这些选票不计').waitFor();
  await act.getByRole('button', { name: '查看名次对照' }).click();
  const table = page
    .getByRole('dialog', { name: '若这些选票不计' })
    .getByRole('row')
    .filter({ hasText: '03 号' });
  await table.getByText('降至第 3 名').waitFor();
  await table.getByText(/^第 \d+–\d+ 名$/).waitFor();
  await page.keyboard.press('Escape');

  await line.getByRole('link').click();
  await page.getByText(/^45 位投票人来自同一网段/).waitFor();
  await page.getByText('不能只凭这一点认定').waitFor();
  await page.getByRole('link', { name: '在日志里查看' }).click();
  await page.getByRole('status').filter({ hasText: '符合条件的选票 45 张' }).waitFor();

  await page.getByRole('button', { name: '对筛选结果提出裁定' }).click();
  const dialog = page.getByRole('dialog', { name: '提出裁定' });
  await dialog.getByRole('radio', { name: /^作废/ }).check();
  await dialog.getByRole('radio', { name: /^计入的和待核的/ }).check();
  await dialog.getByLabel('理由').fill('同一网段，页面没有人操作');
  await dialog.getByRole('button', { name: '提议作废' }).click();
  await page.getByText('须由另一名审计人员打开本页').waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('the places that would change without what is held or flagged are called so', async () => {
  const { context, page } = await open('desk');
  await page.goto(at(brushed, 'clusters?view=rank'));
  await page.getByText('待核与标记的选票共 45 张，其中现在计入的 45 张').waitFor();
  await page.getByRole('row').filter({ hasText: '03 号' }).getByText('降至第 3 名').waitFor();
  await shoot(page, 'ranks');
  await context.close();
});

test('the report is one sheet of A4 and its annex, with the auditors’ own words, which are not lost unasked', async () => {
  const { context, page, faults } = await open('desk');
  await page.goto(at(brushed, 'report'));
  await page.getByRole('heading', { name: '五、名次' }).waitFor();
  for (const words of ['共收到选票 95 张', '同一网段', '根：', '核验方法', '审计人员（签名）'])
    await page.getByText(words).first().waitFor();
  await page.getByLabel('说明文字').fill('以上情况已逐条核对。');
  await page.getByRole('heading', { name: '六、说明' }).waitFor();
  const sheet = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  expect(sheet.match(/\/Type\s*\/Page\b/g)).toHaveLength(2);
  await shoot(page, 'report');
  await page.getByRole('link', { name: '返回' }).click();
  await page.getByRole('dialog', { name: '离开这一页' }).getByRole('button', { name: '留在这里' }).click();
  await expect.poll(() => page.getByLabel('说明文字').inputValue()).toBe('以上情况已逐条核对。');
  await page.getByRole('link', { name: '返回' }).click();
  await page.getByRole('button', { name: '离开', exact: true }).click();
  await page.getByRole('heading', { name: '疑似聚集', level: 1 }).waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

test('while counts are hidden nothing of the pages says whom a ballot picks, and each says so', async () => {
  const { context, page } = await open('desk');
  await page.goto(at(sealed, 'ballots'));
  await page.getByText('票数公布前不显示每张选票的选择').waitFor();
  await expect.poll(() => rows(page).first().getByText('未公布').count()).toBe(1);
  await walk(page, at(sealed, 'clusters'));
  await rows(page).first().getByRole('checkbox').check();
  await page.getByText('公布票数之前，不显示对名次的影响').waitFor();
  await expect.poll(() => page.getByRole('columnheader', { name: '集中投给' }).count()).toBe(0);
  await walk(page, at(sealed, 'report'));
  await page.getByText('票数尚未公布，本说明不列名次').waitFor();
  await context.close();
});

test('an empty contest says what will be there, and what cannot be asked is asked again', async () => {
  const { context, page } = await open('desk');
  const says = {
    ballots: '还没有选票',
    clusters: '还没有发现聚集',
    report: '没有发现明显偏离其他选票的聚集。',
  };
  for (const [path, words] of Object.entries(says)) {
    await page.route(/\/api\/console\/contests\/[^/]+\/(ballots|clusters|report)/, (route) => route.abort());
    await walk(page, at(empty, path));
    const note = page.getByRole('alert').filter({ hasText: '没有载入成功' });
    await note.getByText('网络没有连上').waitFor();
    await page.unroute(/\/api\/console\/contests\/[^/]+\/(ballots|clusters|report)/);
    await note.getByRole('button', { name: '重试' }).click();
    await page.getByText(words, { exact: true }).waitFor();
  }
  await context.close();
});

test('what a contest came to is signed by two, and who scans the printed record checks it', async () => {
  const { slug, id, settings } = await site.contest({ title: '最美应急人评选' });
  for (const picks of [[1, 2], [3], [1]]) await site.visitor(slug).cast(picks);
  const closes = new Date(site.now() + 2 * HOUR_MS).toISOString();
  await site.update(id, { ...settings, rounds: settings.rounds.map((round) => ({ ...round, closes })) });
  await site.seal();
  site.at(Date.parse(closes) + HOUR_MS);
  const organizer = await signIn(site, ['organizer'], '孙主办');
  const reason = '活动结束，封存票数';
  await organizer.post(`/api/console/contests/${slug}/archive`, {
    reason,
    skip: '跳过专家评审、公示、结果公布',
  });
  await organizer.post(`/api/console/contests/${slug}/closing`, { reason });
  auditor = await signIn(site, ['auditor'], '林审计');

  const { context, page, faults } = await open('desk');
  await page.goto(at(slug, 'checkpoints'));
  await shoot(page, 'closing-asked');
  await page.getByRole('button', { name: '核对并确认' }).click();
  const dialog = page.getByRole('dialog', { name: '确认封存记录' });
  await dialog.getByText('计入 3 张，待核 0 张，作废 0 张').waitFor();
  await shoot(page, 'closing-dialog');
  await dialog.getByRole('button', { name: '确认并写入账本' }).click();
  await page.getByText('孙主办 提出，林审计 确认。').waitFor();
  await shoot(page, 'closing-done');
  await site.seal();
  site.pass(1_001);
  await page.getByRole('link', { name: '打印' }).last().click();
  await page.getByRole('img', { name: '核验这份记录的二维码' }).waitFor();
  await shoot(page, 'closing-print');

  const file = (await (await site.call(`/api/contests/${slug}/closing`)).json()) as ClosingFile;
  await page.goto(`/verify#z=${formatClosingCode(file)}`);
  await page.locator('#closing').getByText('只说明文件自身一致').waitFor();
  await page.getByRole('textbox', { name: /公钥/ }).fill(file.verifierKey);
  await page.locator('#closing').getByRole('button', { name: '用当前公钥重新核验' }).click();
  await page.getByText('封存记录在签名的账本里').waitFor();
  await shoot(page, 'closing-verify');
  expect(faults).toEqual([]);
  await context.close();
  await site.verify(slug);
});
