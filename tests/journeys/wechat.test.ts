import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import { type Balancer, openBalancer } from '../harness/balancer.ts';
import { type RedisServer, startRedis } from '../harness/redis.ts';
import { wechatRule, wxAccount, wxSettings } from '../wxfake/account.ts';
import { ANDROID_WECHAT, IPHONE_WECHAT } from '../wxfake/agents.ts';
import { installBridge, readShared } from '../wxfake/bridge.ts';
import { createWxFake, type WxFake } from '../wxfake/wxfake.ts';
import { type Guest, openContest, patience, pick, receiptOf, textOf, voteButton } from './guest.ts';
import { openTown, type Town } from './town.ts';

vi.setConfig({ testTimeout: 40_000 });

const AUTHORIZE = '/connect/oauth2/authorize';
const EXCHANGE = '/sns/oauth2/access_token';
const TOKEN = '/cgi-bin/stable_token';
const USER = '/cgi-bin/user/info';

/** Two servers behind one address share a Redis and a database; WeChat is the fake beside them. */
let redis: RedisServer;
let balancer: Balancer;
let fake: WxFake;
let town: Town;
let serial = 0;

beforeAll(async () => {
  [redis, balancer] = await Promise.all([startRedis(), openBalancer()]);
  fake = await createWxFake({
    ...wxAccount,
    redirectHost: balancer.host,
    callbackUrl: `${balancer.url}/wechat/message`,
  });
  town = await openTown({
    servers: { count: 2, redisUrl: redis.url, balancer },
    besides: fake.url,
    env: wxSettings(fake),
  });
}, 120_000);
afterAll(async () => {
  await town?.close();
  await Promise.all([fake?.close(), balancer?.close(), redis?.stop()]);
});
afterEach(() => {
  fake.heal();
  fake.latencyMs = 0;
});

/** A new contest that asks for WeChat. */
function contestWith(changes: Partial<WechatRule> = {}) {
  const wechat = wechatRule(changes);
  return town.contest(`wx-${++serial}`, { title: `云岭区“最美应急人” ${serial}`, wechat });
}

/** Resolves when every server answers a path with what matches: each keeps what it knows for a second. */
async function known(path: string, wanted: unknown): Promise<void> {
  for (const port of balancer.ports)
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}${path}`)).json(), patience)
      .toEqual(wanted);
}

/** The ballot is counted; that its proof is found too is another journey's matter. */
async function counted(page: Page): Promise<void> {
  await page.getByRole('dialog', { name: '选票回执' }).getByText('已计票').waitFor();
}

/** Somebody new who opens links in WeChat. */
async function citizen(userAgent = ANDROID_WECHAT) {
  const person = fake.person(`citizen ${++serial}`);
  const guest = await town.phone({ userAgent });
  await guest.context.addCookies([person.cookie()]);
  return { ...guest, person };
}

/** The guest met nothing that should not have happened. */
function expectCalm(guest: Guest): void {
  expect(guest.faults).toEqual([]);
  expect(guest.falseWords).toEqual([]);
}

describe('a citizen in WeChat', () => {
  test('votes from a shared link of a candidate, is asked nothing before and nothing after, and comes back to the same page', async () => {
    const { slug, path } = await contestWith();
    const guest = await citizen();
    const { page, person } = guest;
    const before = fake.calls(AUTHORIZE);
    await openContest(page, `${path}/n/3`);
    await page.getByRole('button', { name: /^选\s*3 号/ }).tap();
    expect(fake.calls(AUTHORIZE)).toBe(before);
    await voteButton(page).tap();
    await receiptOf(page);
    expect(new URL(page.url()).pathname).toBe(`${path}/n/3`);
    expect(new URL(page.url()).hash).toBe('');
    expect(fake.calls(AUTHORIZE)).toBe(before + 1);
    expect(await town.ledger(slug)).toEqual([
      { ballotId: guest.ballotIds()[0], picks: [3], state: 'counted' },
    ]);
    // Nothing in the browser says who that is in WeChat.
    const kept = JSON.stringify([
      await guest.context.cookies(),
      await page.evaluate(() => ({ ...localStorage })),
    ]);
    expect(kept).not.toContain(person.openid);
    expect(balancer.ports.every((port) => balancer.served(port) > 3)).toBe(true);
    expectCalm(guest);
    // Another phone of the same person: known at once, and the ballot is spent.
    const second = await town.phone({ userAgent: IPHONE_WECHAT });
    await second.context.addCookies([person.cookie()]);
    await openContest(second.page, path);
    await pick(second.page, 5);
    await voteButton(second.page).tap();
    await second.page.getByRole('dialog').getByText('今天的票已投完').waitFor();
    // What was not cast does not look as if it had been.
    await expect.poll(() => second.page.locator('article.picked').count()).toBe(0);
    expect(await town.verify(slug)).toMatchObject({ ballots: 1 });
  });

  test('keeps every pick on the list through WeChat, and is not asked again for the next ballot', async () => {
    const { slug, path } = await contestWith();
    const guest = await citizen(IPHONE_WECHAT);
    const { page } = guest;
    await openContest(page, path);
    await pick(page, 2, 5, 7);
    await voteButton(page).tap();
    await counted(page);
    expect((await town.ledger(slug)).map((one) => one.picks)).toEqual([[2, 5, 7]]);
    const before = fake.calls(AUTHORIZE);
    const next = await contestWith();
    await openContest(page, next.path);
    await pick(page, 1);
    await voteButton(page).tap();
    await counted(page);
    expect(fake.calls(AUTHORIZE)).toBe(before);
    expectCalm(guest);
    await town.verify(slug);
    await town.verify(next.slug);
  });

  test('whose phone calls back twice votes once, and the code is exchanged once', async () => {
    const { slug, path } = await contestWith();
    const guest = await citizen();
    const { page, context } = guest;
    const second: Promise<string | undefined>[] = [];
    // At the other server, while the first is still being answered.
    fake.latencyMs = 300;
    context.on('request', (request) => {
      if (!request.url().includes('/wechat/back?')) return;
      const again = context.request.get(request.url(), { maxRedirects: 0 });
      second.push(again.then((reply) => reply.headers()['location']));
    });
    const before = fake.calls(EXCHANGE);
    await openContest(page, path);
    await pick(page, 4);
    await voteButton(page).tap();
    await counted(page);
    expect(await Promise.all(second)).toEqual([`${path}#wx=ok`]);
    expect(fake.calls(EXCHANGE)).toBe(before + 1);
    expect(await town.verify(slug)).toMatchObject({ ballots: 1 });
    expectCalm(guest);
  });

  test('who sees a snapshot reads on, is told how to vote, and votes with the same picks once WeChat names them', async () => {
    const { slug, path } = await contestWith();
    const guest = await citizen();
    const { page, person } = guest;
    person.snapshot = true;
    await openContest(page, path);
    await pick(page, 2, 6);
    await voteButton(page).tap();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('heading', { name: '现在看到的是快照页' }).waitFor();
    await expect.poll(() => textOf(sheet)).toContain('使用完整服务');
    await sheet.getByRole('button', { name: '继续浏览' }).tap();
    await page.getByRole('article').first().waitFor();
    expect(await town.ledger(slug)).toEqual([]);
    person.snapshot = false;
    await voteButton(page).tap();
    await counted(page);
    expect((await town.ledger(slug)).map((one) => one.picks)).toEqual([[2, 6]]);
    expectCalm(guest);
    await town.verify(slug);
  });

  test.each([
    ['by the event that WeChat sends', false],
    ['by asking WeChat, when the event was lost', true],
  ])('who does not follow is told so, and votes after following: known %s', async (_, quiet) => {
    const { slug, path } = await contestWith({ follow: true });
    const guest = await citizen();
    const { page, person } = guest;
    await openContest(page, path);
    await pick(page, 8);
    await voteButton(page).tap();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('heading', { name: /关注“云岭应急”/ }).waitFor();
    await sheet.getByRole('img', { name: /二维码/ }).waitFor();
    expect(await town.ledger(slug)).toEqual([]);
    if (quiet) {
      // Saying so is not enough.
      await sheet.getByRole('button', { name: '已关注，继续投票' }).tap();
      await sheet.getByText('暂时没有查到关注').waitFor();
      expect(await town.ledger(slug)).toEqual([]);
    }
    const before = fake.calls(AUTHORIZE);
    await person.follow(true, { quiet });
    await sheet.getByRole('button', { name: '已关注，继续投票' }).tap();
    await counted(page);
    expect(fake.calls(AUTHORIZE) - before).toBe(quiet ? 1 : 0);
    expect((await town.ledger(slug)).map((one) => one.picks)).toEqual([[8]]);
    await town.verify(slug);
    expect(guest.falseWords).toEqual([]);
  });

  test('is asked as the page opens where the contest wants it so, once', async () => {
    const { slug, path } = await contestWith({ early: true });
    const guest = await citizen();
    const { page } = guest;
    const before = fake.calls(AUTHORIZE);
    await page.goto(path);
    await expect.poll(() => fake.calls(AUTHORIZE) - before, patience).toBe(1);
    await page.getByRole('article').first().waitFor();
    await expect
      .poll(
        async () => (await (await page.request.get(`/api/contests/${slug}/me`)).json()) as object,
        patience,
      )
      .toMatchObject({ identity: 'wechat' });
    await openContest(page, path);
    await pick(page, 1);
    await voteButton(page).tap();
    await counted(page);
    expect(fake.calls(AUTHORIZE) - before).toBe(1);
    expectCalm(guest);
    await town.verify(slug);
  });

  test('who had voted before the organizer connected WeChat has spent that ballot', async () => {
    const contest = await town.contest(`wx-${++serial}`);
    const guest = await citizen();
    const { page } = guest;
    await openContest(page, contest.path);
    await pick(page, 3);
    await voteButton(page).tap();
    await counted(page);
    await contest.change({ wechat: wechatRule({ early: true }) });
    await known(`/api/contests/${contest.slug}`, expect.objectContaining({ wechat: expect.anything() }));
    await page.goto(contest.path);
    await page.getByRole('region', { name: '我的选票' }).getByText('今天的票已投完').waitFor();
    await expect
      .poll(
        async () => (await (await page.request.get(`/api/contests/${contest.slug}/me`)).json()) as object,
        patience,
      )
      .toMatchObject({ identity: 'wechat', ballotsLeft: 0, picksToday: [3] });
    expect(await town.verify(contest.slug)).toMatchObject({ ballots: 1 });
    expectCalm(guest);
  });
});

describe('a message to the account', () => {
  test('is a ballot of the same person whom the page knows, and the page’s is answered for in the chat', async () => {
    const { slug, path } = await contestWith({ keyword: '投票' });
    await known('/api/contests', expect.arrayContaining([expect.objectContaining({ slug })]));
    const guest = await citizen();
    const { page, person } = guest;
    expect(await person.say('投票 6')).toMatchObject({ content: expect.stringContaining('投票成功：6 号') });
    await openContest(page, path);
    await pick(page, 5);
    await voteButton(page).tap();
    await page.getByRole('dialog').getByText('今天的票已投完').waitFor();
    expect((await town.ledger(slug)).map((one) => one.picks)).toEqual([[6]]);
    const other = await citizen();
    await openContest(other.page, path);
    await pick(other.page, 7);
    await voteButton(other.page).tap();
    await counted(other.page);
    expect(await other.person.say('投票 7')).toMatchObject({
      content: expect.stringMatching(/^今天的票已投完/),
    });
    expect(await other.person.say('查票')).toMatchObject({
      content: expect.stringMatching(/7 号 \S+，已计票/),
    });
    expect(await town.verify(slug)).toMatchObject({ ballots: 2 });
    expect(guest.falseWords).toEqual([]);
    expectCalm(other);
  });
});

describe('a link that is shared', () => {
  test.each([
    ['an Android phone', ANDROID_WECHAT],
    ['an iPhone', IPHONE_WECHAT],
  ])('from %s shows the contest or the candidate that is looked at', async (_, userAgent) => {
    const { path } = await contestWith();
    const guest = await citizen(userAgent);
    const { page, context } = guest;
    await installBridge(context, fake);
    await openContest(page, `${path}?from=groupmessage`);
    const card = () => readShared(page).then(({ appMessage }) => appMessage);
    await expect.poll(card, patience).toMatchObject({
      title: expect.stringMatching(/^云岭区“最美应急人” \d+$/),
      link: `${town.url}${path}`,
      // Of nobody here is there a photo.
      imgUrl: expect.stringMatching(/\/assets\/seal-[\w-]+\.png$/),
    });
    await page
      .getByRole('link', { name: /3 号|候选3/ })
      .first()
      .tap();
    await expect.poll(card, patience).toMatchObject({
      title: expect.stringMatching(/^3 号 候选3 · 云岭区“最美应急人”/),
      desc: '单位3：理由',
      link: `${town.url}${path}/n/3`,
    });
    await expect
      .poll(async () => (await readShared(page)).timeline)
      .toMatchObject({ link: `${town.url}${path}/n/3` });
    expect(new Set((await readShared(page)).verified)).toEqual(new Set(['ok']));
    expectCalm(guest);
  });
});

test('the token is replaced while many vote: nobody notices, and it is fetched anew once', async () => {
  const { slug, path } = await contestWith({ keyword: '评选', follow: true });
  await known('/api/contests', expect.arrayContaining([expect.objectContaining({ slug })]));
  const guest = await citizen();
  const { page, person: reader } = guest;
  await reader.follow(true, { quiet: true });
  await openContest(page, path);
  await pick(page, 2);
  // Every stranger's first message asks WeChat whether they follow.
  const crowd = Array.from({ length: 60 }, () => fake.person(`citizen ${++serial}`));
  await Promise.all(crowd.map((one) => one.follow(true, { quiet: true })));
  fake.latencyMs = 20;
  const before = { tokens: fake.calls(TOKEN), users: fake.calls(USER) };
  let told = 0;
  const votes = crowd.map(async (one, i) => {
    // In small groups, as a crowd comes.
    await pause(Math.floor(i / 6) * 60);
    const reply = await one.say(`评选 ${(i % 8) + 1}`);
    told++;
    return reply === '' ? '' : reply.content;
  });
  await expect.poll(() => told, { interval: 5, ...patience }).toBeGreaterThan(15);
  fake.rotate({ overlap: false });
  await voteButton(page).tap();
  for (const words of await Promise.all(votes)) expect(words).toContain('投票成功');
  await counted(page);
  expect(told).toBe(60);
  expect(fake.calls(USER) - before.users).toBeGreaterThan(60);
  expect(fake.calls(TOKEN) - before.tokens).toBe(1);
  expect(await town.verify(slug)).toMatchObject({ ballots: 61 });
  expectCalm(guest);
});

describe('when WeChat is down', () => {
  test('who is known votes on; a stranger is told, keeps their picks, and votes when it is back', async () => {
    const known = await citizen();
    const first = await contestWith();
    await openContest(known.page, first.path);
    await pick(known.page, 1);
    await voteButton(known.page).tap();
    await counted(known.page);
    const { slug, path } = await contestWith();
    const stranger = await citizen();
    await openContest(stranger.page, path);
    await pick(stranger.page, 4, 5);
    // WeChat's own page opens, but its servers do not answer ours.
    fake.fail({ path: EXCHANGE, status: 502 });
    fake.fail({ path: TOKEN, status: 502 });
    await openContest(known.page, path);
    await pick(known.page, 2);
    await voteButton(known.page).tap();
    await counted(known.page);
    await voteButton(stranger.page).tap();
    const sheet = stranger.page.getByRole('dialog');
    await sheet.getByRole('heading', { name: '微信暂时没有回应' }).waitFor();
    fake.heal();
    await sheet.getByRole('button', { name: '再试一次' }).tap();
    await counted(stranger.page);
    expect((await town.ledger(slug)).map((one) => one.picks)).toEqual([[2], [4, 5]]);
    expectCalm(known);
    expectCalm(stranger);
    await town.verify(first.slug);
    await town.verify(slug);
  });
});

describe('a citizen outside WeChat', () => {
  test('is shown the way into WeChat where the contest is held there', async () => {
    const { slug, path } = await contestWith();
    const guest = await town.desk();
    const { page } = guest;
    await openContest(page, `${path}/n/2`);
    await page.getByRole('button', { name: /^选\s*2 号/ }).click();
    await page.getByRole('button', { name: '去微信投票' }).and(page.locator(':visible')).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('heading', { name: '请在微信中投票' }).waitFor();
    await sheet.getByText(`${town.url}${path}/n/2`).waitFor();
    await sheet.getByRole('img', { name: '投票页面的二维码' }).waitFor();
    await sheet.getByRole('button', { name: '继续浏览' }).click();
    expect(await town.ledger(slug)).toEqual([]);
    expectCalm(guest);
  });

  test('votes as a browser where the contest lets them, and the auditors see by what', async () => {
    const { slug, path } = await contestWith({ outside: 'weighed' });
    const guest = await town.phone();
    // Who has been here before and takes a moment to read is no newcomer in a hurry.
    await guest.context.addCookies([{ name: 'zv', value: await town.cookie(), url: town.url }]);
    await openContest(guest.page, path);
    await guest.page.waitForTimeout(1_600);
    await pick(guest.page, 2);
    await voteButton(guest.page).tap();
    await counted(guest.page);
    expect(await town.verify(slug)).toMatchObject({ ballots: 1, held: 0 });
    expectCalm(guest);
  });
});

test('no server has written who anybody is in WeChat, nor a secret, into its log', () => {
  const log = town.log();
  for (const person of fake.people()) expect(log).not.toContain(person.openid);
  for (const secret of [wxAccount.secret, wxAccount.aesKey, ...fake.jsapiTicket()])
    expect(log).not.toContain(secret);
});
