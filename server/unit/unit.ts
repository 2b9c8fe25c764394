import { type Kysely, sql, type Transaction } from 'kysely';
import { masked } from '@zuimei/shared/answer.ts';
import { countedStates, type NominationState } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import {
  type UnitChange,
  type UnitDraft,
  type UnitLine,
  type UnitLink,
  type UnitUpdate,
  unitLimits,
} from '@zuimei/shared/unit.ts';
import { lockContest } from '../contest/lock.ts';
import type { Db, Tables } from '../db.ts';
import { createMac, sameText } from '../mac.ts';
import type { Secrets } from '../secret.ts';
import { privateKey } from '../vault.ts';
import { changeUnit, cleaned, jsonCell, readKnown } from './amend.ts';
import { openContact, sealContact } from './contact.ts';
import { readLacks } from './lacks.ts';
import { placeUnits } from './parent.ts';
import { type QuotaRules, quotaOf } from './quota.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

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
  /** Changes a unit and says in what; an empty phone keeps the one there is. Refuses with not_found, unit_known, as changeUnit and placeUnits. */
  change(
    tx: Transaction<Tables>,
    contest: number,
    rules: QuotaRules,
    id: number,
    draft: UnitDraft,
  ): Promise<UnitChange[]>;
  /** What a sheet adds and changes, all or none. Refuses as add does, with roster_stale {name} for one that is no longer as it was seen, as changeUnit. */
  take(
    tx: Transaction<Tables>,
    contest: number,
    rules: QuotaRules,
    sheet: { units: readonly UnitDraft[]; updates: readonly UnitUpdate[] },
  ): Promise<{ made: UnitLink[]; changed: ChangedUnit[] }>;
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

/** A unit that a sheet changed, and what it was; its telephone in clear. */
export interface ChangedUnit {
  id: number;
  was: UnitDraft;
  changes: UnitChange[];
}

/** Units and their links. A link is derived from the secret, the unit and its link version: nothing of it is stored. */
export function createUnits(secrets: Secrets): Units {
  const sign = createMac(secrets.derive('unit link'));
  const key = privateKey(secrets);
  const keyOf = (id: number, version: number): string => `${id.toString(36)}-${sign(`${id}/${version}`)}`;
  const linkOf = (id: number, version: number): string => `/console/unit#${keyOf(id, version)}`;

  /** Without the units that they stand under. */
  async function insert(
    tx: Transaction<Tables>,
    contest: number,
    rules: QuotaRules,
    drafts: readonly UnitDraft[],
  ): Promise<UnitLink[]> {
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
        .values({ contest, name, kind, quota, category_quota: jsonCell(categoryQuota), contact: null })
        .returning('id')
        .executeTakeFirstOrThrow();
      const sealed = sealContact(key, id, contact);
      if (sealed) await tx.updateTable('unit').set({ contact: sealed }).where('id', '=', id).execute();
      made.push({ id, name, link: linkOf(id, 1) });
    }
    return made;
  }

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
        const contact = openContact(key, row.id, row.contact);
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
      const made = await insert(tx, contest, rules, drafts);
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
      await lock(tx, contest, id);
      const others = await readNames(tx, contest, id);
      const name = cleaned(draft, rules).name;
      if (others.some((other) => foldText(other) === foldText(name)))
        throw new Refusal('unit_known', { name: `“${name}”` });
      const [was] = await readKnown(tx, key, contest, [id]);
      if (!was) throw new Refusal('not_found');
      const changes = await changeUnit(tx, key, rules, was, draft);
      await placeUnits(tx, contest, [{ id, parent: draft.parent }]);
      return changes;
    },

    async take(tx, contest, rules, { units, updates }) {
      await lockContest(tx, contest, 'update');
      const ids = updates.map(({ id }) => id);
      await lockUnits(tx, contest, ids);
      const there = new Map((await readKnown(tx, key, contest, ids)).map((one) => [one.id, one]));
      const made = await insert(tx, contest, rules, units);
      const changed: ChangedUnit[] = [];
      for (const { id, seen, ...draft } of updates) {
        const was = there.get(id);
        if (was?.mark !== seen) throw new Refusal('roster_stale', { name: was?.draft.name ?? draft.name });
        const given = { ...draft, name: was.draft.name };
        changed.push({ id, was: was.draft, changes: await changeUnit(tx, key, rules, was, given) });
      }
      await placeUnits(tx, contest, [
        ...made.map(({ id }, at) => ({ id, parent: units[at]?.parent ?? '' })),
        ...updates.map(({ id, parent }) => ({ id, parent })),
      ]);
      return { made, changed };
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
      const { phone } = openContact(key, id, row?.contact ?? null);
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

async function lockUnits(tx: Transaction<Tables>, contest: number, ids: readonly number[]): Promise<void> {
  await tx
    .selectFrom('unit')
    .select('id')
    .where('contest', '=', contest)
    .where(sql<boolean>`id = any(${`{${ids}}`}::int[])`)
    .orderBy('id')
    .forUpdate()
    .execute();
}

async function lock(tx: Transaction<Tables>, contest: number, id: number) {
  const row = await tx
    .selectFrom('unit')
    .select(['name', 'link_version'])
    .where('id', '=', id)
    .where('contest', '=', contest)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row;
}
