import { randomBytes } from 'node:crypto';

/** A request as the fake's rooms see it. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  agent: string;
  cookies: Map<string, string>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[]>;
  body: string;
}

/** `null` = never answered: the caller waits until it gives up. */
export type Room = (call: Call) => Answer | null | Promise<Answer | null>;

/** What WeChat says of each errcode, without the rid that ends it. */
const sentences: Record<number, string> = {
  [-1]: 'system error',
  40001:
    'invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40029: 'invalid code',
  40097: 'invalid args',
  40125: 'invalid appsecret',
  40163: 'code been used',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41009: 'missing openid',
  42001: 'access_token expired',
  42003: 'code expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43004: 'require subscribe',
  44002: 'empty post data',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
  48001: 'api unauthorized',
  50001: 'user not authorized the api',
};

export function json(fields: Record<string, unknown>): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json; encoding=utf-8', 'Cache-Control': 'no-cache' },
    body: JSON.stringify(fields),
  };
}

/** An error as WeChat tells it: HTTP 200, a sentence, and a rid that no two answers share. */
export function refused(errcode: number, path = ''): Answer {
  const comma = path.startsWith('/sns/') ? ',' : '';
  return json({ errcode, errmsg: `${sentences[errcode] ?? 'unknown error'}${comma} rid: ${makeRid()}` });
}

/** WeChat's own page in place of the site's, HTTP 200 as there. */
export function page(title: string, text = ''): Answer {
  return html(
    `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><body><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p></body></html>`,
  );
}

export function html(body: string, status = 200): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

export function redirect(location: string, status = 302): Answer {
  return { status, headers: { Location: location, 'Cache-Control': 'no-store' }, body: '' };
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

function makeRid(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `${seconds}-${randomBytes(4).toString('hex')}-${randomBytes(4).toString('hex')}`;
}
