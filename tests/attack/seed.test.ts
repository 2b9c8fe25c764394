import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { createSite } from '../harness/site.ts';
import { seedAttackedContest, seeded } from './seed.ts';

const few = {
  town: {
    ...seeded.town,
    everyday: 20,
    nets: 0,
    office: 10,
    campus: 10,
    broadcast: 20,
    homes: 3,
    elders: 4,
    badNetworks: 4,
    early: 4,
    holiday: 2,
    cloudDesks: 1,
    ipv6: 5,
    groups: 0,
  },
  gang: { pulses: [10], farm: 10, forged: 5, replay: 10, apart: 5 },
};

test.each(runKinds)(
  'an attacked contest is left in the past of an ordinary database, and each ballot is labelled (%s)',
  async (kind) => {
    const fresh = await freshDatabase(kind);
    try {
      const began = Date.now();
      const attacked = await seedAttackedContest(fresh, { size: few, until: began });
      const { rows } = await sql<{ ballots: number; first: Date; last: Date; shadows: number }>`
        select count(*)::int as ballots, min(at) as first, max(at) as last,
          (select count(*)::int from pg_proc where proname = 'clock_timestamp') as shadows
        from ledger_entry where contest = ${attacked.contestId} and kind = 'ballot'`.execute(
        fresh.database.db,
      );
      expect(rows[0]).toMatchObject({ ballots: attacked.ballots, shadows: 1 });
      expect(rows[0]?.last.getTime()).toBeLessThan(began);
      expect(began - (rows[0]?.first.getTime() ?? 0)).toBeGreaterThan(14 * 3_600_000);
      const site = await createSite(fresh.database.db);
      expect((await site.verify(attacked.slug)).ballots + attacked.held).toBe(attacked.ballots);
      await site.close();
    } finally {
      await fresh.drop();
    }
  },
  120_000,
);
