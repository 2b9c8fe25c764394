import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from './browser.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const page = `data:text/html,<meta name="viewport" content="width=device-width"><p>最美</p>`;

test('a phone has touch, 375 points of width at twice the pixels, and speaks Chinese in Shanghai', async () => {
  const phone = await browser.phone();
  const tab = await phone.newPage();
  await tab.goto(page);
  const seen = await tab.evaluate(
    '[innerWidth, devicePixelRatio, navigator.maxTouchPoints > 0, navigator.language, new Date(0).getHours()]',
  );
  expect(seen).toEqual([375, 2, true, 'zh-CN', 8]);
  await phone.close();
});

test('two contexts share no cookies', async () => {
  const [one, other] = [await browser.phone(), await browser.desk()];
  await one.addCookies([{ name: 'voter', value: '1', url: 'http://127.0.0.1/' }]);
  expect(await other.cookies()).toEqual([]);
  expect(await one.cookies()).toHaveLength(1);
  await Promise.all([one.close(), other.close()]);
});
