import type { Kysely, Transaction } from 'kysely';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import type { UnitLine } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';

/** Of nominees that were sent at least once: those that were returned, and those of whom nobody wrote down that they agree. */
export async function readLacks(
  db: Kysely<Tables> | Transaction<Tables>,
  contest: number,
  { consent }: Collection,
): Promise<(UnitLine['lacks'][number] & { unit: number })[]> {
  const rows = await db
    .selectFrom('nomination')
    .select(['unit', 'name', 'state', (eb) => eb('consent', 'is', null).as('unagreed')])
    .where('contest', '=', contest)
    .where('state', 'in', ['submitted', 'returned', 'accepted'])
    .orderBy('id')
    .execute();
  return rows.flatMap(({ unit, name, state, unagreed }) => [
    ...(state === 'returned' ? [{ unit, name, lack: 'returned' as const }] : []),
    ...(unagreed && consent !== '' ? [{ unit, name, lack: 'consent' as const }] : []),
  ]);
}
