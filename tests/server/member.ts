import { createHmac } from 'node:crypto';
import type { InviteView, RecoveryCodes, SignInAnswer } from '@zuimei/shared/staff.ts';
import type { TestSite } from '../harness/site.ts';

export const PASSWORD = '青石镇的早晨很安静，鸟在叫';

/** RFC 6238 by hand, so that the tests do not ask the library that they test. */
export function totpCode(secret: string, ms: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

interface Reply<T> {
  status: number;
  body: T;
  cookie: string;
}

/** A browser without the console's pages: keeps its cookie and the session's token. */
export function browser(site: TestSite, address = '192.0.2.7') {
  const jar = new Map<string, string>();
  const sent = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  let csrf = '';

  async function ask<T = { code?: string; left?: number; until?: string }>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const init = {
      method,
      headers: { cookie: sent(), 'x-csrf-token': csrf, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const reply = await site.app.request(`/api/console/${path}`, init, {
      incoming: { socket: { remoteAddress: address } },
    });
    const set = reply.headers.getSetCookie();
    for (const one of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      jar.set(name, value);
    }
    const session = set.find((one) => one.startsWith('zs=')) ?? '';
    return { status: reply.status, body: (await reply.json()) as T, cookie: session };
  }

  async function learn(): Promise<void> {
    csrf = (await ask<{ csrf?: string }>('GET', 'session')).body.csrf ?? '';
  }

  return {
    ask,
    /** Of the session. */
    cookie: () => `zs=${jar.get('zs') ?? ''}`,
    /** All that it sends. */
    cookies: sent,
    csrf: () => csrf,
    learn,
    /** Joins by a link's path; gives the key of the authenticator and the recovery codes. */
    async join(path: string, password = PASSWORD, pass?: string | null) {
      const token = path.slice(path.indexOf('#') + 1);
      const { key, ticket } = (await ask<InviteView>('POST', 'invite/open', { token, pass })).body;
      const code = totpCode(key.secret, site.now());
      const joined = await ask<RecoveryCodes & { code?: string }>('POST', 'invite/join', {
        token,
        ticket,
        password,
        code,
      });
      await learn();
      return {
        secret: key.secret,
        recovery: joined.body.recovery,
        status: joined.status,
        code: joined.body.code,
      };
    },
    /** Joins without a second factor; any status. */
    async joinBare(path: string, password = PASSWORD) {
      const token = path.slice(path.indexOf('#') + 1);
      const { ticket } = (await ask<InviteView>('POST', 'invite/open', { token })).body;
      const joined = await ask('POST', 'invite/join', { token, ticket, password, code: null });
      await learn();
      return joined;
    },
    password: (login: string, password = PASSWORD) =>
      ask<SignInAnswer & { code?: string; left?: number; until?: string; ticket?: string }>(
        'POST',
        'sign-in',
        {
          login,
          password,
        },
      ),
    async code(ticket: string | undefined, code: string) {
      const reply = await ask<SignInAnswer & { code?: string; left?: number }>('POST', 'sign-in/code', {
        ticket,
        code,
      });
      if (reply.status === 200) await learn();
      return reply;
    },
  };
}
