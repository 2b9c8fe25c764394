import type { Transaction } from 'kysely';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { fullAt } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';
import { type Problem, problemAt } from '../document/problem.ts';
import type { Filing } from '../nomination/filing.ts';
import { lockUnit, quotaOf } from '../unit/quota.ts';

/** Why there is no place for one more: drafts count, so that who is beyond the places is told by name now and not after the form was filled in. */
export async function placeProblem(
  tx: Transaction<Tables>,
  filing: Filing,
  unit: number,
  { name, category }: { name: string; category: string },
  file: string,
): Promise<Problem | null> {
  const row = await lockUnit(tx, unit);
  const there = await tx
    .selectFrom('nomination')
    .select(['name', 'category'])
    .where('unit', '=', unit)
    .where('state', 'not in', ['withdrawn', 'declined'])
    .execute();
  if (there.some((one) => foldText(one.name) === foldText(name)))
    return problemAt('recommended_twice', { file }, { name });
  const used = Map.groupBy(there, (one) => one.category);
  const counts = new Map([...used].map(([id, list]) => [id, list.length]));
  const full = fullAt(quotaOf(filing, row, counts), category);
  if (!full) return null;
  return problemAt(full.category === '' ? 'quota_over' : 'category_over', { file }, { name, ...full });
}
