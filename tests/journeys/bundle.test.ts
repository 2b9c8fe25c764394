import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { logSigner } from '@zuimei/server/log/sealer.ts';
import { formatVerifierKey } from '@zuimei/shared/note.ts';
import { filesOf, resealed, zipOf } from '../bundle/file.ts';
import { made } from '../bundle/made.ts';
import { json } from '../bundle/spoil.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { createSite, type TestSite } from '../harness/site.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

/* A stranger with a bundle and a saved page. */

const VERIFY_PAGE = new URL('../../web/dist/verify/verify.html', import.meta.url);
/** Where to leave pictures of the page, for whoever wants to look at it. */
const SHOTS = process.env['SHOTS'];
let fresh: MovableDatabase;
let site: TestSite;
let browser: TestBrowser;
let folder: string;
/** The log's key, as it stands on paper. */
let printed: string;
beforeAll(async () => {
  fresh = await movableDatabase('server');
  [site, browser] = await Promise.all([createSite(fresh.database.db), openBrowser()]);
  folder = await mkdtemp(join(tmpdir(), 'bundle-page-'));
  await copyFile(fileURLToPath(VERIFY_PAGE), join(folder, 'verify.html'));
  const one = await made(site, fresh);
  await one.judge();
  await one.choose();
  await one.publish();
  const sound = await one.bundle('public');
  const { origin } = await site.parts.logName(one.slug);
  const signer = await logSigner(site.parts.secrets, one.slug, origin);
  printed = formatVerifierKey(signer);
  const spoilt = await json(
    'standing.json',
    'parts.expert.1',
    (old) => Number(old) - 100,
  )(filesOf(sound), signer);
  await writeFile(join(folder, 'sound.zip'), sound);
  await writeFile(join(folder, 'spoilt.zip'), zipOf(await resealed(spoilt, signer)));
  await writeFile(join(folder, 'none.zip'), 'no zip at all');
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

test.each(['phone', 'desk'] as const)(
  'a saved page checks a bundle on a %s without a network, and names what is wrong',
  async (kind) => {
    const context = await browser[kind]({ offline: true });
    const faults: string[] = [];
    context.on('weberror', (error) => faults.push(error.error().message));
    const page = await context.newPage();
    await page.goto(`file://${join(folder, 'verify.html')}`);
    const choose = async (name: string, heading: string | RegExp): Promise<void> => {
      await page.locator('#bundle input[type=file]').setInputFiles(join(folder, name));
      await page.getByRole('heading', { name: heading }).waitFor();
      const [width, box] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect([name, width]).toEqual([name, box]);
      if (SHOTS) await page.screenshot({ path: join(SHOTS, `${kind}-${name}.png`), fullPage: true });
    };
    const steps = page.getByRole('list', { name: '十五步核验' }).getByRole('listitem');
    await choose('sound.zip', '只说明文件包自身一致');
    await page.getByLabel('印发的公钥').fill(printed);
    await choose('sound.zip', '十五步全部一致');
    await expect
      .poll(async () => (await steps.allTextContents()).map((step) => step.includes('一致')))
      .toEqual(Array(15).fill(true));
    await choose('spoilt.zip', /\d 步不符/);
    const foremost = () => page.locator('.foremost').textContent();
    await expect.poll(foremost).toMatch(/第 9 步：standing.json 候选 1 的专家评审分写/);
    await choose('none.zip', '1 步不符');
    await expect.poll(foremost).toContain('不是 zip');
    expect(faults).toEqual([]);
    await context.close();
  },
);
