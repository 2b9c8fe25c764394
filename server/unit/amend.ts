import { type Kysely, sql, type Transaction } from 'kysely';
import { countedStates } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { phoneOf } from '@zuimei/shared/text/phone.ts';
import type { UnitChange, UnitDraft } from '@zuimei/shared/unit.ts';
import type { Tables } from '../db.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { belowSent, changesBetween } from './compare.ts';
import { openContact, sealContact } from './contact.ts';
import type { QuotaRules } from './quota.ts';
import { amendMark } from './record.ts';
import type { KnownUnit } from './roster.ts';

/** Units of a contest as a sheet is compared with them, or those of these ids; telephones in clear. */
export async function readKnown(
  db: Kysely<Tables> | Transaction<Tables>,
  key: Uint8Array,
  contest: number,
  ids: readonly number[] | 'all' = 'all',
): Promise<KnownUnit[]> {
  const rows = await db
    .selectFrom('unit as u')
    .leftJoin('unit as above', 'above.id', 'u.parent')
    .select(['u.id', 'u.name', 'u.kind', 'u.quota', 'u.category_quota', 'u.contact'])
    .select(['above.name as parent', amendMark.as('mark')])
    .where('u.contest', '=', contest)
    .$if(ids !== 'all', (query) => query.where(sql<boolean>`u.id = any(${`{${ids}}`}::int[])`))
    .orderBy('u.id')
    .execute();
  const counts = await db
    .selectFrom('nomination')
    .select(['unit', 'category', (eb) => eb.fn.countAll<string | number>().as('count')])
    .where('contest', '=', contest)
    .where('state', 'in', [...countedStates])
    .groupBy(['unit', 'category'])
    .execute();
  const used = Map.groupBy(counts, (row) => row.unit);
  return rows.map(({ id, name, kind, quota, category_quota, contact, parent, mark }) => ({
    id,
    mark,
    used: new Map((used.get(id) ?? []).map((row) => [row.category, Number(row.count)])),
    draft: {
      ...{ name, kind, quota, categoryQuota: category_quota, parent: parent ?? '' },
      contact: openContact(key, id, contact),
    },
  }));
}

/**
 * Puts a draft in the place of what a unit was, but for the unit it stands under (placeUnits); an empty phone keeps the one there is, unless
 * its name is taken away. Lock the unit first. Says what is another now. Refuses with quota_below {name, category, most, used} when
 * a bound is lowered below what was sent, and with bad_request {field}.
 */
export async function changeUnit(
  tx: Transaction<Tables>,
  key: Uint8Array,
  rules: QuotaRules,
  { id, draft: was, used }: KnownUnit,
  draft: UnitDraft,
): Promise<UnitChange[]> {
  const given = cleaned(draft, rules);
  const kept = given.contact.name || !was.contact.name ? was.contact.phone : '';
  const contact = { name: given.contact.name, phone: given.contact.phone || kept };
  const now = { ...given, contact, parent: draft.parent };
  const below = belowSent(rules, was, now, used);
  if (below) throw new Refusal('quota_below', { name: was.name, ...below });
  await writeUnit(tx, key, id, now);
  return changesBetween(was, now, rules);
}

/** Writes a unit as it is given, but for the unit it stands under. */
export async function writeUnit(
  tx: Transaction<Tables>,
  key: Uint8Array,
  id: number,
  { name, kind, quota, categoryQuota, contact }: UnitDraft,
): Promise<void> {
  const sealed = sealContact(key, id, contact);
  await tx
    .updateTable('unit')
    .set({ name, kind, quota, category_quota: jsonCell(categoryQuota), contact: sealed })
    .where('id', '=', id)
    .execute();
}

/** A draft as it is kept. Refuses with bad_request {field} for no name, and for a kind or a category that is unknown. */
export function cleaned(
  { name, kind, quota, categoryQuota, contact }: UnitDraft,
  { collection, categories }: QuotaRules,
): Omit<UnitDraft, 'parent'> {
  const plain = cleanName(name);
  if (plain === '') throw new Refusal('bad_request', { field: '单位名称' });
  if (!collection.unitKinds.some((one) => one.id === kind))
    throw new Refusal('bad_request', { field: '单位类别' });
  if (Object.keys(categoryQuota).some((id) => categories.every((one) => one.id !== id)))
    throw new Refusal('bad_request', { field: '名额' });
  return {
    name: plain,
    kind,
    quota,
    categoryQuota,
    contact: { name: cleanName(contact.name), phone: phoneOf(contact.phone) ?? cleanLine(contact.phone) },
  };
}

export const jsonCell = (value: Record<string, number>) =>
  sql<Record<string, number>>`${JSON.stringify(value)}::jsonb`;
