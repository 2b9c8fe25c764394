import { sql } from 'kysely';
import { collectionDocument, settingsDocument } from '@zuimei/server/contest/document.ts';
import { nominationKeys } from '@zuimei/server/nomination/answers.ts';
import { createNomination } from '@zuimei/server/nomination/filing.ts';
import type { Photo } from '@zuimei/shared/contest.ts';
import type { FormValues, NominationState } from '@zuimei/shared/nomination.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import type { TestSite } from '../harness/site.ts';

const DAY_MS = 86_400_000;
export const photo: Photo = { id: '0123456789abcdef01234567', width: 600, height: 800 };

/** Whom a unit sent; everything the form asks for unless a test leaves it out. */
export interface Sent {
  name: string;
  unit?: string;
  kind?: 'person' | 'team';
  category?: string;
  values?: FormValues;
  photo?: Photo | null;
  consent?: boolean;
  /** With the unit's own opinion. */
  opinion?: boolean;
  state?: NominationState;
}

/** A contest of the district preset, unpublished, that has collected for five days; its nominations as if their units had sent them. */
export async function collected(site: TestSite, sent: readonly Sent[], changes: Partial<Collection> = {}) {
  const { db, secrets } = site.parts;
  const now = site.now();
  const slug = `c-${crypto.randomUUID().slice(0, 8)}`;
  const start = new Date(now - 5 * DAY_MS).toISOString();
  const plan = planFrom(presets['zuimei-district'], {
    title: '最美应急人',
    organizer: '云岭区应急管理局',
    start,
  });
  const collection: Collection = { ...plan.collection, ...changes };
  const { rows } = await sql<{ id: number }>`
    insert into contest (slug, settings, collection, published_at)
    values (${slug}, ${settingsDocument.text(plan.settings)}::jsonb, ${collectionDocument.text(collection)}::jsonb, null) returning id`.execute(
    db,
  );
  const contest = rows[0]?.id ?? 0;
  const filing = {
    contest: { id: contest, archivedAt: null },
    collection,
    categories: plan.settings.categories,
    keys: nominationKeys(secrets),
    actor: { name: '单位填报人', staff: null, unit: null },
    now,
  };
  const units = new Map<string, number>();
  const ids: number[] = [];
  await db.transaction().execute(async (tx) => {
    for (const [at, one] of sent.entries()) {
      const unitName = one.unit ?? `第${at + 1}单位`;
      let unit = units.get(unitName);
      if (unit === undefined) {
        const row = await tx
          .insertInto('unit')
          .values({ contest, name: unitName, kind: 'town', quota: null, contact: null })
          .returning('id')
          .executeTakeFirstOrThrow();
        unit = row.id;
        units.set(unitName, unit);
      }
      const kind = one.kind ?? 'person';
      const id = await createNomination(tx, filing, unit, {
        kind,
        category: one.category ?? kind,
        source: 'online',
        values: { ...answersOf(one.name, at), ...one.values },
        photo: one.photo === undefined ? photo : one.photo,
        consent: one.consent === false ? null : { by: one.name, on: '2026-01-05', file: null },
      });
      await tx
        .updateTable('nomination')
        .set({ state: one.state ?? 'submitted', submitted_at: new Date(now) })
        .where('id', '=', id)
        .execute();
      if (one.opinion !== false)
        await tx
          .insertInto('opinion')
          .values({
            nomination: id,
            step: 'unit',
            verdict: 'agree',
            signer: '张同意',
            on_date: '2026-01-06',
            file: null,
            entered_by: unitName,
          })
          .execute();
      ids.push(id);
    }
  });
  return { slug, id: contest, ids, units, base: `/api/console/contests/${slug}` };
}

function answersOf(name: string, at: number): FormValues {
  return {
    name,
    gender: '女',
    birth: '1988-06',
    nation: '汉族',
    politics: '群众',
    unit: '云岭区应急管理局',
    post: '执法大队队员',
    years: '9年',
    phone: `138000000${String(at % 100).padStart(2, '0')}`,
    reason: '九年奔走在排查一线，查出隐患一千余处',
    deeds: '连夜转移群众，'.repeat(20),
    honours: '全区先进个人',
  };
}
