import type { Transaction } from 'kysely';
import type { Announced } from '@zuimei/shared/contest.ts';
import type { Collection, ContestPlan, ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { announcedOf } from './contest.ts';
import { collectionDocument, draftDocument, settingsDocument } from './document.ts';

/** A contest as staff know it: published or not, with what is in force and what is being prepared. */
export interface StoredPlan {
  id: number;
  slug: string;
  /** In force; of a contest never published: as it was made, and public nowhere. */
  settings: ContestSettings;
  /** In force; null for contests made without the console. */
  collection: Collection | null;
  /** Changes not yet published; null = none. */
  draft: ContestPlan | null;
  /** Grows with every autosave. */
  draftVersion: number;
  /** When and by whom it was last saved. */
  draftAt: Date | null;
  draftBy: string | null;
  /** Grows with every change that bears on voting. */
  version: number;
  /** null = does not exist for the public. */
  publishedAt: Date | null;
  archivedAt: Date | null;
  announced: Announced;
}

/** Whether there is a contest of this slug, published or not. */
export async function isThere(db: Db, slug: string): Promise<boolean> {
  const row = await db.selectFrom('contest').select('id').where('slug', '=', slug).executeTakeFirst();
  return row !== undefined;
}

/** The contest of this slug, drafts included. Refuses with not_found. */
export async function readStored(db: Db | Transaction<Tables>, slug: string): Promise<StoredPlan> {
  const row = await db
    .selectFrom('contest')
    .select([
      'id',
      'slug',
      'settings',
      'collection',
      'draft',
      'draft_version',
      'draft_at',
      'draft_by',
      'version',
      'published_at',
      'archived_at',
      'noticed_at',
      'resulted_at',
    ])
    .where('slug', '=', slug)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return {
    id: row.id,
    slug: row.slug,
    settings: settingsDocument.read(row.settings),
    collection: row.collection === null ? null : collectionDocument.read(row.collection),
    draft: row.draft === null ? null : draftDocument.read(row.draft),
    draftVersion: row.draft_version,
    draftAt: row.draft_at,
    draftBy: row.draft_by,
    version: row.version,
    publishedAt: row.published_at,
    archivedAt: row.archived_at,
    announced: announcedOf(row),
  };
}
