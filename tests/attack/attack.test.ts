import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runSize } from '../harness/kinds.ts';
import { type Hunt, hunt } from './found.ts';
import { type Tampering, tamper } from './insider.ts';
import { judge, type Verdicts } from './report.ts';
import { drawDay, half, liveScene, OPENS, small } from './scene.ts';
import { huntOf, tableOf } from './table.ts';
import { scriptedClasses } from './visit.ts';

// One day of a contest under 标准, honest and hostile, through the real write path; the tests below are what became of it.
let fresh: FreshDatabase;
let verdicts: Verdicts;
let tampering: Tampering[];
let problems: unknown;
let hunted: Hunt;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  await liveScene(
    fresh,
    { slug: 'attack', size: runSize(half, small) },
    async ({ fates, site, slug, contestId }) => {
      verdicts = judge(fates);
      hunted = await hunt(site.parts, slug, fates);
      await site.verify(slug);
      tampering = await tamper(fresh.owner.db, site.parts.secrets, slug, contestId);
      problems = (await verifyContest(fresh.database.db, site.parts.secrets, slug))?.problems;
    },
  );
}, 300_000);

afterAll(() => fresh.drop());

const lineOf = (name: string) => verdicts.lines.find((line) => line.class === name);

test('of a thousand citizens at most one is refused and ten wait for an auditor; behind a carrier’s address nobody is refused', () => {
  const { honest } = verdicts;
  expect(honest.sent).toBeGreaterThan(runSize(2_400, 4_000));
  expect(honest.refused, table()).toBeLessThanOrEqual(0.001);
  expect(honest.held, table()).toBeLessThanOrEqual(0.01);
  expect(honest.carrierRefused).toBe(0);
});

test('of what programs send at most one ballot in twenty is counted', () => {
  expect(verdicts.scriptedStopped, table()).toBeGreaterThanOrEqual(0.95);
});

test.each(scriptedClasses)('of %s most is not counted', (name) => {
  const line = lineOf(name);
  expect((line?.counted ?? 0) / (line?.sent ?? 1), table()).toBeLessThan(0.2);
});

test('paid people, and programs that nothing tells from people, are never refused: they vote like citizens and are looked at afterwards', () => {
  const pulse = lineOf('pulse');
  expect(pulse?.refused).toEqual({});
  expect((pulse?.held ?? 1) / (pulse?.sent ?? 1), table()).toBeLessThan(0.05);
});

test('of pulses of paid votes at least four in five are shown to auditors as a cluster that is mostly theirs, and every wave of programs', () => {
  const found = (of: (wave: string) => boolean) => {
    const those = hunted.discoveries.filter((one) => of(one.wave));
    return those.filter((one) => one.found).length / those.length;
  };
  const seen = `\n${huntOf(hunted)}`;
  expect(
    found((wave) => wave.startsWith('pulse')),
    seen,
  ).toBeGreaterThanOrEqual(0.8);
  expect(
    found((wave) => (scriptedClasses as readonly string[]).includes(wave)),
    seen,
  ).toBe(1);
});

test('fifty copies of one ballot are one entry, and of fifty ballots of one voter one is taken', () => {
  expect(verdicts.race).toEqual({ copies: 1, voter: 1 });
  expect(lineOf('race-voter')?.refused).toEqual({ quota_spent: 49 });
});

test('whatever an insider alters in the database is found by verifying, and nothing is left of it when it is put back', () => {
  expect(tampering.map((one) => one.problems > 0)).toEqual(tampering.map(() => true));
  expect(problems).toEqual([]);
});

test('the same seed draws the same day', () => {
  const few = { ...small, town: { ...small.town, everyday: 50, broadcast: 10 } };
  const day = (seed: string) => drawDay(seed, OPENS, few);
  expect(day('a')).toEqual(day('a'));
  expect(day('a').map((visit) => visit.castAt)).not.toEqual(day('b').map((visit) => visit.castAt));
});

function table(): string {
  return `\n${tableOf('标准', verdicts)}\n`;
}
