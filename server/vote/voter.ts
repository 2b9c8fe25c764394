import { randomBytes } from 'node:crypto';
import type { Contest } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { cookieOf } from '../http/cookie.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';

/**
 * The cookie that makes a browser one voter. It holds a subject and when it was issued, signed. The subject is random (v1…), or stands
 * for a person whom WeChat vouches for (w1…): a keyed digest, from which nobody gets back to WeChat's own. Its name on plain http.
 */
export const VOTER_COOKIE = 'zv';
const COOKIE = /^([vw]1[0-9a-f]{32})\.([0-9a-z]{1,9})\.([0-9a-f]{32})$/;
const TICKET = /^([0-9a-z]{1,9})\.([0-9a-f]{32})$/;

export const TICKET_MIN_AGE_MS = 2_000;
export const TICKET_MAX_AGE_MS = 2 * 3_600_000;

/** Who vouches for a voter: nobody but the browser's own cookie, or WeChat. */
export type Identity = 'browser' | 'wechat';

export interface Visitor {
  cookie: string;
  issuedAt: number;
}

export interface Voter {
  /** Pseudonym in this contest, 16 bytes in hex: HMAC(contest key, channel + subject). The same person differs between contests. */
  id: string;
  identity: Identity;
  /** Of a person known by WeChat, 16 bytes in hex, the same in all contests; of a browser ''. */
  person: string;
  identityAgeMs: number;
  ticketAgeMs: number;
}

export interface Voters {
  /** A new cookie value for a browser that has none. */
  issue(now: number): string;
  /** A cookie value for a person known by WeChat (16 bytes in hex). `since`: when their browser got its first cookie, ms. */
  issueTo(person: string, since: number): string;
  /** The visitor of a Cookie header, or null when there is none or it is not ours. */
  read(cookieHeader: string | undefined): Visitor | null;
  pseudonym(slug: string, visitor: Visitor): string;
  /** A person known by WeChat who votes by a message: there is no page, no cookie and no ticket. */
  person(slug: string, person: string): Voter;
  /** A page ticket: this visitor opened this contest's page at `now`. */
  ticket(slug: string, visitor: Visitor, now: number): string;
  /** Who casts this. Refuses with no_voter, ticket_invalid, ticket_expired and, of a browser by itself, ticket_too_fresh. */
  identify(slug: string, cookieHeader: string | undefined, ticket: string, now: number): Voter;
}

/** `secure`: the site is reached over https; it decides what the cookie is called (cookie.ts). */
export function createVoters(secrets: Secrets, secure = false): Voters {
  const named = cookieOf(VOTER_COOKIE, secure);
  const start = `${named.name}=`;
  const inner = `; ${start}`;
  const signCookie = createMac(secrets.derive('voter cookie'));
  const signTicket = createMac(secrets.derive('page ticket'));
  const pseudonyms = new Map<string, (subject: string) => string>();

  function pseudonymOf(slug: string, subject: string): string {
    let mac = pseudonyms.get(slug);
    if (!mac) pseudonyms.set(slug, (mac = createMac(secrets.derive(`voter of ${slug}`))));
    return mac(subject.startsWith('w') ? `wechat:${subject}` : `web:${subject}`);
  }

  function sign(subject: string, at: number): string {
    const body = `${subject}.${Math.floor(at / 1000).toString(36)}`;
    return `${body}.${signCookie(body)}`;
  }

  function check(cookie: string): Visitor | null {
    const match = COOKIE.exec(cookie);
    if (!match || !sameText(match[3] ?? '', signCookie(cookie.slice(0, cookie.lastIndexOf('.')))))
      return null;
    return { cookie, issuedAt: Number.parseInt(match[2] ?? '', 36) * 1000 };
  }

  /** The value in a Cookie header, unchecked, or ''. Of two, which another host or path may have planted, the only one that is ours. */
  function find(header: string | undefined): string {
    if (!header || header.length > 4096) return '';
    const begins = header.startsWith(start);
    const from = begins ? 0 : header.indexOf(inner);
    if (from < 0) return '';
    const value = from + (begins ? start.length : inner.length);
    const end = header.indexOf(';', value);
    if (end < 0) return header.slice(value);
    if (header.indexOf(inner, end) < 0) return header.slice(value, end);
    const ours = [...new Set(named.all(header))].filter((one) => check(one) !== null);
    return ours.length === 1 ? (ours[0] ?? '') : '';
  }

  const read = (cookieHeader: string | undefined): Visitor | null => check(find(cookieHeader));

  return {
    issue: (now) => sign(`v1${randomBytes(16).toString('hex')}`, now),
    issueTo: (person, since) => sign(`w1${person}`, since),
    read,
    pseudonym: (slug, { cookie }) => pseudonymOf(slug, cookie.slice(0, 34)),
    person: (slug, person) => ({
      id: pseudonymOf(slug, `w1${person}`),
      identity: 'wechat',
      person,
      identityAgeMs: Number.MAX_SAFE_INTEGER,
      ticketAgeMs: Number.MAX_SAFE_INTEGER,
    }),
    ticket(slug, visitor, now) {
      const at = now.toString(36);
      return `${at}.${signTicket(`${slug} ${visitor.cookie} ${at}`)}`;
    },
    identify(slug, cookieHeader, ticket, now) {
      const cookie = find(cookieHeader);
      const match = TICKET.exec(ticket);
      const at = match?.[1] ?? '';
      // A ticket is only made for a cookie that was checked, and its signature covers the cookie: one check serves both.
      const genuine =
        COOKIE.test(cookie) && sameText(match?.[2] ?? '', signTicket(`${slug} ${cookie} ${at}`));
      if (!genuine) throw new Refusal(read(cookieHeader) ? 'ticket_invalid' : 'no_voter');
      const ticketAgeMs = now - Number.parseInt(at, 36);
      if (ticketAgeMs > TICKET_MAX_AGE_MS) throw new Refusal('ticket_expired');
      const identity = identityOf(cookie);
      // Whoever comes back from WeChat had read the page before; and a script is no second person there.
      if (identity === 'browser' && ticketAgeMs < TICKET_MIN_AGE_MS)
        throw new Refusal('ticket_too_fresh', { retryAfterMs: TICKET_MIN_AGE_MS - ticketAgeMs });
      const subject = cookie.slice(0, 34);
      const issuedAt = Number.parseInt(cookie.slice(35, cookie.lastIndexOf('.')), 36) * 1000;
      const person = identity === 'wechat' ? subject.slice(2) : '';
      return { id: pseudonymOf(slug, subject), identity, person, identityAgeMs: now - issuedAt, ticketAgeMs };
    },
  };
}

/**
 * Is who votes known well enough for this contest? `inWechat`: the request comes from a page inside WeChat, where asking who it is takes no
 * word. Refuses with wechat_needed.
 */
export function checkIdentity(
  { wechat }: Pick<Contest, 'wechat'>,
  identity: Identity,
  inWechat: boolean,
): void {
  if (!wechat || identity === 'wechat') return;
  if (wechat.outside === 'refused' || inWechat) throw new Refusal('wechat_needed');
}

/** Of a cookie value that was checked. */
export function identityOf(cookie: string): Identity {
  return cookie.startsWith('w') ? 'wechat' : 'browser';
}
