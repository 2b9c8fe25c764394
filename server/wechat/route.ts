import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../address/bytes.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import { createLimit } from '../http/limit.ts';
import { originOf } from '../http/origin.ts';
import { channelOf } from '../vote/request.ts';
import { voterCookie } from '../vote/route.ts';
import { identityOf, type Voters } from '../vote/voter.ts';
import { parsePageUrl } from './signature.ts';
import { type Place, pathOf } from './state.ts';
import type { Wechat } from './wechat.ts';

const CODE = /^[A-Za-z0-9_-]{1,128}$/;
/** A carrier's address stands for hundreds of phones; a script at one is stopped before it uses up what WeChat allows the account. */
const ARRIVALS = { most: 1_200, mostKept: 50_000 };
const IN_WECHAT = 1;

type Env = { Bindings: HttpBindings };

/**
 * GET /wechat/go?slug=&n=          anyone in WeChat: to WeChat's silent authorization, and back to the contest or its candidate n
 * GET /wechat/back?code=&state=    whom WeChat sends back: gives the cookie of a person; `#wx=` on the page says what came of it
 * GET /api/wechat/signature?url=   anyone: what the JS-SDK needs on that page of this site
 * Without an account all of them are not_found.
 */
export function wechatRoute(parts: {
  wechat: Wechat | null;
  contests: Contests;
  voters: Voters;
  clock: () => number;
  publicUrl: string | null;
  trustedProxies: BlockList;
  secure: boolean;
}) {
  const { contests, voters, clock, trustedProxies } = parts;
  const limit = createLimit(ARRIVALS);

  function connected(): Wechat {
    if (!parts.wechat) throw new Refusal('not_found');
    return parts.wechat;
  }

  const siteOf = (c: Context<Env>): string => originOf(parts.publicUrl, c.env.incoming);

  function backTo(c: Context<Env>, place: Place, outcome: string | null): Response {
    c.header('Cache-Control', 'no-store');
    return c.redirect(`${pathOf(place)}${outcome ? `#wx=${outcome}` : ''}`);
  }

  return new Hono<Env>()
    .get('/wechat/go', async (c) => {
      const { account, states } = connected();
      const contest = await contests.find(c.req.query('slug') ?? '');
      const number = Number(c.req.query('n') ?? 0);
      const known = contest.candidates.some((one) => one.number === number);
      const place = { slug: contest.slug, number: known ? number : 0 };
      // Anywhere else WeChat shows an error, and a contest that does not ask has no need to know.
      if (channelOf(c.req.header('user-agent') ?? '') !== IN_WECHAT || !contest.wechat)
        return backTo(c, place, null);
      const visitor = voters.read(c.req.header('cookie'));
      const cookie = visitor?.cookie ?? voters.issue(clock());
      if (!visitor) c.header('Set-Cookie', voterCookie(cookie, parts.secure));
      c.header('Cache-Control', 'no-store');
      const query = new URLSearchParams({
        appid: account.appId,
        redirect_uri: `${siteOf(c)}/wechat/back`,
        response_type: 'code',
        scope: 'snsapi_base',
        state: states.make(place, cookie),
      });
      return c.redirect(`${account.openBase}/connect/oauth2/authorize?${query}#wechat_redirect`);
    })
    .get('/wechat/back', async (c) => {
      const { states, arrivals, bind } = connected();
      const visitor = voters.read(c.req.header('cookie'));
      const opened = states.open(c.req.query('state') ?? '', visitor?.cookie ?? '');
      if (!opened) throw new Refusal('bad_request', { field: 'state' });
      const { place, genuine } = opened;
      const code = c.req.query('code') ?? '';
      if (!genuine || !visitor || !CODE.test(code)) {
        // The second of two calls comes with the cookie that the first one gave.
        const settled = visitor !== null && identityOf(visitor.cookie) === 'wechat';
        return backTo(c, place, settled ? 'ok' : 'again');
      }
      // Only who was sent to WeChat from here costs a call of it, and only those are counted.
      const peer = c.env.incoming.socket.remoteAddress ?? '';
      limit.take(networkOf(clientAddress(peer, c.req.header('x-forwarded-for'), trustedProxies)), clock());
      const arrival = await arrivals.arrive(code, visitor.cookie);
      if (arrival.kind !== 'ok') return backTo(c, place, arrival.kind);
      c.header('Set-Cookie', voterCookie(await bind(visitor, arrival.person), parts.secure));
      return backTo(c, place, 'ok');
    })
    .get('/api/wechat/signature', async (c) => {
      const { signPage } = connected();
      const url = parsePageUrl(c.req.query('url'), siteOf(c));
      return c.json(await signPage(url), 200, { 'Cache-Control': 'no-store' });
    });
}

const ROBOTS = 'User-agent: *\nDisallow: /api/\nDisallow: /console\nDisallow: /wechat/\n';

/**
 * GET /robots.txt             public: our own, or the one the operator gave
 * GET /MP_verify_<text>.txt   public: by which WeChat's console checks who owns the domain; what is asked for stands in the name
 */
export function fileRoute(parts: { wechatFiles: readonly string[]; robots: string | null }) {
  const { wechatFiles, robots } = parts;
  return new Hono()
    .get('/robots.txt', (c) => c.text(robots ?? ROBOTS, 200, { 'Cache-Control': 'public, max-age=3600' }))
    .get('/:file{MP_verify_[A-Za-z0-9]+\\.txt}', (c, next) => {
      const { file } = c.req.param();
      return wechatFiles.includes(file) ? c.text(file.slice('MP_verify_'.length, -'.txt'.length)) : next();
    });
}
