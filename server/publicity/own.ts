import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import type { Person } from '../staff/session.ts';

/** The contributor that this browser files for. Refuses with forbidden for anybody else. */
export function contributorOf({ contributor }: Pick<Person, 'contributor'>): number {
  if (contributor === null) throw new Refusal('forbidden');
  return contributor;
}

/** Whatever is done to one contributor is done one after another. Refuses with not_found, contributor_ended. */
export async function lockContributor(tx: Transaction<Tables>, id: number): Promise<{ name: string }> {
  const row = await tx
    .selectFrom('contributor')
    .select(['name', 'ended_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  if (row.ended_at) throw new Refusal('contributor_ended', { name: row.name });
  return { name: row.name };
}
