import { sql } from 'kysely';
import type { Db } from '../db.ts';

export interface DatabaseState {
  readonly: boolean;
  standby: 'none' | 'ok' | 'missing';
  bytes: number;
  /** How far its clock is ahead of `clock`, as well as the time of one question tells. */
  clockMs: number;
}

/**
 * What the database can say of itself to a role without rights of its own. A role that may not see what a standby does sees at least how many
 * there are: then the one asked for may be missing beside another, and only a write that waits tells so.
 */
export async function readDatabase(db: Db, clock: () => number): Promise<DatabaseState> {
  const asked = clock();
  const { rows } = await sql<{
    readonly: boolean;
    wanted: string;
    standbys: number;
    bytes: string;
    now: Date;
  }>`
    select current_setting('transaction_read_only') = 'on' as readonly,
      current_setting('synchronous_standby_names') as wanted,
      (select count(*)::int from pg_stat_replication where coalesce(sync_state, 'sync') in ('sync', 'quorum')) as standbys,
      pg_database_size(current_database()) as bytes, clock_timestamp() as now`.execute(db);
  const answered = clock();
  const [row] = rows;
  if (!row) throw new Error('the database gave no row');
  const { readonly, wanted, standbys, bytes, now } = row;
  return {
    readonly,
    standby: wanted === '' ? 'none' : standbys > 0 ? 'ok' : 'missing',
    bytes: Number(bytes),
    clockMs: Math.round(now.getTime() - (asked + answered) / 2),
  };
}
