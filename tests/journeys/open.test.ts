import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import { shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';
import { openBrowser, type TestBrowser } from '../harness/browser.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { type Guest, openContest, patience, pick, receiptOf, textOf, voteButton, welcome } from './guest.ts';

vi.setConfig({ testTimeout: 60_000 });

/*
 * A page that is left open, and a server whose clock the test moves. Everything here is ahead of the real time: the page believes the
 * latest that a server has said.
 */

let fresh: MovableDatabase;
let site: TestSite;
let browser: TestBrowser;
const guests: Guest[] = [];
beforeAll(async () => {
  fresh = await movableDatabase('server');
  site = await createSite(fresh.database.db, { pages: true });
  browser = await openBrowser();
});
afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.leave();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await fresh?.drop();
});

async function at(ms: number): Promise<void> {
  site.at(ms);
  await fresh.at(ms);
}

async function visitor(): Promise<Guest> {
  const home = `http://127.0.0.1:${site.port}`;
  const guest = await welcome(await browser.phone({ baseURL: home }), home);
  guests.push(guest);
  return guest;
}

/** A page that goes out of sight and comes back, as a phone's browser says it. */
async function lookAway({ page }: { page: Page }, meanwhile: () => Promise<unknown>): Promise<void> {
  const turn = (hidden: boolean) =>
    page.evaluate((gone) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => gone });
      Object.defineProperty(document, 'visibilityState', {
        configurable: true,
        get: () => (gone ? 'hidden' : 'visible'),
      });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await turn(true);
  await meanwhile();
  await turn(false);
}

const iso = (ms: number): string => new Date(ms).toISOString();
/** The first midnight in Shanghai that is far enough ahead: five hours before it are still to come, whatever the hour of the day. */
const midnightAfter = (ms: number): number => shanghaiDayStart(shanghaiDay(ms + 6 * HOUR_MS) + 1);
const longOpen = (midnight: number): Partial<Settings> => ({
  rounds: [{ opens: iso(midnight - 72 * HOUR_MS), closes: iso(midnight + 72 * HOUR_MS), numbers: null }],
  schedule: [
    { phase: 'voting', from: iso(midnight - 72 * HOUR_MS) },
    { phase: 'judging', from: iso(midnight + 72 * HOUR_MS) },
  ],
});
const barOf = (guest: Guest) => guest.page.getByRole('region', { name: '我的选票' });

/** What stands in the countdown, in seconds. */
async function secondsLeft(guest: Guest): Promise<number> {
  const text = await textOf(guest.page.locator('.stat .num').first());
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d)$/.exec(text) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
}

describe('the clock of a page', () => {
  test('goes by the server, also when what it reads was made hours ago, and is never set back', async () => {
    const midnight = midnightAfter(Date.now());
    const closes = iso(midnight + 4 * HOUR_MS);
    await at(midnight - 3 * HOUR_MS);
    const { slug } = await site.contest({
      ...longOpen(midnight),
      rounds: [{ opens: iso(midnight - 72 * HOUR_MS), closes, numbers: null }],
    });
    // The contest is read, and kept, long before the visitor comes.
    await site.call(`/c/${slug}`);
    await site.call(`/api/contests/${slug}`);
    await at(midnight - HOUR_MS);
    const guest = await visitor();
    await openContest(guest.page, `/c/${slug}`);
    await expect.poll(() => secondsLeft(guest), patience).toBeLessThanOrEqual(5 * 3600);
    expect(await secondsLeft(guest)).toBeGreaterThan(5 * 3600 - 30);
    const before = await secondsLeft(guest);
    const reread = guest.page.waitForResponse((reply) => reply.url().endsWith(`/api/contests/${slug}`));
    await lookAway(guest, async () => {});
    await (await reread).finished();
    // The second one counted after it was read: by then the page has taken in what it read.
    await expect.poll(() => secondsLeft(guest), patience).toBeLessThan(before - 1);
    expect(guest.faults).toEqual([]);
  });
});

describe('a page left open', () => {
  async function spent(ballots: { at: number; midnight: number }) {
    await at(ballots.at);
    const { slug, id } = await site.contest(longOpen(ballots.midnight));
    const guest = await visitor();
    await openContest(guest.page, `/c/${slug}`);
    await pick(guest.page, 3, 6);
    site.pass(3_000);
    await voteButton(guest.page).tap();
    const sealing = setInterval(() => void site.seal(), 500);
    await (await receiptOf(guest.page)).getByRole('button', { name: '完成' }).tap();
    clearInterval(sealing);
    await barOf(guest).getByText('今天的票已投完').waitFor();
    return { slug, id, guest };
  }

  test('over 0:00 offers the new day’s ballot without a reload, and takes it', async () => {
    const midnight = midnightAfter(Date.now());
    const { guest, slug } = await spent({ at: midnight - 9_000, midnight });
    await at(midnight + 2_000);
    await barOf(guest).getByText('今天的票已投完').waitFor({ state: 'detached', timeout: 20_000 });
    await pick(guest.page, 2);
    site.pass(3_000);
    await voteButton(guest.page).tap();
    await guest.page.getByRole('dialog', { name: '选票回执' }).getByText('已计票').waitFor();
    expect(new Set(guest.ballotIds()).size).toBe(2);
    expect(guest.faults).toEqual([]);
    await site.verify(slug);
  });

  test('that slept over midnight knows the new day when it is looked at again', async () => {
    const midnight = midnightAfter(Date.now());
    const { guest } = await spent({ at: midnight - 5 * HOUR_MS, midnight });
    await lookAway(guest, () => at(midnight + 8 * HOUR_MS));
    await barOf(guest).getByText('今天的票已投完').waitFor({ state: 'detached' });
    expect(guest.faults).toEqual([]);
  });

  test('shows the closing of the round, and a ruling on one’s own ballot, as they come', async () => {
    const midnight = midnightAfter(Date.now());
    const { guest, slug } = await spent({ at: midnight - 5 * HOUR_MS, midnight });
    await guest.page.goto(`/c/${slug}/mine`);
    await guest.page.getByRole('article').getByText('已计票').waitFor();
    const ledger = createLedger(fresh.database.db, site.parts.secrets, (of) => `auditors/${of}`);
    const people = { actor: '林清越', confirmedBy: '沈知白', reason: '同一设备批量投票', reference: '' };
    await ledger.rule(slug, { ...people, verb: 'void', entries: [1] });
    await lookAway(guest, async () => {});
    await guest.page.getByRole('article').getByText('经裁定未计入').waitFor();
    await guest.page.goto(`/c/${slug}`);
    // Until the page has read its own ballots there is nothing that it would read anew (ContestFrame).
    await barOf(guest).getByText('今天的票已投完').waitFor();
    await lookAway(guest, () => at(midnight + 73 * HOUR_MS));
    await barOf(guest).getByText('投票已截止').waitFor();
    expect(guest.faults).toEqual([]);
  });
});

test('a list of the console that was left open is read anew when somebody looks at it again, not after a glance aside', async () => {
  const home = `http://127.0.0.1:${site.port}`;
  const context = await browser.desk({ baseURL: home });
  const desk = await signIn(site, ['organizer']);
  const [name = '', value = ''] = desk.cookie.split('=');
  await context.addCookies([{ name, value, url: home }]);
  await site.contest({ title: '先前的活动' });
  const page = await context.newPage();
  await page.clock.install();
  await page.goto('/console');
  await page.getByText('先前的活动').first().waitFor();
  await lookAway({ page }, () => site.contest({ title: '后来的活动' }));
  await page.waitForTimeout(500);
  await expect.poll(() => page.getByText('后来的活动').count()).toBe(0);
  await lookAway({ page }, () => page.clock.fastForward('05:00'));
  await page.getByText('后来的活动').first().waitFor();
  await context.close();
});
