import type { WechatAccount } from './account.ts';

/** WeChat's answer, or its errcode. What cannot be reached, is too slow or speaks no JSON is `AWAY`, as WeChat's own "system busy" is. */
export type Told<T> = { ok: true; value: T } | { ok: false; code: number };

export const AWAY = -1;
/** The token is not, or no longer, valid. */
export const tokenRefused: ReadonlySet<number> = new Set([40_001, 40_014, 42_001]);
/** Too many calls. */
export const QUOTA = 45_009;

export interface Met {
  openid: string;
  /** Where the account is bound to an open platform: the same for all accounts of a bureau. */
  unionid: string | null;
  /** The page is shown as a snapshot; openid stands for nobody. */
  snapshot: boolean;
}

/** The four calls that are made of WeChat. None rejects; none takes longer than a few seconds. */
export interface WechatApi {
  /** The person behind a code of the silent authorization. A code is good once, for five minutes. */
  exchange(code: string): Promise<Told<Met>>;
  /** `force`: a new one even if the last is still good; WeChat allows that twenty times a day. */
  token(force: boolean): Promise<Told<Lent>>;
  ticket(token: string): Promise<Told<Lent>>;
  user(token: string, openid: string): Promise<Told<{ follows: boolean; unionid: string | null }>>;
}

/** A value that WeChat lends for a while. */
export interface Lent {
  value: string;
  forMs: number;
}

const PATIENCE_MS = 3_000;
const QUOTA_REST_MS = 60_000;
const MOST_CHARACTERS = 65_536;

type Fields = Record<string, unknown>;

/**
 * A call that was made too often (45009) is left alone for a minute: it is answered so without being made. `told`: every call that was made and
 * how it ended (0 = well), for the metrics.
 */
export function createWechatApi(
  account: WechatAccount,
  clock: () => number,
  told: (call: string, code: number) => void,
): WechatApi {
  const { appId, secret, apiBase } = account;
  const restsUntil = new Map<string, number>();

  async function ask<T>(
    path: string,
    query: Record<string, string>,
    read: (fields: Fields) => T | null,
    body?: Fields,
  ): Promise<Told<T>> {
    if ((restsUntil.get(path) ?? 0) > clock()) return { ok: false, code: QUOTA };
    const answer = await call(`${apiBase}${path}?${new URLSearchParams(query)}`, body);
    const code = Number(answer?.['errcode'] ?? 0);
    if (code === QUOTA) restsUntil.set(path, clock() + QUOTA_REST_MS);
    const value = answer && code === 0 ? read(answer) : null;
    const result: Told<T> = value === null ? { ok: false, code: code || AWAY } : { ok: true, value };
    told(path, result.ok ? 0 : result.code);
    return result;
  }

  return {
    async exchange(code) {
      const query = { appid: appId, secret, code, grant_type: 'authorization_code' };
      const first = await ask('/sns/oauth2/access_token', query, readMet);
      // A busy WeChat has not used the code up.
      return first.ok || first.code !== AWAY ? first : ask('/sns/oauth2/access_token', query, readMet);
    },
    token: (force) =>
      ask('/cgi-bin/stable_token', {}, (fields) => readLent(fields, 'access_token'), {
        grant_type: 'client_credential',
        appid: appId,
        secret,
        force_refresh: force,
      }),
    ticket: (token) =>
      ask('/cgi-bin/ticket/getticket', { access_token: token, type: 'jsapi' }, (fields) =>
        readLent(fields, 'ticket'),
      ),
    user: (token, openid) =>
      ask('/cgi-bin/user/info', { access_token: token, openid }, (fields) =>
        fields['openid'] === openid
          ? { follows: fields['subscribe'] === 1, unionid: textOf(fields['unionid']) }
          : null,
      ),
  };
}

/** null = no answer that can be read. */
async function call(url: string, body: Fields | undefined): Promise<Fields | null> {
  try {
    const reply = await fetch(url, {
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await reply.text();
    if (!reply.ok || text.length > MOST_CHARACTERS) return null;
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Fields) : null;
  } catch {
    return null;
  }
}

function readMet(fields: Fields): Met | null {
  const openid = textOf(fields['openid']);
  if (!openid) return null;
  return {
    openid,
    unionid: textOf(fields['unionid']),
    snapshot: Number(fields['is_snapshotuser'] ?? 0) === 1,
  };
}

function readLent(fields: Fields, name: string): Lent | null {
  const value = textOf(fields[name]);
  const seconds = Number(fields['expires_in']);
  return value && seconds > 0 ? { value, forMs: seconds * 1000 } : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length > 0 && value.length <= 600 ? value : null;
}
