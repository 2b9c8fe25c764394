import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import {
  accountRoles,
  guardedRoles,
  type InviteLink,
  loginPattern,
  type Role,
  rolesConflict,
  type Scope,
} from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { scopeIds } from './scope.ts';
import type { Seals } from './seal.ts';

const LINK_LIFE_MS = 7 * 86_400_000;
/** It is printed where more people read than one would hand a link to. */
const FIRST_LIFE_MS = 86_400_000;

/** A new account. `unit`: the id of the unit it belongs to, for role unit and no other. */
export interface NewStaff {
  name: string;
  login: string;
  roles: readonly Role[];
  unit?: number | null;
  /** Absent = all. */
  contests?: Scope;
}

/**
 * Makes an account that nobody can enter yet, and the one-time token its owner joins with (`/console/join#<token>`, seven days).
 * The caller records the act. Refuses with roles_conflict, login_taken, bad_request.
 */
export async function inviteStaff(
  tx: Transaction<Tables>,
  seals: Seals,
  given: NewStaff,
  now: number = Date.now(),
): Promise<string> {
  const staff = await addStaff(tx, seals, given, now);
  return tokenOf(await makeLink(tx, seals, staff, now));
}

/** As inviteStaff, without a link; gives the account's id. */
export async function addStaff(
  tx: Transaction<Tables>,
  seals: Seals,
  given: NewStaff,
  now: number,
): Promise<number> {
  const { name, login, unit = null, contests = 'all' } = given;
  const roles = accountRoles.filter((role) => given.roles.includes(role));
  if (!loginPattern.test(login)) throw new Refusal('bad_request', { field: 'login' });
  if (name.length < 1 || name.length > 40) throw new Refusal('bad_request', { field: 'name' });
  if (roles.length === 0 || roles.includes('unit') !== (unit !== null))
    throw new Refusal('bad_request', { field: 'roles' });
  if (rolesConflict(roles)) throw new Refusal('roles_conflict');
  const id = await seals.add(tx, { login, name, roles, unit, contests: await scopeIds(tx, contests) }, now);
  if (id === null) throw new Refusal('login_taken', { login });
  return id;
}

/**
 * A one-time link for this account. `chosen`: who joins by it may choose the login; `pass`: digest of the word they are asked for. Links made before stay good until one of them is used,
 * or the password changes otherwise: voidLinks ends them.
 */
export async function makeLink(
  tx: Transaction<Tables>,
  seals: Seals,
  staff: number,
  now: number,
  given: { chosen?: boolean; lifeMs?: number; pass?: Buffer | null } = {},
): Promise<InviteLink> {
  const { chosen = false, lifeMs = LINK_LIFE_MS, pass = null } = given;
  const { password } = await seals.lock(tx, staff);
  const token = randomBytes(32).toString('base64url');
  const digest = seals.digestOf('link', token);
  const until = new Date(now + lifeMs);
  await tx
    .insertInto('staff_invite')
    .values({
      digest,
      staff,
      expires_at: until,
      used_at: null,
      opened: null,
      opened_at: null,
      chosen,
      pass,
      seal: seals.sealLink({ digest, staff, expires_at: until, chosen, pass, password }),
    })
    .execute();
  return { path: `/console/join#${token}`, until: until.toISOString() };
}

/** Makes every unused link of this account void. */
export async function voidLinks(tx: Transaction<Tables>, staff: number): Promise<void> {
  await tx.deleteFrom('staff_invite').where('staff', '=', staff).where('used_at', 'is', null).execute();
}

/** Signs every browser of this account out; `except` names a session that stays. */
export async function endSessions(
  tx: Transaction<Tables>,
  staff: number,
  except: string | null = null,
): Promise<void> {
  let ending = tx.deleteFrom('session').where('staff', '=', staff);
  if (except !== null) ending = ending.where('digest', '!=', Buffer.from(except, 'hex'));
  await ending.execute();
}

/** May not enter without a second factor. */
export function needsTotp(roles: readonly Role[]): boolean {
  return roles.some((role) => guardedRoles.includes(role));
}

/** As the action log calls an account. */
export function nameInLog({ name, login }: { name: string; login: string }): string {
  return `${name}（${login}）`;
}

function tokenOf({ path }: InviteLink): string {
  return path.slice(path.indexOf('#') + 1);
}

/**
 * The link of the first administrator, as long as nobody has joined at all: a fresh one at each call, good for a day; the one shown before
 * is void. They choose their login. Null once somebody has joined.
 */
export async function firstLink(db: Db, seals: Seals, now: number = Date.now()): Promise<InviteLink | null> {
  return await db.transaction().execute(async (tx) => {
    const joined = await tx
      .selectFrom('staff')
      .select('id')
      .where('password', 'is not', null)
      .limit(1)
      .executeTakeFirst();
    if (joined) return null;
    const known = await tx
      .selectFrom('staff')
      .select('id')
      .where('login', '=', FIRST.login)
      .forUpdate()
      .executeTakeFirst();
    const staff = known?.id ?? (await addStaff(tx, seals, FIRST, now));
    await voidLinks(tx, staff);
    return await makeLink(tx, seals, staff, now, { chosen: true, lifeMs: FIRST_LIFE_MS });
  });
}

const FIRST: NewStaff = { login: 'admin', name: '系统管理员', roles: ['administrator'] };
