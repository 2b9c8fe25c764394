import type { ErasingAsked } from '@zuimei/shared/out.ts';
import type { Db } from '../db.ts';

/** The erasing that waits, as `staff` sees it. */
export async function readAsked(db: Db, contest: number, staff: number | null): Promise<ErasingAsked | null> {
  const row = await db
    .selectFrom('erasing')
    .innerJoin('staff', 'staff.id', 'erasing.asked_by')
    .select([
      'erasing.reason',
      'erasing.trace',
      'erasing.asked_by',
      'erasing.asked_at',
      'erasing.due_at',
      'staff.name',
    ])
    .where('erasing.contest', '=', contest)
    .where('erasing.state', '=', 'open')
    .executeTakeFirst();
  return row
    ? {
        ...{ by: row.name, own: row.asked_by === staff, reason: row.reason, trace: row.trace },
        ...{ at: row.asked_at.toISOString(), due: row.due_at.toISOString() },
      }
    : null;
}
