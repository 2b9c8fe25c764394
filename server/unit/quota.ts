import type { Kysely, Transaction } from 'kysely';
import type { Category } from '@zuimei/shared/contest.ts';
import { countedStates } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { fullAt, type QuotaView } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';

/** Of a contest, what bounds its units; a Filing has it. */
export interface QuotaRules {
  collection: Pick<Collection, 'unitKinds' | 'unitCategoryMost'>;
  categories: readonly Category[];
}

/** Of a unit, what bounds it. */
export interface Allotted {
  kind: string;
  quota: number | null;
  category_quota: Readonly<Record<string, number>>;
}

/**
 * The places of a unit with what is used of them. By category: its own number, else what every unit has there. In all: its own number, else
 * the sum of its own by category where each has one, else that of its kind; never more than the categories let in.
 */
export function quotaOf(
  { collection, categories }: QuotaRules,
  unit: Allotted,
  used: ReadonlyMap<string, number>,
): QuotaView {
  const kind = collection.unitKinds.find((one) => one.id === unit.kind);
  const bounded = categories.map(({ id, name }) => ({
    id,
    name,
    most: unit.category_quota[id] ?? collection.unitCategoryMost[id] ?? null,
    used: used.get(id) ?? 0,
  }));
  const allotted =
    categories.length > 0 && categories.every(({ id }) => unit.category_quota[id] !== undefined);
  const own = unit.quota ?? (allotted ? null : kind?.most);
  const inCategories = bounded.map(({ most }) => most ?? Number.POSITIVE_INFINITY);
  const most = Math.min(
    own ?? Number.POSITIVE_INFINITY,
    categories.length > 0 ? inCategories.reduce((sum, one) => sum + one) : Number.POSITIVE_INFINITY,
  );
  return {
    // Nobody is asked for more than they may send.
    least: Math.min(kind?.least ?? 0, most),
    most: Number.isFinite(most) ? most : null,
    used: [...used.values()].reduce((sum, one) => sum + one, 0),
    categories: bounded,
  };
}

/** Takes the unit's row until the transaction ends, so that two submissions cannot both take the last place. Refuses with not_found. */
export async function lockUnit(
  tx: Transaction<Tables>,
  id: number,
): Promise<Allotted & { id: number; name: string }> {
  const row = await tx
    .selectFrom('unit')
    .select(['id', 'name', 'kind', 'quota', 'category_quota'])
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

/**
 * May this unit have one more nomination in this category? Locks the unit first: whoever changes a state within the same transaction
 * can be sure. Refuses with quota_none {category} where it was given no place, and with quota_full {most}, {category, most} of a category.
 */
export async function checkQuota(
  tx: Transaction<Tables>,
  {
    unit,
    category,
    except = 0,
    ...rules
  }: QuotaRules & {
    unit: number;
    category: string;
    /** The nomination itself, when it may be counted already. */
    except?: number;
  },
): Promise<void> {
  const row = await lockUnit(tx, unit);
  const full = fullAt(quotaOf(rules, row, await countUsed(tx, unit, except)), category);
  if (!full) return;
  const { most } = full;
  if (full.category === '') throw new Refusal('quota_full', { most });
  if (most === 0) throw new Refusal('quota_none', { category: full.category });
  throw new Refusal('quota_full', { category: full.category, most });
}

/** What a unit has used and what is left, in all and by category. Refuses with not_found. */
export async function readQuota(
  db: Kysely<Tables> | Transaction<Tables>,
  rules: QuotaRules,
  unit: number,
): Promise<QuotaView> {
  const row = await db
    .selectFrom('unit')
    .select(['kind', 'quota', 'category_quota'])
    .where('id', '=', unit)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return quotaOf(rules, row, await countUsed(db, unit));
}
