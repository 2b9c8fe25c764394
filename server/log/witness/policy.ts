import { sql, type Transaction } from 'kysely';
import {
  isOfficial,
  policyAt,
  reachedBy,
  type SetPolicy,
  type Vouched,
  vouchedFor,
  witnessFactsOf,
} from '@zuimei/shared/ledger/witness.ts';
import type { Db, Tables } from '../../db.ts';

/** A witness asks every minute: after so long the console says that it is late. */
export const LATE_MS = 3 * 60_000;
/** And after so long everybody is told who watches the site. */
export const SILENT_MS = 15 * 60_000;

type On = Db | Transaction<Tables>;

/** What a contest asks of witnesses, as its ledger says, and how far each has vouched. Every answer about a checkpoint is worked out from these. */
export interface Watched {
  policies: SetPolicy[];
  /** By key, the largest size that it cosigned, and when. */
  latest: ReadonlyMap<string, { size: number; at: Date }>;
}

export async function readWatched(on: On, contest: number): Promise<Watched> {
  const { rows: acts } = await sql<{ entry: number; act: never }>`
    select index::float8 as entry, act from ledger_entry
    where contest = ${contest} and kind <> 'ballot' and kind = 'witness' order by index`.execute(on);
  const { rows: seen } = await sql<{ key: string; size: string; at: Date }>`
    select w.key, c.size, c.at from log_witness w cross join lateral (
      select size, at from log_cosignature where contest = w.contest and witness = w.key order by size desc limit 1
    ) c where w.contest = ${contest}`.execute(on);
  return {
    policies: acts.flatMap(({ entry, act }) => {
      const said = witnessFactsOf(act);
      return said ? [{ entry, needed: said.needed, witnesses: said.witnesses }] : [];
    }),
    latest: new Map(seen.map(({ key, size, at }) => [key, { size: Number(size), at }])),
  };
}

export function sizesOf({ latest }: Watched): Map<string, number> {
  return new Map([...latest].map(([key, { size }]) => [key, size]));
}

/** The policy that holds now. */
export function policyNow({ policies }: Watched) {
  return policyAt(policies, Number.MAX_SAFE_INTEGER);
}

/** The largest checkpoint that is official; null = none is, or none has to be. */
export async function readOfficial(
  on: On,
  contest: number,
  watched: Watched,
): Promise<({ size: number; at: string } & Vouched) | null> {
  const sizes = sizesOf(watched);
  const { policies } = watched;
  for (const [i, policy] of [...policies.entries()].reverse()) {
    if (policy.needed === 0) continue;
    const { entry } = policy;
    // As many as are asked for have gone this far, and checkpoints over the next policy's entry are judged by that.
    const reached = reachedBy(policy, sizes);
    const most = Math.min(reached, policies[i + 1]?.entry ?? reached);
    const { rows } = await sql<{ size: number; at: Date }>`
      select size::float8 as size, at from log_checkpoint
      where contest = ${contest} and size > ${entry} and size <= ${most} order by size desc limit 1`.execute(
      on,
    );
    const [found] = rows;
    const vouched = found && vouchedFor(policies, found.size, sizes);
    if (found && vouched && isOfficial(vouched))
      return { size: found.size, at: found.at.toISOString(), ...vouched };
  }
  return null;
}

/** A witness that left a checkpoint unsigned, or a contest whose newest checkpoints fewer signed than it asks for; `forMs`: since when. */
export interface Behind {
  contest: string;
  forMs: number;
}
export interface SilentWitness extends Behind {
  name: string;
}
export interface FewWitnesses extends Behind, Vouched {}

/** Of contests that are not archived, or of one: who is up to date is not among them. */
export async function readSilent(db: Db, now: number, slug: string | null = null): Promise<SilentWitness[]> {
  const { rows } = await sql<{ contest: string; name: string; since: Date }>`
    select c.slug as contest, w.name, greatest(w.added_at, missed.at) as since
    from log_witness w join contest c on c.id = w.contest
    cross join lateral (
      select coalesce(max(size), 0) as size from log_cosignature s where s.contest = w.contest and s.witness = w.key
    ) seen
    cross join lateral (
      select k.at from log_checkpoint k where k.contest = w.contest and k.size > seen.size order by k.size limit 1
    ) missed
    where w.removed_at is null and c.archived_at is null and (${slug}::text is null or c.slug = ${slug}::text)
    order by since limit 100`.execute(db);
  return rows.map(({ contest, name, since }) => ({
    contest,
    name,
    forMs: Math.max(0, now - since.getTime()),
  }));
}

/**
 * Contests with a checkpoint that is not official by the policy of now, and how long the oldest of these has waited. A policy that was set
 * later waits from then on, whatever the age of what it is asked of.
 */
export async function readFew(db: Db, now: number, slug: string | null = null): Promise<FewWitnesses[]> {
  const { rows } = await sql<{ id: number; contest: string }>`
    select c.id, c.slug as contest from contest c
    where c.archived_at is null and (${slug}::text is null or c.slug = ${slug}::text)
      and exists (select from log_witness w where w.contest = c.id and w.removed_at is null)
    order by c.id desc limit 100`.execute(db);
  const few: FewWitnesses[] = [];
  for (const { id, contest } of rows) {
    const watched = await readWatched(db, id);
    const policy = policyNow(watched);
    if (policy.needed === 0) continue;
    const sizes = sizesOf(watched);
    const reached = reachedBy(policy, sizes);
    const entry = watched.policies.at(-1)?.entry ?? 0;
    const { rows: missed } = await sql<{ at: Date; newest: number }>`
      select at, (select max(size) from log_checkpoint where contest = ${id})::float8 as newest from log_checkpoint
      where contest = ${id} and size > ${Math.max(reached, entry)} order by size limit 1`.execute(db);
    const [first] = missed;
    if (first)
      few.push({
        ...{ contest, forMs: Math.max(0, now - first.at.getTime()) },
        ...vouchedFor(watched.policies, first.newest, sizes),
      });
  }
  return few;
}
