import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { HOUR_MS } from '../harness/site.ts';
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

vi.setConfig({ testTimeout: 45_000 });

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());

const from = (ms: number): string => new Date(Date.now() + ms).toISOString();
/** As the page writes an instant: "3月28日 17:00", in Shanghai. */
function dayTime(instant: string): string {
  const parts = new Intl.DateTimeFormat('zh-CN', {
    timeZone: 'Asia/Shanghai',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(instant));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('month')}月${of('day')}日 ${Number(of('hour'))}:${of('minute').padStart(2, '0')}`;
}

/** The visitor's page of a contest; no visitor of these may meet an error. */
async function visit(path: string): Promise<{ page: Page; guest: Guest }> {
  const guest = await town.phone();
  await openContest(guest.page, path);
  return { page: guest.page, guest };
}

async function cast(page: Page, path: string, ...numbers: number[]): Promise<void> {
  await openContest(page, path);
  await pick(page, ...numbers);
  await voteButton(page).tap();
  const sheet = await receiptOf(page);
  await sheet.getByRole('button', { name: '完成' }).tap();
}

const bar = (page: Page) => page.getByRole('region', { name: '我的选票' });
const cards = (page: Page) => page.getByRole('article');

describe.concurrent('a contest', () => {
  test('that is paused says why, takes no ballot, and still lets people read', async ({ expect }) => {
    const reason = '核对异常情况，预计今天 18:00 恢复。';
    const { path } = await town.contest('paused', { paused: { since: from(0), reason } });
    const { page, guest } = await visit(path);
    await page
      .getByRole('status')
      .getByText(`投票已暂停 ${reason}已投的选票都在账本里，不受影响。`)
      .waitFor();
    await bar(page).getByText('投票已暂停，恢复后可继续').waitFor();
    await expect.poll(() => voteButton(page).count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: /^选/ }).count()).toBe(0);
    await cards(page).first().getByRole('heading').tap();
    await page.getByRole('heading', { level: 1, name: '候选1' }).waitFor();
    expect(guest.faults).toEqual([]);
  });

  test('that is not open yet says when it will be, and lets people read meanwhile', async ({ expect }) => {
    const opens = from(3 * HOUR_MS);
    const { path } = await town.contest('not-open', {
      schedule: [
        { phase: 'shortlisted', from: from(-HOUR_MS) },
        { phase: 'voting', from: opens },
      ],
      rounds: [{ opens, closes: from(50 * HOUR_MS), numbers: null }],
    });
    const { page, guest } = await visit(path);
    await page.getByText(`投票 ${dayTime(opens)} 开始`).waitFor();
    await bar(page)
      .getByText(`${dayTime(opens)} 开始投票`)
      .waitFor();
    await page.getByText('距投票开始', { exact: true }).waitFor();
    await page
      .getByText(/^0[23]:\d\d:\d\d$/)
      .first()
      .waitFor();
    await expect.poll(() => voteButton(page).count()).toBe(0);
    await expect.poll(() => cards(page).count()).toBe(8);
    expect(guest.faults).toEqual([]);
  });

  test('that is sealed shows no count to anybody, before and after a vote, and tells when it will', async () => {
    const opening = from(30 * HOUR_MS);
    const { path, slug } = await town.contest('sealed', { reveal: { kind: 'sealed', from: opening } });
    const { page, guest } = await visit(path);
    await cast(page, path, 4);
    const { page: other, guest: otherGuest } = await visit(path);
    for (const at of [page, other])
      for (const place of ['', '/n/4', '/rank', '/rules', '/mine']) {
        await openContest(at, path + place);
        // Whatever it would say of votes, it has read by now.
        await at.waitForLoadState('networkidle');
        if (place === '/rank') {
          await at.getByRole('heading', { name: '票数尚未公布' }).waitFor();
          await at.getByText(`${dayTime(opening)} 公布`).waitFor();
          await at.getByText('1 张', { exact: true }).waitFor();
        }
        const html = await at.content();
        expect(html.replace(/<[^>]*>/g, ' ')).not.toMatch(/\d\s*票(?!数)|第\s*\d+\s*位|占\s*[\d.]+%(?!，)/);
        expect(html).not.toContain('"votes"');
      }
    const tally = (await (await page.request.get(`/api/contests/${slug}/tally`)).json()) as {
      counts: unknown;
    };
    expect(tally.counts).toBeNull();
    expect([...guest.faults, ...otherGuest.faults]).toEqual([]);
    await town.verify(slug);
  });

  test('that hides the order shows votes by number and no rank, also when one leads', async ({ expect }) => {
    const { path, slug } = await town.contest('no-order', { hideOrder: true });
    const { page, guest } = await visit(path);
    await cast(page, path, 7);
    await page.goto(`${path}/rank`);
    await page.getByText('排名不分先后：下面按编号排列，不显示名次。').waitFor();
    const lines = page.getByRole('main').getByRole('list').last().getByRole('listitem');
    await expect.poll(() => textOf(lines.nth(6)), patience).toMatch(/候选7\s+1 票/);
    const names = async () => (await lines.allInnerTexts()).map((line) => line.match(/候选\d/)?.[0]);
    await expect.poll(names).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((number) => `候选${number}`));
    await page.goto(`${path}/n/7`);
    await page.getByText('占 100.0%').waitFor();
    await expect.poll(() => page.getByText(/第 \d 位/).count()).toBe(0);
    expect(guest.faults).toEqual([]);
    await town.verify(slug);
  });

  test('keeps a candidate who withdrew in the list, marked, without a button, and with the reason', async ({
    expect,
  }) => {
    const contest = await town.contest('withdrawn');
    await contest.withdraw(3, '本人申请退出评选。');
    const { page, guest } = await visit(contest.path);
    await page.getByText('另 1 位已退出').waitFor();
    const gone = cards(page).nth(2);
    await gone.getByText('已退出').waitFor();
    await expect.poll(() => gone.getByRole('button').count()).toBe(0);
    await gone.getByRole('heading').tap();
    await page.getByText('本人申请退出评选。').waitFor();
    await page.goto(`${contest.path}/rank`);
    await page.getByRole('main').getByText('候选4').waitFor();
    await expect.poll(() => page.getByRole('main').getByText('候选3').count()).toBe(0);
    expect(guest.faults).toEqual([]);
  });

  test('in shuffled order is another for everybody, the same for one, and nothing jumps while it settles', async ({
    expect,
  }) => {
    const { path } = await town.contest('shuffled', { order: 'shuffled' }, 12);
    const orderOf = async (page: Page): Promise<string[]> => {
      await expect.poll(() => cards(page).count(), patience).toBe(12);
      return cards(page).getByRole('heading').allInnerTexts();
    };
    const { page, guest } = await visit(path);
    const { page: other } = await visit(path);
    const [order, others] = [await orderOf(page), await orderOf(other)];
    expect(order.toSorted()).toEqual(others.toSorted());
    expect(order).not.toEqual(others);
    await page.getByText('候选次序随机，每个人看到的不同。').waitFor();
    expect(await layoutShift(page)).toBeLessThan(0.02);
    await openContest(page, path);
    expect(await orderOf(page)).toEqual(order);
    expect(guest.faults).toEqual([]);
  });

  test('that does not exist says so and leads home', async () => {
    const guest = await town.phone();
    const reply = await guest.page.goto('/c/no-such-contest');
    expect(reply?.status()).toBe(404);
    await guest.page.getByRole('heading', { level: 1 }).waitFor();
    await guest.page
      .getByRole('link', { name: /全部活动|首页/ })
      .first()
      .waitFor();
  });
});
