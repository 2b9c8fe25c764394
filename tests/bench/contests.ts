import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Batched, castInto } from './batched.ts';
import { memoryOf } from './cpu.ts';
import { brief, say } from './figures.ts';
import { unsealed, type World } from './world.ts';

/** A second in which nobody votes: CPU in ms, and the app's memory. */
interface Idle {
  appMs: number;
  postgresMs: number;
  memoryMb: number;
}

export interface Contests {
  idle: { few: Idle; many: Idle };
  /** As fast as replies come over so many connections: the more wait, the larger the batches of each. */
  loads: { connections: number; one: Batched[]; many: Batched[] }[];
  /** From the last ballot until the last of the contests is sealed. */
  sealedSeconds: number[];
}

const MOST_SEAL_MS = 60_000;

/**
 * `all` published contests of which `voting` vote at once, against the same load on one of them in turn. Of the others, whose voting is over
 * or still to come, half each.
 */
export async function measureContests(
  world: World,
  order: {
    all: number;
    voting: number;
    idle: number;
    restMs: number;
    connections: number[];
    rounds: number;
    seconds: number;
  },
): Promise<Contests> {
  const { all, voting, seconds } = order;
  const { db } = world.database;
  const cast = (into: readonly string[], connections: number, forSeconds: number): Promise<Batched> =>
    castInto(world, into, forSeconds * 10_000, { durationMs: forSeconds * 1000, connections });
  await world.contest('one');
  const few = await idle(world, order);
  say(`  one contest, nobody votes: ${JSON.stringify(few)}`);
  const slugs = Array.from({ length: voting }, (_, i) => `voting-${i}`);
  for (const slug of slugs) await world.contest(slug);
  const ended: number[] = [];
  for (let i = voting + 1; i < all; i++)
    if (i % 2 === 0) await world.contest(`coming-${i}`, [24, 48]);
    else ended.push(await world.contest(`ended-${i}`));
  say(`  ${all} contests: opened and sealed in ${(await untilSealed(world)).toFixed(1)} s`);
  // Their ledgers have begun, as those of contests that are over.
  await sql`
    update contest set settings = jsonb_set(settings, '{rounds,0,closes}', to_jsonb(now() - interval '1 minute'))
    where id = any(${`{${ended.join(',')}}`}::int[])`.execute(db);
  const many = await idle(world, order);
  say(`  ${all} contests, nobody votes: ${JSON.stringify(many)}`);
  const loads = order.connections.map((connections) => ({ connections, one: [], many: [] }));
  const found: Contests = { idle: { few, many }, loads, sealedSeconds: [] };
  await cast(['one'], 128, 2 * seconds);
  await cast(slugs, 128, 2 * seconds);
  for (let i = 0; i < order.rounds; i++)
    for (const load of found.loads) {
      const { connections } = load;
      const one = await cast(['one'], connections, seconds);
      await untilSealed(world);
      const spread = await cast(slugs, connections, seconds);
      const sealedSeconds = await untilSealed(world);
      load.one.push(one);
      load.many.push(spread);
      found.sealedSeconds.push(sealedSeconds);
      for (const [name, run] of Object.entries({ one, [`${voting} of ${all}`]: spread }))
        say(`  ${connections} connections, ${name}: ${brief(run)}; ${run.batch.toFixed(1)} a batch`);
      say(`  sealed after ${sealedSeconds.toFixed(1)} s`);
    }
  return found;
}

/** Of an app that has just started and rested: what it did before is not in its memory, and no vacuum in its database's time. */
async function idle(
  world: World,
  { idle: seconds, restMs }: { idle: number; restMs: number },
): Promise<Idle> {
  await untilSealed(world);
  await world.restartApps();
  await sleep(restMs);
  const { cpuUs } = await world.account('app', () => sleep(seconds * 1000));
  const perSecond = (part: string): number => (cpuUs[part] ?? 0) / 1000 / seconds;
  return {
    appMs: perSecond('app'),
    postgresMs: perSecond('postgres'),
    memoryMb: memoryOf(world.app.pid) / 2 ** 20,
  };
}

/** Until every open ledger has a checkpoint of its size, and every contest that is open has a ledger; gives how long that took, in seconds. */
async function untilSealed({ database: { db } }: World): Promise<number> {
  const began = performance.now();
  const waiting = async (): Promise<boolean> => {
    const { rows } = await sql<{ some: boolean }>`
      select exists (select from contest c left join ledger_head h on h.contest = c.id
        where h.contest is null and (c.settings #>> '{rounds,0,opens}')::timestamptz < now()) as some`.execute(
      db,
    );
    return rows[0]?.some === true || (await unsealed(db)) > 0;
  };
  while (await waiting()) {
    if (performance.now() - began > MOST_SEAL_MS) throw new Error('the ledgers are not sealed');
    await sleep(50);
  }
  return (performance.now() - began) / 1000;
}
