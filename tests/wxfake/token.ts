import { randomBytes } from 'node:crypto';
import { json, type Room, refused } from './answer.ts';

export interface Tokens {
  /** The account's token now; with `force` another one, at most every 30 s and 20 times a day. An errcode when it may not. */
  lend(force: boolean): { value: string; leftS: number } | number;
  /** 0 = valid, else WeChat's errcode. */
  check(token: string | null): number;
  /** Another token at once, as if somebody else had renewed it. Without overlap the old one is void now. */
  rotate(overlap: boolean): void;
  ticket(): { value: string; leftS: number };
  /** Oldest first. */
  tickets(): string[];
}

interface Lent {
  value: string;
  expiresAt: number;
  /** It was replaced, and is void from then on; null = it was not. */
  voidAt: number | null;
}

const LIFE_MS = 7_200_000;
/** So long before its end a token is replaced, and so long the old one lives on. */
const OVERLAP_MS = 300_000;
const FORCE_EVERY_MS = 30_000;
const FORCES_A_DAY = 20;
const A_MINUTE = 10_000;
const CHINA_MS = 8 * 3_600_000;

export function createTokens(clock: () => number): Tokens {
  const tokens: Lent[] = [];
  const tickets: Lent[] = [];
  let forcedAt = Number.NEGATIVE_INFINITY;
  let forces = { day: 0, count: 0 };
  let asked = { minute: 0, count: 0 };

  const alive = (one: Lent): boolean => clock() < (one.voidAt ?? one.expiresAt);
  const lasting = (one: Lent | undefined): one is Lent =>
    one !== undefined && one.voidAt === null && one.expiresAt - clock() > OVERLAP_MS;
  const told = (one: Lent) => ({ value: one.value, leftS: Math.ceil((one.expiresAt - clock()) / 1000) });

  function renew(overlapMs: number): Lent {
    const last = tokens.at(-1);
    if (last && alive(last)) last.voidAt = clock() + overlapMs;
    return append(tokens, `68_${randomBytes(99).toString('base64url')}`, clock());
  }

  return {
    lend(force) {
      const minute = Math.floor(clock() / 60_000);
      asked = { minute, count: asked.minute === minute ? asked.count + 1 : 1 };
      if (asked.count > A_MINUTE) return 45_009;
      const last = tokens.at(-1);
      if (!force) return told(lasting(last) ? last : renew(OVERLAP_MS));
      // Sooner than that WeChat gives the one it has.
      if (lasting(last) && clock() - forcedAt < FORCE_EVERY_MS) return told(last);
      const day = Math.floor((clock() + CHINA_MS) / 86_400_000);
      forces = { day, count: forces.day === day ? forces.count + 1 : 1 };
      if (forces.count > FORCES_A_DAY) return 45_009;
      forcedAt = clock();
      return told(renew(0));
    },
    check(token) {
      if (!token) return 41_001;
      const found = tokens.find((one) => one.value === token);
      if (!found) return 40_001;
      if (alive(found)) return 0;
      return found.voidAt === null || clock() >= found.expiresAt ? 42_001 : 40_001;
    },
    rotate: (overlap) => void renew(overlap ? OVERLAP_MS : 0),
    ticket() {
      const last = tickets.at(-1);
      return told(lasting(last) ? last : append(tickets, randomBytes(64).toString('base64url'), clock()));
    },
    tickets: () => tickets.filter(alive).map((one) => one.value),
  };
}

function append(lent: Lent[], value: string, now: number): Lent {
  const fresh = { value, expiresAt: now + LIFE_MS, voidAt: null };
  lent.push(fresh);
  return fresh;
}

/** POST /cgi-bin/stable_token */
export function stableRoom(account: { appId: string; secret: string }, tokens: Tokens): Room {
  return ({ method, body }) => {
    if (method !== 'POST') return refused(43_002);
    if (!body) return refused(44_002);
    const asked = parseFields(body);
    if (!asked) return refused(47_001);
    if (asked['grant_type'] !== 'client_credential') return refused(40_002);
    if (!asked['appid']) return refused(41_002);
    if (asked['appid'] !== account.appId) return refused(40_013);
    if (!asked['secret']) return refused(41_004);
    if (asked['secret'] !== account.secret) return refused(40_125);
    const lent = tokens.lend(asked['force_refresh'] === true);
    return typeof lent === 'number'
      ? refused(lent)
      : json({ access_token: lent.value, expires_in: lent.leftS });
  };
}

/** GET /cgi-bin/ticket/getticket */
export function ticketRoom(tokens: Tokens): Room {
  return ({ query }) => {
    const wrong = tokens.check(query.get('access_token'));
    if (wrong) return refused(wrong);
    if (query.get('type') !== 'jsapi') return refused(40_097);
    const { value, leftS } = tokens.ticket();
    return json({ errcode: 0, errmsg: 'ok', ticket: value, expires_in: leftS });
  };
}

function parseFields(body: string): Record<string, unknown> | null {
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
