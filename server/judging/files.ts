import { sql } from 'kysely';
import type { AttachmentView } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readStored } from '../contest/plan.ts';
import { readAttachment } from '../nomination/attachment.ts';
import type { On } from './seat.ts';

/** 佐证材料: what a unit sent in fields for files. Papers of consent, opinions and identity are none of them. */
async function fileKeys(on: On, slug: string): Promise<string[]> {
  const { collection } = await readStored(on, slug);
  return (collection?.form ?? [])
    .filter(({ type }) => type === 'files' || type === 'media')
    .map(({ key }) => key);
}

/** By candidate, what judges may see of its nomination's files. */
export async function readFiles(
  on: On,
  contest: { id: number; slug: string },
): Promise<Map<number, AttachmentView[]>> {
  const keys = await fileKeys(on, contest.slug);
  const files = new Map<number, AttachmentView[]>();
  if (keys.length === 0) return files;
  const rows = await on
    .selectFrom('attachment')
    .innerJoin('nomination', 'nomination.id', 'attachment.nomination')
    .select([
      'nomination.number',
      'attachment.id',
      'attachment.field',
      'attachment.name',
      'attachment.type',
      sql<number>`coalesce((select size from film where film.id = attachment.film), octet_length(attachment.bytes))`.as(
        'bytes',
      ),
      'attachment.photo',
    ])
    .where('nomination.contest', '=', contest.id)
    .where('nomination.state', '=', 'published')
    .where('attachment.field', 'in', keys)
    .orderBy('attachment.created_at')
    .orderBy('attachment.id')
    .execute();
  for (const { number, ...file } of rows)
    if (number !== null)
      files.set(number, [...(files.get(number) ?? []), { ...file, bytes: Number(file.bytes) }]);
  return files;
}

/** One of them. Refuses with not_found. */
export async function readFile(on: On, contest: { id: number; slug: string }, number: number, id: string) {
  const row = await on
    .selectFrom('nomination')
    .select('id')
    .where('contest', '=', contest.id)
    .where('number', '=', number)
    .where('state', '=', 'published')
    .executeTakeFirst();
  const file = row && (await readAttachment(on, id, row.id));
  if (!file || !(await fileKeys(on, contest.slug)).includes(file.field)) throw new Refusal('not_found');
  return file;
}
