import type { ContributorKind } from '@zuimei/shared/publicity/filing.ts';
import { type Day, shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';

/** A contributor as it is counted. since, until: the first and the last day on which something is asked of it. */
export interface RosterLine {
  id: number;
  kind: ContributorKind;
  name: string;
  line: string;
  place: number;
  since: Day;
  until: Day | null;
}

/** All there were, in their order. */
export async function readRoster(db: Db): Promise<RosterLine[]> {
  const rows = await db
    .selectFrom('contributor')
    .select(['id', 'kind', 'name', 'line', 'place', 'since', 'ended_at'])
    .orderBy('kind')
    .orderBy('place')
    .orderBy('id')
    .execute();
  return rows.map(({ ended_at: ended, ...row }) => ({
    ...row,
    until: ended === null ? null : shanghaiDate(ended.getTime()),
  }));
}
