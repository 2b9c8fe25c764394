import type { Journal } from '../journal.ts';
import { AWAY, type Told, tokenRefused, type WechatApi } from './api.ts';
import { createLoan } from './loan.ts';
import type { Shelf } from './sharedstore.ts';

/** The account's token and its ticket for pages. */
export interface Credentials {
  /** Does `call` with a token, once more with another one when WeChat refuses the first; AWAY when there is none to be had. */
  withToken<T>(call: (token: string) => Promise<Told<T>>): Promise<Told<T>>;
  /** Signs for the JS-SDK; null = none is to be had now. */
  ticket(): Promise<string | null>;
  state(): 'ok' | 'away';
}

/** WeChat allows twenty forced tokens a day. */
const FORCE_EVERY_MS = 3_600_000;

export function createCredentials(parts: {
  api: WechatApi;
  shelf: Shelf;
  clock: () => number;
  log: Journal;
}): Credentials {
  const { api, shelf, clock, log } = parts;
  let forcedAt = Number.NEGATIVE_INFINITY;
  const token = createLoan({
    name: 'token',
    shelf,
    clock,
    told: createTeller('token', log),
    async fetch(refused) {
      const fresh = await api.token(false);
      if (!fresh.ok || fresh.value.value !== refused || clock() - forcedAt < FORCE_EVERY_MS) return fresh;
      forcedAt = clock();
      return await api.token(true);
    },
  });
  const ticket = createLoan({
    name: 'ticket',
    shelf,
    clock,
    told: createTeller('ticket', log),
    fetch: () => withToken(api.ticket),
  });

  async function withToken<T>(call: (token: string) => Promise<Told<T>>): Promise<Told<T>> {
    const first = await token.read();
    if (first === null) return { ok: false, code: AWAY };
    const told = await call(first);
    if (told.ok || !tokenRefused.has(told.code)) return told;
    const second = await token.replace(first);
    return second === null || second === first ? told : call(second);
  }

  return {
    withToken,
    ticket: ticket.read,
    state: () => (token.away() || ticket.away() ? 'away' : 'ok'),
  };
}

/** One line when it begins to fail, one when it is well again. */
function createTeller(what: string, log: Journal): (code: number) => void {
  let failing = false;
  return (code) => {
    if (code !== 0 && !failing) log('error', { part: 'wechat', event: `${what}_failed`, code });
    if (code === 0 && failing) log('note', { part: 'wechat', event: `${what}_back` });
    failing = code !== 0;
  };
}
