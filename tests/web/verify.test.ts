import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { receiptCodeOf } from '@zuimei/shared/ledger/receiptcode.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { signNote } from '@zuimei/shared/note.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { exportOf, type Fields, rewrite } from '../server/exported.ts';

/** The page as it is built: web/dist must be there. */
const saved = new URL('../../web/dist/verify/verify.html', import.meta.url).href;

let fresh: FreshDatabase;
let site: TestSite;
let browser: TestBrowser;
let slug: string;
/** The exported ledger, two checkpoints on the way, a receipt, and the log's key. */
let ledger: string;
let points: [string, string];
let code: string;
let verifierKey: string;
let forged: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
  ({ slug } = await site.contest({ title: '2026年度最美应急人', policy: 'loose' }));
  const voter = site.visitor(slug);
  const { body: receipt } = await voter.cast([2, 7]);
  const noteNow = async (): Promise<string> => {
    await site.seal();
    site.pass(1_001);
    return await (await site.call(`/log/${slug}/checkpoint`)).text();
  };
  const first = await noteNow();
  for (const picks of [[1, 2], [2], [2, 8], [3], [5]]) await site.visitor(slug).cast(picks);
  const stored = await site.parts.contests.find(slug);
  const trace = { device: new Uint8Array(8), ip: new Uint8Array(16), state: 'held' as const, flags: 1 };
  await site.parts.ledger.commit(stored, [
    { ...trace, ballotId: randomUUID(), voter: 'ab'.repeat(16), picks: [4] },
  ]);
  const people = { actor: '林清越', confirmedBy: '沈知白', reason: '同一设备批量投票', reference: '' };
  await site.parts.ledger.rule(slug, { ...people, verb: 'void', entries: [6] });
  points = [first, await noteNow()];
  const [own] = (await voter.me()).ballots;
  if (!own) throw new Error('/me does not know the ballot');
  code = receiptCodeOf(slug, receipt, own.opening);
  ledger = await exportOf(await signIn(site, ['auditor']), slug);
  await site.verify(slug);
  ({ verifierKey } = JSON.parse(ledger.slice(0, ledger.indexOf('\n'))) as { verifierKey: string });
  // As somebody could who has the log's key and rewrites history.
  const origin = `zuimei.local/${slug}`;
  const signer = await logSigner(site.parts.secrets, slug, origin);
  forged = await signNote(formatCheckpoint({ origin, size: 5, root: new Uint8Array(32).fill(9) }), signer);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

/** The page, served or from a disk, with whatever the browser complained about. */
async function opened(from: 'site' | 'disk', hash = ''): Promise<{ page: Page; complaints: string[] }> {
  const context = await (hash ? browser.phone() : browser.desk());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (said) => said.type() === 'error' && complaints.push(said.text()));
  await page.goto(`${from === 'site' ? `http://127.0.0.1:${site.port}/verify` : saved}${hash}`);
  await page.getByRole('heading', { level: 1, name: '选票账本核验' }).waitFor();
  return { page, complaints };
}

const choose = (page: Page, text: string) =>
  page
    .locator('#ledger input[type=file]')
    .setInputFiles({ name: '账本.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(text) });
const verdictOf = (page: Page) => page.locator('.verdict h3').textContent();
const findingOf = (page: Page, section: string) =>
  page.getByRole('region', { name: section }).locator('.finding b').textContent();

describe.each(['site', 'disk'] as const)('the page that verifies a ledger, opened from the %s', (from) => {
  test('finds a good file to agree and counts it anew, held and void ballots apart', async () => {
    const { page, complaints } = await opened(from);
    await choose(page, ledger);
    await expect.poll(() => verdictOf(page)).toBe('只说明文件自身一致');
    await page.getByLabel('印发的公钥').fill(verifierKey);
    await choose(page, ledger);
    await expect.poll(() => verdictOf(page)).toBe('全部一致');
    const rows = async () =>
      (await page.locator('.counts tbody tr').allInnerTexts()).map((row) => row.split(/\s+/));
    await expect.poll(rows).toEqual([
      ['1', '候选1', '1', '—'],
      ['2', '候选2', '4', '—'],
      ['3', '候选3', '1', '—'],
      ['4', '候选4', '0', '1'],
      ['5', '候选5', '0', '—'],
      ['6', '候选6', '0', '—'],
      ['7', '候选7', '1', '—'],
      ['8', '候选8', '1', '—'],
    ]);
    const { root } = await site.verify(slug);
    for (const words of ['5 · 1 · 1 张', root])
      await expect.poll(() => page.locator('.facts').textContent()).toContain(words);
    for (const words of [verifierKey, '签名用您填写的公钥核验'])
      await expect.poll(() => page.locator('.keyline').textContent()).toContain(words);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('says of a doctored file what was done to it, and with the wrong key that nothing is signed', async () => {
    const { page, complaints } = await opened(from);
    const spoilt = rewrite(ledger, (lines) =>
      lines.map((line) =>
        line.index === 3 ? { ...line, opening: { ...(line.opening as Fields), picks: [5] } } : line,
      ),
    );
    await choose(page, spoilt);
    await expect.poll(() => verdictOf(page)).toMatch(/^有 \d+ 处不符$/);
    await expect
      .poll(() => page.locator('.problems').textContent())
      .toContain(
        '第 4 号账目的内容与入账时封存的指纹不符：内容（选票还包括当时记下的信号、设备、来源与地址）在入账之后被改过。',
      );
    await choose(page, 'name,votes\n候选1,3\n');
    await page.getByText('这不是选票账本的导出文件').waitFor();
    await page
      .getByLabel('印发的公钥')
      .fill(verifierKey.replace(/\+[^+]+$/, '+AeWwSOuKAg33QHKkjJXo5uCTrCe2qVSuBtXGw6aJB7Vu'));
    await choose(page, ledger);
    await page.getByText('给出的账本公钥读不出来').waitFor();
    await expect.poll(() => verdictOf(page)).toBe('密钥不对');
    await expect.poll(() => page.locator('.problems li').count()).toBe(1);
    await page.getByLabel('印发的公钥').fill(verifierKey);
    await page.getByRole('button', { name: '用当前公钥重新核验' }).click();
    await page.getByText('签名用您填写的公钥核验').waitFor();
    await expect.poll(() => verdictOf(page)).toBe('全部一致');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('finds a receipt in the chosen file, and an altered one not', async () => {
    const { page } = await opened(from);
    await choose(page, ledger);
    await verdictOf(page);
    const ask = async (text: string): Promise<string | null> => {
      await page.getByLabel('回执码').fill(text);
      await page.getByRole('button', { name: '对照所选账本文件核验' }).click();
      return await findingOf(page, '核验回执');
    };
    expect(await ask(code)).toBe('第 2 号选票已入账');
    expect(await ask(code.replace('ZM1-', 'ZM1-x'))).toBe('这不是完整的回执码');
    await page.context().close();
  });

  test('compares two checkpoints by the chosen file: one history, or two', async () => {
    const { page } = await opened(from);
    await choose(page, ledger);
    await verdictOf(page);
    const compare = async (older: string, newer: string): Promise<string | null> => {
      await page.getByLabel('较早的存证点').fill(older);
      await page.getByLabel('较新的存证点').fill(newer);
      await page.getByRole('button', { name: '对照所选账本文件比对' }).click();
      return await findingOf(page, '比对两个存证点');
    };
    expect(await compare(...points)).toBe('两个存证点是同一本账');
    expect(await compare(forged, points[1])).toBe('两个存证点不是同一本账');
    expect(await compare('抄错的', points[1])).toBe('核验没有完成');
    await page.context().close();
  });
});

describe('on the site, without any file', () => {
  test('a receipt that was scanned is checked at once, by the proof and not by the site’s word', async () => {
    const { page, complaints } = await opened('site', `#r=${code}`);
    await expect.poll(() => findingOf(page, '核验回执')).toBe('第 2 号选票已入账');
    await expect
      .poll(() => page.getByRole('region', { name: '核验回执' }).textContent())
      .toContain(verifierKey);
    expect(complaints).toEqual([]);
    await page.route('**/receipts/*', async (route) => {
      const reply = await route.fetch();
      const text = await reply.text();
      await route.fulfill({
        response: reply,
        body: text.replace(/\n([A-Za-z0-9+/]{43}=)\n/, `\n${'A'.repeat(43)}=\n`),
      });
    });
    await page.getByRole('button', { name: '在线核验' }).click();
    await page.getByText('账本里的这一条与回执不是同一张').waitFor();
    await page.route('**/receipts/*', (route) => route.abort());
    await page.getByRole('button', { name: '在线核验' }).click();
    await page.getByText('没有连上网站').waitFor();
    await page.context().close();
  });

  test('two checkpoints are compared by the site’s proof', async () => {
    const { page } = await opened('site');
    const compare = async (older: string, newer: string): Promise<string | null> => {
      await page.getByLabel('较早的存证点').fill(older);
      await page.getByLabel('较新的存证点').fill(newer);
      await page.getByRole('button', { name: '在线比对' }).click();
      return await findingOf(page, '比对两个存证点');
    };
    expect(await compare(...points)).toBe('两个存证点是同一本账');
    expect(await compare(points[1].replaceAll('\n', '\r\n'), points[0])).toBe('两个存证点是同一本账');
    expect(await compare(forged, points[1])).toBe('两个存证点不是同一本账');
    expect(await compare(points[0].replace('\n2\n', '\n3\n'), points[1])).toBe('第 1 个存证点不能用');
    expect(await compare(points[0], '')).toBe('请粘贴两个存证点');
    await page.context().close();
  });

  test('the page runs exactly its own script, and reaches nothing but the site', async () => {
    const reply = await site.call('/verify');
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}=' 'wasm-unsafe-eval'; style-src 'sha256-/,
    );
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    const { page } = await opened('site');
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.foreign = true';
      document.body.append(script);
      const reached = await fetch('http://127.0.0.1:9/').then(
        () => true,
        () => false,
      );
      return [(globalThis as { foreign?: boolean }).foreign === true, reached];
    });
    expect(ran).toEqual([false, false]);
    await page.context().close();
  });
});

test('the verdict stands on a phone and on paper', async () => {
  const context = await browser.phone();
  const page = await context.newPage();
  await page.goto(saved);
  await choose(page, ledger);
  await expect.poll(() => verdictOf(page)).toBe('只说明文件自身一致');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  const small = await page
    .locator('button, .drop, textarea, a.button')
    .evaluateAll((all) =>
      all.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.textContent),
    );
  expect(small).toEqual([]);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => page.locator('.verdict').isVisible()).toBe(true);
  await expect.poll(() => page.locator('.drop, .act, textarea').filter({ visible: true }).count()).toBe(0);
  await context.close();
  expect(fileURLToPath(saved)).toMatch(/verify\.html$/);
});
