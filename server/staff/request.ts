import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import {
  type InviteLink,
  keeps,
  type Role,
  type StaffChange,
  type StaffOutcome,
  type StaffRequest,
} from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { nameInLog } from './account.ts';
import { type Actor, recordAction } from './action.ts';
import type { Attempts } from './attempt.ts';
import { change, checkRoles, isAdministrator } from './change.ts';
import type { Passes } from './pass.ts';
import type { AccountRow, Seals } from './seal.ts';

const LIFE_MS = 7 * 86_400_000;
const MOST_SHOWN = 100;

/** Who confirms: another administrator or a sitting auditor; for an auditor's own account another auditor alone. */
type Second = 'keeper' | 'auditor';

/**
 * Accounts that keep accounts or audit are made, given, renewed and given back by two persons: an administrator asks, a second person
 * confirms. The first ones come from the command line on the server.
 */
export interface Requests {
  /**
   * Makes the change where one person is enough, else asks for it; `row`: the account, locked, null for a new one. Refuses with
   * second_missing when nobody is there who could confirm, request_open when the same is asked for already.
   */
  ask(
    tx: Transaction<Tables>,
    actor: Actor,
    asked: StaffChange,
    row: AccountRow | null,
    reason: string,
  ): Promise<StaffOutcome>;
  /** Open ones first, then the latest. */
  list(person: Decider): Promise<StaffRequest[]>;
  /** Refuses with not_found, request_closed, own_request, not_yourself, forbidden, and what the change refuses with. */
  grant(person: Decider, id: number): Promise<InviteLink | null>;
  refuse(person: Decider, id: number, why: string): Promise<void>;
  /** By who asked. */
  withdraw(person: Decider, id: number): Promise<void>;
}

interface Decider extends Actor {
  roles: readonly Role[];
}

export function createRequests(parts: {
  db: Db;
  seals: Seals;
  passes: Passes;
  attempts: Pick<Attempts, 'forgetAll'>;
  clock: () => number;
}): Requests {
  const { db, seals, attempts, passes, clock } = parts;
  const place = (tx: Transaction<Tables>) => ({ tx, seals, attempts, now: clock() });

  /** Locks the request and gives it; it must be open. */
  async function claim(tx: Transaction<Tables>, id: number) {
    const row = await tx
      .selectFrom('staff_request')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    if (row.state !== 'open' || row.expires_at.getTime() <= clock()) throw new Refusal('request_closed');
    return { row, target: row.staff === null ? null : await seals.lock(tx, row.staff) };
  }

  async function close(
    tx: Transaction<Tables>,
    id: number,
    by: Decider,
    state: 'granted' | 'refused' | 'withdrawn',
    why = '',
  ): Promise<void> {
    await tx
      .updateTable('staff_request')
      .set({ state, decided_by: by.staff, decided_at: new Date(clock()), decided_why: why })
      .where('id', '=', id)
      .execute();
  }

  return {
    async ask(tx, actor, asked, row, reason) {
      const second = secondOf(asked, row);
      if (!second) {
        const made = { by: actor, reason, second: null };
        return { link: await change(place(tx), asked, made, row), asked: null };
      }
      if (actor.staff === null) throw new Refusal('forbidden');
      if (asked.act === 'roles' && row) checkRoles(row, asked.roles);
      if (asked.act === 'invite') {
        checkRoles({ unit: null }, asked.given.roles);
        await checkFree(tx, asked.given.login);
      }
      if (!(await isSecondThere(tx, second, [actor.staff, row?.id ?? 0])))
        throw new Refusal(second === 'auditor' ? 'auditor_missing' : 'second_missing');
      await checkNotAsked(tx, asked, clock());
      const pass = asked.act === 'enable' ? null : passes.draw();
      const until = new Date(clock() + LIFE_MS);
      await tx
        .insertInto('staff_request')
        .values({
          act: asked.act,
          staff: row?.id ?? null,
          given: sql<StaffChange>`${JSON.stringify(asked)}::jsonb`,
          second,
          reason,
          pass: pass === null ? null : passes.digestOf(pass),
          asked_by: actor.staff,
          asked_at: new Date(clock()),
          expires_at: until,
          decided_by: null,
          decided_at: null,
        })
        .execute();
      await recordAction(tx, actor, { act: 'staff.ask', subject: subjectOf(asked, row), reason });
      return { link: null, asked: { pass, until: until.toISOString() } };
    },

    async list(person) {
      const now = clock();
      const rows = await readRequests(db, now);
      return rows.map((row): StaffRequest => {
        const { given, roles } = row;
        return {
          id: row.id,
          act: row.act,
          name: given.act === 'invite' ? given.given.name : (row.name ?? ''),
          login: given.act === 'invite' ? given.given.login : (row.login ?? ''),
          roles:
            given.act === 'invite' ? given.given.roles : given.act === 'roles' ? given.roles : (roles ?? []),
          reason: row.reason,
          askedBy: row.asker,
          askedAt: row.asked_at.toISOString(),
          until: row.expires_at.toISOString(),
          mine: row.asked_by === person.staff,
          decidable: row.state === 'open' && whyNot(person, row) === null,
          second: row.second,
          state: row.state === 'open' && row.expires_at.getTime() <= now ? 'over' : row.state,
          decidedBy: row.decider,
          decidedAt: row.decided_at?.toISOString() ?? null,
          decidedWhy: row.decided_why,
        };
      });
    },

    async grant(person, id) {
      return await db.transaction().execute(async (tx) => {
        await tx.selectFrom('staff').select('id').where(isAdministrator).orderBy('id').forUpdate().execute();
        const { row, target } = await claim(tx, id);
        checkDecides(person, row, target);
        const asker = await seals.lock(tx, row.asked_by);
        // Who is not an administrator any more asks for nothing.
        if (asker.disabled_at || !asker.roles.includes('administrator')) throw new Refusal('request_closed');
        const link = await change(
          place(tx),
          row.given,
          {
            by: { name: asker.name, staff: asker.id, unit: null },
            reason: row.reason,
            second: { by: person, pass: row.pass },
          },
          target,
        );
        await close(tx, id, person, 'granted');
        await recordAction(tx, person, {
          act: 'staff.grant',
          subject: subjectOf(row.given, target),
          reason: row.reason,
        });
        return link;
      });
    },

    async refuse(person, id, why) {
      await db.transaction().execute(async (tx) => {
        const { row, target } = await claim(tx, id);
        checkDecides(person, row, target);
        await close(tx, id, person, 'refused', why);
        await recordAction(tx, person, {
          act: 'staff.refuse',
          subject: subjectOf(row.given, target),
          reason: why,
        });
      });
    },

    async withdraw(person, id) {
      await db.transaction().execute(async (tx) => {
        const { row, target } = await claim(tx, id);
        if (row.asked_by !== person.staff) throw new Refusal('forbidden');
        await close(tx, id, person, 'withdrawn');
        await recordAction(tx, person, { act: 'staff.unask', subject: subjectOf(row.given, target) });
      });
    },
  };
}

/** Whether a change needs a second person, and whom. */
function secondOf(asked: StaffChange, row: AccountRow | null): Second | null {
  if (asked.act === 'invite') return keeps(asked.given.roles) ? 'keeper' : null;
  if (!row) return null;
  if (asked.act === 'roles') return keeps(asked.roles) || keeps(row.roles) ? 'keeper' : null;
  if (!keeps(row.roles)) return null;
  // A lock-out that ends gives nobody anything.
  if (asked.act === 'enable') return row.disabled_at ? 'keeper' : null;
  return row.roles.includes('auditor') && row.password !== null ? 'auditor' : 'keeper';
}

/** Refuses who may not decide. The account may stand otherwise than when it was asked: what it needs now counts. */
function checkDecides(person: Decider, row: Asked & { given: StaffChange }, target: AccountRow | null): void {
  const no = whyNot(person, { ...row, second: secondOf(row.given, target) ?? row.second });
  if (no) throw new Refusal(no);
}

type Asked = Pick<Selectable<Tables['staff_request']>, 'asked_by' | 'staff' | 'second'>;

/** Why this person may not decide; null = they may. */
function whyNot(person: Decider, row: Asked): 'forbidden' | 'own_request' | 'not_yourself' | null {
  if (person.staff === null) return 'forbidden';
  if (row.asked_by === person.staff) return 'own_request';
  if (row.staff === person.staff) return 'not_yourself';
  const may = row.second === 'auditor' ? person.roles.includes('auditor') : keeps(person.roles);
  return may ? null : 'forbidden';
}

const words: Record<StaffChange['act'], string> = {
  invite: '新建账号',
  roles: '更改身份',
  link: '生成新的链接',
  enable: '恢复账号',
};

/** As the action log calls it; the page has words for the roles. */
function subjectOf(asked: StaffChange, row: AccountRow | null): string {
  if (asked.act === 'invite')
    return `${words.invite} ${nameInLog(asked.given)}：${asked.given.roles.join('、')}`;
  const what = asked.act === 'roles' && row ? `：${row.roles.join('、')} → ${asked.roles.join('、')}` : '';
  return `${words[asked.act]} ${row ? nameInLog(row) : ''}${what}`;
}

async function isSecondThere(tx: Transaction<Tables>, second: Second, not: number[]): Promise<boolean> {
  const roles = second === 'auditor' ? ['auditor'] : ['administrator', 'auditor'];
  const { rows } = await sql`
    select 1 from staff where roles && ${`{${roles.join(',')}}`}::text[] and disabled_at is null and password is not null
      and id <> all(${`{${not.join(',')}}`}::int[]) limit 1`.execute(tx);
  return rows.length > 0;
}

async function checkFree(tx: Transaction<Tables>, login: string): Promise<void> {
  const taken = await tx.selectFrom('staff').select('id').where('login', '=', login).executeTakeFirst();
  if (taken) throw new Refusal('login_taken', { login });
}

/** Two requests for one thing would be two words for one link. */
async function checkNotAsked(tx: Transaction<Tables>, asked: StaffChange, now: number): Promise<void> {
  const { rows } = await sql`
    select 1 from staff_request where state = 'open' and expires_at > ${new Date(now)}::timestamptz and act = ${asked.act}
      and ${
        asked.act === 'invite'
          ? sql`given -> 'given' ->> 'login' = ${asked.given.login}`
          : sql`staff = ${asked.staff}::int`
      } limit 1`.execute(tx);
  if (rows.length > 0) throw new Refusal('request_open');
}

async function readRequests(db: Kysely<Tables>, now: number) {
  return await db
    .selectFrom('staff_request')
    .innerJoin('staff as asker', 'asker.id', 'staff_request.asked_by')
    .leftJoin('staff as decider', 'decider.id', 'staff_request.decided_by')
    .leftJoin('staff as target', 'target.id', 'staff_request.staff')
    .selectAll('staff_request')
    .select(['asker.name as asker', 'decider.name as decider', 'target.name', 'target.login', 'target.roles'])
    .orderBy(sql`state = 'open' and expires_at > ${new Date(now)}::timestamptz`, 'desc')
    .orderBy('staff_request.id', 'desc')
    .limit(MOST_SHOWN)
    .execute();
}
