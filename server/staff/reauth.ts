import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db } from '../db.ts';
import type { Attempt, Attempts } from './attempt.ts';
import { recordOnAccount } from './event.ts';
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
}

/** Lock-outs by strangers are told in the action log, but not each of thousands. */
const MOST_TOLD = 50;

/** The refusal for a try that went wrong: `code` and how many are left, or locked_out, which goes into the action log. */
export async function failed(
  db: Db,
  who: Claimant | null,
  attempt: Attempt,
  code: 'sign_in_failed' | 'code_wrong' | 'password_wrong',
  now: number,
): Promise<Refusal> {
  if (!attempt.until) return new Refusal(code, { left: attempt.left });
  if (who && attempt.strangers <= MOST_TOLD) {
    const actor = { name: who.name, staff: who.id, unit: who.unit };
    await recordOnAccount(db, actor, who, { act: 'staff.locked', now });
  }
  return new Refusal('locked_out', { until: attempt.until.toISOString() });
}

/**
 * Asks somebody who is signed in for their password once more; only this session's own failures can lock it out. Refuses with
 * password_wrong or locked_out.
 */
export async function provePassword(
  {
    db,
    attempts,
    passwords,
    clock,
  }: { db: Db; attempts: Attempts; passwords: Passwords; clock: () => number },
  who: Claimant,
  password: string,
  session: string,
): Promise<void> {
  const attempt = await attempts.claim(who.login, { session });
  if (!(await passwords.check(password, who.password)))
    throw await failed(db, who, attempt, 'password_wrong', clock());
  await attempt.giveBack();
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
  const typed = foldText(code);
  return await db.transaction().execute(async (tx) => {
    const row = await seals.lock(tx, who.id);
    if (!row.totp) return null;
    if (/^\d{6}$/.test(typed)) {
      const step = totps.stepOf(totps.open(row.id, row.totp), typed, now);
      if (step === null) return null;
      if (step <= Number(row.totp_step)) {
        // Somebody has seen it: who typed it twice knows, who did not is told.
        const self = { name: row.name, staff: row.id, unit: row.unit };
        await recordOnAccount(tx, self, row, { act: 'staff.replay', now });
        return null;
      }
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
