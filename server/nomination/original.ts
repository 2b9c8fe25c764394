import { type Kysely, sql, type Transaction } from 'kysely';
import { nominationLimits, type OriginalView } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type SentFile, savedName } from '../document/documents.ts';
import { fileType } from './attachment.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/**
 * Keeps the document that a draft was read from, for its reviewers to hold beside the form. Apart from its attachments, since it names in
 * clear what the form masks: who comes by the unit's link must not have it back. `sharers` drafts were read from the same file, and each
 * keeps it: together no more than one file may have, or none does. Keeps nothing of a kind that attachments could not have either, or when
 * two files of one name were sent, which cannot be told apart.
 */
export async function keepOriginal(
  tx: Transaction<Tables>,
  nomination: number,
  source: string,
  files: readonly SentFile[],
  sharers: number,
): Promise<void> {
  const [sent, ...others] = files.filter((one) => savedName(one.name) === source);
  const type = sent && fileType(sent.bytes);
  if (!sent || !type || others.length > 0) return;
  if (sent.bytes.length * sharers > nominationLimits.fileBytes) return;
  const bytes = Buffer.from(sent.bytes);
  await tx.insertInto('original').values({ nomination, name: source, type, bytes }).execute();
}

/** What is known of it without its bytes; null when there is none. */
export async function readOriginal(db: Reader, nomination: number): Promise<OriginalView | null> {
  const row = await db
    .selectFrom('original')
    .select(['name', 'type', sql<number>`octet_length(bytes)`.as('bytes')])
    .where('nomination', '=', nomination)
    .executeTakeFirst();
  return row ? { ...row, bytes: Number(row.bytes) } : null;
}

/** With its bytes. Refuses with not_found. */
export async function openOriginal(
  db: Reader,
  nomination: number,
): Promise<{ name: string; type: string; content: Buffer }> {
  const row = await db
    .selectFrom('original')
    .select(['name', 'type', 'bytes'])
    .where('nomination', '=', nomination)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return { name: row.name, type: row.type, content: Buffer.from(row.bytes) };
}
