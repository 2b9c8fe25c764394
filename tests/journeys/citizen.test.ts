import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ContestView } from '@zuimei/shared/view.ts';
import { MOVING } from '../harness/browser.ts';
import {
  type Guest,
  layoutShift,
  openContest,
  patience,
  pick,
  receiptOf,
  textOf,
  voteButton,
} from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 30_000 });

const SLUG = 'zuimei-2026';
let town: Town;
let guest: Guest;
let page: Page;

beforeAll(async () => {
  town = await openTown({ demo: true });
  guest = await town.phone(MOVING);
  page = guest.page;
});
afterAll(() => town?.close());

const cards = () => page.getByRole('article');

describe('a citizen with a phone, from the link to the poster', () => {
  test('finds both contests on the home page and opens one', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: /典型实践案例/ }).waitFor();
    await page.getByRole('link', { name: /最美应急人/ }).tap();
    await page.waitForURL(`**/c/${SLUG}`);
  });

  test('sees whose vote it is, until when, by which rule, and the first faces without scrolling', async () => {
    await openContest(page, `/c/${SLUG}`);
    const heading = page.getByRole('heading', { level: 1 });
    const words = async (place: Locator) => (await textOf(place)).replace(/\s+/g, '');
    await expect.poll(() => words(heading)).toBe('2026年度“最美应急人”');
    await page.getByText('云岭区应急管理局').first().waitFor();
    await page.getByText(/^\d+ 天 \d\d:\d\d$/).waitFor();
    await expect
      .poll(() => words(page.getByRole('link', { name: /详细规则/ })))
      .toContain('每人每天可投1张选票，每张选1–5位。投票占综合得分40%');
    await expect.poll(() => cards().count()).toBe(8);
    const face = cards().first().locator('img');
    await expect.poll(async () => (await face.boundingBox())?.y).toBeLessThan(812 - 90);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    expect(await layoutShift(page)).toBeLessThan(0.02);
  });

  test('looks somebody up by name and by number, and is told when nobody is found', async () => {
    const field = page.getByRole('searchbox', { name: '按编号、姓名或单位查找' });
    const names = () => cards().getByRole('heading').allInnerTexts();
    const [first = '', , third = ''] = await names();
    await field.fill(first.slice(0, 2));
    await expect.poll(names, patience).toEqual([first]);
    await field.fill('03');
    await expect.poll(names, patience).toEqual([third]);
    await field.fill('查无此人');
    await page.getByRole('heading', { name: '没有找到“查无此人”' }).waitFor();
    await page.getByRole('button', { name: '看全部候选' }).tap();
    await expect.poll(() => cards().count(), patience).toBe(8);
    await page.getByRole('button', { name: /^集体/ }).tap();
    await expect.poll(() => cards().count(), patience).toBe(1);
    await page.getByRole('button', { name: /^全部/ }).tap();
    await expect.poll(() => cards().count(), patience).toBe(8);
  });

  test('reads one person’s deeds and comes back to the same place in the list', async () => {
    const title = cards().nth(4).getByRole('heading');
    await title.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const name = await textOf(title);
    const place = () => page.evaluate(() => Math.round(scrollY));
    await expect.poll(place).toBeGreaterThan(400);
    const before = await place();
    await title.tap();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByRole('heading', { level: 2, name: '主要事迹' }).waitFor();
    const contest = (await (await page.request.get(`/api/contests/${SLUG}`)).json()) as ContestView;
    const deeds = contest.candidates[4]?.deeds.flatMap((section) => section.paragraphs) ?? [];
    expect(deeds.length).toBeGreaterThan(0);
    for (const paragraph of deeds) await page.getByText(paragraph).waitFor();
    await page.goBack();
    await cards().first().waitFor();
    await expect.poll(place, patience).toBe(before);
  });

  test('picks three, and the bar says what is still possible', async () => {
    const bar = page.getByRole('region', { name: '我的选票' });
    await bar.getByText('请选 1–5 位').waitFor();
    await pick(page, 2, 5);
    await bar.getByText('还可再选 3 位').waitFor();
    await pick(page, 7);
    await bar.getByText('还可再选 2 位').waitFor();
    await expect.poll(async () => (await textOf(bar)).replace(/\s+/g, '')).toContain('已选3/5位');
    await expect.poll(() => page.getByRole('button', { name: /^已选/, pressed: true }).count()).toBe(3);
  });

  test('votes in one tap, and the browser itself finds the ballot in the public ledger', async () => {
    await voteButton(page).tap();
    const sheet = await receiptOf(page);
    await sheet.getByRole('heading', { name: '您的选票已入账' }).waitFor();
    await sheet.getByText('本机已核验：它在公开账本里，谁改动都会被发现。').waitFor();
    await sheet.getByText('回执不含您投给了谁。明天 0:00 起可再投。').waitFor();
    const [ballot] = await town.ledger(SLUG);
    expect(await town.ledger(SLUG)).toHaveLength(1);
    expect(ballot).toEqual({ ballotId: guest.sent[0]?.ballotId, picks: [2, 5, 7], state: 'counted' });
    expect(await town.verify(SLUG)).toMatchObject({ ballots: 1, held: 0 });
    expect(await town.command('verify', '--contest', SLUG)).toContain('✓ 账本、签名、存证点与计票全部一致');
    await sheet.getByRole('button', { name: '完成' }).tap();
    await sheet.waitFor({ state: 'detached' });
  });

  test('finds the ballot with its picks under 我的选票 and checks it again', async () => {
    await page.getByRole('contentinfo').getByRole('link', { name: '我的选票' }).tap();
    const own = page.getByRole('article');
    await own.getByText('已计票').waitFor();
    const numbers = async () =>
      (await own.getByRole('listitem').allInnerTexts()).map((one) => one.slice(0, 2));
    await expect.poll(numbers).toEqual(['02', '05', '07']);
    await own.getByRole('button', { name: '在本机核验' }).tap();
    await own.getByText(/核验通过：这张选票在公开账本里/).waitFor();
  });

  test('sees the votes in the ranking', async () => {
    await page.goto(`/c/${SLUG}/rank`);
    const lines = page.getByRole('main').getByRole('listitem');
    const voted = async () =>
      (await lines.allInnerTexts()).map((line) => line.includes('1 票') && line.includes('33.3%'));
    await expect.poll(voted).toEqual([true, true, true, false, false, false, false, false]);
    await page.getByText('这里只是公众投票，占综合得分 40%').waitFor();
  });

  test('is told after a reload that today’s ballot is spent, and when there is another', async () => {
    await page.goto(`/c/${SLUG}`);
    const bar = page.getByRole('region', { name: '我的选票' });
    await bar.getByText('今天的票已投完，明天 0:00 后可再投').waitFor();
    await expect.poll(() => voteButton(page).count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: /^选/ }).count()).toBe(0);
    await bar.getByRole('link', { name: '看排行' }).waitFor();
  });

  test('reads the rules and how to verify, with the signature of the newest checkpoint checked by the browser', async () => {
    await page.goto(`/c/${SLUG}/rules`);
    await page.getByText('每天 0:00 起重新计算可投张数。').waitFor();
    await page.getByText('不设礼物、抽奖和付费投票，分享不增加票数。').waitFor();
    const footer = page.getByRole('contentinfo');
    await footer.getByText('主办单位：云岭区安全生产委员会办公室、云岭区应急管理局').waitFor();
    await footer.getByRole('link', { name: '如何核验' }).tap();
    await page.getByText('本机已验，有效').waitFor();
    const root = (await town.verify(SLUG))?.root ?? '';
    await page
      .getByText(root.replace(/(.{8})(?=.)/g, '$1 '))
      .first()
      .waitFor();
  });

  test('gets a poster as one picture that can be kept', async () => {
    await page.goto(`/c/${SLUG}/poster?n=3`);
    const poster = page.getByRole('img', { name: /^分享海报：3 号/ });
    await poster.waitFor();
    const picture = await poster.evaluate((image: HTMLImageElement) =>
      image
        .decode()
        .then(() => ({ width: image.naturalWidth, height: image.naturalHeight, source: image.src })),
    );
    expect(picture).toMatchObject({
      width: 1080,
      height: 1620,
      source: expect.stringMatching(/^data:image\//),
    });
    expect(picture.source.length * 0.75).toBeGreaterThan(10_000);
    await page.getByText(`${town.url}/c/${SLUG}/n/3`).waitFor();
  });

  test('met no error, no stopped script, no untrue word and no other host on the whole way', () => {
    expect(guest.faults).toEqual([]);
    expect(guest.falseWords).toEqual([]);
    expect(guest.ballotIds()).toHaveLength(1);
  });
});
