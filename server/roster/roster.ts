import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Role, Scope, StaffOutcome, StaffState, StaffView } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { endSessions, nameInLog, needsTotp, voidLinks } from '../staff/account.ts';
import type { Actor } from '../staff/action.ts';
import type { Attempts } from '../staff/attempt.ts';
import { checkAdministratorLeft, isAdministrator } from '../staff/change.ts';
import { recordOnAccount, tellOwner } from '../staff/event.ts';
import type { Requests } from '../staff/request.ts';
import { changeScope, scopeColumn, scopeOf } from '../staff/scope.ts';
import { type AccountRow, type Seals, sealedColumns } from '../staff/seal.ts';

/**
 * What an administrator does to the accounts of others. Every act but inviting names its reason, and is in the action log. What makes,
 * gives, renews or gives back an account that keeps accounts or audits is only asked for here (request.ts).
 */
export interface Roster {
  /** Refuses with roles_conflict, login_taken, bad_request for a contest that is not there, and what Requests.ask refuses with. */
  invite(
    actor: Actor,
    given: { name: string; login: string; roles: Role[]; contests: Scope; reason: string },
  ): Promise<StaffOutcome>;
  /**
   * Gives a link when the new roles ask for a second factor that the person has not got: without it they cannot enter any more.
   * Refuses with not_yourself, roles_conflict, last_administrator, not_found; bad_request for a unit's account.
   */
  changeRoles(actor: Actor, id: number, given: { roles: Role[]; reason: string }): Promise<StaffOutcome>;
  /** Of every other contest they know nothing from now on. Refuses with not_yourself, not_found; bad_request for a unit's account. */
  changeContests(actor: Actor, id: number, given: { contests: Scope; reason: string }): Promise<void>;
  /** Signs them out and lets them in no more. Refuses with not_yourself, last_administrator, not_found. One person is enough to stop. */
  disable(actor: Actor, id: number, reason: string): Promise<void>;
  /** Also ends a lock-out. */
  enable(actor: Actor, id: number, reason: string): Promise<StaffOutcome>;
  /** A new one-time link; those before are void. Password and sessions stay until it is used. Refuses with not_yourself, not_found. */
  newLink(actor: Actor, id: number, reason: string): Promise<StaffOutcome>;
  endSessions(actor: Actor, id: number, reason: string): Promise<void>;
}

export function createRoster(parts: {
  db: Db;
  seals: Seals;
  requests: Pick<Requests, 'ask'>;
  clock: () => number;
}): Roster {
  const { db, seals, requests, clock } = parts;
  /** One act on somebody else's account, whose row is locked meanwhile. */
  async function on<T>(
    actor: Actor,
    id: number,
    act: (tx: Transaction<Tables>, row: AccountRow) => Promise<T>,
  ): Promise<T> {
    if (actor.staff === id) throw new Refusal('not_yourself');
    return await db.transaction().execute(async (tx) => {
      // All administrators before the one: two of them who act on each other meet here, not at the end with nobody left.
      await tx.selectFrom('staff').select('id').where(isAdministrator).orderBy('id').forUpdate().execute();
      return await act(tx, await seals.lock(tx, id));
    });
  }

  return {
    async invite(actor, { reason, ...given }) {
      return await db
        .transaction()
        .execute(async (tx) => await requests.ask(tx, actor, { act: 'invite', given }, null, reason));
    },

    changeRoles: (actor, id, { roles, reason }) =>
      on(actor, id, (tx, row) => requests.ask(tx, actor, { act: 'roles', staff: id, roles }, row, reason)),

    changeContests: (actor, id, { contests, reason }) =>
      on(actor, id, async (tx, row) => {
        if (row.unit !== null) throw new Refusal('bad_request', { field: 'contests' });
        await changeScope(tx, seals, actor, row, { scope: contests, name: nameInLog(row), reason });
        await tellOwner(tx, actor, row, { act: 'staff.contests', reason, now: clock() });
      }),

    disable: (actor, id, reason) =>
      on(actor, id, async (tx, row) => {
        await seals.put(tx, { ...row, disabled_at: new Date(clock()) });
        await checkAdministratorLeft(tx, row);
        await endSessions(tx, id);
        await voidLinks(tx, id);
        await recordOnAccount(tx, actor, row, { act: 'staff.disable', reason, now: clock() });
      }),

    enable: (actor, id, reason) =>
      on(actor, id, (tx, row) => requests.ask(tx, actor, { act: 'enable', staff: id }, row, reason)),

    newLink: (actor, id, reason) =>
      on(actor, id, async (tx, row) => {
        if (row.disabled_at) throw new Refusal('state_changed');
        return await requests.ask(tx, actor, { act: 'link', staff: id }, row, reason);
      }),

    endSessions: (actor, id, reason) =>
      on(actor, id, async (tx, row) => {
        await endSessions(tx, id);
        await recordOnAccount(tx, actor, row, { act: 'staff.sessions_end', reason, now: clock() });
      }),
  };
}

/** All accounts: those of the office first, then those of units, each by name. */
export async function readStaff(
  { db, seals, attempts }: { db: Db; seals: Seals; attempts: Attempts },
  now: number,
): Promise<StaffView[]> {
  const lockOf = await attempts.readLocks();
  const rows = await db
    .selectFrom('staff')
    .leftJoin('unit', 'unit.id', 'staff.unit')
    .leftJoin('contest', 'contest.id', 'unit.contest')
    .select(sealedColumns)
    .select((eb) => [
      'staff.created_at',
      'unit.name as unit_name',
      'contest.slug',
      scopeColumn.as('scope'),
      eb
        .selectFrom('session')
        .select((of) => of.fn.max('seen_at').as('at'))
        .whereRef('session.staff', '=', 'staff.id')
        .as('seen_at'),
      eb
        .selectFrom('session')
        .select((of) => of.fn.countAll<string | number>().as('count'))
        .whereRef('session.staff', '=', 'staff.id')
        .as('sessions'),
      eb
        .selectFrom('staff_invite')
        .select((of) => of.fn.max('expires_at').as('at'))
        .whereRef('staff_invite.staff', '=', 'staff.id')
        .where('used_at', 'is', null)
        .as('invited_until'),
    ])
    .orderBy(sql`staff.unit is not null`)
    .orderBy('staff.id')
    .limit(5_000)
    .execute();
  return rows.map((row): StaffView => {
    const invited = row.invited_until && row.invited_until.getTime() > now ? row.invited_until : null;
    const locked = lockOf(row.login);
    const ready = row.totp !== null || !needsTotp(row.roles);
    const genuine = seals.holds(row);
    const state = (): StaffState => {
      if (!genuine) return 'altered';
      if (row.disabled_at) return 'disabled';
      if (row.password === null) return invited ? 'invited' : 'expired';
      if (!ready) return 'unready';
      return locked ? 'locked' : 'active';
    };
    return {
      id: row.id,
      login: row.login,
      name: row.name,
      roles: row.roles,
      contests: row.unit_name === null ? scopeOf(row.scope) : [],
      unit: row.unit_name === null ? null : { name: row.unit_name, contest: row.slug ?? '' },
      state: state(),
      totp: row.totp !== null,
      createdAt: row.created_at.toISOString(),
      seenAt: row.seen_at?.toISOString() ?? null,
      invitedUntil: invited?.toISOString() ?? null,
      lockedUntil: locked?.toISOString() ?? null,
      sessions: Number(row.sessions ?? 0),
    };
  });
}
