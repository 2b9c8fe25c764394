import { sql } from 'kysely';
import type { ContributorName } from '@zuimei/shared/publicity/contributor.ts';
import {
  type FiledFilter,
  type FiledList,
  type FiledState,
  type FilingReading,
  filedStates,
  newsroomLimits,
} from '@zuimei/shared/publicity/newsroom.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { readRules } from '../publicity/season.ts';
import { matching, readFiling, readFilings } from '../publicity/view.ts';

/** A page of what contributors sent, in one state (absent = what waits). Refuses with bad_request for an `after` that is none. */
export async function readFiled(
  db: Db,
  { state = 'filed', after, ...filter }: FiledFilter & { after?: string | undefined },
): Promise<FiledList> {
  const page = await readFilings(db, {
    ...filter,
    ...{ states: [state], newest: state !== 'filed', after, limit: newsroomLimits.lines },
  });
  return { ...page, counts: await countStates(db, filter) };
}

async function countStates(db: Db, filter: Omit<FiledFilter, 'state'>): Promise<Record<FiledState, number>> {
  const rows = await db
    .selectFrom('filing')
    .select(['state', sql<number>`count(*)::int`.as('count')])
    .where('state', 'in', filedStates)
    .where(matching(filter))
    .groupBy('state')
    .execute();
  const count = (state: FiledState): number => rows.find((row) => row.state === state)?.count ?? 0;
  return { filed: count('filed'), accepted: count('accepted'), returned: count('returned') };
}

/** One filing whole, as an editor reads it. Refuses with not_found, also for a draft. */
export async function readReading(db: Db, id: number): Promise<FilingReading> {
  const view = await readFiling(db, id);
  if (view.state === 'draft') throw new Refusal('not_found');
  const rules = await readRules(db);
  return { ...view, rule: rules(view.event) };
}

/** Those that file, by kind and place. */
export async function readContributors(db: Db): Promise<ContributorName[]> {
  return await db
    .selectFrom('contributor')
    .select(['id', 'name', 'kind'])
    .where('ended_at', 'is', null)
    .orderBy('kind')
    .orderBy('place')
    .orderBy('id')
    .execute();
}

/** A file that came with a filing, or the scan of a use. Refuses with not_found, also for those of a draft. */
export async function openFile(
  db: Db,
  filing: number,
  id: string,
): Promise<{ name: string; type: string; content: Buffer }> {
  const row = /^[0-9a-f-]{36}$/u.test(id)
    ? await db
        .selectFrom('filing_file')
        .innerJoin('filing', 'filing.id', 'filing_file.filing')
        .select(['filing_file.name', 'filing_file.type', 'filing_file.bytes as content'])
        .where('filing_file.id', '=', id)
        .where('filing.id', '=', String(filing))
        .where('filing.state', '<>', 'draft')
        .executeTakeFirst()
    : undefined;
  if (!row) throw new Refusal('not_found');
  return row;
}
