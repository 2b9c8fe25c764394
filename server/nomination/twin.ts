import { type Kysely, sql, type Transaction } from 'kysely';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import type { TwinView } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';
import type { NominationRow } from './nomination.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/** A draft is nobody's business yet, and what was taken back is nobody's any more. */
const visible: readonly NominationState[] = ['submitted', 'returned', 'accepted', 'declined', 'published'];

/**
 * The same nominee as other units of the contest sent it, by keyed digests alone (answers.ts). For organizers: it names the units. Of a
 * team, a case or a work the name is enough; persons share names, so theirs counts as `person` only with the phone or identity number.
 */
export async function findTwins(
  db: Reader,
  contest: number,
  nomination: Pick<NominationRow, 'id' | 'unit' | 'kind' | 'twin'>,
): Promise<TwinView[]> {
  const found = await findAllTwins(db, contest, [nomination]);
  return found.get(nomination.id) ?? [];
}

/** findTwins for many at once, in one query; a nomination without twins is not in the map. */
export async function findAllTwins(
  db: Reader,
  contest: number,
  nominations: readonly Pick<NominationRow, 'id' | 'unit' | 'kind' | 'twin'>[],
): Promise<Map<number, TwinView[]>> {
  const tags = [...new Set(nominations.flatMap((one) => one.twin))];
  if (tags.length === 0) return new Map();
  const rows = await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .select([
      'nomination.id',
      'nomination.unit',
      'nomination.name',
      'nomination.state',
      'nomination.twin',
      'unit.name as unit_name',
    ])
    .where('nomination.contest', '=', contest)
    .where('nomination.state', 'in', [...visible])
    .where(sql<boolean>`nomination.twin && ${tags}::text[]`)
    .orderBy('nomination.id')
    .execute();
  const byTag = Map.groupBy(
    rows.flatMap((row) => row.twin.map((tag) => ({ tag, row }))),
    ({ tag }) => tag,
  );
  const found = new Map<number, TwinView[]>();
  for (const one of nominations) {
    const twins = new Map<number, TwinView>();
    for (const tag of one.twin)
      for (const { row } of byTag.get(tag) ?? []) {
        if (row.id === one.id || row.unit === one.unit) continue;
        const same = one.kind !== 'person' || !tag.startsWith('n:') ? 'person' : 'name';
        if (twins.get(row.id)?.same === 'person') continue;
        twins.set(row.id, { id: row.id, unit: row.unit_name, name: row.name, state: row.state, same });
      }
    if (twins.size > 0) found.set(one.id, [...twins.values()]);
  }
  return found;
}
