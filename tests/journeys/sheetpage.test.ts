import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { criteria, type Judge, openJudge, SHEET } from './judge.ts';
import { step } from './walk.ts';

const PATIENCE_MS = 12_000;
let browser: TestBrowser;
let judge: Judge;
let context: BrowserContext;
beforeAll(async () => {
  browser = await openBrowser();
});
afterEach(async () => {
  await context.close();
  await judge.down();
});
afterAll(() => browser.close());

/** The judge's phone, on the list. */
async function open(count?: number, given?: Parameters<typeof openJudge>[1]): Promise<Page> {
  judge = await openJudge(count, given);
  context = await browser.phone({ baseURL: judge.url });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(SHEET);
  await page.getByRole('button', { name: '我已知悉，开始评审' }).click();
  return page;
}

async function turn(page: Page, number: number): Promise<void> {
  const path = `${SHEET}?at=${number}`;
  if (page.url().includes(SHEET)) await step(page, path);
  else await page.goto(path);
  await page.locator('.one-bar').waitFor();
}
const give = (page: Page, name: string) => page.getByRole('radio', { name }).click();
const saved = (page: Page) => page.getByText(/^已保存/).waitFor();
const left = (page: Page) =>
  page.evaluate(async () => ({
    stored: Object.keys(localStorage).filter((key) => key.startsWith('zuimei.sheet.')),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));

describe('without a network', { timeout: 60_000 }, () => {
  test('a judge goes on, opens the page again, and finds everything; with it all is on the server', async () => {
    const page = await open();
    await page.waitForFunction(async () => {
      const store = await caches.open('zuimei-sheet');
      return (
        (await store.keys()).some(({ url }) => url.includes('face2')) && navigator.serviceWorker.controller
      );
    });
    await page.getByRole('button', { name: '开始评分' }).click();
    await give(page, '创新性，8 分，良好');
    await saved(page);
    await judge.down();
    await page.getByRole('button', { name: '创新性，加半分' }).click();
    await page.getByText(/^离线/).waitFor();
    await page.getByLabel('私人备注').fill('材料扎实');
    // What is kept beside what was typed: the page, its own files and pictures, and nothing of the API.
    const kept = await page.evaluate(async () =>
      (await (await caches.open('zuimei-sheet')).keys()).map(({ url }) => new URL(url).pathname),
    );
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter((path) => !/^\/(console-assets|media)\//.test(path))).toEqual([SHEET]);
    await page.reload();
    await page.getByRole('radio', { name: '创新性，8.5 分，良好' }).and(page.locator(':checked')).waitFor();
    await expect.poll(() => page.getByLabel('私人备注').inputValue()).toBe('材料扎实');
    await page.locator('.judge-face.large img').waitFor();
    await give(page, '群众认可，9 分');
    await page.getByRole('button', { name: '下一位' }).click();
    await give(page, '创新性，9 分，优秀');
    await page.getByText(/^离线/).waitFor();
    await judge.up();
    await page.getByText(/^已保存/).waitFor({ timeout: 30_000 });
    expect(judge.sheet.lines).toEqual({
      1: { points: { new: 850, people: 900 }, abstained: false, note: '材料扎实' },
      2: { points: { new: 900 }, abstained: false, note: '' },
    });
    await expect.poll(async () => (await left(page)).stored).not.toContain('zuimei.sheet.zuimei.typed');
  });

  test('whoever signs out leaves nothing behind', async () => {
    const page = await open();
    await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistrations()).length === 1);
    await turn(page, 1);
    await give(page, '创新性，8 分，良好');
    await saved(page);
    await page.getByRole('button', { name: '退出登录' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '退出登录' }).click();
    await page.getByLabel('账号').waitFor();
    await expect.poll(() => left(page)).toEqual({ stored: [], caches: [], workers: 0 });
  });
});

describe('somebody was faster', { timeout: 60_000 }, () => {
  test('two tabs: what differs is named, nothing is overwritten before the judge has chosen', async () => {
    const page = await open();
    const other = await context.newPage();
    for (const one of [page, other]) await turn(one, 3);
    await give(page, '创新性，8 分，良好');
    await saved(page);
    await give(other, '创新性，6 分，良好');
    await other.getByText('在另一处也改过').waitFor();
    await other.getByRole('rowheader', { name: '03 号 周明川' }).waitFor();
    expect(judge.sheet.lines[3]?.points).toEqual({ new: 800 });
    await other.getByRole('button', { name: '保留这里的' }).click();
    await saved(other);
    expect(judge.sheet.lines[3]?.points).toEqual({ new: 600 });
    await give(page, '群众认可，5 分');
    await page.getByRole('button', { name: '改用另一处的' }).click();
    await page.getByRole('radio', { name: '创新性，6 分，良好' }).and(page.locator(':checked')).waitFor();
    await expect.poll(() => page.getByRole('radio', { name: '群众认可，5 分' }).isChecked()).toBe(false);
  });

  test('a save whose answer was lost is no conflict', async () => {
    const page = await open();
    await turn(page, 3);
    judge.line.lose = true;
    await give(page, '创新性，8 分，良好');
    await page.getByText(/^离线/).waitFor();
    judge.line.lose = false;
    await give(page, '群众认可，5 分');
    await saved(page);
    expect(judge.sheet.lines[3]?.points).toEqual({ new: 800, people: 500 });
  });

  test('a recusal that the organizer ordered takes out that line, and the others are saved', async () => {
    const page = await open();
    await turn(page, 3);
    await give(page, '创新性，8 分，良好');
    await saved(page);
    judge.sheet.recusals.push({ number: 3, ground: 'ordered', at: new Date().toISOString() });
    delete judge.sheet.lines[3];
    await give(page, '群众认可，5 分');
    await page.getByText('您已回避这位候选').waitFor();
    await page.getByRole('button', { name: '下一位' }).click();
    await give(page, '创新性，9 分，优秀');
    await saved(page);
    expect(Object.keys(judge.sheet.lines)).toEqual(['4']);
  });

  test('a seat that is removed in the middle keeps on the page what it could not save', async () => {
    const page = await open();
    await turn(page, 3);
    judge.sheet.state = 'removed';
    await give(page, '创新性，8 分，良好');
    await page.getByText('已把这个席位移出评审组').waitFor();
    await expect
      .poll(() => page.getByLabel('没有上传的填写').inputValue())
      .toBe('03 号 周明川：工作实绩 —，示范引领 —，创新性 8，群众认可 —');
    await expect.poll(() => page.getByRole('radio').count()).toBe(0);
  });

  test('a session that ended: signed in again, the judge stands where they were and all is saved', async () => {
    const page = await open();
    await turn(page, 3);
    judge.line.signed = false;
    await give(page, '创新性，8 分，良好');
    await page.getByLabel('账号').fill('e3.1');
    await page.getByLabel('密码', { exact: true }).fill('271828');
    judge.line.csrf = 'another';
    await page.getByRole('button', { name: '下一步', exact: true }).click();
    await saved(page);
    await page.getByRole('radio', { name: '创新性，8 分，良好' }).and(page.locator(':checked')).waitFor();
    expect(judge.sheet.lines[3]?.points).toEqual({ new: 800 });
  });
});

describe('the lock', { timeout: 60_000 }, () => {
  const whole = { points: { work: 3_600, lead: 2_600, new: 800, people: 900 }, abstained: false, note: '' };
  async function ready(): Promise<Page> {
    const page = await open(3);
    judge.sheet.lines = { 1: whole, 2: whole, 3: { ...whole, points: {}, abstained: true } };
    judge.sheet.version = 5;
    await page.goto(`${SHEET}?at=end`);
    return page;
  }

  test('asks for each abstention, for the PIN, and gives a receipt; asked for, it comes back to be changed', async () => {
    const page = await ready();
    const button = page.getByRole('button', { name: '锁定评分表' });
    await expect.poll(() => button.isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: /03 号/ }).check();
    await button.click();
    judge.line.fresh = false;
    await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click();
    await page.getByRole('dialog').locator('input[type=password]').fill('271828');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '评分表已锁定' }).waitFor();
    await page.getByText('第 4218 号').waitFor();
    await expect.poll(() => page.getByLabel('存证全文').inputValue()).toBe('a3f09c51'.repeat(8));
    await page.getByRole('button', { name: /申请重开/ }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('第二位漏看了附件');
    await page.getByRole('button', { name: '提交申请' }).click();
    await page.getByText('等待主办单位处理').waitFor();
    Object.assign(judge.sheet, { locked: null, asked: null, reopened: true });
    await page.reload();
    await page.getByText('评分表已重开').waitFor();
    await turn(page, 1);
    await give(page, '创新性，7 分，良好');
    await saved(page);
  });

  test('whose answer was lost is looked for, and found', async () => {
    const page = await ready();
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: '锁定评分表' }).click();
    judge.line.lose = true;
    await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click();
    await page.getByRole('heading', { name: '评分表已锁定' }).waitFor();
  });

  test('is refused after the end, and what was given is kept', async () => {
    const page = await ready();
    judge.task.closes = new Date(Date.now() - 60_000).toISOString();
    await page.reload();
    await page.getByText('您填写的内容仍会保存；如需补交请联系主办单位').waitFor();
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: '锁定评分表' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '锁定', exact: true }).click();
    await page.getByText(/如需补交，请联系主办单位/).waitFor();
    await page.keyboard.press('Escape');
    await turn(page, 1);
    await give(page, '创新性，7 分，良好');
    await saved(page);
    expect(judge.sheet.lines[1]?.points['new']).toBe(700);
  });
});

describe('a hand on the buttons', { timeout: 120_000 }, () => {
  test('arrow keys give points as presses do, and every button is read out with criterion, points and words', async () => {
    const page = await open();
    await turn(page, 1);
    await give(page, '创新性，8 分，良好');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('radio', { name: '创新性，9 分，优秀' }).and(page.locator(':checked')).waitFor();
    await page.getByRole('radiogroup', { name: '工作实绩，满分 40 分' }).waitFor();
    await give(page, '工作实绩，34–37 分，突出');
    await page.getByRole('radio', { name: '工作实绩，35 分，突出' }).waitFor();
    await page.getByLabel('工作实绩，分数').fill('36.5');
    await saved(page);
    expect(judge.sheet.lines[1]?.points).toEqual({ new: 900, work: 3_650 });
  });

  test('each touch is answered within 100 ms on a slow phone with 60 candidates, and is on the server a second later', async () => {
    const page = await open(60, [...criteria, { ...criteria[2], id: 'fifth', name: '可推广', weight: 0 }]);
    const whole = { work: 3_600, lead: 2_600, new: 800, people: 900, fifth: 500 };
    for (let number = 1; number <= 60; number++)
      judge.sheet.lines[number] = { points: { ...whole }, abstained: false, note: '备注'.repeat(40) };
    judge.sheet.version = 9;
    await page.goto(`${SHEET}?at=30`);
    await page.getByRole('radio').first().waitFor();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable');
    // Of the page's own thread: the clock tells what else runs on this machine.
    const spentMs = async (): Promise<number> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return 1_000 * (metrics.find(({ name }) => name === 'ThreadTime')?.value ?? Number.NaN);
    };
    const costs: number[] = [];
    for (let touch = 0; touch < 80; touch++) {
      const before = await spentMs();
      const seen = await page.evaluate(async (nth) => {
        const buttons = [...document.querySelectorAll<HTMLElement>('.mark:not(.on) input')];
        const button = buttons[(nth * 7) % buttons.length];
        let drawn = 0;
        const watch = new MutationObserver((changes) => {
          for (const { addedNodes } of changes) drawn += addedNodes.length;
        });
        for (const list of document.querySelectorAll('.judge-list ul'))
          watch.observe(list, { childList: true, subtree: true });
        button?.click();
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        watch.disconnect();
        return { given: button?.closest('.mark')?.classList.contains('on'), drawn };
      }, touch);
      costs.push((await spentMs()) - before);
      expect(seen.given, `touch ${touch}`).toBe(true);
      // Of the list no more than the line of who was touched.
      expect(seen.drawn, `touch ${touch}`).toBeLessThan(20);
    }
    // The first forty also compile what they run. A phone is four times slower.
    const warm = costs.slice(40).sort((a, b) => a - b);
    expect(4 * (warm[Math.floor(warm.length * 0.95)] ?? Number.NaN)).toBeLessThan(100);
    await saved(page);

    // By the page's clock, which stands between.
    await page.clock.install();
    await page.reload();
    await page.getByRole('radio').first().waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    const { version } = judge.sheet;
    await give(page, '可推广，1 分');
    await page.clock.runFor(1_000);
    await expect.poll(() => judge.sheet.version).toBeGreaterThan(version);
  });
});
