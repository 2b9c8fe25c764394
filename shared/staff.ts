import type { AccountAct, ActCode } from './action.ts';
import type { Instant } from './time.ts';
import type { QuarantineView } from './upkeep.ts';

/**
 * 系统管理员 · 主办单位 · 审核员 · 审计 · 宣传编辑 (of the filings of publicity, which belong to no contest) · 评委 · 报送单位 (a unit's own account or its
 * link) · 供稿单位 (by its link alone).
 */
export const roles = [
  'administrator',
  'organizer',
  'reviewer',
  'auditor',
  'editor',
  'expert',
  'unit',
  'contributor',
] as const;
export type Role = (typeof roles)[number];

/** Those an account can hold. */
export const accountRoles: readonly Role[] = roles.filter((role) => role !== 'contributor');

/** Roles that can change what others see or what counts: they sign in with a second factor (等保 level 3). */
export const guardedRoles: readonly Role[] = ['administrator', 'organizer', 'reviewer', 'auditor', 'editor'];

/** Roles whose work is in contests: who holds one belongs to all contests or to named ones. */
export const contestRoles: readonly Role[] = ['organizer', 'reviewer', 'auditor', 'expert'];

/** The contests somebody of staff belongs to: all, those to come too, or these by slug. Of every other they are told that it is not there. */
export type Scope = 'all' | readonly string[];

/**
 * May one person hold these roles together? 三员分立: who keeps the accounts is never who audits, and an auditor holds nothing else,
 * since nobody audits their own acts. A unit's account is that unit's alone.
 */
export function rolesConflict(held: readonly Role[]): boolean {
  return (held.includes('auditor') || held.includes('unit')) && held.length > 1;
}

/** Roles that decide who anybody is, or whether what happened was right: their accounts are made by two persons. */
export function keeps(held: readonly Role[]): boolean {
  return held.includes('administrator') || held.includes('auditor');
}

/** What one signs in with. The same check stands in the database. */
export const loginPattern = /^[a-z0-9][a-z0-9._-]{1,31}$/;

/** GET /api/console/session: who is signed in. */
export interface SessionView {
  id: number | null;
  name: string;
  login: string | null;
  roles: Role[];
  /** For role unit; null for every other. */
  unit: { id: number; name: string; contest: string } | null;
  /** For role contributor its id; null for every other. */
  contributor: number | null;
  /** Goes back in the header x-csrf-token with everything that is not a GET. */
  csrf: string;
  contests: Scope;
  /** Has a second factor. */
  totp: boolean;
  idleMinutes: number;
  /** Nothing can be changed at present; absent = as always. */
  quarantine?: QuarantineView;
}

/** One line of the action log. `act` is a short verb such as 'contest.publish'; words for it are the page's. */
export interface ActionView {
  id: number;
  at: Instant;
  actor: string;
  act: ActCode;
  contest: string | null;
  subject: string;
  reason: string;
}

/** Most lines of the action log in one answer. */
export const HISTORY_LINES = 500;

/** GET /api/console/actions: newest first. */
export interface ActionPage {
  actions: ActionView[];
  /** Give it as `before` for the next page; null = there is no older one. */
  next: number | null;
}

/** GET /api/console/actions/filters: what the reader's part of the log can be narrowed to. */
export interface ActionFilters {
  contests: { slug: string; title: string }[];
  actors: string[];
  acts: ActCode[];
}

/**
 * invited: has not joined, link still good · expired: has not joined, link over · active · locked: too many failures, for now ·
 * disabled · altered: somebody changed the row past the program, so it is not believed. A person who must have a second factor and has none (their roles were changed) is 'unready': they need a new link.
 */
export type StaffState = 'invited' | 'expired' | 'unready' | 'active' | 'locked' | 'disabled' | 'altered';

/** One account as an administrator sees it. */
export interface StaffView {
  id: number;
  login: string;
  name: string;
  roles: Role[];
  contests: Scope;
  /** For role unit. */
  unit: { name: string; contest: string } | null;
  state: StaffState;
  totp: boolean;
  createdAt: Instant;
  /** Last request of any of their browsers, as far as a session of it is left. */
  seenAt: Instant | null;
  /** Until when an unused link is good. */
  invitedUntil: Instant | null;
  lockedUntil: Instant | null;
  sessions: number;
}

/** GET /api/console/staff/contests: what an account can be named to, newest first; drafts too. */
export interface ContestName {
  slug: string;
  title: string;
}

/** A one-time link, shown once: the server keeps only its digest. */
export interface InviteLink {
  /** '/console/join#…' */
  path: string;
  until: Instant;
}

/** What may need a second person before it is done to an account. */
export type StaffChange =
  | { act: 'invite'; given: { name: string; login: string; roles: Role[]; contests: Scope } }
  | { act: 'roles'; staff: number; roles: Role[] }
  | { act: 'link'; staff: number }
  | { act: 'enable'; staff: number };

/** Done, with the link that came of it; or asked of a second person. */
export interface StaffOutcome {
  link: InviteLink | null;
  asked: AskedSecond | null;
}

export interface AskedSecond {
  /** 启用码, shown once to who asked: without it the link that the other person gets joins nobody. null = no link will come of it. */
  pass: string | null;
  /** Until when it can be confirmed. */
  until: Instant;
}

/** GET /api/console/staff/requests: what waits for a second person, and what was decided lately. */
export interface StaffRequest {
  id: number;
  act: StaffChange['act'];
  /** Whose account. */
  name: string;
  login: string;
  /** As they will be. */
  roles: Role[];
  reason: string;
  askedBy: string;
  askedAt: Instant;
  until: Instant;
  /** Asked by who reads: they may withdraw it, and not decide it. */
  mine: boolean;
  /** Who reads may decide it. */
  decidable: boolean;
  /** 'keeper': another administrator, or an auditor. */
  second: 'keeper' | 'auditor';
  state: 'open' | 'granted' | 'refused' | 'withdrawn' | 'over';
  decidedBy: string | null;
  decidedAt: Instant | null;
  decidedWhy: string;
}

/** GET /api/console/account and …/account/news: what happened to one's own account, newest first. */
export interface AccountEvent {
  id: number;
  at: Instant;
  /** As the action log has it. */
  act: AccountAct;
  /** Who did it; '' = oneself, or whoever passed for it. */
  by: string;
  detail: string;
  /** Not yet acknowledged. */
  news: boolean;
}

/** POST /api/console/invite/open: who one will be, and the key for the authenticator. */
export interface InviteView {
  name: string;
  login: string;
  /** `login` is a proposal: who joins may choose another. */
  loginChosen: boolean;
  roles: Role[];
  unit: string | null;
  /** Has joined before: this link sets everything anew. */
  reset: boolean;
  /** Whether these roles need the second factor. */
  totpNeeded: boolean;
  /** The last time that another browser opened this link; null = none did. */
  openedBefore: { at: Instant; from: string } | null;
  /** Drawn for this opening; void when the link is opened anywhere else. */
  key: TotpKey;
  /** Goes back with the password, and when the page is loaded again. */
  ticket: string;
}

export interface TotpKey {
  /** Base32, to type in. */
  secret: string;
  /** otpauth://…, for the picture. */
  uri: string;
}

/** Codes that each open the account once when the phone is lost. Shown once. Empty = no second factor was set up. */
export interface RecoveryCodes {
  recovery: string[];
}

/** POST /api/console/sign-in: either signed in, or the code of the second factor comes next, with this ticket. */
export type SignInAnswer = { state: 'done' } | { state: 'code'; ticket: string };

/** POST /api/console/account/totp/start: the new key, and the ticket that goes back with its first code. */
export interface TotpRenewal {
  ticket: string;
  key: TotpKey;
}

/** GET /api/console/account */
export interface AccountView {
  login: string;
  name: string;
  roles: Role[];
  totp: boolean;
  totpNeeded: boolean;
  recoveryLeft: number;
  events: AccountEvent[];
  sessions: OwnSession[];
}

/** A browser that is signed in. */
export interface OwnSession {
  id: string;
  address: string;
  /** User-Agent as sent. */
  agent: string;
  since: Instant;
  seenAt: Instant;
  /** The one that asks. */
  current: boolean;
}
