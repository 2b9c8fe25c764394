import type { Instant } from './time.ts';

/** 系统管理员 · 主办方 · 审核员 · 审计 · 评委 · 报送单位 (a unit's own account or its link). */
export const roles = ['administrator', 'organizer', 'reviewer', 'auditor', 'expert', 'unit'] as const;
export type Role = (typeof roles)[number];

/** Roles that can change what others see or what counts: they sign in with a second factor (等保 level 3). */
export const guardedRoles: readonly Role[] = ['administrator', 'organizer', 'reviewer', 'auditor'];

/**
 * May one person hold these roles together? 三员分立: who keeps the accounts is never who audits, and an auditor holds nothing else,
 * since nobody audits their own acts. A unit's account is that unit's alone.
 */
export function rolesConflict(held: readonly Role[]): boolean {
  return (held.includes('auditor') || held.includes('unit')) && held.length > 1;
}

/** GET /api/console/session: who is signed in. */
export interface SessionView {
  id: number | null;
  name: string;
  login: string | null;
  roles: Role[];
  /** For role unit. */
  unit: { id: number; name: string; contest: string } | null;
  /** Goes back in the header x-csrf-token with everything that is not a GET. */
  csrf: string;
  /** Has a second factor. */
  totp: boolean;
  idleMinutes: number;
}

/** One line of the action log. `act` is a short verb such as 'contest.publish'; words for it are the page's. */
export interface ActionView {
  id: number;
  at: Instant;
  actor: string;
  act: string;
  contest: string | null;
  subject: string;
  reason: string;
}
