import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { FilingKind, FilingState } from '@zuimei/shared/publicity/filing.ts';
import type { TestSite } from '../harness/site.ts';

/** A contributor of publicity; gives its id. */
export async function addContributor(
  { parts: { db } }: TestSite,
  name: string,
  kind: 'area' | 'office' = 'area',
): Promise<number> {
  const row = { kind, name, line: name, place: 1, opened_at: null, ended_at: null };
  const { id } = await db.insertInto('contributor').values(row).returning('id').executeTakeFirstOrThrow();
  return id;
}

export interface FilingSeed {
  contributor: number;
  kind?: FilingKind;
  title?: string;
  words?: string;
  event?: string;
  filed?: string;
  state?: FilingState;
  commission?: number;
}

/** What a contributor sent, as it lies in the database; gives its id. */
export async function addFiling({ parts: { db } }: TestSite, seed: FilingSeed): Promise<number> {
  const { contributor, kind = 'article', event = '2026-03-02', state = 'filed' } = seed;
  const {
    title = '汛前排查走进企业',
    words = '连日来，工作人员走进企业排查隐患。',
    commission = null,
  } = seed;
  const filed = state === 'draft' ? null : (seed.filed ?? event);
  const { id } = await db
    .insertInto('filing')
    .values({
      ...{ contributor, kind, title, words, commission, event, state },
      ...{ filer: null, characters: words.length, head: '林立夏', leader: '周明川' },
      filed_at: filed === null ? null : sql<Date>`(${filed}::date + interval '9 hours')::timestamptz`,
      ...{ filed_on: filed, decided_at: null, decided_by: null },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return Number(id);
}

/** A file of a filing; gives its id. */
export async function addFile(
  { parts: { db } }: TestSite,
  filing: number,
  file: { name: string; type: string; bytes: Buffer },
): Promise<string> {
  const id = randomUUID();
  await db
    .insertInto('filing_file')
    .values({ id, filing: String(filing), size: file.bytes.length, ...file })
    .execute();
  return id;
}
