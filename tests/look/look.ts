import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { startApp } from '../harness/app.ts';
import { openBrowser } from '../harness/browser.ts';

/** Makes phones.webp, the picture in README: the demo contest's list, detail, receipt, ranking and 长辈版 on a phone. */
const folder = mkdtempSync(join(tmpdir(), 'zuimei-look-'));
const app = await startApp({ env: { ZUIMEI_DEMO: '1' } });
const browser = await openBrowser();
const shots: Buffer[] = [];
try {
  const phone = await browser.phone();
  const page = await phone.newPage();
  const visit = async (path: string): Promise<void> => {
    await page.goto(app.url + path, { waitUntil: 'networkidle' });
  };
  await visit('/c/zuimei-2026');
  for (const name of ['林立夏', '何静姝'])
    await page.locator('article', { hasText: name }).getByRole('button').last().click();
  await page.evaluate(() => scrollTo(0, 0));
  shots.push(await page.screenshot());
  await visit('/c/zuimei-2026/n/3');
  shots.push(await page.screenshot());
  await visit('/c/zuimei-2026');
  await page.waitForTimeout(2_500);
  await page.getByRole('button', { name: /^投票/ }).last().click();
  await page.getByText('与存证点一致').waitFor();
  shots.push(await page.screenshot());
  await visit('/c/zuimei-2026/rank');
  shots.push(await page.screenshot());
  await phone.addCookies([{ name: 'elder', value: '1', url: app.url }]);
  await visit('/c/zuimei-2026');
  shots.push(await page.screenshot());
} finally {
  await browser.close();
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
}
const [width, height, gap] = [300, 650, 16];
const layers = await Promise.all(
  shots.map(async (shot, i) => ({
    input: await sharp(shot).resize(width, height).toBuffer(),
    left: i * (width + gap),
    top: 0,
  })),
);
await sharp({
  create: { width: shots.length * (width + gap) - gap, height, channels: 3, background: '#d9d4ce' },
})
  .composite(layers)
  .webp({ quality: 72 })
  .toFile(new URL('./phones.webp', import.meta.url).pathname);
