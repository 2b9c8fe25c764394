import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import {
  accountRoles,
  type InviteLink,
  keeps,
  type Role,
  rolesConflict,
  type StaffChange,
} from '@zuimei/shared/staff.ts';
import type { Tables } from '../db.ts';
import { addStaff, endSessions, makeLink, nameInLog, needsTotp, voidLinks } from './account.ts';
import type { Actor } from './action.ts';
import type { Attempts } from './attempt.ts';
import { recordOnAccount } from './event.ts';
import { changeScope } from './scope.ts';
import type { AccountRow, Seals } from './seal.ts';

/** Under whose names a change is made. */
export interface Made {
  /** Who asked for it. */
  by: Actor;
  reason: string;
  /** Who confirmed it, and the other half of the link that comes of it (pass.ts). null = it needed nobody. */
  second: { by: Actor; pass: Buffer | null } | null;
}

/** `tx`: with the administrators and the account locked (roster.ts). `now` in ms. */
interface Place {
  tx: Transaction<Tables>;
  seals: Seals;
  attempts: Pick<Attempts, 'forgetAll'>;
  now: number;
}

/** Makes one change and gives the link that comes of it. */
export async function change(
  place: Place,
  asked: StaffChange,
  made: Made,
  row: AccountRow | null,
): Promise<InviteLink | null> {
  if (asked.act === 'invite') return await invite(place, asked.given, made);
  if (!row) throw new Refusal('not_found');
  if (asked.act === 'roles') return await changeRoles(place, row, asked.roles, made);
  return asked.act === 'link' ? await renewLink(place, row, made) : await enable(place, row, made);
}

async function invite(
  { tx, seals, now }: Place,
  { contests, ...given }: Extract<StaffChange, { act: 'invite' }>['given'],
  made: Made,
): Promise<InviteLink> {
  const id = await addStaff(tx, seals, given, now);
  await recordOnAccount(
    tx,
    made.by,
    { id, ...given },
    { act: 'staff.invite', what: given.roles.join('、'), reason: reasonOf(made), now },
  );
  if (contests !== 'all')
    await changeScope(tx, seals, made.by, await seals.lock(tx, id), {
      scope: contests,
      name: nameInLog(given),
    });
  return await makeLink(tx, seals, id, now, linkOf(made));
}

/**
 * Who comes to keep accounts or to audit begins anew by a link: what they signed in with before was made by one person alone. So does who
 * needs a second factor and has none.
 */
async function changeRoles(
  { tx, seals, now }: Place,
  row: AccountRow,
  roles: Role[],
  made: Made,
): Promise<InviteLink | null> {
  const next = checkRoles(row, roles);
  const raised = keeps(next) && !next.every((role) => row.roles.includes(role));
  const begun = raised ? { password: null, totp: null, totp_step: -1, recovery: [] } : {};
  await seals.put(tx, { ...row, roles: next, ...begun });
  await checkAdministratorLeft(tx, row);
  await recordOnAccount(tx, made.by, row, {
    act: 'staff.roles',
    what: `${row.roles.join('、')} → ${next.join('、')}`,
    reason: reasonOf(made),
    now,
  });
  if (!raised && (!needsTotp(next) || row.totp || row.password === null)) return null;
  await endSessions(tx, row.id);
  await voidLinks(tx, row.id);
  return await makeLink(tx, seals, row.id, now, linkOf(made));
}

async function renewLink({ tx, seals, now }: Place, row: AccountRow, made: Made): Promise<InviteLink> {
  if (row.disabled_at) throw new Refusal('state_changed');
  await voidLinks(tx, row.id);
  await recordOnAccount(tx, made.by, row, { act: 'staff.link', reason: reasonOf(made), now });
  return await makeLink(tx, seals, row.id, now, linkOf(made));
}

async function enable({ tx, seals, attempts, now }: Place, row: AccountRow, made: Made): Promise<null> {
  await seals.put(tx, { ...row, disabled_at: null });
  await attempts.forgetAll(tx, row.login);
  await recordOnAccount(tx, made.by, row, { act: 'staff.enable', reason: reasonOf(made), now });
  return null;
}

/** The roles an account may come to hold, in their order. Refuses with bad_request, roles_conflict. */
export function checkRoles(row: { unit: number | null }, roles: readonly Role[]): Role[] {
  const next = accountRoles.filter((role) => roles.includes(role));
  if (next.length === 0 || next.includes('unit') || row.unit !== null)
    throw new Refusal('bad_request', { field: 'roles' });
  if (rolesConflict(next)) throw new Refusal('roles_conflict');
  return next;
}

export const isAdministrator = sql<boolean>`'administrator' = any(roles)`;

/** Refuses with last_administrator when who could keep the accounts before cannot any more, and nobody else can. */
export async function checkAdministratorLeft(tx: Transaction<Tables>, before: AccountRow): Promise<void> {
  if (!before.roles.includes('administrator') || before.disabled_at || before.password === null) return;
  const left = await tx
    .selectFrom('staff')
    .select('id')
    .where(isAdministrator)
    .where('disabled_at', 'is', null)
    .where('password', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  if (!left) throw new Refusal('last_administrator');
}

function linkOf({ second }: Made) {
  return second ? { pass: second.pass } : {};
}

/** Both names, where there are two. */
function reasonOf({ reason, second }: Made): string {
  return second ? `${reason}（${second.by.name}确认）` : reason;
}
