import { type Call, page, type Room, redirect } from './answer.ts';
import type { Codes } from './code.ts';
import { type Crowd, PERSON_COOKIE } from './person.ts';

/** WeChat matches the address against a pattern, so these come first and in this order. */
const ORDER = ['appid', 'redirect_uri', 'response_type', 'scope', 'state'];

/** GET /connect/oauth2/authorize: silently back to the site with a code, or a page of WeChat's that says what is wrong. */
export function authorizeRoom(parts: {
  appId: string;
  /** host[:port] as registered under 网页授权域名. */
  redirectHost: () => string;
  crowd: Crowd;
  codes: Codes;
}): Room {
  const { appId, redirectHost, crowd, codes } = parts;
  return ({ query, agent, cookies }) => {
    if (!/MicroMessenger/i.test(agent)) return page('请在微信客户端打开链接');
    const names = [...query.keys()].slice(0, ORDER.length);
    const missing = ORDER.slice(0, 4).find((name) => !query.get(name));
    if (missing === 'appid') return mistake('appid 不能为空', 10_012);
    if (missing === 'redirect_uri') return mistake('redirect_uri 不能为空', 10_011);
    if (missing === 'scope') return mistake('scope 不能为空', 10_010);
    if (missing || names.some((name, at) => name !== ORDER[at])) return mistake('链接参数顺序错误');
    if (query.get('appid') !== appId) return mistake('AppID 参数错误', 40_013);
    if (query.get('response_type') !== 'code') return mistake('response_type 参数错误');
    const target = URL.parse(query.get('redirect_uri') ?? '');
    if (!target || !/^https?:$/.test(target.protocol) || target.host !== redirectHost())
      return mistake('redirect_uri 参数错误', 10_003);
    // Asked without a tap, the other scope opens the snapshot page; this account has no use for it.
    if (query.get('scope') !== 'snsapi_base') return mistake('Scope 参数错误或没有 Scope 权限', 10_005);
    const state = query.get('state') ?? '';
    if (!/^[a-zA-Z0-9]{0,128}$/.test(state)) return mistake('state 参数错误', 10_013);
    const code = codes.issue(crowd.find(visitorOf(cookies)));
    const { hash } = target;
    target.hash = '';
    return redirect(
      `${target.href}${target.search ? '&' : '?'}code=${code}&state=${encodeURIComponent(state)}${hash}`,
    );
  };
}

/** Whom the visitor's cookie names; person 1 when it names nobody. */
export function visitorOf(cookies: Call['cookies']): string {
  return decodeURIComponent(cookies.get(PERSON_COOKIE) ?? '') || '1';
}

function mistake(sentence: string, code?: number) {
  return page(sentence, code === undefined ? '请检查链接' : `错误码 ${code}`);
}
