import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { signatureOf } from '@zuimei/server/chat/envelope.ts';
import { parseAccount } from '@zuimei/server/wechat/account.ts';
import { createOwnShelf } from '@zuimei/server/wechat/sharedstore.ts';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, HOUR_MS, type Settings, type TestSite } from '../harness/site.ts';
import { wechatRule, wxAccount, wxSettings } from '../wxfake/account.ts';
import { encrypt } from '../wxfake/cipher.ts';
import { createWxFake, type WxFake } from '../wxfake/wxfake.ts';
import { writeXml } from '../wxfake/xml.ts';

const { appId: APP_ID, token: TOKEN, aesKey: AES_KEY } = wxAccount;
type FakePerson = ReturnType<WxFake['person']>;

let serial = 0;

/** A site that takes messages, in a database of its own, and WeChat beside it. */
async function openPlace(aesKey: string | null) {
  const fresh: FreshDatabase = await freshDatabase('server');
  const now = Date.now();
  // WeChat's clock is the site's.
  const clock = (): number => site?.now() ?? now;
  const fake = await createWxFake({ ...wxAccount, aesKey, clock, redirectHost: 'unknown' });
  const account = parseAccount(wxSettings(fake, aesKey));
  if (!account) throw new Error('no account');
  const shelf = createOwnShelf(clock);
  const other = await createSite(fresh.database.db, { account, shelf, now });
  const site = await createSite(fresh.database.db, { account, shelf, now });
  const urlOf = (one: TestSite): string => `http://127.0.0.1:${one.port}/wechat/message`;
  fake.callbackUrl = urlOf(site);
  return {
    fake,
    site,
    other,
    db: fresh.database.db,
    url: urlOf(site),
    otherUrl: urlOf(other),
    async close() {
      await Promise.all([site.close(), other.close(), fake.close()]);
      await fresh.drop();
    },
  };
}

let place: Awaited<ReturnType<typeof openPlace>>;
const somebody = (): FakePerson => place.fake.person(`p${++serial}`);

/** The only contest that takes votes by message, unless `beside` others. */
async function contestWith(
  changes: Partial<Settings> & { rules?: Partial<WechatRule> } = {},
  beside = false,
  candidates = 8,
) {
  const { rules, ...settings } = changes;
  if (!beside)
    await sql`update contest set settings = settings || '{"wechat": null}', version = version + 1`.execute(
      place.db,
    );
  const wechat = wechatRule({ keyword: '投票', ...rules });
  const made = await place.site.contest({ wechat, ...settings }, candidates);
  for (const at of [place.site, place.other]) at.pass(4_000);
  return { ...made, verify: () => place.site.verify(made.slug) };
}

/** What the person reads; '' = nothing. */
async function say(
  person: FakePerson,
  text: string,
  how: Parameters<FakePerson['say']>[1] = {},
): Promise<string> {
  const reply = await person.say(text, how);
  if (reply === '') return '';
  expect(reply.type).toBe('text');
  return reply.content;
}

describe.each([
  ['in the clear', null],
  ['encrypted', AES_KEY],
])('messages %s', (_, aesKey) => {
  beforeAll(async () => {
    place = await openPlace(aesKey);
  });
  afterAll(() => place.close());
  beforeEach(() => {
    place.fake.heal();
    place.fake.callbackUrl = place.url;
  });

  test('WeChat’s check of the address is answered, and nobody else’s', async () => {
    expect(await place.fake.verifyUrl()).toBe(true);
    expect((await place.site.call('/wechat/message?signature=no&timestamp=1&nonce=2&echostr=3')).status).toBe(
      403,
    );
  });

  test.each(['投票 3', '3', '投票３号', '投票给第 3 号'])(
    '“%s” is a ballot, entered as one by message',
    async (text) => {
      const { slug, id, verify } = await contestWith();
      const told = await say(somebody(), text);
      expect(told).toContain('投票成功：3 号 候选3。');
      expect(told).toContain(`/c/${slug}/n/3">`);
      expect(told).toContain('起可再投');
      const { rows } = await sql`
      select picks, state, channel from ledger_entry
      where contest = ${id} and kind = 'ballot'`.execute(place.db);
      expect(rows).toEqual([{ picks: [3], state: 'counted', channel: 4 }]);
      await verify();
    },
  );

  test('whoever asks for the notice or the result is led to it, and so is who asks for votes then', async () => {
    const iso = (ms: number): string => new Date(place.site.now() + ms).toISOString();
    const rounds = [{ opens: iso(-2 * HOUR_MS), closes: iso(-HOUR_MS), numbers: null }];
    const { slug, id } = await contestWith({ rounds });
    const person = somebody();
    for (const asked of ['公示', '查结果', '查询获奖名单'])
      expect(await say(person, asked)).toContain('投票已截止，名单确定后先行公示');
    const publish = async (column: 'noticed_at' | 'resulted_at'): Promise<void> => {
      await sql`update contest set ${sql.ref(column)} = now(), version = version + 1 where id = ${id}`.execute(
        place.db,
      );
      for (const at of [place.site, place.other]) at.pass(4_000);
    };
    await publish('noticed_at');
    const notice = `/c/${slug}/notice">查看公示</a>`;
    for (const asked of ['公示', '查询', '查询3', '帮助', '投票 3'])
      expect(await say(person, asked)).toContain(notice);
    await publish('resulted_at');
    expect(await say(person, '结果')).toContain(`评选结果已经公布。\n<a href="`);
    expect(await say(person, '查票')).toContain(`/c/${slug}/result">查看结果</a>`);
  });

  test('a message that comes again is the same ballot, at whichever server, and is answered alike', async () => {
    const { slug, verify } = await contestWith({
      rule: {
        period: 'day',
        ballotsPerPeriod: 5,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 3 },
        repeatCandidate: true,
      },
    });
    const person = somebody();
    const first = await say(person, '投票 2 4');
    expect(first).toContain('投票成功：2 号 候选2、4 号 候选4。');
    expect(first).toContain('今天还可再投 4 张');
    place.fake.callbackUrl = place.otherUrl;
    expect(await say(person, '投票 2 4', { resend: true })).toBe(
      first.replaceAll(String(place.site.port), String(place.other.port)),
    );
    expect(await place.site.tally(slug)).toMatchObject({ ballots: 1 });
    // The same words again are another ballot.
    expect(await say(person, '投票 2 4')).toContain('今天还可再投 3 张');
    expect(await verify()).toMatchObject({ ballots: 2 });
  });

  test('many who write at once are each counted once, those whose messages came twice too', async () => {
    const { verify } = await contestWith();
    const people = Array.from({ length: 25 }, somebody);
    const told = await Promise.all(people.map((person, i) => say(person, `投票 ${(i % 8) + 1}`)));
    for (const words of told) expect(words).toContain('投票成功');
    const again = await Promise.all(
      people.flatMap((person, i) => [
        say(person, `投票 ${(i % 8) + 1}`, { resend: true }),
        say(person, `投票 ${(i % 8) + 1}`, { resend: true }),
      ]),
    );
    for (const words of again) expect(words).toContain('投票成功');
    expect(await verify()).toMatchObject({ ballots: 25 });
  });

  test('the quota is the same as the page’s, and says when it begins anew', async () => {
    const { slug, verify } = await contestWith();
    const person = somebody();
    expect(await say(person, '投票 1')).toContain('投票成功');
    const spent = await say(person, '2');
    expect(spent).toMatch(/^今天的票已投完，明天 0:00 后可再投。/);
    expect(spent).toContain(`/c/${slug}`);
    // The page, of the same person.
    const { parts } = place.site;
    const known = await parts.wechat?.recognise(person.openid);
    const cookie = parts.voters.issueTo(known ?? '', place.site.now() - HOUR_MS);
    const ticket = parts.voters.ticket(slug, { cookie, issuedAt: 0 }, place.site.now() - 60_000);
    const request = {
      ballotId: crypto.randomUUID(),
      picks: [5],
      ticket,
      seen: { dwellMs: 9_000, touches: 3 },
    };
    const reply = await place.site.post(slug, request, { cookie: `zv=${cookie}` });
    expect(reply.body.code).toBe('quota_spent');
    expect(await verify()).toMatchObject({ ballots: 1 });
  });

  test('who asks sees votes as far as the page shows them, and their own ballots', async () => {
    const { verify } = await contestWith();
    const person = somebody();
    expect(await say(person, '查票')).toMatch(/还没有您的选票。\n今天还可投 1 张。/);
    await say(person, '投票 6');
    place.site.pass(1_001);
    expect(await say(person, '查票 6')).toMatch(/^6 号 候选6：1 票（/);
    expect(await say(person, '查6')).toMatch(/^6 号 候选6：1 票/);
    expect(await say(person, '查票 7')).toMatch(/^7 号 候选7：0 票/);
    expect(await say(person, '查票 70')).toMatch(/^没有 70 号人物/);
    const mine = await say(person, '查票');
    expect(mine).toMatch(/投了 1 张选票：\n\d+月\d+日 \d+:\d\d:\d\d 6 号 候选6，已计票\n今天的票已投完/);
    expect(await say(somebody(), '查票')).toContain('还没有您的选票');
    await verify();
  });

  test('sealed votes stay sealed', async () => {
    const from = new Date(place.site.now() + 50 * HOUR_MS).toISOString();
    const { verify } = await contestWith({ reveal: { kind: 'sealed', from } });
    const person = somebody();
    await say(person, '投票 6');
    place.site.pass(1_001);
    const told = await say(person, '查票 6');
    expect(told).toMatch(/^6 号 候选6 的票数尚未公布，将于 .+ 公布。/);
    expect(told).not.toMatch(/\d+ 票/);
    await verify();
  });

  test.each<[string, Partial<Settings> | ((now: number) => Partial<Settings>), RegExp]>([
    ['投票 99', {}, /^99 号不在本轮候选名单里，请看编号后再发。/],
    ['投票 0', {}, /^0 号不在/],
    ['投票 1 2 3 4', {}, /^每张选票最多选 3 位。/],
    ['投票 5 5', {}, /^同一位在一张选票里只能选一次。/],
    ['投票', {}, /^请在一条消息里发“投票”和候选编号（最多 3 个，用空格隔开）。/],
    [
      '投票 1',
      {
        rule: {
          period: 'day',
          ballotsPerPeriod: 1,
          perCategory: null,
          categories: {},
          picks: { min: 2, max: 3 },
          repeatCandidate: true,
        },
      },
      /^每张选票至少选 2 位。\n请在一条消息里发“投票”和 2–3 个候选编号（用空格隔开）。/,
    ],
    [
      '投票 1',
      { paused: { since: new Date().toISOString(), reason: '核对名单<b>' } },
      /^主办单位已暂停投票：核对名单＜b＞/,
    ],
    [
      '投票 1',
      (now) => ({
        rounds: [
          {
            opens: new Date(now - 9 * HOUR_MS).toISOString(),
            closes: new Date(now - HOUR_MS).toISOString(),
            numbers: null,
          },
        ],
      }),
      /^《测试活动》投票已截止，感谢参与。/,
    ],
    [
      '1',
      (now) => ({
        rounds: [
          {
            opens: new Date(now + HOUR_MS).toISOString(),
            closes: new Date(now + 9 * HOUR_MS).toISOString(),
            numbers: null,
          },
        ],
      }),
      /^《测试活动》投票将于 \d+月\d+日 \d+:\d\d 开始。/,
    ],
    [
      '帮助',
      {},
      /^《测试活动》正在投票：\n发“投票”和候选编号（最多 3 个，用空格隔开），就是一张选票；发“查票”和编号看票数/,
    ],
    ['你们几点下班', {}, /^没有看懂这条消息。\n《测试活动》正在投票：/],
  ])('“%s” is answered kindly, and nothing is entered', async (text, changes, words) => {
    const { slug, verify } = await contestWith(
      typeof changes === 'function' ? changes(place.site.now()) : changes,
    );
    const told = await say(somebody(), text);
    expect(told).toMatch(words);
    expect(told).toContain(`/c/${slug}`);
    expect(await verify()).toMatchObject({ ballots: 0 });
  });

  test('a withdrawn candidate is named as such', async () => {
    const { id, slug } = await contestWith();
    await sql`
      update candidate set body = body || ${JSON.stringify({ withdrawn: { at: new Date().toISOString(), reason: '' } })}::jsonb
      where contest = ${id} and number = 2`.execute(place.db);
    await sql`update contest set version = version + 1 where id = ${id}`.execute(place.db);
    place.site.pass(4_000);
    await place.site.call(`/api/contests/${slug}`);
    expect(await say(somebody(), '投票 2')).toMatch(/^2 号 候选2 已退出/);
    expect(await say(somebody(), '查票 2')).toMatch(/^2 号 候选2 已退出。/);
  });

  test('an answer is never longer than WeChat takes, and keeps its link', async () => {
    const { slug, id, verify } = await contestWith(
      {
        title: '最美'.repeat(40),
        rule: {
          period: 'round',
          ballotsPerPeriod: 9,
          perCategory: null,
          categories: {},
          picks: { min: 1, max: 30 },
          repeatCandidate: true,
        },
      },
      false,
      30,
    );
    await sql`
      update candidate set body = body || ${JSON.stringify({ name: '很长的名字'.repeat(20) })}::jsonb
      where contest = ${id}`.execute(place.db);
    await sql`update contest set version = version + 1 where id = ${id}`.execute(place.db);
    place.site.pass(4_000);
    await place.site.call(`/api/contests/${slug}`);
    const person = somebody();
    const all = Array.from({ length: 30 }, (_, i) => i + 1).join(' ');
    for (let i = 0; i < 6; i++) expect(await say(person, `投票 ${all}`)).toMatch(/投票成功：.+等 30 位。/);
    const mine = await say(person, '查票');
    expect(mine).toContain('您在');
    expect(mine).toContain(`/c/${slug}">`);
    await verify();
  });

  test('only followers vote where the contest asks it', async () => {
    const { verify } = await contestWith({ rules: { follow: true } });
    const person = somebody();
    expect(await say(person, '投票 1')).toMatch(/^请先关注公众号“云岭应急”，再发一次。/);
    await person.follow(true);
    expect(await say(person, '投票 1')).toContain('投票成功');
    // An event that was lost is made up for, of who is new and of who was here before.
    const [quiet, known] = [somebody(), somebody()];
    expect(await say(known, '投票 1')).toMatch(/^请先关注/);
    for (const one of [quiet, known]) {
      await one.follow(true, { quiet: true });
      expect(await say(one, '投票 1')).toContain('投票成功');
    }
    expect(await verify()).toMatchObject({ ballots: 3 });
  });

  test('who follows is greeted with the contests that are open; who leaves hears nothing', async () => {
    const { slug } = await contestWith();
    const person = somebody();
    const reply = await person.follow(true);
    expect(reply).toMatchObject({ type: 'text' });
    const words = reply === '' ? '' : reply.content;
    expect(words).toMatch(/^感谢关注“云岭应急”。\n/);
    expect(words).toContain(`/c/${slug}">打开投票页面</a>`);
    expect(await person.follow(false)).toBe('');
    expect(await person.send({ MsgType: 'event', Event: 'CLICK', EventKey: 'a' })).toBe('');
    expect(await person.send({ MsgType: 'image', PicUrl: 'http://127.0.0.1/a.jpg' })).toBe('');
  });

  test('where no contest takes votes by message, texts are left alone', async () => {
    await contestWith({ rules: { keyword: '' } });
    for (const text of ['投票 1', '1', '帮助', '查票 1', '你好'])
      expect(await say(somebody(), text)).toBe('');
  });

  test('with two contests open, the word decides; a bare number is asked which', async () => {
    const one = await contestWith({ title: '最美应急人' });
    const two = await contestWith({ title: '最美消防志愿者', rules: { keyword: '志愿者' } }, true);
    const person = somebody();
    const told = await say(person, '3');
    expect(told).toMatch(/^有 2 个活动正在投票，请在页面里投：/);
    for (const { slug } of [one, two]) expect(told).toContain(`/c/${slug}">`);
    expect(await say(person, '志愿者 3')).toContain(two.slug);
    expect(await say(person, '投票 3')).toContain(one.slug);
    expect(await one.verify()).toMatchObject({ ballots: 1 });
    expect(await two.verify()).toMatchObject({ ballots: 1 });
  });

  test('while WeChat is away, who is known votes on, and who is not is told', async () => {
    const { verify } = await contestWith();
    const known = somebody();
    await say(known, '查票');
    place.fake.fail({ path: '/cgi-bin/user/info', errcode: -1 });
    expect(await say(known, '投票 1')).toContain('投票成功');
    expect(await say(somebody(), '投票 1')).toMatch(/^微信暂时没有回应，请稍后再发一次/);
    expect(await verify()).toMatchObject({ ballots: 1 });
  });

  test('what is broken here is logged without who wrote what, and the sender is told where they stand', async () => {
    await contestWith();
    const person = somebody();
    const spy = vi
      .spyOn(place.site.parts.cast, 'cast')
      .mockRejectedValueOnce(new Error('the database is away'));
    expect(await say(person, '投票 1')).toMatch(/^系统暂时出了问题，请过一会儿发“查票”/);
    spy.mockRestore();
    const logged = JSON.stringify(place.site.errors.splice(0));
    expect(logged).toContain('the database is away');
    for (const secret of [person.openid, '投票', 'signature']) expect(logged).not.toContain(secret);
  });

  test('who writes more than anybody types is told to wait', async () => {
    await contestWith();
    const person = somebody();
    for (let i = 0; i < 30; i++) await say(person, '查票 1');
    expect(await say(person, '查票 1')).toMatch(/^消息太频繁了/);
    expect(await say(somebody(), '查票 1')).toMatch(/^1 号/);
    place.site.pass(61_000);
    expect(await say(person, '查票 1')).toMatch(/^1 号/);
  });
});

describe('when the site is slow', () => {
  beforeAll(async () => {
    place = await openPlace(AES_KEY);
  });
  afterAll(() => place.close());

  test('WeChat is answered in time all the same, the ballot is entered, and 查票 shows it', async () => {
    const { verify } = await contestWith();
    const { cast } = place.site.parts;
    const really = cast.cast;
    const entered = Promise.withResolvers<void>();
    const spy = vi.spyOn(cast, 'cast').mockImplementationOnce(async (...given) => {
      await pause(4_900);
      const receipt = await really(...given);
      entered.resolve();
      return receipt;
    });
    const person = somebody();
    expect(await say(person, '投票 1')).toMatch(/^现在投票的人较多，您的消息正在处理，请不要重复发送。/);
    expect(place.fake.deliveries).toMatchObject([{ attempt: 1, status: 200 }]);
    await entered.promise;
    spy.mockRestore();
    expect(await say(person, '查票')).toContain('1 号 候选1，已计票');
    expect(await verify()).toMatchObject({ ballots: 1 });
  }, 15_000);
});

describe('what is not WeChat’s', () => {
  beforeAll(async () => {
    place = await openPlace(AES_KEY);
  });
  afterAll(() => place.close());

  const inner = (content = '投票 1') =>
    writeXml({
      ToUserName: 'gh_a',
      FromUserName: 'o-1',
      CreateTime: Math.floor(place.site.now() / 1000),
      MsgType: 'text',
      Content: content,
      MsgId: '1',
    });

  /** Posts a body with everything right, unless changed. */
  async function post(
    changes: { body?: string; sealed?: string; at?: number; query?: Record<string, string> } = {},
  ) {
    const timestamp = String(Math.floor((changes.at ?? place.site.now()) / 1000));
    const nonce = '7';
    const sealed = changes.sealed ?? encrypt(AES_KEY, APP_ID, inner());
    const body = changes.body ?? writeXml({ ToUserName: 'gh_a', Encrypt: sealed });
    const query = new URLSearchParams({
      signature: signatureOf(TOKEN, timestamp, nonce),
      msg_signature: signatureOf(TOKEN, timestamp, nonce, sealed),
      timestamp,
      nonce,
      encrypt_type: 'aes',
      openid: 'o-1',
      ...changes.query,
    });
    const reply = await place.site.call(`/wechat/message?${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml', 'content-length': String(Buffer.byteLength(body)) },
    });
    return reply.status;
  }

  test('is refused: another signature, another moment, no encryption, another key, a document type, too much', async () => {
    const { verify } = await contestWith();
    expect(await post()).toBe(200);
    expect(await post({ query: { signature: 'a'.repeat(40) } })).toBe(403);
    expect(await post({ query: { msg_signature: 'a'.repeat(40) } })).toBe(403);
    expect(await post({ query: { nonce: '8' } })).toBe(403);
    expect(await post({ at: place.site.now() - 11 * 60_000 })).toBe(403);
    expect(await post({ at: place.site.now() + 11 * 60_000 })).toBe(403);
    expect(await post({ body: inner() })).toBe(403);
    expect(await post({ sealed: encrypt(AES_KEY, 'wx0000000000000000', inner()) })).toBe(400);
    expect(await post({ sealed: encrypt(`${'a'.repeat(42)}E`, APP_ID, inner()) })).toBe(400);
    expect(await post({ sealed: encrypt(AES_KEY, APP_ID, `<!DOCTYPE a>${inner()}`) })).toBe(400);
    expect(await post({ sealed: encrypt(AES_KEY, APP_ID, inner('a'.repeat(20_000))) })).toBe(413);
    expect(await post({ sealed: encrypt(AES_KEY, APP_ID, '{}') })).toBe(400);
    // What was changed on the way.
    const sealed = encrypt(AES_KEY, APP_ID, inner());
    const changed = writeXml({ Encrypt: `${sealed.startsWith('a') ? 'b' : 'a'}${sealed.slice(1)}` });
    expect(await post({ sealed, body: changed })).toBe(403);
    // And the first of all these was never a second ballot, as it came again.
    expect(await post()).toBe(200);
    place.site.errors.splice(0);
    expect(await verify()).toMatchObject({ ballots: 0 });
  });

  test('finds nothing where no messages are taken', async () => {
    const site = await createSite(place.db, {});
    for (const method of ['GET', 'POST'])
      expect((await site.call('/wechat/message', { method })).status).toBe(404);
    await site.close();
  });
});
