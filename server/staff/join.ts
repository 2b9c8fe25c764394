import { Refusal } from '@zuimei/shared/refusal.ts';
import type { InviteView, RecoveryCodes } from '@zuimei/shared/staff.ts';
import type { Db } from '../db.ts';
import { endSessions, nameInLog, needsTotp, voidLinks } from './account.ts';
import { recordAction } from './action.ts';
import type { Attempts } from './attempt.ts';
import type { Devices } from './device.ts';
import { checkPassword, type Passwords } from './password.ts';
import { type Seals, sealedColumns } from './seal.ts';
import type { Browser, Sessions } from './session.ts';
import type { Signed } from './signin.ts';
import type { Totps } from './totp.ts';

export interface Join {
  /** Who one will be; uses nothing up. Refuses with invite_invalid. */
  open(token: string, from: Browser): Promise<InviteView>;
  /**
   * Sets password and, where `code` proves the authenticator, the second factor; ends every session and every other link of the
   * account and signs in. Refuses with invite_invalid (unknown, over, used, disabled), password_weak, password_leaked, code_wrong.
   */
  join(
    given: { token: string; password: string; code: string | null },
    from: Browser,
  ): Promise<Signed<RecoveryCodes>>;
}

export function createJoin(parts: {
  db: Db;
  seals: Seals;
  sessions: Sessions;
  passwords: Passwords;
  totps: Totps;
  attempts: Attempts;
  devices: Devices;
  clock: () => number;
}): Join {
  const { db, seals, sessions, passwords, totps, attempts, devices, clock } = parts;

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
      seal: row.link_seal,
    };
    if (row && link && seals.holds(row) && seals.holdsLink(link)) return row;
    // Nobody guesses a token: who holds a good one is let through, whatever their neighbours try.
    await attempts.networkFailed(address);
    throw new Refusal('invite_invalid');
  }

  return {
    async open(token, from) {
      const row = await find(token, from.address);
      return {
        name: row.name,
        login: row.login,
        roles: row.roles,
        unit: row.unit_name,
        reset: row.password !== null,
        totpNeeded: needsTotp(row.roles),
        key: totps.keyFor(`join/${token}`, row.login),
      };
    },

    async join({ token, password, code }, from) {
      const row = await find(token, from.address);
      await checkPassword(password, row);
      const { secret } = totps.keyFor(`join/${token}`, row.login);
      const step = code === null ? null : totps.stepOf(secret, code.replace(/\s/g, ''), clock());
      if (step === null && (code !== null || needsTotp(row.roles))) throw new Refusal('code_wrong');
      const phc = await passwords.hash(password);
      const recovery = step === null ? [] : totps.recoveryCodes();
      const cookie = await db.transaction().execute(async (tx) => {
        const used = await tx
          .updateTable('staff_invite')
          .set({ used_at: new Date(clock()) })
          .where('digest', '=', row.digest)
          .where('used_at', 'is', null)
          .executeTakeFirst();
        if (used.numUpdatedRows === 0n) throw new Refusal('invite_invalid');
        await voidLinks(tx, row.id);
        await endSessions(tx, row.id);
        await seals.put(tx, {
          ...(await seals.lock(tx, row.id)),
          password: phc,
          totp: step === null ? null : totps.seal(row.id, secret),
          totp_step: step ?? -1,
          recovery: recovery.map((one) => totps.recoveryDigest(row.id, one)),
        });
        await attempts.forgetAll(tx, row.login);
        await recordAction(
          tx,
          { name: row.name, staff: row.id, unit: row.unit },
          {
            act: row.password === null ? 'staff.join' : 'staff.rejoin',
            subject: nameInLog(row),
            reason: from.address,
          },
        );
        return await sessions.open({ staff: row.id }, from, tx);
      });
      const device = devices.remember(row.login, devices.find(row.login, from.cookie, clock()), clock());
      return { answer: { recovery }, cookies: [cookie, device] };
    },
  };
}
