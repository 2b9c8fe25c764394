import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import jsqr from 'jsqr';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadDemo } from '@zuimei/server/demo/demo.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { patience } from './guest.ts';

vi.setConfig({ testTimeout: 40_000 });

const SLUG = 'zuimei-2026';
const PATH = `/console/c/${SLUG}/checkpoints`;
let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
/** The witness's own machine. */
let office = '';

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  await loadDemo({ db: fresh.database.db, secrets: site.parts.secrets, publicUrl: null }, site.now());
  browser = await openBrowser();
  office = mkdtempSync(join(tmpdir(), 'zuimei-office-'));
  await vote(5);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
  rmSync(office, { recursive: true, force: true });
});

async function vote(count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect((await site.visitor(SLUG).cast([1 + i, 7, 8])).status).toBe(201);
  await site.seal();
  site.pass(1_001);
}

async function open(
  context: BrowserContext,
  role: 'auditor' | 'organizer',
  who = role === 'auditor' ? '周审计' : '王组织',
): Promise<Page> {
  const { cookie } = await signIn(site, [role], who);
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: `http://127.0.0.1:${site.port}` }]);
  return await context.newPage();
}
const desk = () => browser.desk({ baseURL: `http://127.0.0.1:${site.port}` });
const phone = () => browser.phone({ baseURL: `http://127.0.0.1:${site.port}` });

/** Runs a line in the office's folder as a shell would; gives what it printed. */
async function watch(line: string): Promise<string[]> {
  const [, ...args] = line.replaceAll("'", '').split(' ');
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: office, env: {} });
  return stdout.trim().split('\n');
}
const days = async (): Promise<DayCheckpoint[]> =>
  (await (await site.call(`/log/${SLUG}/days`)).json()) as DayCheckpoint[];

/** SHOTS=folder keeps what is on the screen, to be looked at. */
async function look(on: Page, name: string): Promise<void> {
  const folder = process.env['SHOTS'];
  if (folder) await on.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

describe('checkpoints and their witnesses', () => {
  let page: Page;
  /** What the page gives to copy, by a part of it. */
  const commandOf = (part: string): Promise<string> =>
    vi.waitUntil(async () => {
      const shown = await page
        .getByRole('textbox')
        .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
      return shown.find((text) => text.includes(part)) ?? '';
    }, patience);

  test('an office downloads one file, and two auditors register it by the line that its keygen printed', async () => {
    page = await open(await desk(), 'auditor');
    await page.goto(PATH);
    await page.getByText('7 条账目').waitFor();
    await page.getByText('还没有见证单位').waitFor();
    await page.getByText('没有要求见证：存证点不称为正式。').waitFor();
    const link = page.getByRole('link', { name: '下载见证程序' });
    const bytes = Buffer.from(await (await site.call((await link.getAttribute('href')) ?? '')).arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await expect.poll(() => page.locator('.guide-sum code').textContent()).toBe(sha256);
    writeFileSync(join(office, 'zuimei-witness.mjs'), bytes);
    const keygen = await commandOf('keygen');
    const key = (await watch(keygen)).at(-1) ?? '';
    const misread = key.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'));
    await page.getByRole('button', { name: '调整见证安排' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '提出' }).click();
    await dialog.getByText('请填写 2 到 40 个字的名称。').waitFor();
    await dialog.getByLabel('单位名称').fill('云岭区纪委监委机关');
    await dialog.getByLabel('见证公钥').fill(misread);
    await dialog.getByLabel('几家签名后称为正式').selectOption('1');
    await dialog.getByLabel('原因').fill('按区纪委监委来函');
    await dialog.getByRole('button', { name: '提出' }).click();
    await dialog.getByText('公钥格式不对').waitFor();
    await look(page, 'dialog');
    await dialog.getByLabel('见证公钥').fill(key);
    await dialog.getByRole('button', { name: '提出' }).click();
    await page.getByText('须由另一名审计人员确认').waitFor();
    await expect.poll(() => page.getByRole('button', { name: '确认', exact: true }).count()).toBe(0);
    const context = await phone();
    const second = await open(context, 'auditor', '林审计');
    await second.goto('/console');
    await second.getByRole('link', { name: '待确认见证安排' }).tap();
    await second.getByText(key.split('+')[1] ?? '', { exact: true }).waitFor();
    await look(second, 'proposal-phone');
    await look(page, 'proposal');
    await second.getByRole('button', { name: '确认', exact: true }).tap();
    await second.getByText('等待第一次见证').waitFor();
    await second.getByText('1 家见证单位中有 1 家签名后，存证点才称为正式。').waitFor();
    await context.close();
    await site.seal();
    site.pass(1_001);
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('要求 1 家见证单位中的 1 家，已有 0 家签名').waitFor();
    await look(page, 'waiting');
  });

  test('the command copied from the page makes it a witness, and its checkpoint official', async () => {
    expect(await watch(`${await commandOf('--log ')} --once`)).toEqual([
      expect.stringContaining('已见证 8 条账目'),
    ]);
    site.pass(1_001);
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('由云岭区纪委监委机关见证').first().waitFor();
    await page.getByText('见证中').waitFor();
    await page.getByText('正式', { exact: true }).first().waitFor();
    await page.getByText('1/1 家签名，要求 1 家').waitFor();
    await look(page, 'official');
  });

  test('a witness that is late is said to be, here and where the vote is watched', async () => {
    await vote(1);
    site.pass(10 * 60_000);
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText(/\d 分钟没有新的见证/).waitFor();
    await page.getByText('待见证', { exact: true }).first().waitFor();
    await expect.poll(() => page.getByText('见证中').count()).toBe(0);
    await look(page, 'late');
    await page.goto(`/console/c/${SLUG}/live`);
    await page.getByText(/存证点 \d+ 分钟没有成为正式/).waitFor();
    await look(page, 'live');
    await page.getByRole('link', { name: '查看存证与见证' }).first().click();
    await page.getByText('怎样成为见证单位').waitFor();
    await watch(`${await commandOf('--log ')} --once`);
    site.pass(1_001);
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('见证中').waitFor();
  });

  test('the day’s sheet holds the checkpoint as text and as a code that a phone reads, and fits a page', async () => {
    const [today] = await days();
    if (!today) throw new Error('no day');
    await page.getByRole('link', { name: '打印当日存证点' }).click();
    await page.getByRole('heading', { name: '选票账本当日存证点' }).waitFor();
    await expect.poll(() => page.locator('.day-note-box pre').textContent()).toBe(today.note);
    const codeOf = async (name: string): Promise<string> => {
      const code = await page.getByRole('img', { name }).screenshot();
      const { data, info } = await sharp(code).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      const read = jsqr.default(new Uint8ClampedArray(data), info.width, info.height);
      return Buffer.from(read?.binaryData ?? []).toString('utf8');
    };
    await expect.poll(() => codeOf('存证点原文的二维码')).toBe(today.note);
    const key = await page.locator('.day-code').textContent();
    await expect.poll(() => codeOf('账本公钥的二维码')).toBe(key);
    await page.emulateMedia({ media: 'print' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)).toHaveLength(1);
    await page.emulateMedia({ media: 'screen' });
  });

  test('an organizer sees it all and changes nothing', async () => {
    const context = await desk();
    const other = await open(context, 'organizer');
    await other.goto(PATH);
    await other.getByText('见证中').waitFor();
    await look(other, 'organizer');
    await expect.poll(() => other.getByRole('button', { name: /调整见证安排|移除/ }).count()).toBe(0);
    await context.close();
  });

  test('a citizen reads who vouches for each day, and finds the page for checking offline', async () => {
    const context = await phone();
    const citizen = await context.newPage();
    await citizen.goto(`/c/${SLUG}/verify`);
    await citizen.getByText('由云岭区纪委监委机关见证').waitFor();
    await expect
      .poll(() => citizen.getByRole('link', { name: '离线核验页' }).getAttribute('href'))
      .toBe('/verify');
    await context.close();
  });

  test('a citizen reads what a receipt does not stop, and from there where each promise ends', async () => {
    const context = await phone();
    const citizen = await context.newPage();
    await citizen.goto(`/c/${SLUG}/verify`);
    const text = () => citizen.locator('main').textContent();
    await expect.poll(text).toContain('当面的索要和买卖');
    await expect.poll(text).not.toMatch(/无法买卖|不能向别人证明/);
    await citizen.getByRole('link', { name: '假设与边界' }).tap();
    const heading = citizen.getByRole('heading', { name: '假设与边界' });
    await expect.poll(async () => ((await heading.boundingBox())?.y ?? 9_999) < 400).toBe(true);
    for (const about of ['审计人员看到什么', '掌握密钥的人能做什么', '留存什么，留多久'])
      await citizen.getByText(about).waitFor();
    await context.close();
  });

  test('two auditors remove a witness; what it vouched for stays official', async () => {
    await page.goto(PATH);
    await page.getByRole('button', { name: '调整见证安排' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '移除云岭区纪委监委机关' }).click();
    await dialog.getByLabel('原因').fill('见证单位更换了密钥');
    await dialog.getByRole('button', { name: '提出' }).click();
    await dialog.getByText('见证单位没有这么多家，请改小。').waitFor();
    await dialog.getByLabel('几家签名后称为正式').selectOption('0');
    await dialog.getByRole('button', { name: '提出' }).click();
    await page.getByText('须由另一名审计人员确认').waitFor();
    const context = await desk();
    const second = await open(context, 'auditor', '林审计');
    await second.goto(PATH);
    await second.getByRole('button', { name: '确认', exact: true }).click();
    await second.getByText('已移除：云岭区纪委监委机关').waitFor();
    await second.getByText('由云岭区纪委监委机关见证').first().waitFor();
    await second.getByText('1/1 家签名，要求 1 家').waitFor();
    await context.close();
    await site.verify(SLUG);
  });
});
