import { sql } from 'kysely';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import { moveClock } from '../harness/clock.ts';
import type { FreshDatabase } from '../harness/database.ts';
import { createSite, type Settings, seedContest, settingsOf, type TestSite } from '../harness/site.ts';
import { drawAttacks, type Gang } from './attackers.ts';
import { createChance } from './chance.ts';
import { CANDIDATES, drawCitizens, HOUR_MS, type Town } from './citizens.ts';
import { type Fate, liveThrough } from './day.ts';
import { cheapProofs } from './proof.ts';
import type { Visit } from './visit.ts';

export interface Size {
  town: Town;
  gang: Gang;
}

/** The same in half of a town, for every run of the tests; `npm run full` lives the day of `small`. */
export const half: Size = {
  town: {
    everyday: 1_000,
    nets: 2,
    office: 200,
    campus: 250,
    broadcast: 600,
    homes: 10,
    elders: 30,
    badNetworks: 40,
    early: 20,
    holiday: 5,
    cloudDesks: 2,
    ipv6: 60,
    groups: 2,
  },
  gang: { pulses: [60, 90, 75, 110, 80, 100], farm: 500, forged: 150, replay: 250, apart: 60 },
};

/** Honest and hostile, so that a hundred ballots are a percent or two; what an attack does to one device or address is as in `full`. */
export const small: Size = {
  town: {
    everyday: 2_000,
    nets: 2,
    office: 200,
    campus: 250,
    broadcast: 1_200,
    homes: 20,
    elders: 60,
    badNetworks: 40,
    early: 40,
    holiday: 10,
    cloudDesks: 4,
    ipv6: 120,
    groups: 2,
  },
  gang: { pulses: [60, 90, 140, 75, 110, 160, 100, 200], farm: 500, forged: 300, replay: 500, apart: 120 },
};

export const full: Size = {
  town: {
    everyday: 9_000,
    nets: 5,
    office: 200,
    campus: 400,
    broadcast: 4_000,
    homes: 80,
    elders: 200,
    badNetworks: 120,
    early: 120,
    holiday: 40,
    cloudDesks: 12,
    ipv6: 600,
    groups: 4,
  },
  gang: {
    pulses: [60, 90, 120, 160, 200, 260, 320, 400],
    farm: 1_500,
    forged: 750,
    replay: 1_500,
    apart: 400,
  },
};

/** A Tuesday, 08:00 in Shanghai. */
export const OPENS = Date.parse('2026-11-10T08:00:00+08:00');
/** After it the last answer has come: the last page is opened at 23:00, and a bad network may cost it twenty minutes. */
export const DAY_MS = 15.5 * HOUR_MS;

export interface Lived {
  slug: string;
  contestId: number;
  site: TestSite;
  fates: Fate[];
  /** Spent in running it. */
  elapsedMs: number;
}

export interface SceneOptions {
  slug: string;
  size: Size;
  seed?: string;
  /** When voting opens; the day is over DAY_MS later. */
  opens?: number;
  /** Over what the contest is by default: one ballot a day, 1–5 of 20 candidates, 标准, region 重庆市. */
  settings?: Partial<Settings>;
  /** Only the visits for which it is true. */
  only?: (visit: Visit) => boolean;
}

/**
 * Makes a contest in the database and lives one day of it, honest and hostile, in simulated time: the server's clock and the database's
 * are moved along. The same seed gives the same day. `use` gets the site while its clock still stands at the day's end.
 */
export async function liveScene<T>(
  fresh: Pick<FreshDatabase, 'database' | 'owner' | 'url'>,
  options: SceneOptions,
  use: (lived: Lived) => Promise<T>,
): Promise<T> {
  const { slug, size, seed = 'zuimei', opens = OPENS, only = () => true } = options;
  await waitForDisk(fresh, false);
  const moved = await moveClock(fresh);
  const began = performance.now();
  const site = await createSite(moved.database.db, { now: opens });
  try {
    const contestId = await seedContest(
      moved.database.db,
      slug,
      settingsAt(opens, options.settings),
      CANDIDATES,
    );
    const visits = drawDay(seed, opens, size).filter(only);
    const stage = {
      parts: site.parts,
      async moveTo(ms: number) {
        await moved.at(ms);
        site.at(ms);
      },
      at: site.at,
    };
    const fates = await liveThrough(stage, slug, visits, seed);
    await stage.moveTo(opens + DAY_MS);
    return await use({ slug, contestId, site, fates, elapsedMs: performance.now() - began });
  } finally {
    await site.close();
    await moved.restore();
    await waitForDisk(fresh, true);
  }
}

/** Nothing here is about surviving a crash: without waiting for the disk a day passes in half the time. */
async function waitForDisk({ owner, url }: Pick<FreshDatabase, 'owner' | 'url'>, on: boolean): Promise<void> {
  if (!url) return;
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(owner.db);
  await sql`alter database ${sql.id(rows[0]?.name ?? '')} set synchronous_commit = ${sql.lit(on ? 'on' : 'off')}`.execute(
    owner.db,
  );
}

/** Everything that happens on the day, in no order. */
export function drawDay(seed: string, opens: number, { town, gang }: Size): Visit[] {
  const chance = createChance(seed);
  const visits = [
    ...drawCitizens(chance.branch('citizens'), opens, town),
    ...drawAttacks(chance.branch('attacks'), opens, gang),
  ];
  // Clocks tell whole milliseconds.
  for (const visit of visits)
    for (const moment of ['identityAt', 'openedAt', 'castAt'] as const)
      visit[moment] = Math.round(visit[moment]);
  return visits;
}

function settingsAt(opens: number, changes: Partial<Settings> = {}): Settings {
  const iso = (ms: number): string => new Date(opens + ms).toISOString();
  return settingsOf(opens, {
    title: '云岭区最美应急人',
    rounds: [{ opens: iso(0), closes: iso(96 * HOUR_MS), numbers: null }],
    schedule: [
      { phase: 'shortlisted', from: iso(-48 * HOUR_MS) },
      { phase: 'voting', from: iso(0) },
      { phase: 'judging', from: iso(96 * HOUR_MS) },
    ],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 5 },
      repeatCandidate: true,
    },
    outcome: voteAlone(10),
    policy: 'standard',
    area: ['重庆市'],
    population: 620_000,
    ...changes,
    thresholds: { ...cheapProofs, ...changes.thresholds },
  });
}
