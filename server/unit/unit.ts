import { type Kysely, sql, type Transaction } from 'kysely';
import { masked } from '@zuimei/shared/answer.ts';
import { countedStates, type NominationState } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { phoneOf } from '@zuimei/shared/text/phone.ts';
import type { UnitDraft, UnitLine, UnitLink } from '@zuimei/shared/unit.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import { cleanLine, cleanName } from '../document/value.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';
import { readLacks } from './lacks.ts';
import { placeUnits } from './parent.ts';
import { type QuotaRules, quotaOf } from './quota.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;
type Contact = UnitDraft['contact'];

export const unitLimits = { units: 1000 };

export interface Units {
  /** All units of a contest with what they have used, in order of kind and name. Phones masked. */
  list(db: Reader, contest: number, rules: QuotaRules & { collection: Collection }): Promise<UnitLine[]>;
  /** Adds units, all or none; gives their links. Refuses with unit_known {name}, as placeUnits, bad_request for an unknown kind or category. */
  add(
    tx: Transaction<Tables>,
    contest: number,
    rules: QuotaRules,
    drafts: readonly UnitDraft[],
  ): Promise<UnitLink[]>;
  /** The links of these units, in order of id. Record it: whoever has a link acts as the unit. Refuses with not_found unless all are there. */
  show(db: Reader, contest: number, ids: readonly number[]): Promise<UnitLink[]>;
  /** Changes a unit; an empty phone keeps the one there is. Refuses with not_found, unit_known, as placeUnits. */
  change(
    tx: Transaction<Tables>,
    contest: number,
    rules: QuotaRules,
    id: number,
    draft: UnitDraft,
  ): Promise<void>;
  /** Removes a unit that has nominated nobody. Gives its name. Refuses with not_found, unit_in_use. */
  remove(tx: Transaction<Tables>, contest: number, id: number): Promise<string>;
  /** Makes its link void and gives a new one at once; browsers that came by the old one are signed out. Refuses with not_found. */
  rotate(tx: Transaction<Tables>, contest: number, id: number): Promise<{ name: string; link: string }>;
  /** Somebody came in by its link at `now`: the first time is kept. */
  opened(db: Db, id: number, now: number): Promise<void>;
  /** The telephone of its contact in clear, with the unit's name. Record it first. Refuses with not_found, also where there is none. */
  phone(db: Reader, contest: number, id: number): Promise<{ name: string; phone: string }>;
  /** The unit whose key this is. Refuses with link_invalid: never says whether the unit or its version is wrong. */
  enter(db: Db, key: string): Promise<{ id: number; name: string; contest: number }>;
}

/** Units and their links. A link is derived from the secret, the unit and its link version: nothing of it is stored. */
export function createUnits(secrets: Secrets): Units {
  const sign = createMac(secrets.derive('unit link'));
  const key = privateKey(secrets);
  const keyOf = (id: number, version: number): string => `${id.toString(36)}-${sign(`${id}/${version}`)}`;
  const linkOf = (id: number, version: number): string => `/console/unit#${keyOf(id, version)}`;
  const sealContact = (id: number, { name, phone }: Contact): Buffer | null =>
    name || phone ? sealPrivate(key, { name, phone }, `unit/${id}`) : null;
  const openContact = (id: number, bytes: Uint8Array | null): Contact =>
    bytes ? (openPrivate(key, bytes, `unit/${id}`) as Contact) : { name: '', phone: '' };

  return {
    async list(db, contest, rules) {
      const rows = await db
        .selectFrom('unit')
        .selectAll('unit')
        .select((eb) =>
          eb
            .selectFrom('staff')
            .select('staff.login')
            .whereRef('staff.unit', '=', 'unit.id')
            .where('staff.disabled_at', 'is', null)
            .orderBy('staff.id')
            .limit(1)
            .as('account'),
        )
        .select((eb) =>
          eb
            .exists(
              eb
                .selectFrom('staff')
                .select('staff.id')
                .whereRef('staff.unit', '=', 'unit.id')
                .where('staff.password', 'is not', null),
            )
            .as('joined'),
        )
        .where('unit.contest', '=', contest)
        .execute();
      const counted = await db
        .selectFrom('nomination')
        .select(['unit', 'state', 'category', (eb) => eb.fn.countAll<string | number>().as('count')])
        .where('contest', '=', contest)
        .groupBy(['unit', 'state', 'category'])
        .execute();
      const names = new Map(rows.map((row) => [row.id, row.name]));
      const byUnit = Map.groupBy(counted, (row) => row.unit);
      const lacking = Map.groupBy(await readLacks(db, contest, rules.collection), (row) => row.unit);
      const order = new Map(rules.collection.unitKinds.map((kind, at) => [kind.id, at]));
      const lines = rows.map((row): UnitLine => {
        const counts: Partial<Record<NominationState, number>> = {};
        const used = new Map<string, number>();
        for (const { state, category, count } of byUnit.get(row.id) ?? []) {
          counts[state] = (counts[state] ?? 0) + Number(count);
          if (countedStates.includes(state)) used.set(category, (used.get(category) ?? 0) + Number(count));
        }
        const contact = openContact(row.id, row.contact);
        return {
          id: row.id,
          name: row.name,
          kind: row.kind,
          quota: row.quota,
          categoryQuota: row.category_quota,
          parent: names.get(row.parent ?? 0) ?? '',
          ...quotaOf(rules, row, used),
          counts,
          opened: row.opened_at !== null || Boolean(row.joined),
          lacks: (lacking.get(row.id) ?? []).map(({ name, lack }) => ({ name, lack })),
          contact: { name: contact.name, phone: masked({ key: 'phone', type: 'phone' }, contact.phone) },
          account: row.account,
          recommendsBy: row.recommends_by,
        };
      });
      const rank = (line: UnitLine): number => order.get(line.kind) ?? order.size;
      return lines.sort((a, b) => rank(a) - rank(b) || a.id - b.id);
    },

    async add(tx, contest, rules, drafts) {
      await lockContest(tx, contest, 'update');
      const known = new Set((await readNames(tx, contest)).map(foldText));
      if (known.size + drafts.length > unitLimits.units)
        throw new Refusal('too_large', { limit: unitLimits.units });
      const made: UnitLink[] = [];
      for (const draft of drafts) {
        const { name, kind, quota, categoryQuota, contact } = cleaned(draft, rules);
        if (known.has(foldText(name))) throw new Refusal('unit_known', { name: `“${name}”` });
        known.add(foldText(name));
        const { id } = await tx
          .insertInto('unit')
          .values({ contest, name, kind, quota, category_quota: json(categoryQuota), contact: null })
          .returning('id')
          .executeTakeFirstOrThrow();
        const sealed = sealContact(id, contact);
        if (sealed) await tx.updateTable('unit').set({ contact: sealed }).where('id', '=', id).execute();
        made.push({ id, name, link: linkOf(id, 1) });
      }
      await placeUnits(
        tx,
        contest,
        made.map(({ id }, at) => ({ id, parent: drafts[at]?.parent ?? '' })),
      );
      return made;
    },

    async show(db, contest, ids) {
      const rows = await db
        .selectFrom('unit')
        .select(['id', 'name', 'link_version'])
        .where('contest', '=', contest)
        .where('id', 'in', [...ids])
        .orderBy('id')
        .execute();
      if (rows.length !== new Set(ids).size) throw new Refusal('not_found');
      return rows.map(({ id, name, link_version }) => ({ id, name, link: linkOf(id, link_version) }));
    },

    async change(tx, contest, rules, id, draft) {
      const row = await lock(tx, contest, id);
      const { name, kind, quota, categoryQuota, contact } = cleaned(draft, rules);
      const others = await readNames(tx, contest, id);
      if (others.some((other) => foldText(other) === foldText(name)))
        throw new Refusal('unit_known', { name: `“${name}”` });
      const kept = openContact(id, row.contact);
      const sealed = sealContact(id, {
        name: contact.name,
        phone: contact.phone || (contact.name ? kept.phone : ''),
      });
      await tx
        .updateTable('unit')
        .set({ name, kind, quota, category_quota: json(categoryQuota), contact: sealed })
        .where('id', '=', id)
        .execute();
      await placeUnits(tx, contest, [{ id, parent: draft.parent }]);
    },

    async remove(tx, contest, id) {
      const row = await lock(tx, contest, id);
      const used = await tx.selectFrom('nomination').select('id').where('unit', '=', id).limit(1).execute();
      if (used.length > 0) throw new Refusal('unit_in_use');
      await tx.deleteFrom('unit').where('id', '=', id).execute();
      return row.name;
    },

    async rotate(tx, contest, id) {
      const row = await lock(tx, contest, id);
      const version = row.link_version + 1;
      await tx.updateTable('unit').set({ link_version: version }).where('id', '=', id).execute();
      await tx.deleteFrom('session').where('unit', '=', id).execute();
      return { name: row.name, link: linkOf(id, version) };
    },

    async opened(db, id, now) {
      await db
        .updateTable('unit')
        .set({ opened_at: new Date(now) })
        .where('id', '=', id)
        .where('opened_at', 'is', null)
        .execute();
    },

    async phone(db, contest, id) {
      const row = await db
        .selectFrom('unit')
        .select(['name', 'contact'])
        .where('id', '=', id)
        .where('contest', '=', contest)
        .executeTakeFirst();
      const { phone } = openContact(id, row?.contact ?? null);
      if (!row || phone === '') throw new Refusal('not_found');
      return { name: row.name, phone };
    },

    async enter(db, sent) {
      const match = /^([0-9a-z]{1,6})-[0-9a-f]{32}$/u.exec(sent);
      const id = match ? Number.parseInt(match[1] ?? '', 36) : 0;
      const row =
        id > 0 && id <= 0x7fffffff
          ? await db
              .selectFrom('unit')
              .innerJoin('contest', 'contest.id', 'unit.contest')
              .select(['unit.id', 'unit.name', 'unit.contest', 'unit.link_version', 'contest.archived_at'])
              .where('unit.id', '=', id)
              .executeTakeFirst()
          : undefined;
      if (!row || row.archived_at !== null || !sameText(sent, keyOf(row.id, row.link_version)))
        throw new Refusal('link_invalid');
      return { id: row.id, name: row.name, contest: row.contest };
    },
  };
}

/** Names of all units of a contest but one. */
export async function readNames(db: Reader, contest: number, except = 0): Promise<string[]> {
  const rows = await db
    .selectFrom('unit')
    .select('name')
    .where('contest', '=', contest)
    .where('id', '<>', except)
    .execute();
  return rows.map((row) => row.name);
}

async function lock(tx: Transaction<Tables>, contest: number, id: number) {
  const row = await tx
    .selectFrom('unit')
    .select(['name', 'contact', 'link_version'])
    .where('id', '=', id)
    .where('contest', '=', contest)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}

function cleaned(
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

const json = (value: Record<string, number>) => sql<Record<string, number>>`${JSON.stringify(value)}::jsonb`;
