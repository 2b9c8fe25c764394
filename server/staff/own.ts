import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { AccountView, RecoveryCodes, TotpRenewal } from '@zuimei/shared/staff.ts';
import type { Db, Tables } from '../db.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { endSessions, nameInLog, needsTotp } from './account.ts';
import { recordAction } from './action.ts';
import type { Attempts } from './attempt.ts';
import { checkPassword, type Passwords } from './password.ts';
import { provePassword } from './proof.ts';
import type { Seals, Standing } from './seal.ts';
import { limitsOf, type Person } from './session.ts';
import type { Totps } from './totp.ts';

const RENEWAL_LIFE_MS = 10 * 60_000;
/** Enough of a session's digest to tell it from a person's other ones. */
const SHORT_ID = 16;

/** What a person does to their own account. All refuse with forbidden for a unit that came by its link: that is no account. */
export interface OwnAccount {
  read(person: Person): Promise<AccountView>;
  /** Signs every other browser out. Refuses with password_wrong, locked_out, password_weak, password_leaked. */
  changePassword(person: Person, given: { current: string; next: string }): Promise<void>;
  /** A new key for the authenticator; nothing changes until its first code comes back. Refuses with password_wrong, locked_out. */
  startTotp(person: Person, password: string): Promise<TotpRenewal>;
  /** Refuses with ticket_expired, code_wrong. Every recovery code from before is void. Signs every other browser out. */
  finishTotp(person: Person, given: { ticket: string; code: string }): Promise<RecoveryCodes>;
  /** Ten new recovery codes in place of all old ones. Refuses with password_wrong, locked_out, totp_missing. */
  renewRecovery(person: Person, password: string): Promise<RecoveryCodes>;
  /** Ends one of one's own sessions by its id in AccountView; gives whether it was the one that asks. Refuses with not_found. */
  endSession(person: Person, id: string): Promise<boolean>;
  endOthers(person: Person): Promise<void>;
}

export function createOwnAccount(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  attempts: Attempts;
  passwords: Passwords;
  totps: Totps;
  clock: () => number;
}): OwnAccount {
  const { db, seals, passwords, totps, clock } = parts;
  const sign = createMac(parts.secrets.derive('totp-renewal'));
  const macOf = (person: Person, until: number) => sign(`${person.staff}.${person.session}.${until}`);

  async function row(person: Person) {
    if (person.staff === null) throw new Refusal('forbidden');
    return await db
      .selectFrom('staff')
      .select(['id', 'login', 'name', 'roles', 'unit', 'password', 'totp', 'recovery'])
      .where('id', '=', person.staff)
      .executeTakeFirstOrThrow();
  }

  /** Changes one's own row, in its transaction. */
  async function change(tx: Transaction<Tables>, id: number, changes: Partial<Standing>): Promise<void> {
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
        await recordAction(tx, person, { act: 'staff.password', subject: nameInLog(own) });
      });
    },

    async startTotp(person, password) {
      const own = await row(person);
      await provePassword(parts, own, password, person.session);
      const until = clock() + RENEWAL_LIFE_MS;
      const ticket = `${until}.${macOf(person, until)}`;
      return { ticket, key: totps.keyFor(`renew/${ticket}`, own.login) };
    },

    async finishTotp(person, { ticket, code }) {
      const own = await row(person);
      const [until = '', mac = ''] = ticket.split('.');
      if (!sameText(mac, macOf(person, Number(until))) || !(Number(until) > clock()))
        throw new Refusal('ticket_expired');
      const { secret } = totps.keyFor(`renew/${ticket}`, own.login);
      const step = totps.stepOf(secret, code.replace(/\s/g, ''), clock());
      if (step === null) throw new Refusal('code_wrong');
      const recovery = totps.recoveryCodes();
      await db.transaction().execute(async (tx) => {
        await change(tx, own.id, {
          totp: totps.seal(own.id, secret),
          totp_step: step,
          recovery: recovery.map((one) => totps.recoveryDigest(own.id, one)),
        });
        await endSessions(tx, own.id, person.session);
        await recordAction(tx, person, { act: 'staff.totp', subject: nameInLog(own) });
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
        await recordAction(tx, person, { act: 'staff.recovery', subject: nameInLog(own) });
      });
      return { recovery };
    },

    async endSession(person, id) {
      const own = await row(person);
      const found = (await sessionsOf(person)).find(({ digest }) => nameOf(digest).startsWith(id));
      if (!found) throw new Refusal('not_found');
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom('session').where('digest', '=', found.digest).execute();
        await recordAction(tx, person, {
          act: 'staff.session_end',
          subject: nameInLog(own),
          reason: found.address,
        });
      });
      return nameOf(found.digest) === person.session;
    },

    async endOthers(person) {
      const own = await row(person);
      await db.transaction().execute(async (tx) => {
        await endSessions(tx, own.id, person.session);
        await recordAction(tx, person, { act: 'staff.sessions_end', subject: nameInLog(own) });
      });
    },
  };
}

/** As Person.session has it. The embedded database gives plain bytes, no Buffer. */
function nameOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex');
}
