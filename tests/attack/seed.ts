import type { FreshDatabase } from '../harness/database.ts';
import { HOUR_MS } from './citizens.ts';
import { DAY_MS, liveScene, type SceneOptions, type Size, small } from './scene.ts';
import type { VisitClass } from './visit.ts';

/** A contest that was attacked, and the truth about each of its ballots. */
export interface AttackedContest {
  slug: string;
  contestId: number;
  /** By index of the ledger. */
  truth: Map<number, { class: VisitClass; wave: string; state: 'counted' | 'held' }>;
  ballots: number;
  held: number;
}

/** A quarter of `small`: 2 000 ballots. */
export const seeded: Size = {
  town: {
    ...small.town,
    everyday: 600,
    nets: 1,
    elders: 30,
    badNetworks: 20,
    early: 20,
    office: 60,
    campus: 80,
    broadcast: 300,
    groups: 1,
  },
  gang: { pulses: [90, 140], farm: 200, forged: 100, replay: 200, apart: 60 },
};

/**
 * Leaves a labelled contest behind whose day of voting, honest and hostile, has just passed: its first ballot 15 hours before `until`
 * (default: now), its last shortly before. Voting is still open and the ledger sealed. Takes a quarter of a minute. The secret is the one of
 * tests/harness/site.ts: an app that is to read it as its own is started with ZUIMEI_SECRET = SECRET.
 */
export async function seedAttackedContest(
  fresh: Pick<FreshDatabase, 'database' | 'owner' | 'url'>,
  options: Partial<SceneOptions> & { until?: number } = {},
): Promise<AttackedContest> {
  const { until = Date.now(), ...scene } = options;
  const opens = Math.floor((until - DAY_MS - 0.1 * HOUR_MS) / 1000) * 1000;
  const all = { slug: 'attacked', size: seeded, opens, ...scene };
  return await liveScene(fresh, all, async ({ slug, contestId, fates, site }) => {
    await site.seal();
    const truth: AttackedContest['truth'] = new Map();
    for (const { visit, receipt } of fates)
      if (receipt) truth.set(receipt.index, { class: visit.class, wave: visit.wave, state: receipt.state });
    const held = [...truth.values()].filter((one) => one.state === 'held').length;
    return { slug, contestId, truth, ballots: truth.size, held };
  });
}
