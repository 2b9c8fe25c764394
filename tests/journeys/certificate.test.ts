import { fileURLToPath } from 'node:url';
import jsqr from 'jsqr';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { formatBundle, parseBundle } from '@zuimei/shared/log/tile.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { type Chosen, chosen } from '../server/chosen.ts';
import { REASON } from '../server/panelled.ts';

/* From the certificate on paper to what a phone shows that scanned it. */

vi.setConfig({ testTimeout: 40_000 });

const saved = new URL('../../web/dist/verify/verify.html', import.meta.url);
let fresh: MovableDatabase;
let site: TestSite;
let browser: TestBrowser;
let one: Chosen;
/** What the codes of the two certificates lead to. */
let links: string[] = [];

beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
  one = await chosen(site, fresh, { title: '2026年度“最美应急人”', organizers: ['云岭区应急管理局'] });
  await one.auditor.post(`${one.path}/course/count`, { reason: REASON });
  await one.notice();
  await one.noticeOver();
  await one.result({
    certificate: '〔姓名〕同志：\n在〔活动〕推选活动中事迹突出、群众公认，授予“〔荣誉〕”称号，特发此证。',
  });
  await site.seal();
  site.pass(1_001);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

const base = (): string => `http://127.0.0.1:${site.port}`;

async function desk(): Promise<BrowserContext> {
  const context = await browser.desk({ baseURL: base() });
  const [name = '', value = ''] = one.organizer.cookie.split('=');
  await context.addCookies([{ name, value, url: base() }]);
  return context;
}

async function scan(link: string, before?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await (await browser.phone()).newPage();
  await before?.(page);
  await page.goto(link);
  await page.locator('.finding').waitFor();
  return page;
}

test('certificates are printed one a page, with a code that a phone reads and a line in the log', async () => {
  const context = await desk();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
  await page.goto(`/console/c/${one.slug}/out`);
  await page.getByRole('link', { name: '打印证书' }).click();
  await page.getByRole('heading', { name: '荣誉证书' }).first().waitFor();
  const codes = page.locator('.certificate-code');
  await expect.poll(() => codes.count()).toBe(2);
  links = await codes.evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
  const shot = await page.getByRole('img', { name: '候选2的证书核验' }).screenshot();
  const { data, info } = await sharp(shot)
    .resize(600)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(jsqr.default(new Uint8ClampedArray(data), info.width, info.height)?.data).toBe(links[1]);

  await page.evaluate(() => {
    window.print = () => document.body.setAttribute('data-printed', '');
  });
  await page.getByRole('button', { name: '打印 / 存为 PDF（2 张）' }).click();
  await page.locator('body[data-printed]').waitFor();
  expect(JSON.stringify(await one.organizer.get('/api/console/actions'))).toContain('"certificate.print"');
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(2);
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
  expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([842, 595]);
  await page.getByLabel('候选1').uncheck();
  await page.getByLabel('纸张').selectOption({ label: 'A4 纵向' });
  const upright = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  expect(upright.match(/\/Type \/Page\b/g)).toHaveLength(1);
  expect(Number(/\/MediaBox \[0 0 ([\d.]+)/.exec(upright)?.[1])).toBeCloseTo(595, 0);
  expect(complaints).toEqual([]);
  await context.close();
});

test('who scans one reads in large type what the paper should say, and what was checked', async () => {
  const page = await scan(links[1] ?? '');
  await expect.poll(() => page.locator('.finding b').textContent()).toBe('证书有效');
  const paper = () => page.locator('.certificate-paper').textContent();
  for (const said of [
    '候选2',
    '入选人物',
    '云岭区应急管理局',
    '2026年10月10日',
    '云应急〔2026〕38号',
    `${one.slug}-2026-002`,
  ])
    await expect.poll(paper).toContain(said);
  await expect.poll(paper).toContain('候选2同志：');
  await expect.poll(() => page.locator('.finding').textContent()).toMatch(/存证点已为前 \d+ 条账目签名/);
  await page.context().close();
});

test('a code of another number and an act that the site altered are not taken for it', async () => {
  const other = await scan(
    (links[0] ?? '').replace(/\.(\d+)\.1\./, (_, entry) => `.${Number(entry) - 1}.1.`),
  );
  await expect.poll(() => other.locator('.finding b').textContent()).toBe('证书与账本不符');
  await other.context().close();
  const altered = await scan(links[0] ?? '', async (page) => {
    await page.route('**/acts/*', async (route) => {
      const reply = await route.fetch();
      await route.fulfill({ response: reply, body: (await reply.text()).replace('候选1', '冒名者') });
    });
  });
  await expect.poll(() => altered.locator('.finding b').textContent()).toBe('证书与账本不符');
  await expect.poll(() => altered.locator('.certificate-paper').count()).toBe(0);
  await altered.context().close();
  const broken = await scan(`${base()}/verify#c=nonsense`);
  await broken.getByText('二维码里的编号不完整').waitFor();
  await broken.context().close();
});

test('a page that was saved says that it needs the site', async () => {
  const page = await scan(`${saved.href}#c=${links[0]?.split('#c=')[1]}`);
  await page.getByText('核验证书要连上网站').waitFor();
  expect(fileURLToPath(saved)).toContain('verify.html');
  await page.context().close();
});

test('one that was revoked since is said to be, with reason and date, and is left out of the print', async () => {
  const serial = `${one.slug}-2026-002`;
  await one.organizer.post(`${one.path}/course/revocations`, { serial, reason: '事迹不实' });
  const [asked] = (await one.view()).revocations;
  await one.auditor.post(`${one.path}/course/revocations/${asked?.id}/decide`, {
    granted: true,
    reason: REASON,
  });
  await site.seal();
  site.pass(2_001);
  const silent = await scan(links[1] ?? '', async (page) => {
    // A site that would rather not say so: it gives the entries without the last.
    await page.route('**/tile/entries/**', async (route) => {
      const reply = await route.fetch();
      await route.fulfill({
        response: reply,
        body: Buffer.from(formatBundle(parseBundle(await reply.body()).slice(0, -1))),
      });
    });
  });
  await expect.poll(() => silent.locator('.finding b').textContent()).toBe('结果之后的账目与存证点不符');
  await silent.context().close();
  const page = await scan(links[1] ?? '');
  await expect
    .poll(() => page.locator('.finding').textContent())
    .toMatch(/证书已撤销.*2026年10月10日.*事迹不实/s);
  await expect.poll(() => page.locator('.certificate-paper').count()).toBe(0);
  await page.context().close();
  const context = await desk();
  const print = await context.newPage();
  await print.goto(`/console/c/${one.slug}/certificates`);
  await print.getByText(`已撤销的不再打印：候选2（${serial}）。`).waitFor();
  await expect.poll(() => print.locator('.certificate-page').count()).toBe(1);
  await context.close();
});
