import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ObjectionList } from '@zuimei/shared/result/view.ts';
import { readContest } from '../contest/contest.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db } from '../db.ts';
import type { On } from '../judging/seat.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { type Seals, sealedColumns } from '../staff/seal.ts';
import type { Person } from '../staff/session.ts';

type Officer = NonNullable<ObjectionList['officer']>;
type Parts = { db: Db; seals: Seals; clock: () => number };

/** Who takes objections; null = nobody was named yet. */
export async function readOfficer(on: On, contest: number): Promise<Officer | null> {
  const row = await on
    .selectFrom('objection_officer')
    .innerJoin('staff', 'staff.id', 'objection_officer.staff')
    .select(['staff.id', 'staff.name', 'objection_officer.at'])
    .where('objection_officer.contest', '=', contest)
    .executeTakeFirst();
  return row ? { staff: row.id, name: row.name, at: row.at.toISOString() } : null;
}

/** Whether this person is the officer, and still nobody who would confirm what the officer proposes. */
export async function isOfficer(on: On, contest: number, { staff, roles }: Person): Promise<boolean> {
  if (staff === null || roles.includes('auditor')) return false;
  return (await readOfficer(on, contest))?.staff === staff;
}

/** Refuses with officer_missing where there is none yet, and with not_officer. */
export async function checkOfficer(on: On, contest: number, person: Person): Promise<void> {
  if (await isOfficer(on, contest, person)) return;
  throw new Refusal((await readOfficer(on, contest)) ? 'not_officer' : 'officer_missing');
}

/** Who can be named: works on this contest as organizer or reviewer, and is no auditor. */
export async function readOfficers(
  { db, seals }: Parts,
  contest: number,
): Promise<{ staff: number; name: string }[]> {
  const rows = await able(db, contest);
  return rows
    .filter((row) => seals.holds(row) && !row.roles.includes('auditor'))
    .map(({ id, name }) => ({ staff: id, name }));
}

/**
 * Names who takes objections from now on, in the place of whoever did. Refuses with not_found, with officer_audits for an auditor, and with
 * bad_request {field} for anybody else who does not work on this contest.
 */
export async function nameOfficer(
  parts: Parts,
  slug: string,
  actor: Actor,
  { staff, reason }: { staff: number; reason: string },
): Promise<void> {
  const at = new Date(parts.clock());
  await parts.db.transaction().execute(async (tx) => {
    const { id } = await lockContest(tx, slug, 'update');
    if (!(await readContest(tx, slug))) throw new Refusal('not_found');
    const row = (await able(tx, id)).find((one) => one.id === staff);
    if (!row || !parts.seals.holds(row)) throw new Refusal('bad_request', { field: 'staff' });
    if (row.roles.includes('auditor')) throw new Refusal('officer_audits');
    const named = { staff, named_by: actor.name, at };
    await tx
      .insertInto('objection_officer')
      .values({ contest: id, ...named })
      .onConflict((same) => same.column('contest').doUpdateSet(named))
      .execute();
    await recordAction(tx, actor, { act: 'notice.officer', contest: id, subject: row.name, reason });
  });
}

async function able(on: On, contest: number) {
  return await on
    .selectFrom('staff')
    .select(sealedColumns)
    .where('disabled_at', 'is', null)
    .where(sql<boolean>`roles && array['organizer', 'reviewer', 'auditor']`)
    .where(sql<boolean>`(contests is null or ${contest} = any(contests))`)
    .orderBy('name')
    .execute();
}
