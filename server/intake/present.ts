import type { Transaction } from 'kysely';
import type { FormValues } from '@zuimei/shared/nomination.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Db, Tables } from '../db.ts';
import { sameUnit } from '../document/merge.ts';
import { type NominationKeys, partAnswers, twinTags } from '../nomination/answers.ts';
import type { Filing } from '../nomination/filing.ts';
import type { NominationRow } from '../nomination/nomination.ts';

/** Whom a line tells of. `unit`: the reporting unit, when it is known. */
export interface Nominee {
  name: string;
  unit: number | null;
  values: FormValues;
}

/**
 * Who of the contest is the same as a nominee: one with the same identity number, or name and telephone; or of the same name from the same
 * reporting unit or workplace. What was withdrawn is nobody. Reads once, answers for any number.
 */
export async function createPresent(
  db: Db | Transaction<Tables>,
  { contest, collection, keys }: Pick<Filing, 'contest' | 'collection' | 'keys'>,
): Promise<(nominee: Nominee) => NominationRow | null> {
  const rows: NominationRow[] = await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .selectAll('nomination')
    .select('unit.name as unit_name')
    .where('nomination.contest', '=', contest.id)
    .where('nomination.state', '<>', 'withdrawn')
    .orderBy('nomination.id')
    .execute();
  const byTag = new Map<string, NominationRow>();
  for (const row of rows)
    for (const tag of row.twin) if (!tag.startsWith('n:') && !byTag.has(tag)) byTag.set(tag, row);
  const byName = Map.groupBy(rows, (row) => foldText(row.name));
  return ({ name, unit, values }) => {
    const tags = tagsOf(keys, collection.form, name, values);
    const tag = tags.find((one) => byTag.has(one));
    if (tag) return byTag.get(tag) ?? null;
    const workplace = foldText(values['unit'] ?? '');
    const same = (row: NominationRow): boolean =>
      row.unit === unit || sameUnit(foldText(row.answers['unit'] ?? ''), workplace);
    return byName.get(foldText(name))?.find(same) ?? null;
  };
}

function tagsOf(
  keys: NominationKeys,
  form: Filing['collection']['form'],
  name: string,
  values: FormValues,
): string[] {
  return twinTags(keys, name, partAnswers(form, values).hidden);
}
