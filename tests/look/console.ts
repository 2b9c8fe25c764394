import sharp from 'sharp';
import { loadDemo } from '@zuimei/server/demo/demo.ts';
import { openBrowser } from '../harness/browser.ts';
import { movableDatabase } from '../harness/clock.ts';
import { signIn } from '../harness/office.ts';
import { createSite } from '../harness/site.ts';

/** Makes console.webp, the picture in README: the settings of the demo contest beside their preview, and its vote after a day. */
const SLUG = 'zuimei-2026';
const MINUTES = 600;
const end = Date.now();
const fresh = await movableDatabase('embedded');
const site = await createSite(fresh.database.db, { pages: true });
await loadDemo({ db: fresh.database.db, secrets: site.parts.secrets, publicUrl: null }, end);
for (let minute = 0; minute < MINUTES; minute += 2) {
  const at = end - (MINUTES - minute) * 60_000;
  await fresh.at(at);
  site.at(at);
  // An evening: a slow rise, a peak after the news, a fall.
  const wave = 2 + 3 * Math.sin((minute / MINUTES) * Math.PI) + 9 * Math.exp(-(((minute - 420) / 40) ** 2));
  const crowd = Array.from({ length: Math.round(wave) }, (_, i) =>
    site.visitor(SLUG).cast([1 + ((minute * 7 + i * 3) % 5), 6 + ((minute + i) % 3)]),
  );
  await Promise.all(crowd);
}
await fresh.at(end);
site.at(end);
await site.seal();
const { cookie } = await signIn(site, ['organizer'], '王组织');
const browser = await openBrowser();
const shots: Buffer[] = [];
try {
  const desk = await browser.desk({ baseURL: `http://127.0.0.1:${site.port}` });
  const [name = '', value = ''] = cookie.split('=');
  await desk.addCookies([{ name, value, url: `http://127.0.0.1:${site.port}` }]);
  const page = await desk.newPage();
  for (const path of ['settings', 'live']) {
    await page.goto(`/console/c/${SLUG}/${path}`, { waitUntil: 'networkidle' });
    await page.waitForTimeout(1_500);
    shots.push(await page.screenshot());
  }
} finally {
  await browser.close();
  await site.close();
  await fresh.drop();
}
const [width, height, gap] = [760, 475, 16];
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
  .toFile(new URL('./console.webp', import.meta.url).pathname);
