import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { ScreeningMark } from '@zuimei/shared/shortlist.ts';
import type { Db, Tables } from '../db.ts';
import { readNomination } from '../nomination/nomination.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Collecting } from './review.ts';

/** What each reviewer gave, in order of time. */
export async function readMarks(
  db: Db | Transaction<Tables>,
  nomination: number,
  staff: number | null,
): Promise<ScreeningMark[]> {
  const rows = await db
    .selectFrom('screening')
    .innerJoin('staff', 'staff.id', 'screening.staff')
    .select(['screening.staff', 'staff.name', 'screening.points', 'screening.remark'])
    .where('screening.nomination', '=', nomination)
    .orderBy('screening.at')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    points: Number(row.points),
    remark: row.remark,
    mine: row.staff === staff,
  }));
}

/**
 * Enters or replaces one's own points (0–100) or vote (1 for, 0 against); null takes them back. Refuses with not_now when this contest
 * has no screening, bad_request for points outside the scale, state_changed once the nomination is decided.
 */
export async function setMark(
  db: Db,
  stored: Collecting,
  actor: Actor,
  id: number,
  mark: { points: number | null; remark: string },
): Promise<void> {
  const { staff } = actor;
  const { screening } = stored.collection;
  if (staff === null || screening === 'none') throw new Refusal('not_now');
  const { points, remark } = mark;
  if (points !== null && (points < 0 || points > (screening === 'vote' ? 1 : 100)))
    throw new Refusal('bad_request', { field: 'points' });
  if (screening === 'vote' && points !== null && !Number.isInteger(points))
    throw new Refusal('bad_request', { field: 'points' });
  await db.transaction().execute(async (tx) => {
    const row = await readNomination(tx, id, stored.id, { lock: true });
    if (row.state !== 'submitted') throw new Refusal('state_changed');
    if (points === null)
      await tx.deleteFrom('screening').where('nomination', '=', id).where('staff', '=', staff).execute();
    else
      await tx
        .insertInto('screening')
        .values({ nomination: id, staff, points, remark })
        .onConflict((conflict) =>
          conflict.columns(['nomination', 'staff']).doUpdateSet({ points, remark, at: new Date() }),
        )
        .execute();
    await recordAction(tx, actor, { act: 'nomination.screen', contest: stored.id, subject: row.name });
  });
}
