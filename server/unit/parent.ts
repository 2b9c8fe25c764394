import type { Kysely, Transaction } from 'kysely';
import { chainOf, type UnitPlace } from '@zuimei/shared/opinion.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import type { Tables } from '../db.ts';

/** Where the units of a contest stand, by id. */
export async function readPlaces(
  db: Kysely<Tables> | Transaction<Tables>,
  contest: number,
): Promise<Map<number, UnitPlace>> {
  const rows = await db
    .selectFrom('unit')
    .select(['id', 'name', 'kind', 'parent'])
    .where('contest', '=', contest)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Sets the units that these stand under, each by its name; '' = none. Refuses with unit_parent {name} for one that the contest has not,
 * and for one by which a unit would stand above itself, or too deep.
 */
export async function placeUnits(
  tx: Transaction<Tables>,
  contest: number,
  wanted: readonly { id: number; parent: string }[],
): Promise<void> {
  const places = await readPlaces(tx, contest);
  const byName = new Map([...places.values()].map(({ id, name }) => [foldText(name), id]));
  for (const { id, parent } of wanted) {
    const place = places.get(id);
    const above = parent.trim() === '' ? null : byName.get(foldText(parent));
    if (!place || above === undefined) throw new Refusal('unit_parent', { name: parent });
    if (place.parent === above) continue;
    places.set(id, { ...place, parent: above });
    await tx.updateTable('unit').set({ parent: above }).where('id', '=', id).execute();
  }
  for (const { id, parent } of wanted) {
    const top = chainOf(id, places).at(-1);
    // A chain that ends below another unit goes round, or goes on too long.
    if (top?.parent != null) throw new Refusal('unit_parent', { name: parent });
  }
}
