import { hash } from 'node:crypto';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SignInAnswer } from '@zuimei/shared/staff.ts';
import type { Db } from '../db.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { nameInLog, needsTotp } from './account.ts';
import { recordAction } from './action.ts';
import { type Attempts, lockedOut } from './attempt.ts';
import type { Passwords } from './password.ts';
import { claimAttempt, failed, forgetFailures, giveBack, takeCode } from './proof.ts';
import { type Seals, sealedColumns } from './seal.ts';
import type { Browser, Sessions } from './session.ts';
import type { Totps } from './totp.ts';

/** Between password and code. */
const TICKET_LIFE_MS = 5 * 60_000;
const TICKET = /^(\d{1,9})\.(\d{13})\.([0-9a-f]{32})$/;

export interface SignIn {
  /**
   * The first step. Refuses with sign_in_failed (unknown login, wrong password, disabled, not joined: all alike), locked_out,
   * too_many_requests, or totp_missing.
   */
  password(given: { login: string; password: string }, from: Browser): Promise<Signed<SignInAnswer>>;
  /** The second: a code of the authenticator or a recovery code. Refuses with code_wrong, locked_out, ticket_expired. */
  code(given: { ticket: string; code: string }, from: Browser): Promise<Signed<SignInAnswer>>;
}

/** `cookie`: the Set-Cookie value, when somebody is signed in now. */
export interface Signed<T> {
  answer: T;
  cookie: string | null;
}

type Row = NonNullable<Awaited<ReturnType<typeof readClaimant>>>;

export function createSignIn(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  sessions: Sessions;
  passwords: Passwords;
  totps: Totps;
  attempts: Attempts;
  clock: () => number;
}): SignIn {
  const { db, seals, sessions, passwords, totps, attempts, clock } = parts;
  const sign = createMac(parts.secrets.derive('sign-in'));

  /** Void as soon as the password is another. */
  const macOf = (row: Row, until: number) =>
    sign(`${row.id}.${until}.${hash('sha256', row.password ?? '', 'hex')}`);

  async function enter(row: Row, from: Browser, act: string): Promise<Signed<SignInAnswer>> {
    const cookie = await db.transaction().execute(async (tx) => {
      await forgetFailures(tx, row.id);
      const actor = { name: row.name, staff: row.id, unit: row.unit };
      await recordAction(tx, actor, { act, subject: nameInLog(row), reason: from.address });
      return await sessions.open({ staff: row.id }, from, tx);
    });
    return { answer: { state: 'done' }, cookie };
  }

  return {
    async password({ login, password }, from) {
      attempts.checkAddress(from.address);
      const row = await readClaimant(db, { login });
      try {
        if (!row || row.disabled_at || row.password === null || !seals.holds(row)) {
          const attempt = attempts.unknownLogin(login);
          await passwords.check(password, null);
          if (attempt.until) throw lockedOut(attempt.until.getTime());
          throw new Refusal('sign_in_failed', { left: attempt.left });
        }
        const attempt = await claimAttempt(db, row.id, clock());
        if (!(await passwords.check(password, row.password)))
          throw await failed(db, row, attempt, 'sign_in_failed');
      } catch (error) {
        if (error instanceof Refusal && error.code !== 'busy') attempts.addressFailed(from.address);
        throw error;
      }
      if (row.totp) {
        await giveBack(db, row.id);
        const until = clock() + TICKET_LIFE_MS;
        return { answer: { state: 'code', ticket: `${row.id}.${until}.${macOf(row, until)}` }, cookie: null };
      }
      if (needsTotp(row.roles)) {
        await giveBack(db, row.id);
        throw new Refusal('totp_missing');
      }
      return await enter(row, from, 'staff.sign_in');
    },

    async code({ ticket, code }, from) {
      attempts.checkAddress(from.address);
      const [, id, until, mac = ''] = TICKET.exec(ticket) ?? [];
      const row = id === undefined ? undefined : await readClaimant(db, { id: Number(id) });
      const good = row && !row.disabled_at && seals.holds(row) && sameText(mac, macOf(row, Number(until)));
      if (!good || Number(until) < clock()) throw new Refusal('ticket_expired');
      const attempt = await claimAttempt(db, row.id, clock());
      const taken = await takeCode({ db, seals, totps }, row, code, clock());
      if (!taken) {
        attempts.addressFailed(from.address);
        throw await failed(db, row, attempt, 'code_wrong');
      }
      return await enter(row, from, taken === 'recovery' ? 'staff.sign_in_recovery' : 'staff.sign_in');
    },
  };
}

async function readClaimant(db: Db, by: { login: string } | { id: number }) {
  const rows = db.selectFrom('staff').select(sealedColumns);
  return await ('id' in by
    ? rows.where('id', '=', by.id)
    : rows.where('login', '=', by.login)
  ).executeTakeFirst();
}
