import { sql, type Transaction } from 'kysely';
import type { Announced, Candidate, Contest } from '@zuimei/shared/contest.ts';
import type { ContestSettings } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { candidateDocument, settingsDocument } from './document.ts';

export type Settings = ContestSettings;

/** A contest as published, with the number its rows go by. */
export interface StoredContest extends Contest {
  id: number;
}

/** The published contest of this slug with its candidates in order of number, or null. */
export async function readContest(db: Db | Transaction<Tables>, slug: string): Promise<StoredContest | null> {
  const row = await db
    .selectFrom('contest')
    .select(['id', 'slug', 'version', 'settings', 'noticed_at', 'resulted_at'])
    .where('slug', '=', slug)
    .where('published_at', 'is not', null)
    .executeTakeFirst();
  if (!row) return null;
  return {
    ...settingsDocument.read(row.settings),
    id: row.id,
    slug: row.slug,
    version: row.version,
    announced: announcedOf(row),
    candidates: await readCandidates(db, row.id),
  };
}

/** As readContest. Refuses with not_found. */
export async function findContest(db: Db | Transaction<Tables>, slug: string): Promise<StoredContest> {
  const contest = await readContest(db, slug);
  if (!contest) throw new Refusal('not_found');
  return contest;
}

/** As a row of contest has it. */
export function announcedOf(row: { noticed_at: Date | null; resulted_at: Date | null }): Announced {
  return { notice: row.noticed_at?.toISOString() ?? null, result: row.resulted_at?.toISOString() ?? null };
}

/** All candidates of a contest in order of number, withdrawn ones too. */
export async function readCandidates(db: Db | Transaction<Tables>, contest: number): Promise<Candidate[]> {
  const rows = await db
    .selectFrom('candidate')
    .select(['number', 'body'])
    .where('contest', '=', contest)
    .orderBy('number')
    .execute();
  return rows.map(({ number, body }) => ({ ...candidateDocument.read(body), number }));
}

/** Of the published contests, newest first. */
export async function readSlugs(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('contest')
    .select('slug')
    .where('published_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(200)
    .execute();
  return rows.map((row) => row.slug);
}

/** Creates a contest without candidates, that the public does not see yet; gives its id. The slug must be free. */
export async function createContest(
  db: Db | Transaction<Tables>,
  slug: string,
  settings: Settings,
): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into contest (slug, settings) values (${slug}, ${settingsDocument.text(settings)}::jsonb) returning id`.execute(
    db,
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('contest not created');
  return id;
}
