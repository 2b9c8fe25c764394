import { expect, test } from 'vitest';
import { freshDatabase } from '../harness/database.ts';
import { runKinds, runSize } from '../harness/kinds.ts';
import { createFuzz } from './fuzz.ts';

/** 10 000 of them: FUZZ=10000 npm test -- tests/server/fuzz */
const REQUESTS = Number(process.env['FUZZ'] ?? runSize(400, 1_000));
const SEED = Number(process.env['FUZZ_SEED'] ?? 10);

test.each(runKinds)(
  'text that no database holds is refused in every field of every body, and nothing that is sent anywhere is a fault of ours (%s)',
  { timeout: 600_000 },
  async (kind) => {
    const fresh = await freshDatabase(kind);
    const fuzz = await createFuzz(fresh.database.db, SEED);
    // The embedded one is slower, and has the same routes before it.
    const share = kind === 'server' ? 1 : 0.2;
    expect(fuzz.unknown()).toEqual([]);
    expect(await fuzz.everyField(share)).toEqual([]);
    expect(await fuzz.anything(Math.round(REQUESTS * share))).toEqual([]);
    expect(fuzz.faults()).toEqual([]);
    await fuzz.close();
    await fresh.drop();
  },
);
