import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { collectionDocument } from '@zuimei/server/contest/document.ts';
import { encodePhoto } from '@zuimei/server/media/photo.ts';
import { nominationKeys, partAnswers, sealHidden } from '@zuimei/server/nomination/answers.ts';
import { privateKey, sealPrivate } from '@zuimei/server/vault.ts';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { FormValues, NominationState } from '@zuimei/shared/nomination.ts';
import type { Collection, PresetName } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import type { TestSite } from '../harness/site.ts';
import { portrait } from './paper.ts';

/** How a preset collects, with nominations open since long and closed since yesterday. */
export function collectionOf(site: TestSite, preset: PresetName): Collection {
  const { collection } = planFrom(presets[preset], {
    title: '测试活动',
    organizer: '云岭区应急管理局',
    start: new Date(site.now()).toISOString(),
  });
  const at = (days: number): string => new Date(site.now() + days * 86_400_000).toISOString();
  return { ...collection, opens: at(-40), closes: at(-1) };
}

export async function setCollection(site: TestSite, contest: number, collection: Collection): Promise<void> {
  await sql`update contest set collection = ${collectionDocument.text(collection)}::jsonb where id = ${contest}`.execute(
    site.parts.db,
  );
}

export async function addUnit(
  site: TestSite,
  contest: number,
  name: string,
  contact = { name: '联络员甲', phone: '13800000100' },
): Promise<number> {
  const { db, secrets } = site.parts;
  const { id } = await db
    .insertInto('unit')
    .values({ contest, name, kind: 'department', quota: null, contact: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const sealed = sealPrivate(privateKey(secrets), contact, `unit/${id}`);
  await db.updateTable('unit').set({ contact: sealed }).where('id', '=', id).execute();
  return id;
}

export interface Sent {
  contest: number;
  unit: number;
  collection: Collection;
  name: string;
  values?: FormValues;
  state?: NominationState;
  kind?: CandidateKind;
  category?: string;
  number?: number | null;
  photo?: Photo | null;
}

/** A nomination as its unit sent it: private answers sealed, the others open. */
export async function addNomination(site: TestSite, sent: Sent): Promise<number> {
  const { db, secrets } = site.parts;
  const { name, collection, kind = 'person', category = kind } = sent;
  const { answers, hidden } = partAnswers(collection.form, { name, ...sent.values });
  const { id } = await db
    .insertInto('nomination')
    .values({
      contest: sent.contest,
      unit: sent.unit,
      state: sent.state ?? 'submitted',
      kind,
      category,
      name,
      answers: sql`${JSON.stringify(answers)}::jsonb`,
      private: null,
      photo: sent.photo ? sql`${JSON.stringify(sent.photo)}::jsonb` : null,
      consent: sql`${JSON.stringify({ by: name, on: '2026-03-18', file: null })}::jsonb`,
      number: sent.number ?? null,
      submitted_at: new Date(site.now() - 86_400_000),
      returned_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const sealed = sealHidden(nominationKeys(secrets), id, hidden);
  await db.updateTable('nomination').set({ private: sealed }).where('id', '=', id).execute();
  return id;
}

export async function addFile(site: TestSite, nomination: number): Promise<string> {
  const id = randomUUID();
  await site.parts.db
    .insertInto('attachment')
    .values({
      id,
      nomination,
      field: 'attachments',
      name: '佐证.pdf',
      type: 'application/pdf',
      bytes: Buffer.from('%PDF-1.7'),
    })
    .execute();
  return id;
}

/** A portrait in the media table; `width` makes it another picture. */
export async function addPhoto(site: TestSite, contest: number, width = 413): Promise<Photo> {
  const photo = await encodePhoto(await portrait(width));
  const { id, files } = photo;
  await site.parts.db
    .insertInto('media')
    .values(files.map((file) => ({ id, contest, ...file })))
    .execute();
  return { id, width: photo.width, height: photo.height };
}
