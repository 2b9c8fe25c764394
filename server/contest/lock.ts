import { sql, type Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { readStored, type StoredPlan } from './plan.ts';

/**
 * How a contest is held until the transaction ends. `update`: one act on it at a time. `no key update`: the same, while rows that point
 * at it still come in (a unit files a nomination). `share`: it stays as it is, for others too.
 */
export type LockMode = 'update' | 'no key update' | 'share';

const modes: Record<LockMode, ReturnType<typeof sql>> = {
  update: sql`for update`,
  'no key update': sql`for no key update`,
  share: sql`for share`,
};

/**
 * Locks a contest, by slug or id: the first of all locks (contest, then unit, nomination or proposal, then the ledger's head), and what is
 * read of it after this is what the act is judged by. Refuses with not_found.
 */
export async function lockContest(
  tx: Transaction<Tables>,
  contest: string | number,
  mode: LockMode,
): Promise<{ id: number; archived: boolean }> {
  const { rows } = await sql<{ id: number; archived: boolean }>`
    select id, archived_at is not null as archived from contest
    where ${typeof contest === 'number' ? sql`id` : sql`slug`} = ${contest} ${modes[mode]}`.execute(tx);
  const [row] = rows;
  if (!row) throw new Refusal('not_found');
  return row;
}

/** The contest under its lock, as staff know it. Refuses with not_found. */
export async function lockStored(tx: Transaction<Tables>, slug: string, mode: LockMode): Promise<StoredPlan> {
  await lockContest(tx, slug, mode);
  return await readStored(tx, slug);
}
