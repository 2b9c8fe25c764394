import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { nameInLog } from './account.ts';
import { recordAction } from './action.ts';
import { type Attempt, lockedOut, lockRule } from './attempt.ts';
import type { Passwords } from './password.ts';
import type { Seals } from './seal.ts';
import type { Totps } from './totp.ts';

/** Who is to be proved. */
export interface Claimant {
  id: number;
  login: string;
  name: string;
  unit: number | null;
  password: string | null;
  totp: Buffer | null;
}

/**
 * Counts one try of an account before it is looked at, so that many at once cannot pass for one. Refuses with locked_out. What went
 * right is given back with `giveBack` or forgotten with `forgetFailures`; what went wrong ends in `failed`.
 */
export async function claimAttempt(db: Db, staff: number, now: number): Promise<Attempt> {
  const at = new Date(now);
  const until = new Date(now + lockRule.lockMs);
  const count = sql<number>`case when locked_until is null then failures + 1 else 1 end`;
  const row = await db
    .updateTable('staff')
    .set({
      failures: count,
      locked_until: sql<Date | null>`case when ${count} >= ${lockRule.failures} then ${until}::timestamptz end`,
    })
    .where('id', '=', staff)
    .where((eb) => eb.or([eb('locked_until', 'is', null), eb('locked_until', '<=', at)]))
    .returning(['failures', 'locked_until'])
    .executeTakeFirst();
  if (row) return { left: lockRule.failures - row.failures, until: row.locked_until };
  const locked = await db
    .selectFrom('staff')
    .select('locked_until')
    .where('id', '=', staff)
    .executeTakeFirst();
  throw lockedOut(locked?.locked_until?.getTime() ?? until.getTime());
}

/** The try went right, but more is to come: only this one is not counted. */
export async function giveBack(db: Db, staff: number): Promise<void> {
  await db
    .updateTable('staff')
    .set({ failures: sql<number>`greatest(failures - 1, 0)`, locked_until: null })
    .where('id', '=', staff)
    .execute();
}

export async function forgetFailures(db: Db | Transaction<Tables>, staff: number): Promise<void> {
  await db.updateTable('staff').set({ failures: 0, locked_until: null }).where('id', '=', staff).execute();
}

/** The refusal for a try that went wrong: `code` and how many are left, or locked_out, which goes into the action log. */
export async function failed(
  db: Db,
  who: Claimant,
  attempt: Attempt,
  code: 'sign_in_failed' | 'code_wrong' | 'password_wrong',
): Promise<Refusal> {
  if (!attempt.until) return new Refusal(code, { left: attempt.left });
  const actor = { name: who.name, staff: who.id, unit: who.unit };
  await recordAction(db, actor, { act: 'staff.locked', subject: nameInLog(who) });
  return lockedOut(attempt.until.getTime());
}

/** Asks somebody who is signed in for their password once more. Refuses with password_wrong or locked_out. */
export async function provePassword(
  db: Db,
  passwords: Passwords,
  who: Claimant,
  password: string,
  now: number,
): Promise<void> {
  const attempt = await claimAttempt(db, who.id, now);
  if (!(await passwords.check(password, who.password)))
    throw await failed(db, who, attempt, 'password_wrong');
  await giveBack(db, who.id);
}

/**
 * Takes a code of the second factor, or a recovery code, so that it never serves again: the account is locked meanwhile, so that of two
 * at once one wins. Gives which it was; null = it is none, or was used.
 */
export async function takeCode(
  { db, seals, totps }: { db: Db; seals: Seals; totps: Totps },
  who: Claimant,
  code: string,
  now: number,
): Promise<'totp' | 'recovery' | null> {
  const typed = code.replace(/\s/g, '');
  return await db.transaction().execute(async (tx) => {
    const row = await seals.lock(tx, who.id);
    if (!row.totp) return null;
    if (/^\d{6}$/.test(typed)) {
      const step = totps.stepOf(totps.open(row.id, row.totp), typed, now);
      if (step === null || step <= Number(row.totp_step)) return null;
      await seals.put(tx, { ...row, totp_step: step });
      return 'totp';
    }
    const digest = totps.recoveryDigest(row.id, typed);
    const left = row.recovery.filter((one) => !digest.equals(one));
    if (left.length === row.recovery.length) return null;
    await seals.put(tx, { ...row, recovery: left });
    return 'recovery';
  });
}
