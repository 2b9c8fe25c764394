import { sql } from 'kysely';
import { ballotRequests } from './ballots.ts';
import type { LoadOrder } from './load.ts';
import { CANDIDATES, type Measured, SECRET, type World } from './world.ts';

export interface Batched extends Measured {
  /** Ballots in a batch on average. Each batch has an instant of its own, but for two of one contest in a millisecond. */
  batch: number;
}

/** At most `count` ballots, to these contests in turn. */
export async function castInto(
  world: World,
  slugs: readonly string[],
  count: number,
  order: Partial<LoadOrder>,
): Promise<Batched> {
  const own = { secret: SECRET, candidates: CANDIDATES, count: Math.ceil(count / slugs.length) };
  const each = await Promise.all(slugs.map((slug) => ballotRequests({ ...own, slug })));
  const requests = Array.from({ length: own.count }, (_, i) => each.flatMap((list) => list[i] ?? [])).flat();
  const from = new Date();
  const one = await world.drive('app', requests, { expect: 201, ...order });
  const { rows } = await sql<{ batch: number }>`
    select count(*)::float8 / count(distinct (contest, at)) as batch from ledger_entry
    where at >= ${from.toISOString()}::timestamptz and kind = 'ballot'`.execute(world.database.db);
  return { ...one, batch: rows[0]?.batch ?? Number.NaN };
}
