import { sql, type Transaction } from 'kysely';
import type { NamedCalendar } from '@zuimei/shared/calendar.ts';
import { checkHeld, type Stander } from '@zuimei/shared/plan/check.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { faultText } from '@zuimei/shared/plan/words.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import type { StoredPlan } from './plan.ts';

type On = Db | Transaction<Tables>;

/** Who stands or stood, in order of number. */
export async function readStanders(db: On, contest: number): Promise<Stander[]> {
  const { rows } = await sql<{ number: number; category: string | null; withdrawn: boolean }>`
    select number, body ->> 'category' as category, jsonb_typeof(body -> 'withdrawn') = 'object' as withdrawn
    from candidate where contest = ${contest} order by number`.execute(db);
  return rows.map((row) => ({ ...row, category: row.category ?? '', withdrawn: row.withdrawn === true }));
}

/** Nobody joins once ballots may have been cast, or the contest is over. Refuses with archived, or voting_begun {opens}. */
export async function checkMayJoin(
  on: On,
  { id, settings, archivedAt }: Pick<StoredPlan, 'id' | 'settings' | 'archivedAt'>,
  now: number,
): Promise<void> {
  if (archivedAt) throw new Refusal('archived');
  const opens = settings.rounds.map((round) => round.opens).toSorted()[0];
  const cast = sql`select 1 from ledger_entry where contest = ${id} and kind = 'ballot' limit 1`;
  // Of rounds that were put off after all, the ballots of the first still stand.
  const began = (opens !== undefined && Date.parse(opens) <= now) || (await cast.execute(on)).rows.length > 0;
  if (began) throw new Refusal('voting_begun', { opens: opens ?? null });
}

/**
 * Refuses with plan_broken {fault, reason} when the contest could not be held as written after an act, for a reason that it does not have
 * before: `settings` and `candidates` as they would be, where the act changes them.
 */
export function checkStillHeld(
  stored: Pick<StoredPlan, 'settings' | 'collection'>,
  listed: readonly Stander[],
  after: { settings?: ContestSettings; candidates?: readonly Stander[] },
  calendar: NamedCalendar,
  now: number,
): void {
  const { settings, collection } = stored;
  const nameOf = ({ code, path }: { code: string; path: string }): string => `${code} ${path}`;
  const before = new Set(checkHeld(settings, collection, listed, calendar, now).map(nameOf));
  const fault = checkHeld(
    after.settings ?? settings,
    collection,
    after.candidates ?? listed,
    calendar,
    now,
  ).find((one) => !before.has(nameOf(one)));
  if (fault) throw new Refusal('plan_broken', { fault: fault.code, reason: faultText(fault) });
}
