import { hash } from 'node:crypto';
import type { AccountAct, ActCode } from '@zuimei/shared/action.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { SignInAnswer } from '@zuimei/shared/staff.ts';
import { networkOf } from '../address/bytes.ts';
import type { Db } from '../db.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { nameInLog, needsTotp } from './account.ts';
import { recordAction } from './action.ts';
import type { Attempts, Origin } from './attempt.ts';
import type { Devices } from './device.ts';
import { recordOnAccount } from './event.ts';
import type { Passwords, Place } from './password.ts';
import { failed, takeCode } from './reauth.ts';
import { type Seals, sealedColumns } from './seal.ts';
import type { Browser, Sessions } from './session.ts';
import type { Totps } from './totp.ts';

/** Between password and code. */
const TICKET_LIFE_MS = 5 * 60_000;
/** Hexadecimal digits of a /64 and of a /48. */
const IPV6_LINE = 16;
const IPV6_SITE = 12;
const TICKET = /^(\d{1,9})\.(\d{13})\.([0-9a-f]{32})$/;

export interface SignIn {
  /**
   * The first step. Refuses with sign_in_failed (unknown login, wrong password, disabled, not joined, altered: all alike), with what
   * Attempts.claim refuses with, busy, or totp_missing.
   */
  password(given: { login: string; password: string }, from: Browser): Promise<Signed<SignInAnswer>>;
  /** The second: a code of the authenticator or a recovery code. Refuses with code_wrong, locked_out, ticket_expired. */
  code(given: { ticket: string; code: string }, from: Browser): Promise<Signed<SignInAnswer>>;
}

/** `cookies`: Set-Cookie values, when somebody is signed in now. */
export interface Signed<T> {
  answer: T;
  cookies: readonly string[];
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
  devices: Devices;
  clock: () => number;
}): SignIn {
  const { db, seals, sessions, passwords, totps, attempts, devices, clock } = parts;
  const sign = createMac(parts.secrets.derive('sign-in'));

  /** Void as soon as the password is another. */
  const macOf = (row: Row, until: number) =>
    sign(`${row.id}.${until}.${hash('sha256', row.password ?? '', 'hex')}`);

  async function enter(row: Row, from: Browser, how: 'staff.sign_in' | 'staff.sign_in_recovery') {
    const known = devices.find(row.login, from.cookie, clock());
    await attempts.forget(row.login, originOf(known, from));
    const cookie = await db.transaction().execute(async (tx) => {
      const actor = { name: row.name, staff: row.id, unit: row.unit };
      const act: Extract<ActCode, AccountAct> = how === 'staff.sign_in' && !known ? 'staff.sign_in_new' : how;
      const told = { act, reason: from.address, now: clock() };
      if (act === 'staff.sign_in') await recordAction(tx, actor, { ...told, subject: nameInLog(row) });
      else await recordOnAccount(tx, actor, row, told);
      return await sessions.open({ staff: row.id }, from, tx);
    });
    const answer: SignInAnswer = { state: 'done' };
    return { answer, cookies: [cookie, devices.remember(row.login, known, clock())] };
  }

  /** Notes that something went wrong at a browser the account does not know, on its network. */
  async function note(error: unknown, known: string | null, from: Browser): Promise<void> {
    if (known || !(error instanceof Refusal) || error.code === 'too_many_requests') return;
    await attempts.networkFailed(from.address);
  }

  async function checkPassword(row: Row | null, login: string, password: string, from: Browser) {
    const known = devices.find(login, from.cookie, clock());
    try {
      const attempt = await attempts.claim(login, originOf(known, from));
      const place = await placeOf(known, from);
      const good = await passwords
        .check(password, row?.password ?? null, place)
        .catch(async (error: unknown) => {
          // It was not looked at: the account has had no wrong password, its network has asked too much.
          await attempt.giveBack();
          throw error;
        });
      if (!row || !good) throw await failed(db, row, attempt, 'sign_in_failed', clock());
      await attempt.giveBack();
    } catch (error) {
      await note(error, known, from);
      throw error;
    }
  }

  async function placeOf(known: string | null, { address }: Browser): Promise<Place> {
    if (known) return { lane: 'known', network: '' };
    const lane = (await attempts.failedLately(address)) ? 'failed' : 'new';
    const network = networkOf(address);
    // Who has one IPv6 line often has the 65 536 of a /48.
    return { lane, network: network.length > IPV6_LINE ? network : network.slice(0, IPV6_SITE) };
  }

  return {
    async password({ login, password }, from) {
      const found = await readClaimant(db, { login });
      const row = found && mayEnter(found) ? found : null;
      await checkPassword(row, login, password, from);
      if (!row) throw new Refusal('sign_in_failed');
      if (row.totp) {
        const until = clock() + TICKET_LIFE_MS;
        return { answer: { state: 'code', ticket: `${row.id}.${until}.${macOf(row, until)}` }, cookies: [] };
      }
      if (needsTotp(row.roles)) throw new Refusal('totp_missing');
      return await enter(row, from, 'staff.sign_in');
    },

    async code({ ticket, code }, from) {
      const [, id, until, mac = ''] = TICKET.exec(ticket) ?? [];
      const row = id === undefined ? undefined : await readClaimant(db, { id: Number(id) });
      const good = row && mayEnter(row) && sameText(mac, macOf(row, Number(until)));
      if (!good || Number(until) < clock()) throw new Refusal('ticket_expired');
      const known = devices.find(row.login, from.cookie, clock());
      const attempt = await attempts.claimCode(row.login, originOf(known, from));
      const taken = await takeCode({ db, seals, totps }, row, code, clock());
      if (!taken) {
        const refusal = await failed(db, row, attempt, 'code_wrong', clock());
        await note(refusal, known, from);
        throw refusal;
      }
      return await enter(row, from, taken === 'recovery' ? 'staff.sign_in_recovery' : 'staff.sign_in');
    },
  };

  function mayEnter(row: Row): boolean {
    return !row.disabled_at && row.password !== null && seals.holds(row);
  }
}

function originOf(known: string | null, { address }: Browser): Origin {
  return known ? { device: known } : { address };
}

async function readClaimant(db: Db, by: { login: string } | { id: number }) {
  const rows = db.selectFrom('staff').select(sealedColumns);
  return await ('id' in by
    ? rows.where('id', '=', by.id)
    : rows.where('login', '=', by.login)
  ).executeTakeFirst();
}
