import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Reveal, revealedUpTo, shownAt } from '@zuimei/shared/contest.ts';
import { extendRound } from '@zuimei/shared/live.ts';
import { checkPlan } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { calendar } from '../harness/holidays.ts';

const HOUR_MS = 3_600_000;
/** 09:00 in Shanghai. */
const OPENS = Date.parse('2026-03-02T01:00:00.000Z');
const CLOSES = OPENS + 100 * HOUR_MS;
const iso = (ms: number): string => new Date(ms).toISOString();

const { settings, collection } = planFrom(presets.anli, {
  title: '案例征集',
  organizer: '本区应急管理局',
  start: iso(OPENS),
});
settings.rounds = [{ opens: iso(OPENS), closes: iso(CLOSES), numbers: null }];
settings.schedule = [{ phase: 'voting', from: iso(OPENS) }];
const planWith = (reveal: Reveal): ContestPlan => ({ settings: { ...settings, reveal }, collection });

/** What stops a change of the reveal at `now`. */
function faultsOf(was: Reveal, next: Reveal, now: number): string[] {
  return checkPlan(planWith(next), { now, calendar, frozen: planWith(was).settings })
    .filter((fault) => fault.level === 'error' && fault.path === 'settings.reveal')
    .map((fault) => fault.code);
}

const sealed = (hours: number): Reveal => ({ kind: 'sealed', from: iso(OPENS + hours * HOUR_MS) });
const daily = (hour: number): Reveal => ({ kind: 'daily', at: hour * 60 });
const live: Reveal = { kind: 'live' };

test.each([
  ['sealed, to an earlier moment', sealed(100), sealed(50), ['reveal_earlier']],
  ['sealed, to a moment that is past', sealed(100), sealed(1), ['reveal_earlier']],
  ['sealed, to live', sealed(100), live, ['reveal_earlier']],
  ['sealed, to daily', sealed(100), daily(18), ['reveal_earlier']],
  ['daily, to live', daily(18), live, ['reveal_daily_kept']],
  ['daily, to an earlier hour', daily(18), daily(13), ['reveal_daily_kept']],
  [
    'daily, to a later hour, at which yesterday’s late ballots would be out today',
    daily(18),
    daily(20),
    ['reveal_daily_kept'],
  ],
  ['daily, to a moment before the last hour of the vote', daily(18), sealed(60), ['reveal_earlier']],
  ['sealed, to a later moment', sealed(100), sealed(101), []],
  ['sealed, as it is', sealed(100), sealed(100), []],
  ['daily, as it is', daily(18), daily(18), []],
  ['daily, before its first hour, to the end', daily(18), sealed(130), []],
  ['live, to daily', live, daily(18), []],
])('voting since four hours, counts %s', (_, was, next, faults) => {
  expect(faultsOf(was, next, OPENS + 4 * HOUR_MS)).toEqual(faults);
});

test('before voting has begun the reveal may be set to anything', () => {
  for (const next of [sealed(50), live, daily(9)]) expect(faultsOf(sealed(100), next, OPENS - 1)).toEqual([]);
});

test('whatever change passes, no ballot that was hidden is shown sooner than promised when it was cast', () => {
  const hours = fc.integer({ min: 1, max: 140 });
  const reveal = fc.oneof(
    fc.constant(live),
    fc.integer({ min: 0, max: 1439 }).map((at): Reveal => ({ kind: 'daily', at })),
    hours.map(sealed),
  );
  fc.assert(
    fc.property(reveal, reveal, hours, fc.integer({ min: 0, max: 6000 }), (was, next, passed, minute) => {
      const now = OPENS + passed * HOUR_MS;
      if (faultsOf(was, next, now).length > 0) return;
      const cast = OPENS + minute * 60_000;
      const wasShown = cast < (revealedUpTo(was, now) ?? OPENS);
      if (cast < CLOSES && !wasShown) expect(shownAt(next, cast)).toBeGreaterThanOrEqual(shownAt(was, cast));
    }),
    { numRuns: 1_000 },
  );
});

test('a closing that is put off never brings the reveal forward', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 90 }), (from, by) => {
      const { reveal, ...timed } = planWith(sealed(from)).settings;
      const moved = extendRound({ ...timed, reveal }, 0, iso(CLOSES + by * HOUR_MS));
      expect(shownAt(moved.reveal, OPENS)).toBeGreaterThanOrEqual(shownAt(reveal, OPENS));
    }),
  );
});
