import type { Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Guest, openContest, pick, receiptOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

const BALLOTS = '**/ballots';
let town: Town;
let guest: Guest;

beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town?.close());
afterEach(() => guest?.leave());

/** A contest with one visitor on its page, two candidates picked. */
async function aboutToVote(slug: string) {
  const contest = await town.contest(slug);
  guest = await town.phone();
  await openContest(guest.page, contest.path);
  await pick(guest.page, 3, 6);
  return { ...contest, page: guest.page };
}

/** What every way of losing messages must come to: one ballot, under the one id, and no word to the contrary. */
async function countedOnce(slug: string): Promise<void> {
  const [ballotId, ...more] = guest.ballotIds();
  expect(more).toEqual([]);
  expect(await town.ledger(slug)).toEqual([{ ballotId, picks: [3, 6], state: 'counted' }]);
  expect(guest.falseWords).toEqual([]);
  expect((await town.verify(slug))?.ballots).toBe(1);
}

/** The first ballots meet `first`, later ones the server. */
async function meanwhile(first: (route: Route) => Promise<void>, times = 1): Promise<void> {
  let left = times;
  await guest.page.route(BALLOTS, (route) => (left-- > 0 ? first(route) : route.continue()));
}

const refuse = (route: Route, status: number, body: object, headers = {}) =>
  route.fulfill({ status, headers, contentType: 'application/json', body: JSON.stringify(body) });

test('a ballot cast while offline waits on the phone and is counted as soon as the network is back', async () => {
  const { slug, page } = await aboutToVote('offline');
  await guest.context.setOffline(true);
  await voteButton(page).tap();
  const sheet = page.getByRole('dialog', { name: '选票处理中' });
  await sheet.getByText('选票已保存在本机，联网后会自动送达，只会计一次。').waitFor();
  await sheet.getByText('这张选票选了 2 位').waitFor();
  await sheet.getByRole('button', { name: '继续浏览' }).tap();
  await page.getByRole('button', { name: '处理中' }).waitFor();
  expect(await town.ledger(slug)).toEqual([]);
  await guest.context.setOffline(false);
  await receiptOf(page);
  await countedOnce(slug);
});

test('a ballot whose answer is lost is sent again under the same id, and the page says 已计票', async () => {
  const { slug, page } = await aboutToVote('answer-lost');
  const answers: number[] = [];
  await page.route(BALLOTS, async (route) => {
    const reply = await route.fetch();
    answers.push(reply.status());
    if (answers.filter((status) => status === 201).length === 1) await route.abort('connectionreset');
    else await route.fulfill({ response: reply });
  });
  await voteButton(page).tap();
  await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
  await receiptOf(page);
  expect(answers.filter((status) => status === 201)).toHaveLength(2);
  await countedOnce(slug);
});

test('a refusal after a lost answer is not believed before the voter’s own record was looked at', async () => {
  const { slug, page } = await aboutToVote('answer-lost-refused');
  await page.route(BALLOTS, async (route) => {
    const reply = await route.fetch();
    if ((await town.ledger(slug)).length === 0) return route.fulfill({ response: reply });
    await page.unroute(BALLOTS);
    await meanwhile((next) => refuse(next, 409, { code: 'quota_spent', limit: 1 }));
    return route.abort('connectionreset');
  });
  await voteButton(page).tap();
  await receiptOf(page);
  await countedOnce(slug);
});

test('a ballot written down before the server died is delivered when the page is opened again', async () => {
  const { slug, path, page } = await aboutToVote('server-killed');
  await town.kill();
  await voteButton(page).tap();
  await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
  await page.close();
  await town.restart();
  const again = await guest.context.newPage();
  await again.goto(path);
  await receiptOf(again);
  await again.goto(`${path}/mine`);
  expect(await again.getByRole('article').count()).toBe(1);
  await countedOnce(slug);
});

test('a server killed between commit and answer has the ballot when it is back, once', async () => {
  const { slug, page } = await aboutToVote('killed-after-commit');
  const killed = Promise.withResolvers<void>();
  await page.route(BALLOTS, async (route) => {
    const reply = await route.fetch();
    if (reply.status() !== 201) return route.fulfill({ response: reply });
    await page.unroute(BALLOTS);
    await town.kill();
    await route.abort('connectionreset');
    killed.resolve();
  });
  await voteButton(page).tap();
  await page.getByRole('dialog', { name: '选票处理中' }).waitFor();
  await killed.promise;
  await town.restart();
  await receiptOf(page);
  await countedOnce(slug);
});

test('a busy server is given the time it asks for', async () => {
  const { slug, page } = await aboutToVote('busy');
  const asked: number[] = [];
  page.on('request', (request) => request.url().endsWith('/ballots') && asked.push(Date.now()));
  await meanwhile((route) => refuse(route, 503, { code: 'busy' }, { 'retry-after': '1' }));
  await voteButton(page).tap();
  const sheet = page.getByRole('dialog', { name: '选票处理中' });
  await sheet.getByText('现在投票的人较多，正在排队，轮到时会自动送达。').waitFor();
  await receiptOf(page);
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(1000);
  await countedOnce(slug);
});

test('a page left open too long takes a new ticket and sends the same ballot with it', async () => {
  const { slug, page } = await aboutToVote('ticket-expired');
  await meanwhile((route) => refuse(route, 401, { code: 'ticket_expired' }));
  await voteButton(page).tap();
  await receiptOf(page);
  expect(guest.sent.at(-1)?.ticket).not.toBe(guest.sent[0]?.ticket);
  await countedOnce(slug);
});

test('a contest paused while the picks were made refuses with the reason and keeps the picks', async () => {
  const { slug, page, change } = await aboutToVote('paused-meanwhile');
  await change({ paused: { since: new Date().toISOString(), reason: '核对异常情况，今天 18:00 前恢复。' } });
  await voteButton(page).tap();
  const sheet = page.getByRole('dialog', { name: '选票未计入' });
  await sheet.getByText('主办方已暂停投票：核对异常情况，今天 18:00 前恢复。').waitFor();
  await sheet.getByRole('button', { name: '知道了' }).tap();
  await page.getByText('投票已暂停，恢复后可继续').waitFor();
  expect(await town.ledger(slug)).toEqual([]);
  await change({});
  await openContest(page, `/c/${slug}`);
  await page.getByText('还可再选 1 位').and(page.locator(':visible')).waitFor();
});
