import { hash, timingSafeEqual } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type InviteView, loginPattern, type RecoveryCodes } from '@zuimei/shared/staff.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { endSessions, nameInLog, needsTotp, voidLinks } from './account.ts';
import { recordAction } from './action.ts';
import type { Attempts } from './attempt.ts';
import type { Devices } from './device.ts';
import { recordOnAccount } from './event.ts';
import { PASS_TRIES, type Passes } from './pass.ts';
import { checkPassword, type Passwords } from './password.ts';
import { type Seals, sealedColumns } from './seal.ts';
import type { Browser, Sessions } from './session.ts';
import type { Signed } from './signin.ts';
import type { Totps } from './totp.ts';

/** An opening of the same link from the same address is in the action log once in so long. */
const OPENING_MS = 10 * 60_000;
/** Who opens a link is not yet known to be who it was made for. */
const HOLDER = { name: '持链接者', staff: null, unit: null };

export interface Join {
  /**
   * Who one will be, and a key for the authenticator that was drawn for this opening and is shown to nobody else: whoever opened the link
   * before or after has another. Only the last opening can be joined with. With `ticket`, the one of this browser's last opening, the key
   * stays the same as long as nobody else has opened it. Where two persons made the link, `pass` is the word of the other. Refuses with
   * invite_invalid, pass_needed, pass_wrong {left}.
   */
  open(
    given: { token: string; ticket: string | null; pass: string | null },
    from: Browser,
  ): Promise<InviteView>;
  /**
   * Sets password and, where `code` proves the authenticator, the second factor; ends every session and every other link of the
   * account and signs in. `login` counts where InviteView.loginChosen. Refuses with invite_invalid (unknown, over, used, disabled),
   * invite_opened (somewhere else since), password_weak, password_leaked, code_wrong, login_taken.
   */
  join(
    given: { token: string; ticket: string; login: string | null; password: string; code: string | null },
    from: Browser,
  ): Promise<Signed<RecoveryCodes>>;
}

export function createJoin(parts: {
  db: Db;
  seals: Seals;
  sessions: Sessions;
  passwords: Passwords;
  passes: Passes;
  totps: Totps;
  attempts: Attempts;
  devices: Devices;
  clock: () => number;
}): Join {
  const { db, seals, sessions, passwords, passes, totps, attempts, devices, clock } = parts;

  async function find(token: string, address: string) {
    const row = await db
      .selectFrom('staff_invite')
      .innerJoin('staff', 'staff.id', 'staff_invite.staff')
      .leftJoin('unit', 'unit.id', 'staff.unit')
      .select(sealedColumns)
      .select([
        'unit.name as unit_name',
        'staff_invite.digest',
        'staff_invite.expires_at',
        'staff_invite.opened',
        'staff_invite.opened_at',
        'staff_invite.opened_from',
        'staff_invite.chosen',
        'staff_invite.pass',
        'staff_invite.pass_left',
        'staff_invite.seal as link_seal',
      ])
      .where('staff_invite.digest', '=', seals.digestOf('link', token))
      .where('staff_invite.used_at', 'is', null)
      .where('staff_invite.expires_at', '>', new Date(clock()))
      .where('staff.disabled_at', 'is', null)
      .executeTakeFirst();
    const link = row && {
      digest: row.digest,
      staff: row.id,
      expires_at: row.expires_at,
      password: row.password,
      chosen: row.chosen,
      pass: row.pass,
      seal: row.link_seal,
    };
    if (row && link && seals.holds(row) && seals.holdsLink(link)) return row;
    // Nobody guesses a token: who holds a good one is let through, whatever their neighbours try.
    await attempts.networkFailed(address);
    throw new Refusal('invite_invalid');
  }
  type Row = Awaited<ReturnType<typeof find>>;

  const boundTo = (row: Row) => `join/${Buffer.from(row.digest).toString('hex')}`;
  /** The key of the opening that this ticket is of, if no other came after it. */
  const keyOf = (row: Row, ticket: string) =>
    row.opened && digestOf(ticket).equals(row.opened)
      ? totps.drawn(boundTo(row), row.login, ticket, clock())
      : null;

  async function drawKey(row: Row, from: Browser) {
    const drawn = totps.draw(boundTo(row), row.login, row.expires_at.getTime());
    const at = new Date(clock());
    await db.transaction().execute(async (tx) => {
      await tx
        .updateTable('staff_invite')
        .set({ opened: digestOf(drawn.ticket), opened_at: at, opened_from: from.address.slice(0, 64) })
        .where('digest', '=', row.digest)
        .execute();
      const known = row.opened_from === from.address && row.opened_at;
      if (!known || at.getTime() - known.getTime() > OPENING_MS)
        await recordAction(tx, HOLDER, {
          act: 'staff.link_open',
          subject: nameInLog(row),
          reason: from.address,
        });
    });
    return drawn;
  }

  /** Counts the try before it is looked at; with the last wrong one the link is void. */
  async function checkPass(row: Row, kept: Buffer, pass: string | null, from: Browser): Promise<void> {
    if (pass === null) throw new Refusal('pass_needed');
    const claimed = await db
      .updateTable('staff_invite')
      .set({ pass_left: sql<number>`pass_left - 1` })
      .where('digest', '=', row.digest)
      .where('pass_left', '>', 0)
      .returning('pass_left')
      .executeTakeFirst();
    if (!claimed) throw new Refusal('invite_invalid');
    if (timingSafeEqual(passes.digestOf(pass), kept)) {
      await db
        .updateTable('staff_invite')
        .set({ pass_left: PASS_TRIES })
        .where('digest', '=', row.digest)
        .execute();
      return;
    }
    await attempts.networkFailed(from.address);
    if (claimed.pass_left > 0) throw new Refusal('pass_wrong', { left: claimed.pass_left });
    await db.transaction().execute(async (tx) => {
      await voidLinks(tx, row.id);
      await recordAction(tx, HOLDER, {
        act: 'staff.link_void',
        subject: nameInLog(row),
        reason: from.address,
      });
    });
    throw new Refusal('invite_invalid');
  }

  return {
    async open({ token, ticket, pass }, from) {
      const row = await find(token, from.address);
      const same = ticket === null ? null : keyOf(row, ticket);
      if (!same && row.pass) await checkPass(row, Buffer.from(row.pass), pass, from);
      const drawn = ticket !== null && same ? { ticket, key: same } : await drawKey(row, from);
      return {
        name: row.name,
        login: row.login,
        loginChosen: row.chosen,
        roles: row.roles,
        unit: row.unit_name,
        reset: row.password !== null,
        totpNeeded: needsTotp(row.roles),
        openedBefore:
          same || !row.opened_at ? null : { at: row.opened_at.toISOString(), from: row.opened_from },
        ...drawn,
      };
    },

    async join({ token, ticket, password, code, login }, from) {
      const row = await find(token, from.address);
      const person = {
        name: row.name,
        login: row.chosen && login !== null ? login : row.login,
        roles: row.roles,
      };
      if (!loginPattern.test(person.login)) throw new Refusal('bad_request', { field: 'login' });
      await checkPassword(password, person);
      const key = keyOf(row, ticket);
      if (!key) throw openedElsewhere(row);
      const step = code === null ? null : totps.stepOf(key.secret, foldText(code), clock());
      if (step === null && (code !== null || needsTotp(row.roles))) throw new Refusal('code_wrong');
      const phc = await passwords.hash(password);
      const recovery = step === null ? [] : totps.recoveryCodes();
      const cookie = await db.transaction().execute(async (tx) => {
        const used = await tx
          .updateTable('staff_invite')
          .set({ used_at: new Date(clock()) })
          .where('digest', '=', row.digest)
          .where('used_at', 'is', null)
          .where('opened', '=', digestOf(ticket))
          .executeTakeFirst();
        if (used.numUpdatedRows === 0n) throw new Refusal('invite_invalid');
        if (person.login !== row.login) await checkFree(tx, person.login);
        await voidLinks(tx, row.id);
        await endSessions(tx, row.id);
        await seals.put(tx, {
          ...(await seals.lock(tx, row.id)),
          login: person.login,
          password: phc,
          totp: step === null ? null : totps.seal(row.id, key.secret),
          totp_step: step ?? -1,
          recovery: recovery.map((one) => totps.recoveryDigest(row.id, one)),
          ...(row.password === null ? {} : { reset_at: await databaseNow(tx) }),
        });
        await attempts.forgetAll(tx, person.login);
        const self = { name: row.name, staff: row.id, unit: row.unit };
        const act = row.password === null && !row.reset_at ? 'staff.join' : 'staff.rejoin';
        await recordOnAccount(
          tx,
          self,
          { ...person, id: row.id },
          { act, reason: from.address, now: clock() },
        );
        return await sessions.open({ staff: row.id }, from, tx);
      });
      const device = devices.remember(row.login, devices.find(row.login, from.cookie, clock()), clock());
      return { answer: { recovery }, cookies: [cookie, device] };
    },
  };
}

function openedElsewhere({ opened_at }: { opened_at: Date | null }): Refusal {
  return new Refusal('invite_opened', { at: opened_at?.toISOString() ?? null });
}

async function checkFree(tx: Transaction<Tables>, login: string): Promise<void> {
  const taken = await tx.selectFrom('staff').select('id').where('login', '=', login).executeTakeFirst();
  if (taken) throw new Refusal('login_taken', { login });
}

/** As what is proposed has its time: clocks of servers differ. */
async function databaseNow(tx: Transaction<Tables>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(tx);
  return rows[0]?.now ?? new Date();
}

function digestOf(ticket: string): Buffer {
  return hash('sha256', ticket, 'buffer');
}
