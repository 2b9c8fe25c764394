import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ContestView } from '@zuimei/shared/view.ts';
import { layoutShift, openContest, pick, receiptOf, textOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

const SLUG = 'zuimei-2026';
const PATH = `/c/${SLUG}`;
const EVERY_PAGE = [
  '/',
  PATH,
  `${PATH}/n/2`,
  `${PATH}/rank`,
  `${PATH}/mine`,
  `${PATH}/rules`,
  `${PATH}/verify`,
  `${PATH}/poster`,
];
const KB = 1000;

vi.setConfig({ testTimeout: 45_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown({ demo: true });
});
afterAll(() => town?.close());

describe.concurrent('the page is for everybody', () => {
  test('in 长辈版 all text has at least 18 px and all targets 60, in one column, also after coming back', async () => {
    const guest = await town.phone();
    const { page } = guest;
    await openContest(page, PATH);
    expect(await smallText(page, 18)).not.toEqual([]);
    await page.getByRole('button', { name: '长辈版' }).tap();
    await page.getByRole('button', { name: '长辈版', pressed: true }).waitFor();
    const html = await (await page.request.get(PATH)).text();
    expect(html).toMatch(/<html[^>]* data-elder/);
    for (const path of EVERY_PAGE) {
      await page.goto(path, { waitUntil: 'networkidle' });
      expect({ path, small: await smallText(page, 18) }).toEqual({ path, small: [] });
      expect({ path, low: await lowTargets(page, 60) }).toEqual({ path, low: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    }
    await openContest(page, PATH);
    const lefts = await page
      .getByRole('article')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().x));
    expect(new Set(lefts).size).toBe(1);
    await pick(page, 1);
    await voteButton(page).tap();
    await receiptOf(page);
    expect(await smallText(page, 18)).toEqual([]);
    expect(await lowTargets(page, 60)).toEqual([]);
    expect(guest.faults).toEqual([]);
  });

  test('in ordinary type all buttons are at least 44 px high', async () => {
    const { page } = await town.phone();
    for (const path of EVERY_PAGE) {
      await page.goto(path, { waitUntil: 'networkidle' });
      expect({ path, low: await lowTargets(page, 44) }).toEqual({ path, low: [] });
    }
  });

  test('without JavaScript names, reasons, deeds and rules can be read', async () => {
    const { page } = await town.phone({ javaScriptEnabled: false });
    const contest = (await (await page.request.get(`/api/contests/${SLUG}`)).json()) as ContestView;
    await page.goto(PATH);
    for (const one of contest.candidates) {
      await page.getByRole('heading', { name: one.name }).waitFor();
      await page.getByText(one.reason).waitFor();
    }
    await page.getByRole('link', { name: /每人每天可投/ }).tap();
    await page.getByText('每人每天可投 1 张选票').waitFor();
    await page.goto(`${PATH}/n/2`);
    for (const section of contest.candidates[1]?.deeds ?? [])
      for (const paragraph of section.paragraphs) await page.getByText(paragraph).waitFor();
  });

  test('with the keyboard alone one can choose, vote, and leave the receipt with Esc', async ({ expect }) => {
    const guest = await town.desk();
    const { page } = guest;
    await openContest(page, PATH);
    const focused = () =>
      page.evaluate(() => document.activeElement?.textContent?.replace(/\s+/g, ' ').trim() ?? '');
    const tabTo = async (words: RegExp) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press('Tab');
        if (words.test(await focused())) return;
      }
      throw new Error(`no way by Tab to ${words}`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('跳到正文');
    await tabTo(/^选 ?3 号/);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: /^已选\s*3 号/, pressed: true }).waitFor();
    await tabTo(/^投票$/);
    await page.keyboard.press('Enter');
    const sheet = await receiptOf(page);
    const inSheet = () => sheet.evaluate((dialog) => dialog.contains(document.activeElement));
    for (let presses = 0; presses < 7; presses++) {
      await page.keyboard.press(presses < 5 ? 'Tab' : 'Shift+Tab');
      expect(await inSheet()).toBe(true);
    }
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await expect
      .poll(() => page.evaluate(() => document.getElementById('app')?.hasAttribute('aria-hidden')))
      .toBe(false);
    expect(guest.faults).toEqual([]);
  });

  test('without any picture the names stand in their place, and a vote can be cast', async ({ expect }) => {
    const guest = await town.phone();
    const { page } = guest;
    await page.route('**/media/**', (route) => route.abort());
    await openContest(page, PATH);
    const first = page.getByRole('article').first();
    const before = await first.boundingBox();
    const name = await textOf(first.getByRole('heading'));
    await expect.poll(() => textOf(first.locator('.portrait'))).toContain(name.at(-1));
    await pick(page, 2, 4);
    await voteButton(page).tap();
    await (await receiptOf(page)).getByRole('button', { name: '完成' }).tap();
    await expect.poll(async () => (await first.boundingBox())?.width).toBe(before?.width);
  });

  test('a first vote needs at most 70 KB of script and 15 KB of style, and nothing is fetched ahead on a poor network', async ({
    expect,
  }) => {
    const { page, context } = await town.phone();
    await context.addInitScript(() =>
      Object.defineProperty(navigator, 'connection', { value: { saveData: true, effectiveType: '2g' } }),
    );
    const loads: Promise<{ type: string; bytes: number; sent: number }>[] = [];
    page.on('response', (reply) => {
      const type = reply.request().resourceType();
      if (type !== 'script' && type !== 'stylesheet') return;
      const whole = reply.body().then((body) => gzipSync(body).length);
      const sizes = reply.request().sizes();
      loads.push(
        Promise.all([whole, sizes]).then(([bytes, of]) => ({ type, bytes, sent: of.responseBodySize })),
      );
    });
    await openContest(page, PATH);
    await pick(page, 1, 2, 3);
    await voteButton(page).waitFor();
    await expect.poll(() => voteButton(page).getAttribute('aria-disabled')).toBe('false');
    const inline = await page.locator('style').allTextContents();
    const all = await Promise.all(loads);
    const sum = (of: 'bytes' | 'sent', type: string): number =>
      all.filter((load) => load.type === type).reduce((total, load) => total + load[of], 0);
    expect(sum('bytes', 'script')).toBeGreaterThan(10 * KB);
    expect(sum('bytes', 'script')).toBeLessThanOrEqual(70 * KB);
    // Sent compressed, with whatever the browser asked for.
    expect(sum('sent', 'script')).toBeLessThanOrEqual(sum('bytes', 'script') * 1.02);
    expect(sum('bytes', 'stylesheet') + gzipSync(inline.join('')).length).toBeLessThanOrEqual(15 * KB);
    const before = all.length;
    await voteButton(page).tap();
    await receiptOf(page);
    expect(loads.length).toBeGreaterThan(before);
  });

  test('on an office computer the ballot lies beside the list, and the same vote takes one click', async ({
    expect,
  }) => {
    const guest = await town.desk();
    const { page } = guest;
    await openContest(page, PATH);
    const panel = page.getByRole('complementary', { name: '我的选票' });
    const [list, side] = [await page.getByRole('main').boundingBox(), await panel.boundingBox()];
    expect(side?.x).toBeGreaterThan((list?.x ?? 0) + (list?.width ?? 0) - 1);
    await expect.poll(() => page.getByRole('region', { name: '我的选票' }).isVisible()).toBe(false);
    await pick(page, 1, 6);
    await panel.getByText('还可再选 3 位').waitFor();
    await panel
      .getByRole('button', { name: /^取消选择/ })
      .first()
      .click();
    await panel.getByText('还可再选 4 位').waitFor();
    await pick(page, 8);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
    expect(await layoutShift(page)).toBeLessThan(0.02);
    await panel.getByRole('button', { name: '投票' }).click();
    const sheet = await receiptOf(page);
    const middle = async () => {
      const box = await sheet.boundingBox();
      return (box?.x ?? 0) + (box?.width ?? 0) / 2;
    };
    await expect.poll(async () => Math.abs((await middle()) - 640)).toBeLessThan(10);
    await sheet.getByRole('button', { name: '完成' }).click();
    await panel.getByText('今天的票已投完').waitFor();
    expect((await town.ledger(SLUG)).some((ballot) => String(ballot.picks) === '6,8')).toBe(true);
    for (const path of EVERY_PAGE) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect({ path, wide: await page.evaluate(() => document.documentElement.scrollWidth) }).toEqual({
        path,
        wide: 1280,
      });
    }
    expect(guest.faults).toEqual([]);
  });
});

test('after all of them the ledger agrees with the tally', async () => {
  await town.verify(SLUG);
});

/** Texts on show that are set smaller than this, each with its size in CSS pixels; text for screen readers only does not count. */
function smallText(page: Page, least: number): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.textContent?.trim() || !element || element.closest('.sr, .skip, script, style, title'))
        continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const scale = element instanceof SVGGraphicsElement ? (element.getScreenCTM()?.a ?? 1) : 1;
      const size = Number.parseFloat(getComputedStyle(element).fontSize) * scale;
      if (size < least - 0.01) found.push(`${size} ${node.textContent.trim().slice(0, 20)}`);
    }
    return found;
  }, least);
}

/** Buttons, fields and links shown as buttons that are lower than this. */
function lowTargets(page: Page, least: number): Promise<string[]> {
  return page.evaluate((least) => {
    const targets = [
      ...document.querySelectorAll<HTMLElement>('button, input, select, a.button, nav a, .foot-links a'),
    ];
    return targets
      .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('.skip'))
      .map((one) => ({ words: one.textContent || one.ariaLabel || one.className, height: heightOf(one) }))
      .filter(({ height }) => height < least - 0.5)
      .map(({ words, height }) => `${height} ${words}`);

    /** A field counts with the label around it, which takes the tap as well. */
    function heightOf(element: HTMLElement): number {
      return (element.closest('label') ?? element).getBoundingClientRect().height;
    }
  }, least);
}
