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

/** Witnesses that left a checkpoint unsigned for so long, of contests that are not archived: who is up to date is not among them. */
export async function readSilent(
  db: Db,
  now: number,
): Promise<{ contest: string; name: string; forMs: number }[]> {
  const { rows } = await sql<{ contest: string; name: string; since: Date }>`
    select c.slug as contest, w.name, greatest(w.added_at, missed.at) as since
    from log_witness w join contest c on c.id = w.contest
    cross join lateral (
      select coalesce(max(size), 0) as size from log_cosignature s where s.contest = w.contest and s.witness = w.key
    ) seen
    cross join lateral (
      select k.at from log_checkpoint k where k.contest = w.contest and k.size > seen.size order by k.size limit 1
    ) missed
    where w.removed_at is null and c.archived_at is null
    order by since limit 100`.execute(db);
  return rows.map(({ contest, name, since }) => ({
    contest,
    name,
    forMs: Math.max(0, now - since.getTime()),
  }));
}
