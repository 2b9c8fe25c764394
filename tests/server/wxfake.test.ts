import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { ANDROID_WECHAT, IPHONE_WECHAT } from '../wxfake/agents.ts';
import { installBridge, readShared } from '../wxfake/bridge.ts';
import { decrypt, encrypt, pageSignature, signature } from '../wxfake/cipher.ts';
import { controlRooms } from '../wxfake/control.ts';
import { createWxFake, type WxFake, type WxFakeOptions } from '../wxfake/wxfake.ts';
import { parseXml, writeXml } from '../wxfake/xml.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/wechat.json', import.meta.url), 'utf8'));
const account = { appId: 'wx0123456789abcdef', secret: 'f'.repeat(32), token: 'spamtest' };
const AES_KEY: string = vectors.encryptA1.encodingAESKey;
const OUT_OF_ORDER = '该公众号提供的服务出现故障，请稍后再试';

const opened: WxFake[] = [];
let now = 0;
let fake: WxFake;

async function open(options: Partial<WxFakeOptions> = {}): Promise<WxFake> {
  const one = await createWxFake({
    ...account,
    redirectHost: 'vote.example.cn',
    clock: () => now,
    ...options,
  });
  opened.push(one);
  return one;
}

type Fields = Record<string, unknown>;

const ask = async (path: string, query: Record<string, string>): Promise<Fields> =>
  (await (await fetch(`${fake.url}${path}?${new URLSearchParams(query)}`)).json()) as Fields;

const exchange = (code: string, over: Record<string, string> = {}): Promise<Fields> =>
  ask('/sns/oauth2/access_token', {
    appid: account.appId,
    secret: account.secret,
    code,
    grant_type: 'authorization_code',
    ...over,
  });

async function lend(over: Fields = {}): Promise<Fields> {
  const reply = await fetch(`${fake.url}/cgi-bin/stable_token`, {
    method: 'POST',
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: account.appId,
      secret: account.secret,
      ...over,
    }),
  });
  return (await reply.json()) as Fields;
}

const ticketWith = (token: unknown): Promise<Fields> =>
  ask('/cgi-bin/ticket/getticket', { access_token: String(token), type: 'jsapi' });

const authorize = (query: [string, string][], agent = ANDROID_WECHAT, cookie = ''): Promise<Response> =>
  fetch(`${fake.url}/connect/oauth2/authorize?${new URLSearchParams(query)}`, {
    redirect: 'manual',
    headers: { 'User-Agent': agent, Cookie: cookie },
  });

const asked = (over: Record<string, string> = {}): [string, string][] =>
  Object.entries({
    appid: account.appId,
    redirect_uri: 'https://vote.example.cn/wechat/back?n=1',
    response_type: 'code',
    scope: 'snsapi_base',
    state: 'abc123',
    ...over,
  });

beforeEach(async () => {
  now = Date.parse('2026-05-12T08:00:00Z');
  fake = await open();
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

describe('The authorization', () => {
  test('sends a person silently back with a code and the state, behind what the address has already', async () => {
    const reply = await authorize(asked());
    expect(reply.status).toBe(302);
    expect(reply.headers.get('location')).toMatch(
      /^https:\/\/vote\.example\.cn\/wechat\/back\?n=1&code=[A-Za-z0-9]{32}&state=abc123$/,
    );
  });

  test.each([
    ['a browser that is not WeChat', asked(), 'Mozilla/5.0 Chrome/140', '请在微信客户端打开链接'],
    ['another account', asked({ appid: 'wxfedcba9876543210' }), ANDROID_WECHAT, 'AppID 参数错误'],
    ['another host', asked({ redirect_uri: 'https://vote.example.cn.evil.cn/' }), ANDROID_WECHAT, '10003'],
    ['a subdomain', asked({ redirect_uri: 'https://a.vote.example.cn/' }), ANDROID_WECHAT, '10003'],
    ['another port', asked({ redirect_uri: 'https://vote.example.cn:8443/' }), ANDROID_WECHAT, '10003'],
    ['a state with a hyphen', asked({ state: 'a-b' }), ANDROID_WECHAT, 'state 参数错误'],
    ['a state that is too long', asked({ state: 'a'.repeat(129) }), ANDROID_WECHAT, 'state 参数错误'],
    ['a scope that asks', asked({ scope: 'snsapi_userinfo' }), ANDROID_WECHAT, '10005'],
    ['parameters in another order', asked().reverse(), ANDROID_WECHAT, '链接参数顺序错误'],
  ])('shows a page of WeChat to %s', async (_, query, agent, sentence) => {
    const reply = await authorize(query, agent);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain(sentence);
  });

  test('knows the visitor by a cookie; somebody is another openid in another account and one unionid in both', async () => {
    const other = await open({ appId: 'wxfedcba9876543210' });
    for (const one of [fake, other]) one.unionids = true;
    const { name, value } = fake.person('李一').cookie();
    const reply = await authorize(asked(), ANDROID_WECHAT, `a=b; ${name}=${value}`);
    const code = new URL(reply.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const met = await exchange(code);
    expect(met).toMatchObject({ openid: fake.person('李一').openid, scope: 'snsapi_base', expires_in: 7200 });
    expect(met['openid']).toMatch(/^o[A-Za-z0-9_-]{27}$/);
    expect(met['unionid']).toBe(other.person('李一').unionid);
    expect(met['openid']).not.toBe(other.person('李一').openid);
    expect(met['openid']).not.toBe(fake.person('1').openid);
  });
});

describe('A code', () => {
  test('is good once', async () => {
    const code = fake.person('1').code();
    expect(await exchange(code)).toMatchObject({ openid: fake.person('1').openid });
    const again = await exchange(code);
    expect(again).toMatchObject({ errcode: 40163 });
    expect(again['errmsg']).toMatch(/^code been used, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  });

  test('is good for five minutes', async () => {
    const [early, late] = [fake.person('1').code(), fake.person('1').code()];
    now += 299_999;
    expect(await exchange(early)).toMatchObject({ scope: 'snsapi_base' });
    now += 1;
    expect(await exchange(late)).toMatchObject({ errcode: 40029 });
  });

  test('is not used up by a call that is refused or that WeChat is too busy for', async () => {
    const code = fake.person('1').code();
    expect(await exchange(code, { appid: 'wxfedcba9876543210' })).toMatchObject({ errcode: 40013 });
    expect(await exchange(code, { secret: '0'.repeat(32) })).toMatchObject({ errcode: 40125 });
    fake.fail({ errcode: -1, times: 1 });
    expect(await exchange(code)).toMatchObject({ errcode: -1 });
    expect(await exchange('nonsense')).toMatchObject({ errcode: 40029 });
    expect(await exchange(code)).toMatchObject({ openid: fake.person('1').openid });
  });

  test('is used up by a call whose answer is lost', async () => {
    const code = fake.person('1').code();
    fake.fail({ status: 502, times: 1, after: true });
    await expect(exchange(code)).rejects.toThrow();
    expect(await exchange(code)).toMatchObject({ errcode: 40163 });
  });

  test('of a snapshot names somebody else every time, without a unionid', async () => {
    fake.unionids = true;
    const person = fake.person('1');
    person.snapshot = true;
    const [first, second] = [await exchange(person.code()), await exchange(person.code())];
    expect(first).toMatchObject({ is_snapshotuser: 1 });
    expect(first).not.toHaveProperty('unionid');
    expect(new Set([first['openid'], second['openid'], person.openid]).size).toBe(3);
  });
});

describe('The token', () => {
  test('stays the same until five minutes before its end; then the old one lives on for five minutes', async () => {
    const first = await lend();
    expect(first).toMatchObject({ expires_in: 7200 });
    now += 6_899_000;
    expect(await lend()).toEqual({ ...first, expires_in: 301 });
    now += 1_000;
    const second = await lend();
    expect(second).toMatchObject({ expires_in: 7200 });
    expect(second['access_token']).not.toBe(first['access_token']);
    now += 299_000;
    expect(await ticketWith(first['access_token'])).toMatchObject({ errcode: 0 });
    now += 1_000;
    expect(await ticketWith(first['access_token'])).toMatchObject({ errcode: 42001 });
    expect(await ticketWith(second['access_token'])).toMatchObject({ errcode: 0 });
  });

  test('that nobody renews expires', async () => {
    const { access_token: token } = await lend();
    now += 7_200_000;
    expect(await ticketWith(token)).toMatchObject({ errcode: 42001 });
    expect(await ticketWith('nonsense')).toMatchObject({ errcode: 40001 });
  });

  test('is replaced at once by force, at most every 30 seconds and twenty times a day', async () => {
    const { access_token: first } = await lend();
    const { access_token: second } = await lend({ force_refresh: true });
    expect(second).not.toBe(first);
    expect(await ticketWith(first)).toMatchObject({ errcode: 40001 });
    expect((await lend({ force_refresh: true }))['access_token']).toBe(second);
    for (let count = 1; count < 20; count++) {
      now += 30_000;
      expect(await lend({ force_refresh: true })).toMatchObject({ expires_in: 7200 });
    }
    now += 30_000;
    expect(await lend({ force_refresh: true })).toMatchObject({ errcode: 45009 });
    now += 86_400_000;
    expect(await lend({ force_refresh: true })).toMatchObject({ expires_in: 7200 });
  });

  test('that somebody else renewed is good for five more minutes, or void at once', async () => {
    const { access_token: first } = await lend();
    fake.rotate();
    const { access_token: second } = await lend();
    expect(second).not.toBe(first);
    expect(await ticketWith(first)).toMatchObject({ errcode: 0 });
    now += 300_000;
    expect(await ticketWith(first)).toMatchObject({ errcode: 40001 });
    fake.rotate({ overlap: false });
    expect(await ticketWith(second)).toMatchObject({ errcode: 40001 });
  });

  test('is refused to a wrong secret, and to who asks too often', async () => {
    expect(await lend({ secret: '0'.repeat(32) })).toMatchObject({ errcode: 40125 });
    expect(await lend({ appid: 'wxfedcba9876543210' })).toMatchObject({ errcode: 40013 });
    fake.quota('/cgi-bin/stable_token', 1);
    expect(await lend()).toMatchObject({ expires_in: 7200 });
    expect(await lend()).toMatchObject({ errcode: 45009 });
    fake.quota('/cgi-bin/stable_token', null);
    expect(await lend()).toMatchObject({ expires_in: 7200 });
    expect(fake.calls('/cgi-bin/stable_token')).toBe(5);
  });
});

describe('What a token gives', () => {
  test('is one ticket for all who ask, which the fake can check pages against', async () => {
    const { access_token: token } = await lend();
    const first = await ticketWith(token);
    expect(first).toMatchObject({ errcode: 0, errmsg: 'ok', expires_in: 7200 });
    fake.rotate();
    expect((await ticketWith(token))['ticket']).toBe(first['ticket']);
    expect(fake.jsapiTicket()).toEqual([first['ticket']]);
    now += 7_200_000;
    expect(fake.jsapiTicket()).toEqual([]);
  });

  test('is whether somebody follows', async () => {
    const { access_token } = await lend();
    const info = (openid: string) =>
      ask('/cgi-bin/user/info', { access_token: String(access_token), openid });
    const person = fake.person('1');
    expect(await info(person.openid)).toMatchObject({ subscribe: 0, openid: person.openid });
    await person.follow(true, { quiet: true });
    fake.unionids = true;
    expect(await info(person.openid)).toMatchObject({
      subscribe: 1,
      unionid: person.unionid,
      subscribe_time: now / 1000,
    });
    expect(await info('o'.repeat(28))).toMatchObject({ errcode: 40003 });
  });
});

describe('WeChat that is away', () => {
  test('refuses connections until it is up again, on the same address', async () => {
    await lend();
    await fake.down();
    await expect(lend()).rejects.toThrow();
    await fake.up();
    expect(await lend()).toMatchObject({ expires_in: 7200 });
  });

  test('may keep a caller waiting for good, on one path only', async () => {
    const heal = fake.fail({ path: '/cgi-bin/stable_token', hang: true });
    const waiting = fetch(`${fake.url}/cgi-bin/stable_token`, { signal: AbortSignal.timeout(300) });
    await expect(waiting).rejects.toThrow(/timeout/);
    expect(await exchange('nonsense')).toMatchObject({ errcode: 40029 });
    heal();
    expect(await lend()).toMatchObject({ expires_in: 7200 });
  });
});

describe('Signing and encrypting', () => {
  test('agree with what WeChat has published', () => {
    const { jssdk, urlVerifyPlain: plain, encryptA1: a, decryptC: c } = vectors;
    expect(pageSignature(jssdk.jsapi_ticket, jssdk.noncestr, jssdk.timestamp, jssdk.url)).toBe(
      jssdk.signature,
    );
    expect(signature(plain.token, plain.timestamp, plain.nonce)).toBe(plain.signature);
    expect(encrypt(AES_KEY, a.appid, a.plaintext, Buffer.from(a.random))).toBe(a.cipher);
    expect(decrypt(AES_KEY, a.appid, a.cipher)).toBe(a.plaintext);
    expect(signature(c.token, c.timestamp, c.nonce, c.encrypt)).toBe(c.msg_signature);
    expect(decrypt(c.encodingAESKey, c.appid, c.encrypt)).toBe(c.plaintext);
    expect(() => decrypt(c.encodingAESKey, a.appid, c.encrypt)).toThrow('another account');
    expect(() => decrypt(`Z${AES_KEY.slice(1)}`, a.appid, a.cipher)).toThrow();
  });

  test('keep every text whole, and take nothing for XML that is not', () => {
    const text = '第 3 号 <赞> & ]]> \n好';
    expect(parseXml(writeXml({ Content: text, CreateTime: 1 }))).toEqual({ Content: text, CreateTime: '1' });
    expect(parseXml('<xml><A>&lt;&#x4f60;</A><B><C>1</C></B></xml>')).toEqual({ A: '<你', C: '1' });
    for (const wrong of [
      '',
      '{}',
      '<xml><A>1</B></xml>',
      '<xml><A>1 & 2</A></xml>',
      '<xml></xml><xml></xml>',
      '<xml>',
    ])
      expect(() => parseXml(wrong), wrong).toThrow();
  });
});

/** A site that answers messages as `room` says; gives its address. */
async function openSite(room: (request: IncomingMessage, body: string, response: ServerResponse) => void) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    room(request, body, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  sites.push(server);
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/wechat/message`;
}
const sites: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const site of sites) site.close().closeAllConnections();
});

describe.each([
  ['in the clear', null],
  ['encrypted', AES_KEY],
])('A message %s', (_, aesKey) => {
  /** An honest site: checks the signature, and answers `echo …` to what it understood. */
  function answer(request: IncomingMessage, body: string, response: ServerResponse): void {
    const query = new URL(request.url ?? '', 'http://site').searchParams;
    const get = (name: string): string => query.get(name) ?? '';
    const outer = parseXml(body);
    expect(get('signature')).toBe(signature(account.token, get('timestamp'), get('nonce')));
    if (aesKey) {
      expect(get('encrypt_type')).toBe('aes');
      expect(get('msg_signature')).toBe(
        signature(account.token, get('timestamp'), get('nonce'), outer['Encrypt'] ?? ''),
      );
    }
    const fields = aesKey ? parseXml(decrypt(aesKey, account.appId, outer['Encrypt'] ?? '')) : outer;
    expect(get('openid')).toBe(fields['FromUserName']);
    seen.push(fields);
    const reply = writeXml({
      ToUserName: fields['FromUserName'] ?? '',
      FromUserName: fields['ToUserName'] ?? '',
      CreateTime: Math.floor(now / 1000),
      MsgType: 'text',
      Content: `echo ${fields['Content'] ?? fields['Event']}`,
    });
    if (!aesKey) return void response.end(reply);
    const sealed = encrypt(aesKey, account.appId, reply);
    const signed = { TimeStamp: Math.floor(now / 1000), Nonce: '7' };
    response.end(
      writeXml({
        Encrypt: sealed,
        MsgSignature: signature(account.token, String(signed.TimeStamp), signed.Nonce, sealed),
        ...signed,
      }),
    );
  }
  let seen: Record<string, string>[] = [];

  test('is signed, numbered, and its reply is read', async () => {
    seen = [];
    fake = await open({ aesKey, callbackUrl: await openSite(answer) });
    const person = fake.person('1');
    expect(await person.say('投 3 <号> ]]>')).toMatchObject({ type: 'text', content: 'echo 投 3 <号> ]]>' });
    now += 9_000;
    await person.say('投 3 <号> ]]>', { resend: true });
    await person.say('投 4');
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]?.['MsgId']).not.toBe(seen[0]?.['MsgId']);
    expect(BigInt(seen[2]?.['MsgId'] ?? 0)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    expect(await person.follow(true)).toMatchObject({ content: 'echo subscribe' });
    expect(await person.follow(false)).toMatchObject({ content: 'echo unsubscribe' });
    expect(seen[4]).not.toHaveProperty('MsgId');
    expect(person.follows).toBe(false);
  });

  test('is out of order for the person when its reply is not signed, not XML, or an error', async () => {
    const wrong: [number, string][] = [
      [500, ''],
      [200, '{"errcode":0}'],
      [
        200,
        '<xml><Encrypt>aaaa</Encrypt><MsgSignature>no</MsgSignature><TimeStamp>1</TimeStamp><Nonce>1</Nonce></xml>',
      ],
    ];
    for (const [status, text] of wrong) {
      fake = await open({
        aesKey,
        callbackUrl: await openSite((_q, _b, response) => response.writeHead(status).end(text)),
      });
      expect(await fake.person('1').say('3')).toMatchObject({ type: 'fault', content: OUT_OF_ORDER });
      expect(fake.deliveries).toHaveLength(1);
    }
  });

  test('needs no reply', async () => {
    for (const text of ['', 'success']) {
      fake = await open({ aesKey, callbackUrl: await openSite((_q, _b, response) => response.end(text)) });
      expect(await fake.person('1').say('3')).toBe('');
    }
  });

  test('comes again, with the same number, when it is not answered in time', async () => {
    seen = [];
    let silent = 2;
    const callbackUrl = await openSite((request, body, response) => {
      if (silent-- <= 0) return answer(request, body, response);
      answer(request, body, { end() {} } as unknown as ServerResponse);
    });
    fake = await open({ aesKey, callbackUrl, patienceMs: 200 });
    expect(await fake.person('1').say('3')).toMatchObject({ content: 'echo 3' });
    expect(fake.deliveries.map(({ status }) => status)).toEqual([0, 0, 200]);
    expect(new Set(seen.map((one) => one['MsgId'])).size).toBe(1);
    silent = 9;
    expect(await fake.person('1').say('4')).toMatchObject({ type: 'fault' });
    expect(fake.deliveries).toHaveLength(6);
  });

  test('is preceded by a check of the address', async () => {
    const callbackUrl = await openSite((request, _b, response) => {
      const query = new URL(request.url ?? '', 'http://site').searchParams;
      const [stamp, nonce] = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
      response.end(
        query.get('signature') === signature('spamtest', stamp, nonce) ? query.get('echostr') : '',
      );
    });
    expect(await (await open({ aesKey, callbackUrl })).verifyUrl()).toBe(true);
    expect(await (await open({ aesKey, callbackUrl, token: 'another' })).verifyUrl()).toBe(false);
  });
});

describe('The panel', () => {
  test('makes this browser another person, sends what they say, and sets faults', async () => {
    const siteUrl = await openSite((_q, _b, response) => response.end('success'));
    const panel = await createWxFake(
      { ...account, redirectHost: 'vote.example.cn', callbackUrl: siteUrl },
      (one) => controlRooms(one, { siteUrl, voterCookie: 'voter' }),
    );
    opened.push(panel);
    const send = (path: string, fields: Record<string, string>, cookie = '') =>
      fetch(panel.url + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { Cookie: cookie },
        body: new URLSearchParams(fields),
      });
    const [kept = '', dropped] = (await send('/control/me', { name: '<李一>' })).headers.getSetCookie();
    const [cookie = ''] = kept.split(';');
    expect(dropped).toMatch(/^voter=;.*Max-Age=0/);
    await send('/control/follow', { follow: '1' }, cookie);
    await send('/control/say', { text: '投 <3>' }, cookie);
    await send('/control/fault', { kind: 'busy', path: '/cgi-bin/stable_token', times: '1' }, cookie);
    const text = await (await fetch(panel.url, { headers: { Cookie: cookie } })).text();
    for (const word of [panel.person('<李一>').openid, '已关注', '投 &#60;3&#62;', '（没有回复）'])
      expect(text).toContain(word);
    expect(text).not.toContain('<李一>');
    fake = panel;
    expect(await lend()).toMatchObject({ errcode: -1 });
    expect(await lend()).toMatchObject({ expires_in: 7200 });
    expect(panel.callCounts()).toEqual([['/cgi-bin/stable_token', 2]]);
  });
});

describe('The client around a page', () => {
  const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'";
  const sdk = readFileSync(new URL('../../web/node_modules/weixin-js-sdk/index.js', import.meta.url), 'utf8');
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  /** A page with the JS-SDK, at /a of a site that the account knows, moved on to /b without loading. */
  async function visit(userAgent: string) {
    const site = await openSite((request, _b, response) => {
      const script = request.url === '/sdk.js';
      response.writeHead(200, {
        'Content-Type': script ? 'text/javascript' : 'text/html; charset=utf-8',
        'Content-Security-Policy': CSP,
      });
      response.end(
        script ? `var module = {};${sdk};window.sdk = module.exports;` : '<script src="/sdk.js"></script>',
      );
    });
    const { origin } = new URL(site);
    fake.redirectHost = new URL(site).host;
    const context = await browser.phone({ userAgent });
    await installBridge(context, fake);
    const page = await context.newPage();
    await page.goto(`${origin}/a#top`);
    await page.evaluate(() => history.pushState(null, '', '/b?x=1#bottom'));
    const { access_token: token } = await lend();
    const ticket = String((await ticketWith(token))['ticket']);

    /** wx.config for this URL, then both cards; gives every errMsg that came back. */
    function share(
      url: string,
      link = `${origin}/c`,
      apis = ['updateAppMessageShareData', 'updateTimelineShareData'],
    ) {
      const signed = { appId: account.appId, timestamp: 7, nonceStr: 'n' };
      const config = { ...signed, signature: pageSignature(ticket, 'n', '7', url), jsApiList: apis };
      const card = { title: '题', desc: '说', link, imgUrl: `${origin}/i.png` };
      return page.evaluate(
        ({ config, card }) =>
          new Promise<string[]>((resolve) => {
            const { sdk } = window as unknown as { sdk: Record<string, (one: unknown) => void> };
            const told: string[] = [];
            const complete = ({ errMsg }: { errMsg: string }): void => {
              if (told.push(errMsg) === 3) resolve(told);
            };
            sdk['error']?.(complete);
            sdk['config']?.(config);
            sdk['ready']?.(() => {
              if (told.length === 0) told.push('ready');
              sdk['updateAppMessageShareData']?.({ ...card, complete });
              sdk['updateTimelineShareData']?.({ ...card, complete });
            });
          }),
        { config, card },
      );
    }
    return { page, origin, share };
  }

  test.each([
    ['iOS', IPHONE_WECHAT, '/a', '/b?x=1'],
    ['Android', ANDROID_WECHAT, '/b?x=1', '/a'],
  ])(
    'takes on %s only the signature of the right address, and then the cards',
    async (_, agent, right, wrong) => {
      const { page, origin, share } = await visit(agent);
      expect(await share(origin + wrong)).toContain('config:invalid signature');
      expect(await readShared(page)).toMatchObject({ verified: ['invalid signature'] });
      expect(await readShared(page)).not.toHaveProperty('timeline');
      await page.reload();
      const url = page.url().replace(/#.*/, '');
      expect(await share(url)).toEqual([
        'ready',
        'updateAppMessageShareData:ok',
        'updateTimelineShareData:ok',
      ]);
      expect(await readShared(page)).toMatchObject({
        verified: ['ok'],
        appMessage: { title: '题', desc: '说', link: `${origin}/c`, imgUrl: `${origin}/i.png` },
        timeline: { title: '题', link: `${origin}/c`, imgUrl: `${origin}/i.png` },
      });
      await page.context().close();
      const again = await visit(agent);
      expect(await again.share(again.origin + right)).toContain('updateTimelineShareData:ok');
      await again.page.context().close();
    },
  );

  test('shares no foreign link, and nothing that was not asked for', async () => {
    const { page, origin, share } = await visit(ANDROID_WECHAT);
    expect(await share(`${origin}/b?x=1`, 'https://elsewhere.example.cn/')).toContain(
      'updateTimelineShareData:fail, link is not of the page',
    );
    await page.context().close();
    const other = await visit(ANDROID_WECHAT);
    const told = await other.share(`${other.origin}/b?x=1`, undefined, ['updateAppMessageShareData']);
    expect(told).toEqual([
      'ready',
      'updateAppMessageShareData:ok',
      'updateTimelineShareData:permission denied',
    ]);
    fake.redirectHost = 'vote.example.cn';
    await other.page.reload();
    expect(await other.share(`${other.origin}/b?x=1`)).toContain('config:invalid url domain');
    await other.page.context().close();
  });
});
