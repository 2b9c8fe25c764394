import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsqr from 'jsqr';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadDemo } from '@zuimei/server/demo/demo.ts';
import { witnessCommand } from '@zuimei/server/witness/command.ts';
import type { DayCheckpoint } from '@zuimei/shared/log/witness.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

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

async function open(context: BrowserContext, role: 'auditor' | 'organizer'): Promise<Page> {
  const { cookie } = await signIn(site, [role], role === 'auditor' ? '周审计' : '王组织');
  const [name = '', value = ''] = cookie.split('=');
  await context.addCookies([{ name, value, url: `http://127.0.0.1:${site.port}` }]);
  return await context.newPage();
}
const desk = () => browser.desk({ baseURL: `http://127.0.0.1:${site.port}` });
const phone = () => browser.phone({ baseURL: `http://127.0.0.1:${site.port}` });

/** Runs the witness command; gives what it printed. */
async function watch(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const caller = { folder: office, print: (line: string) => void lines.push(line) };
  expect(await witnessCommand(caller, args)).toBe(0);
  return lines;
}
const days = async (): Promise<DayCheckpoint[]> =>
  (await (await site.call(`/log/${SLUG}/days`)).json()) as DayCheckpoint[];

describe('checkpoints and their witnesses', () => {
  let page: Page;

  test('an auditor registers the discipline office by the line that its keygen printed', async () => {
    page = await open(await desk(), 'auditor');
    await page.goto(PATH);
    await page.getByText('7 条账目').waitFor();
    await page.getByText('还没有见证单位').waitFor();
    const key = (await watch('keygen', '--name', 'yunling-jiwei', '--key', 'key')).at(-1) ?? '';
    const misread = key.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'));
    await page.getByRole('button', { name: '登记见证' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '登记' }).click();
    await dialog.getByText('请填写 2 到 40 个字的名称。').waitFor();
    await dialog.getByLabel('单位名称').fill('云岭区纪委监委机关');
    await dialog.getByLabel('见证公钥').fill(misread);
    await dialog.getByRole('button', { name: '登记' }).click();
    await dialog.getByText('公钥格式不对').waitFor();
    await dialog.getByLabel('见证公钥').fill(key);
    await dialog.getByRole('button', { name: '登记' }).click();
    await page.getByText('等待第一次见证').waitFor();
  });

  test('the command copied from the page makes it a witness, and the page says so', async () => {
    const shown = await page
      .getByRole('textbox')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
    const command = shown.find((text) => text.includes('--log ')) ?? '';
    const words = command.replaceAll("'", '').split(' ').slice(3);
    const named = words.map((word) => (word === 'witness.key' ? 'key' : word));
    expect(await watch(...named, '--once')).toEqual([expect.stringContaining('已见证 7 条账目')]);
    site.pass(1_001);
    await page.getByRole('button', { name: '刷新' }).click();
    await page.getByText('由云岭区纪委监委机关见证').first().waitFor();
    await page.getByText('见证中').waitFor();
  });

  test('the day’s sheet holds the checkpoint as text and as a code that a phone reads, and fits a page', async () => {
    const [today] = await days();
    if (!today) throw new Error('no day');
    await page.getByRole('link', { name: '打印当日存证点' }).click();
    await page.getByRole('heading', { name: '选票账本当日存证点' }).waitFor();
    expect(await page.locator('.day-note-box pre').textContent()).toBe(today.note);
    const codeOf = async (name: string): Promise<string> => {
      const code = await page.getByRole('img', { name }).screenshot();
      const { data, info } = await sharp(code).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      const read = jsqr.default(new Uint8ClampedArray(data), info.width, info.height);
      return Buffer.from(read?.binaryData ?? []).toString('utf8');
    };
    expect(await codeOf('存证点原文的二维码')).toBe(today.note);
    expect(await codeOf('账本公钥的二维码')).toBe(await page.locator('.day-code').textContent());
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
    expect(await other.getByRole('button', { name: /登记见证|移除/ }).count()).toBe(0);
    await context.close();
  });

  test('a citizen reads who vouches for each day, and finds the page for checking offline', async () => {
    const context = await phone();
    const citizen = await context.newPage();
    await citizen.goto(`/c/${SLUG}/verify`);
    await citizen.getByText('由云岭区纪委监委机关见证').waitFor();
    expect(await citizen.getByRole('link', { name: '离线核验页' }).getAttribute('href')).toBe('/verify');
    await context.close();
  });

  test('a citizen reads what a receipt does not stop, and from there where each promise ends', async () => {
    const context = await phone();
    const citizen = await context.newPage();
    await citizen.goto(`/c/${SLUG}/verify`);
    const text = (await citizen.locator('main').textContent()) ?? '';
    expect(text).not.toMatch(/无法买卖|不能向别人证明/);
    expect(text).toContain('当面的索要和买卖');
    await citizen.getByRole('link', { name: '假设与边界' }).tap();
    const heading = citizen.getByRole('heading', { name: '假设与边界' });
    await expect.poll(async () => ((await heading.boundingBox())?.y ?? 9_999) < 400).toBe(true);
    for (const about of ['审计人员看到什么', '掌握密钥的人能做什么', '留存什么，留多久'])
      await citizen.getByText(about).waitFor();
    await context.close();
  });

  test('an auditor removes a witness with a reason; what it vouched for stays', async () => {
    await page.goto(PATH);
    await page.getByRole('button', { name: '移除' }).click();
    await page.getByLabel('原因').fill('见证单位更换了密钥');
    await page.getByRole('dialog').getByRole('button', { name: '移除' }).click();
    await page.getByText('已移除：云岭区纪委监委机关').waitFor();
    await page.getByText('由云岭区纪委监委机关见证').first().waitFor();
    await site.verify(SLUG);
  });
});
