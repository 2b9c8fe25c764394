import { type Kysely, sql, type Transaction } from 'kysely';
import { nominationLimits, type OriginalView } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type SentFile, savedName } from '../document/documents.ts';
import { fileType } from './attachment.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

export interface Original {
  name: string;
  type: string;
  bytes: Buffer;
}

/**
 * The documents among these files that are kept for reviewers to hold beside the form, by the name under which drafts cite them; `sources`:
 * that name, once for each draft. Apart from attachments, since a document names in clear what the form masks: who comes by the unit's link
 * must not have it back. Drafts that were read from the same file each keep it: together no more than one file may have, or none does.
 * Nothing of a kind that attachments could not have either, and not two files of one name, which cannot be told apart.
 */
export function originalsOf(files: readonly SentFile[], sources: readonly string[]): Map<string, Original> {
  const named = Map.groupBy(files, ({ name }) => savedName(name));
  const kept = new Map<string, Original>();
  for (const [name, drafts] of Map.groupBy(sources, (source) => source)) {
    const [sent, ...others] = named.get(name) ?? [];
    const type = sent && fileType(sent.bytes);
    if (!sent || !type || others.length > 0) continue;
    if (sent.bytes.length * drafts.length > nominationLimits.fileBytes) continue;
    kept.set(name, { name, type, bytes: Buffer.from(sent.bytes) });
  }
  return kept;
}

export async function keepOriginal(
  tx: Transaction<Tables>,
  nomination: number,
  original: Original,
): Promise<void> {
  await tx
    .insertInto('original')
    .values({ nomination, ...original })
    .execute();
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
