import { sql } from 'kysely';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import { ballotRequests } from './ballots.ts';
import { brief, say } from './figures.ts';
import { CANDIDATES, fillLedger, type Measured, SECRET, unsealed, type World } from './world.ts';

export interface Growth {
  empty: Measured[];
  full: Measured[];
  /** What it took to fill the long ledger and to seal it, and what it takes on disk with indexes, quotas and tiles. */
  fillSeconds: number;
  sealSeconds: number;
  bytes: number;
}

/** Ballots into a ledger that holds `filled` of them already, and in turn into an empty one. */
export async function measureGrowth(
  world: World,
  { filled, rounds, seconds }: { filled: number; rounds: number; seconds: number },
): Promise<Growth> {
  const { db } = world.database;
  const secrets = await openSecrets({ secret: SECRET, dataDir: '' });
  const found: Growth = { empty: [], full: [], fillSeconds: 0, sealSeconds: 0, bytes: 0 };
  const fullId = await world.contest('full');
  await createLedger(db, secrets, (slug) => `bench/${slug}`).open('full');
  const before = await bytesOf(world);
  say(`  filling a ledger with ${filled} entries`);
  const began = performance.now();
  await fillLedger(world.database, fullId, filled);
  const full = performance.now();
  const sealer = createSealer(db, secrets);
  // The app seals beside us, and who comes second has nothing to do.
  while ((await unsealed(db)) > 0) await sealer.seal();
  found.fillSeconds = (full - began) / 1000;
  found.sealSeconds = (performance.now() - full) / 1000;
  found.bytes = (await bytesOf(world)) - before;
  say('  filled and sealed');
  for (let i = 0; i < rounds; i++) {
    await world.contest(`empty${i}`);
    for (const [slug, list] of [
      [`empty${i}`, found.empty],
      ['full', found.full],
    ] as const) {
      const order = { slug, secret: SECRET, candidates: CANDIDATES, count: seconds * 16_000 };
      const requests = await ballotRequests(order);
      const one = await world.drive('app', requests, { expect: 201, durationMs: seconds * 1000 });
      list.push(one);
      say(`  ${slug} ${brief(one)}`);
    }
  }
  return found;
}

async function bytesOf({ database }: World): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`select pg_database_size(current_database()) as bytes`.execute(
    database.db,
  );
  return Number(rows[0]?.bytes);
}
