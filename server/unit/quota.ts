import type { Kysely, Transaction } from 'kysely';
import type { Category } from '@zuimei/shared/contest.ts';
import { countedStates } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { QuotaView } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';

type Rules = Pick<Collection, 'unitKinds' | 'unitCategoryMost'>;

/** Most nominations of one unit in all: its own number if it has one, else that of its kind; null = no bound. */
export function mostOf(rules: Rules, unit: { kind: string; quota: number | null }): number | null {
  return unit.quota ?? rules.unitKinds.find((kind) => kind.id === unit.kind)?.most ?? null;
}

/** Takes the unit's row until the transaction ends, so that two submissions cannot both take the last place. Refuses with not_found. */
export async function lockUnit(
  tx: Transaction<Tables>,
  id: number,
): Promise<{ id: number; name: string; kind: string; quota: number | null }> {
  const row = await tx
    .selectFrom('unit')
    .select(['id', 'name', 'kind', 'quota'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

/** Places taken by a unit, by category. `except`: one nomination that is not counted, since it is asked for again. */
export async function countUsed(
  db: Kysely<Tables> | Transaction<Tables>,
  unit: number,
  except = 0,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('nomination')
    .select(['category', (eb) => eb.fn.countAll<string | number>().as('count')])
    .where('unit', '=', unit)
    .where('id', '<>', except)
    .where('state', 'in', [...countedStates])
    .groupBy('category')
    .execute();
  return new Map(rows.map((row) => [row.category, Number(row.count)]));
}

const total = (used: ReadonlyMap<string, number>): number =>
  [...used.values()].reduce((sum, one) => sum + one, 0);

/**
 * May this unit have one more nomination in this category? Locks the unit first: whoever changes a state within the same transaction
 * can be sure. Refuses with quota_full {most} or category_full {category, most}.
 */
export async function checkQuota(
  tx: Transaction<Tables>,
  {
    collection,
    categories,
    unit,
    category,
    except = 0,
  }: {
    collection: Rules;
    categories: readonly Category[];
    unit: number;
    category: string;
    /** The nomination itself, when it may be counted already. */
    except?: number;
  },
): Promise<void> {
  const row = await lockUnit(tx, unit);
  const used = await countUsed(tx, unit, except);
  const most = mostOf(collection, row);
  if (most !== null && total(used) >= most) throw new Refusal('quota_full', { most });
  const bound = collection.unitCategoryMost[category];
  if (bound !== undefined && (used.get(category) ?? 0) >= bound) {
    const name = categories.find((one) => one.id === category)?.name ?? category;
    throw new Refusal('category_full', { category: name, most: bound });
  }
}

/** What a unit has used and what is left, in all and by category. */
export async function readQuota(
  db: Kysely<Tables> | Transaction<Tables>,
  collection: Rules,
  categories: readonly Category[],
  unit: { id: number; kind: string; quota: number | null },
): Promise<QuotaView> {
  const used = await countUsed(db, unit.id);
  const most = mostOf(collection, unit);
  const kind = collection.unitKinds.find((one) => one.id === unit.kind);
  return {
    least: kind?.least ?? 0,
    most,
    used: total(used),
    categories: categories.map(({ id, name }) => ({
      id,
      name,
      most: collection.unitCategoryMost[id] ?? null,
      used: used.get(id) ?? 0,
    })),
  };
}
