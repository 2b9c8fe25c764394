import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAccount, type WechatAccount } from '@zuimei/server/wechat/account.ts';
import { createOwnShelf, type Shelf } from '@zuimei/server/wechat/sharedstore.ts';
import { signPage } from '@zuimei/server/wechat/signature.ts';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import type { MeView } from '@zuimei/shared/view.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import vectors from '../vectors/wechat.json' with { type: 'json' };
import { wechatRule, wxAccount, wxSettings } from '../wxfake/account.ts';
import { ANDROID_WECHAT, OFFICE_COMPUTER } from '../wxfake/agents.ts';
import { createWxFake, type WxFake } from '../wxfake/wxfake.ts';

type FakePerson = ReturnType<WxFake['person']>;

let fresh: FreshDatabase;
let fake: WxFake;
let account: WechatAccount;
let shelf: Shelf;
/** Two servers on one database that share what they know of WeChat. */
let site: TestSite;
let other: TestSite;
let serial = 0;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  fake = await createWxFake({ ...wxAccount, redirectHost: 'unknown' });
  const parsed = parseAccount(wxSettings(fake));
  if (!parsed) throw new Error('no account');
  account = parsed;
  shelf = createOwnShelf(Date.now);
  const now = Date.now();
  site = await createSite(fresh.database.db, {
    account,
    shelf,
    now,
    wechatFiles: ['MP_verify_W1PLRwVq.txt'],
  });
  other = await createSite(fresh.database.db, { account, shelf, now });
});
afterAll(async () => {
  await site.close();
  await other.close();
  await fake.close();
  await fresh.drop();
});
beforeEach(() => {
  fake.heal();
  fake.unionids = false;
  fake.latencyMs = 0;
});

/** Somebody new, with a phone whose browser keeps one cookie. */
function visitor(person: FakePerson = fake.person(`p${++serial}`), agent = ANDROID_WECHAT) {
  let cookie = '';

  async function get(at: TestSite, path: string): Promise<Response> {
    const reply = await at.call(path, { headers: { 'user-agent': agent, ...(cookie ? { cookie } : {}) } });
    cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return reply;
  }

  /** From the page to WeChat; gives where WeChat sends the phone back to, as a path. */
  async function leave(slug: string, number = 0, from = site): Promise<string> {
    fake.redirectHost = `127.0.0.1:${from.port}`;
    const reply = await get(from, `/wechat/go?slug=${slug}${number ? `&n=${number}` : ''}`);
    expect(reply.status).toBe(302);
    const { name, value } = person.cookie();
    const sent = await fetch(reply.headers.get('location') ?? '', {
      redirect: 'manual',
      headers: { 'user-agent': agent, cookie: `${name}=${value}` },
    });
    expect([sent.status, sent.status === 302 ? '' : await sent.text()]).toEqual([302, '']);
    const back = new URL(sent.headers.get('location') ?? '');
    return back.pathname + back.search;
  }

  const arrive = async (path: string, at = site): Promise<string> => {
    const reply = await get(at, path);
    return reply.headers.get('location') ?? String(reply.status);
  };
  const me = async (slug: string, at = site): Promise<MeView> =>
    (await (await get(at, `/api/contests/${slug}/me`)).json()) as MeView;

  return {
    person,
    leave,
    arrive,
    me,
    cookie: () => cookie,
    use: (value: string) => void (cookie = value),
    /** The whole way. */
    identify: async (slug: string, at = site): Promise<string> => arrive(await leave(slug, 0, at), at),
    async cast(slug: string, picks: number[], ballotId: string = randomUUID(), at = site) {
      await me(slug, at);
      const ticket = at.parts.voters.ticket(
        slug,
        { cookie: cookie.slice(3), issuedAt: 0 },
        at.now() - 60_000,
      );
      const seen = { device: randomUUID(), dwellMs: 20_000, touches: 5 };
      return at.post(slug, { ballotId, picks, ticket, seen }, { cookie, 'user-agent': agent });
    },
  };
}

/** A new contest that both servers know. */
async function contestOf(wechat: WechatRule | null) {
  const made = await site.contest({ wechat });
  for (const at of [site, other]) at.pass(1_001);
  return made;
}
const contestWith = (changes: Partial<WechatRule> = {}) => contestOf(wechatRule(changes));
const forwarded = (path: string): URLSearchParams => new URL(path, 'http://x').searchParams;

describe('a visitor in WeChat', () => {
  test('reads without ever being asked, and is known after one silent round that ends where it began', async () => {
    const { slug } = await contestWith();
    const one = visitor();
    expect((await one.me(slug)).identity).toBe('browser');
    expect((await one.cast(slug, [1])).body.code).toBe('wechat_needed');
    const back = await one.leave(slug, 3);
    expect(forwarded(back).get('state')).toMatch(/^[a-zA-Z0-9]{1,128}$/);
    expect(await one.arrive(back)).toBe(`/c/${slug}/n/3#wx=ok`);
    expect((await one.me(slug)).identity).toBe('wechat');
    expect((await one.cast(slug, [1])).status).toBe(201);
    await site.verify(slug);
  });

  test('is the same voter with another phone, and keeps the age of the browser’s first cookie', async () => {
    const { slug } = await contestWith();
    const person = fake.person('two phones');
    const [one, two] = [visitor(person), visitor(person)];
    await one.me(slug);
    const since = one.cookie().split('.')[1];
    await one.identify(slug);
    expect(one.cookie().split('.')[1]).toBe(since);
    await two.identify(slug, other);
    expect((await one.cast(slug, [1])).status).toBe(201);
    expect((await two.cast(slug, [2], randomUUID(), other)).body.code).toBe('quota_spent');
    await site.verify(slug);
  });

  test('is called back twice, at both servers at once, and is answered alike; the code is exchanged once', async () => {
    const { slug } = await contestWith();
    const one = visitor();
    await one.me(slug);
    const before = one.cookie();
    const back = await one.leave(slug, 2);
    const calls = fake.calls('/sns/oauth2/access_token');
    fake.latencyMs = 120;
    const both = await Promise.all(
      [site, other, site, other].map(async (at) => {
        const reply = await at.call(back, { headers: { cookie: before, 'user-agent': ANDROID_WECHAT } });
        return [reply.status, reply.headers.get('location'), reply.headers.get('set-cookie')];
      }),
    );
    expect(new Set(both.map(String)).size).toBe(1);
    expect(both[0]?.slice(0, 2)).toEqual([302, `/c/${slug}/n/2#wx=ok`]);
    expect(fake.calls('/sns/oauth2/access_token') - calls).toBe(1);
    // Once more, now with the cookie that the first answer gave.
    one.use(String(both[0]?.[2]).split(';')[0] ?? '');
    expect(await one.arrive(back)).toBe(`/c/${slug}/n/2#wx=ok`);
    expect(fake.calls('/sns/oauth2/access_token') - calls).toBe(1);
  });

  test('cannot be made somebody else by a link, and a code seen in passing is worth nothing', async () => {
    const { slug } = await contestWith();
    const [victim, thief] = [visitor(), visitor()];
    await victim.me(slug);
    await thief.me(slug);
    // The thief's way back, opened by the victim.
    const bait = await thief.leave(slug);
    expect(await victim.arrive(bait)).toBe(`/c/${slug}#wx=again`);
    expect((await victim.me(slug)).identity).toBe('browser');
    // The victim's code, brought by the thief with a state of their own, before and after it is used.
    const code = forwarded(await victim.leave(slug)).get('code') ?? '';
    const used = await victim.leave(slug);
    await victim.arrive(used);
    const stolen = forwarded(used).get('code') ?? '';
    const own = forwarded(await thief.leave(slug)).get('state') ?? '';
    expect(await thief.arrive(`/wechat/back?code=${stolen}&state=${own}`)).toBe(`/c/${slug}#wx=again`);
    expect((await thief.me(slug)).identity).toBe('browser');
    expect(code).not.toBe(stolen);
  });

  test('of a snapshot gets no identity, may read on, and is told so', async () => {
    const { slug } = await contestWith();
    const one = visitor();
    one.person.snapshot = true;
    expect(await one.identify(slug)).toBe(`/c/${slug}#wx=snapshot`);
    expect((await one.me(slug)).identity).toBe('browser');
    expect((await one.cast(slug, [1])).body.code).toBe('wechat_needed');
    one.person.snapshot = false;
    expect(await one.identify(slug)).toBe(`/c/${slug}#wx=ok`);
  });

  test('whose code is unknown, used or too old is sent back to try again', async () => {
    const { slug } = await contestWith();
    const one = visitor();
    await one.me(slug);
    const state = forwarded(await one.leave(slug)).get('state') ?? '';
    for (const code of ['0a1b2c', '', '../x', 'a'.repeat(200)])
      expect(await one.arrive(`/wechat/back?code=${encodeURIComponent(code)}&state=${state}`)).toBe(
        `/c/${slug}#wx=again`,
      );
  });

  test('is sent nowhere by a state that was never made here', async () => {
    const one = visitor();
    for (const state of ['', 'x', 'https://evil.test', '//evil.test'])
      expect(await one.arrive(`/wechat/back?code=a&state=${encodeURIComponent(state)}`)).toBe('400');
  });

  test('is recognised although somebody beside them sends more ways back than a minute has, none of them made here', async () => {
    const { slug } = await contestWith();
    const [one, beside] = [visitor(), visitor()];
    await one.me(slug);
    const back = await one.leave(slug);
    const state = forwarded(back).get('state') ?? '';
    for (let i = 0; i < 1_300; i += 50)
      await Promise.all(
        Array.from({ length: 50 }, () => beside.arrive(`/wechat/back?code=a&state=${state}`)),
      );
    expect(await one.arrive(back)).toBe(`/c/${slug}#wx=ok`);
  });

  test('is not asked where the contest does not ask, nor outside WeChat, nor for a contest that there is not', async () => {
    const [without, within] = [await contestOf(null), await contestWith()];
    expect(await visitor().arrive(`/wechat/go?slug=${without.slug}`)).toBe(`/c/${without.slug}`);
    expect(
      await visitor(fake.person('desk'), OFFICE_COMPUTER).arrive(`/wechat/go?slug=${within.slug}&n=1`),
    ).toBe(`/c/${within.slug}/n/1`);
    expect(await visitor().arrive('/wechat/go?slug=nowhere')).toBe('404');
    // A candidate that there is not: to the list.
    const one = visitor();
    expect(await one.arrive(await one.leave(within.slug, 999))).toBe(`/c/${within.slug}#wx=ok`);
  });

  test('who had voted as a browser has spent that ballot, whichever server they come back to', async () => {
    const { slug, id, settings } = await contestOf(null);
    const one = visitor();
    const ballotId = randomUUID();
    const first = await one.cast(slug, [4], ballotId);
    expect(first.status).toBe(201);
    // The organizer connects WeChat in the middle of the vote.
    await site.update(id, { ...settings, wechat: wechatRule() });
    for (const at of [site, other]) await at.parts.contests.reload(slug);
    expect(await one.identify(slug, other)).toBe(`/c/${slug}#wx=ok`);
    expect(await one.me(slug)).toMatchObject({ identity: 'wechat', ballotsLeft: 0, picksToday: [4] });
    expect((await one.cast(slug, [5])).body.code).toBe('quota_spent');
    expect((await one.cast(slug, [4], ballotId)).body).toEqual(first.body);
    expect((await site.verify(slug)).ballots).toBe(1);
  });
});

describe('a contest for followers', () => {
  test('asks WeChat about strangers once, and lets who follows vote', async () => {
    const { slug } = await contestWith({ follow: true });
    const one = visitor();
    await one.person.follow(true, { quiet: true });
    await one.identify(slug);
    const calls = fake.calls('/cgi-bin/user/info');
    expect((await one.cast(slug, [1])).status).toBe(201);
    expect(await one.identify(slug)).toBe(`/c/${slug}#wx=ok`);
    expect(fake.calls('/cgi-bin/user/info')).toBe(calls);
    await site.verify(slug);
  });

  test('tells who does not follow what to do, and takes their ballot after they have come back', async () => {
    const { slug } = await contestWith({ follow: true });
    const one = visitor();
    await one.identify(slug);
    const answer = await one.cast(slug, [1]);
    expect([answer.status, answer.body]).toEqual([403, { code: 'follow_needed', account: '云岭应急' }]);
    await one.person.follow(true, { quiet: true });
    expect((await one.cast(slug, [1])).body.code).toBe('follow_needed');
    await one.identify(slug);
    expect((await one.cast(slug, [1])).status).toBe(201);
    await site.verify(slug);
  });

  test('never asks it of who only reads, nor elsewhere', async () => {
    const { slug } = await contestWith();
    const one = visitor();
    const calls = fake.calls('/cgi-bin/user/info');
    await contestWith({ follow: true });
    await one.me(slug);
    expect((await (await site.call(`/api/contests/${slug}/tally`)).json()) as object).toHaveProperty(
      'counts',
    );
    expect(fake.calls('/cgi-bin/user/info')).toBe(calls);
    await one.identify(slug);
    expect((await one.cast(slug, [1])).status).toBe(201);
  });
});

describe('when WeChat is away', () => {
  test('who is known votes on, and a stranger is told that it did not answer', async () => {
    const { slug } = await contestWith({ follow: true });
    const [one, stranger] = [visitor(), visitor()];
    await one.person.follow(true, { quiet: true });
    await one.identify(slug);
    const back = await stranger.leave(slug);
    await fake.down();
    try {
      expect((await one.cast(slug, [1])).status).toBe(201);
      expect(await stranger.arrive(back)).toBe(`/c/${slug}#wx=away`);
      expect((await stranger.me(slug)).identity).toBe('browser');
    } finally {
      await fake.up();
    }
    expect(await stranger.identify(slug)).toBe(`/c/${slug}#wx=ok`);
    // Said once, when it began.
    expect(site.errors.splice(0)).toEqual([{ part: 'wechat', event: 'exchange_refused', code: -1 }]);
    await site.verify(slug);
  });

  test('for a moment (-1), the code is exchanged at the second try', async () => {
    const { slug } = await contestWith();
    fake.fail({ path: '/sns/oauth2/access_token', times: 1, errcode: -1 });
    expect(await visitor().identify(slug)).toBe(`/c/${slug}#wx=ok`);
  });

  test.each([
    ['a gateway’s error page', { status: 502 }],
    ['a secret that was reset', { errcode: 40_125 }],
  ])('with %s a stranger is told so, and nothing of it is in the log but the code', async (_, fault) => {
    const { slug } = await contestWith();
    fake.fail({ path: '/sns/oauth2/access_token', times: 2, ...fault });
    expect(await visitor().identify(slug)).toBe(`/c/${slug}#wx=away`);
    const lines = JSON.stringify(site.errors.splice(0));
    expect(lines).not.toMatch(/openid|appid|secret=|http/);
  });
});

test('what WeChat says was asked too often is not asked again for a minute', async () => {
  const { slug } = await contestWith();
  const path = '/sns/oauth2/access_token';
  fake.quota(path, 0);
  const before = fake.calls(path);
  for (let i = 0; i < 3; i++) expect(await visitor().identify(slug)).toBe(`/c/${slug}#wx=away`);
  expect(fake.calls(path)).toBe(before + 1);
  fake.heal();
  site.pass(60_001);
  other.pass(60_001);
  expect(await visitor().identify(slug)).toBe(`/c/${slug}#wx=ok`);
  site.errors.length = 0;
});

describe('a page that asks for its signature', () => {
  const signed = async (url: string, at = site) =>
    at.call(`/api/wechat/signature?url=${encodeURIComponent(url)}`);

  test('gets one that WeChat takes, and the published one is made', async () => {
    const { jssdk } = vectors;
    expect(signPage(jssdk.jsapi_ticket, jssdk.noncestr, jssdk.timestamp, jssdk.url)).toBe(jssdk.signature);
    const url = `http://127.0.0.1:${site.port}/c/x?from=singlemessage`;
    const reply = await signed(`${url}#wx=ok`);
    const { appId, timestamp, nonceStr, signature } = (await reply.json()) as {
      appId: string;
      timestamp: number;
      nonceStr: string;
      signature: string;
    };
    expect([appId, timestamp]).toEqual([wxAccount.appId, Math.floor(site.now() / 1000)]);
    const [ticket = ''] = fake.jsapiTicket().slice(-1);
    const text = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${url}`;
    expect(signature).toBe(createHash('sha1').update(text).digest('hex'));
  });

  test('costs one token and one ticket for both servers, however many ask', async () => {
    const before = fake.calls('/cgi-bin/ticket/getticket') + fake.calls('/cgi-bin/stable_token');
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const at = i % 2 === 0 ? site : other;
        return signed(`http://127.0.0.1:${at.port}/c/${i}`, at);
      }),
    );
    expect(fake.calls('/cgi-bin/ticket/getticket') + fake.calls('/cgi-bin/stable_token')).toBe(before);
  });

  test('of another site, of no page or too long is refused', async () => {
    for (const url of [
      'https://evil.test/',
      `http://127.0.0.1:${site.port + 1}/`,
      `http://user@127.0.0.1:${site.port}/`,
      'javascript:alert(1)',
      '',
      `http://127.0.0.1:${site.port}/${'a'.repeat(1100)}`,
    ]) {
      const reply = await signed(url);
      expect([url.slice(0, 40), reply.status, await reply.json()]).toEqual([
        url.slice(0, 40),
        400,
        { code: 'bad_request', field: 'url' },
      ]);
    }
  });

  test('after WeChat has voided the token in mid-load, is signed with one that it takes, at one more fetch', async () => {
    const own = await createSite(fresh.database.db, { account, now: Date.now() });
    const url = `http://127.0.0.1:${own.port}/`;
    expect((await signed(url, own)).status).toBe(200);
    fake.rotate({ overlap: false });
    own.pass(2 * 3_600_000 - 100_000);
    const calls = fake.calls('/cgi-bin/stable_token');
    for (let i = 0; i < 20; i++) expect((await signed(url, own)).status).toBe(200);
    expect(fake.calls('/cgi-bin/stable_token') - calls).toBeLessThanOrEqual(2);
    expect(own.errors).toEqual([]);
    await own.close();
  });

  test('is told that WeChat is away while there is no ticket, and WeChat is not asked again and again', async () => {
    const own = await createSite(fresh.database.db, { account, now: Date.now() });
    await fake.down();
    try {
      for (let i = 0; i < 5; i++) {
        const reply = await signed(`http://127.0.0.1:${own.port}/`, own);
        expect([reply.status, ((await reply.json()) as { code: string }).code]).toEqual([503, 'wechat_away']);
      }
      expect((await (await own.call('/readyz')).json()) as object).toMatchObject({
        wechat: 'away',
        database: 'ok',
      });
    } finally {
      await fake.up();
    }
    expect(own.errors).toHaveLength(2);
    own.pass(5_000);
    expect((await signed(`http://127.0.0.1:${own.port}/`, own)).status).toBe(200);
    expect((await (await own.call('/readyz')).json()) as object).toMatchObject({ wechat: 'ok' });
    await own.close();
  });
});

describe('a site', () => {
  test('proves to WeChat that the domain is its own, by the files it was given and no others', async () => {
    const reply = await site.call('/MP_verify_W1PLRwVq.txt');
    expect([reply.status, await reply.text()]).toEqual([200, 'W1PLRwVq']);
    expect((await site.call('/MP_verify_other.txt')).status).toBe(404);
    expect(await (await site.call('/robots.txt')).text()).toContain('Disallow: /wechat/');
    const own = await createSite(fresh.database.db, { robots: 'User-agent: *\nDisallow: /\n' });
    expect(await (await own.call('/robots.txt')).text()).toBe('User-agent: *\nDisallow: /\n');
    await own.close();
  });

  test('without an account has none of the ways, and says so of a contest that asks', async () => {
    const { slug } = await contestWith();
    const own = await createSite(fresh.database.db);
    for (const path of [
      `/wechat/go?slug=${slug}`,
      '/wechat/back?code=a&state=b',
      '/api/wechat/signature?url=x',
    ])
      expect((await own.call(path)).status).toBe(404);
    expect(await (await own.call(`/api/contests/${slug}`)).json()).toMatchObject({ account: null });
    expect(await (await site.call(`/api/contests/${slug}`)).json()).toMatchObject({
      account: { name: '云岭应急', qr: 'http://weixin.qq.com/r/fictional' },
    });
    await own.close();
  });

  test('never gives or logs who somebody is in WeChat, nor its own secret', async () => {
    fake.unionids = true;
    const { slug } = await contestWith();
    const one = visitor(fake.person(randomBytes(4).toString('hex')));
    const back = await one.leave(slug);
    const reply = await site.call(back, { headers: { cookie: one.cookie(), 'user-agent': ANDROID_WECHAT } });
    const seen = JSON.stringify([[...reply.headers], await reply.text(), site.errors]);
    for (const secret of [one.person.openid, String(one.person.unionid), wxAccount.secret]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(seen).not.toContain(secret);
      expect(seen).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });
});
