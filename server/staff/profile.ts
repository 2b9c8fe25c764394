import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { AccountEvent, AccountView, RecoveryCodes, TotpRenewal } from '@zuimei/shared/staff.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { endSessions, needsTotp } from './account.ts';
import type { Attempts } from './attempt.ts';
import { acknowledge, readEvents, recordOnAccount, tellOwner } from './event.ts';
import { checkPassword, type Passwords } from './password.ts';
import { failed, provePassword, takeCode } from './reauth.ts';
import type { AccountRow, Seals } from './seal.ts';
import { limitsOf, type Person, type Sessions } from './session.ts';
import type { Totps } from './totp.ts';

const RENEWAL_LIFE_MS = 10 * 60_000;
/** Enough of a session's digest to tell it from a person's other ones. */
const SHORT_ID = 16;

/** What a person does to their own account. All refuse with forbidden for a unit that came by its link: that is no account. */
export interface OwnAccount {
  read(person: Person): Promise<AccountView>;
  /** Signs every other browser out. Refuses with password_wrong, locked_out, password_weak, password_leaked. */
  changePassword(person: Person, given: { current: string; next: string }): Promise<void>;
  /**
   * A code of the second factor or one of recovery, where there is none the password: proves for a while that it is they who sit at this
   * session. Refuses with code_wrong, password_wrong, locked_out; bad_request for a password where a code is due.
   */
  prove(person: Person, given: Reauth): Promise<void>;
  /** A new key for the authenticator; nothing changes until its first code comes back. Refuses with password_wrong, locked_out. */
  startTotp(person: Person, password: string): Promise<TotpRenewal>;
  /** Refuses with ticket_expired, code_wrong. Every recovery code from before is void. Signs every other browser out. */
  finishTotp(person: Person, given: { ticket: string; code: string }): Promise<RecoveryCodes>;
  /** Ten new recovery codes in place of all old ones. Refuses with password_wrong, locked_out, totp_missing. */
  renewRecovery(person: Person, password: string): Promise<RecoveryCodes>;
  /** Ends one of one's own sessions by its id in AccountView; gives whether it was the one that asks. Refuses with not_found. */
  endSession(person: Person, id: string): Promise<boolean>;
  endOthers(person: Person): Promise<void>;
  /** What happened to the account and was not yet acknowledged; for who has none, nothing. */
  news(person: Person): Promise<AccountEvent[]>;
  /** Everything up to this event was read, but for what was done in this session itself. */
  acknowledge(person: Person, upTo: number): Promise<void>;
}

export type Reauth = { by: 'code'; code: string } | { by: 'password'; password: string };

export function createOwnAccount(parts: {
  db: Db;
  sessions: Pick<Sessions, 'prove'>;
  seals: Seals;
  attempts: Attempts;
  passwords: Passwords;
  totps: Totps;
  clock: () => number;
}): OwnAccount {
  const { db, sessions, seals, attempts, passwords, totps, clock } = parts;
  const renewalOf = (person: Person) => `renew/${person.staff}/${person.session}`;

  async function row(person: Person) {
    if (person.staff === null) throw new Refusal('forbidden');
    return await db
      .selectFrom('staff')
      .select(['id', 'login', 'name', 'roles', 'unit', 'password', 'totp', 'recovery'])
      .where('id', '=', person.staff)
      .executeTakeFirstOrThrow();
  }

  /** Changes one's own row, in its transaction. */
  async function change(tx: Transaction<Tables>, id: number, changes: Partial<AccountRow>): Promise<void> {
    await seals.put(tx, { ...(await seals.lock(tx, id)), ...changes });
  }

  async function sessionsOf(person: Person) {
    const { idleMs, lifeMs } = limitsOf(person.roles);
    return await db
      .selectFrom('session')
      .selectAll()
      .where('staff', '=', person.staff)
      .where('seen_at', '>=', new Date(clock() - idleMs))
      .where('created_at', '>=', new Date(clock() - lifeMs))
      .orderBy('seen_at', 'desc')
      .execute();
  }

  return {
    async read(person) {
      const own = await row(person);
      const sessions = await sessionsOf(person);
      return {
        login: own.login,
        name: own.name,
        roles: own.roles,
        totp: own.totp !== null,
        totpNeeded: needsTotp(own.roles),
        recoveryLeft: own.recovery.length,
        events: await readEvents(db, own.id, person.session),
        sessions: sessions.map((one) => ({
          id: nameOf(one.digest).slice(0, SHORT_ID),
          address: one.address,
          agent: one.agent,
          since: one.created_at.toISOString(),
          seenAt: one.seen_at.toISOString(),
          current: nameOf(one.digest) === person.session,
        })),
      };
    },

    async changePassword(person, { current, next }) {
      const own = await row(person);
      await provePassword(parts, own, current, person.session);
      await checkPassword(next, own);
      const phc = await passwords.hash(next);
      await db.transaction().execute(async (tx) => {
        await change(tx, own.id, { password: phc });
        await endSessions(tx, own.id, person.session);
        await recordOnAccount(tx, person, own, { act: 'staff.password', now: clock() });
      });
    },

    async prove(person, given) {
      const own = await row(person);
      if (given.by === 'code') {
        const attempt = await attempts.claim(own.login, { session: person.session });
        const taken = await takeCode(parts, own, given.code, clock());
        if (!taken) throw await failed(db, own, attempt, 'code_wrong', clock());
        if (taken === 'recovery')
          await tellOwner(db, person, own, { act: 'staff.recovery_used', now: clock() });
        await attempt.giveBack();
      } else {
        if (own.totp) throw new Refusal('bad_request', { field: 'by' });
        await provePassword(parts, own, given.password, person.session);
      }
      await sessions.prove(person.session);
    },

    async startTotp(person, password) {
      const own = await row(person);
      await provePassword(parts, own, password, person.session);
      return totps.draw(renewalOf(person), own.login, clock() + RENEWAL_LIFE_MS);
    },

    async finishTotp(person, { ticket, code }) {
      const own = await row(person);
      const key = totps.drawn(renewalOf(person), own.login, ticket, clock());
      if (!key) throw new Refusal('ticket_expired');
      const step = totps.stepOf(key.secret, foldText(code), clock());
      if (step === null) throw new Refusal('code_wrong');
      const recovery = totps.recoveryCodes();
      await db.transaction().execute(async (tx) => {
        await change(tx, own.id, {
          totp: totps.seal(own.id, key.secret),
          totp_step: step,
          recovery: recovery.map((one) => totps.recoveryDigest(own.id, one)),
        });
        await endSessions(tx, own.id, person.session);
        await recordOnAccount(tx, person, own, { act: 'staff.totp', now: clock() });
      });
      return { recovery };
    },

    async renewRecovery(person, password) {
      const own = await row(person);
      if (!own.totp) throw new Refusal('totp_missing');
      await provePassword(parts, own, password, person.session);
      const recovery = totps.recoveryCodes();
      await db.transaction().execute(async (tx) => {
        await change(tx, own.id, { recovery: recovery.map((one) => totps.recoveryDigest(own.id, one)) });
        await recordOnAccount(tx, person, own, { act: 'staff.recovery', now: clock() });
      });
      return { recovery };
    },

    async endSession(person, id) {
      const own = await row(person);
      const found = (await sessionsOf(person)).find(({ digest }) => nameOf(digest).startsWith(id));
      if (!found) throw new Refusal('not_found');
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom('session').where('digest', '=', found.digest).execute();
        const act = 'staff.session_end';
        await recordOnAccount(tx, person, own, { act, reason: found.address, now: clock() });
      });
      return nameOf(found.digest) === person.session;
    },

    async news({ staff, session }) {
      if (staff === null) return [];
      return (await readEvents(db, staff, session)).filter((one) => one.news);
    },

    async acknowledge({ staff, session }, upTo) {
      if (staff !== null) await acknowledge(db, { staff, session }, upTo, clock());
    },

    async endOthers(person) {
      const own = await row(person);
      await db.transaction().execute(async (tx) => {
        await endSessions(tx, own.id, person.session);
        await recordOnAccount(tx, person, own, { act: 'staff.sessions_end', now: clock() });
      });
    },
  };
}

/** As Person.session has it. The embedded database gives plain bytes, no Buffer. */
function nameOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}
