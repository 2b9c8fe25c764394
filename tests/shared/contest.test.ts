import { describe, expect, test } from 'vitest';
import {
  type BallotRule,
  type Candidate,
  checkBallot,
  checkOpen,
  nextPeriodAt,
  nextRevealAt,
  nothingAnnounced,
  nothingUsed,
  openRound,
  periodOf,
  phaseAt,
  type Reveal,
  type Round,
  revealedUpTo,
  roundToShow,
  type ScheduleStep,
  type Used,
} from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

const at = (shanghai: string): number => Date.parse(`${shanghai}+08:00`);
const instant = (shanghai: string): string => new Date(at(shanghai)).toISOString();

function round(opens: string, closes: string, numbers: number[] | null = null): Round {
  return { opens: instant(opens), closes: instant(closes), numbers };
}

/** Candidates 1 to n, dealt out to the categories in turn. */
function candidates(count: number, categories: string[]): Candidate[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    kind: 'person' as const,
    name: `候选${i + 1}`,
    category: categories[i % categories.length] ?? '',
    unit: '云岭区应急管理局',
    post: null,
    years: null,
    reason: '',
    deeds: [],
    honours: [],
    photos: [],
    video: null,
    withdrawn: null,
  }));
}

const single: BallotRule = {
  period: 'day',
  ballotsPerPeriod: 1,
  perCategory: null,
  categories: {},
  picks: { min: 1, max: 5 },
  repeatCandidate: true,
};

function contestOf(rule: BallotRule, count = 20, categories = ['a']) {
  return {
    rounds: [round('2026-03-20T09:00', '2026-03-30T17:00')],
    paused: null,
    rule,
    categories: categories.map((id) => ({ id, name: `组别${id}` })),
    candidates: candidates(count, categories),
  };
}

const open = at('2026-03-28T14:06');
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** 'ok', or the code of the refusal. */
function verdict(check: () => void): string {
  try {
    check();
    return 'ok';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('phases', () => {
  const schedule: ScheduleStep[] = [
    { phase: 'nominating', from: instant('2026-03-01T00:00') },
    { phase: 'voting', from: instant('2026-03-20T09:00') },
    { phase: 'judging', from: instant('2026-03-30T17:00') },
    { phase: 'notice', from: instant('2026-04-10T09:00') },
    { phase: 'result', from: instant('2026-04-20T09:00') },
  ];
  const weighed = (vote: number) => ({ weights: { vote, expert: 100 - vote, media: 0, merit: 0 } });

  test.each([
    ['before the first step', '2026-02-28T23:59:59.999', 'draft'],
    ['at its instant', '2026-03-01T00:00:00.000', 'nominating'],
    ['a millisecond before the next', '2026-03-20T08:59:59.999', 'nominating'],
    ['at the instant of the next', '2026-03-20T09:00:00.000', 'voting'],
    ['a millisecond before the last', '2026-03-30T16:59:59.999', 'voting'],
    ['at the instant of the last', '2026-03-30T17:00:00.000', 'judging'],
    ['long after', '2030-01-01T00:00:00.000', 'judging'],
  ])('%s (%s) it is %s', (_, when, phase) => {
    expect(phaseAt({ schedule, outcome: weighed(40), announced: nothingAnnounced }, at(when))).toBe(phase);
  });

  test.each([
    ['nobody has points to give and nothing is worked out', null, nothingAnnounced, 'voting'],
    ['nobody has points to give', weighed(100), nothingAnnounced, 'voting'],
    ['a notice was published', weighed(40), { notice: instant('2026-04-11T09:00'), result: null }, 'notice'],
    [
      'a result was published',
      weighed(100),
      { notice: instant('2026-04-11T09:00'), result: instant('2026-04-21T09:00') },
      'result',
    ],
  ])('past every date, a phase is claimed for what there is: %s', (_, outcome, announced, phase) => {
    expect(phaseAt({ schedule, outcome, announced }, at('2026-05-01T00:00:00.000'))).toBe(phase);
  });

  test('a contest without a schedule is a draft', () => {
    expect(phaseAt({ schedule: [], outcome: null, announced: nothingAnnounced }, open)).toBe('draft');
  });
});

describe('rounds', () => {
  const two = {
    rounds: [round('2026-03-01T09:00', '2026-03-05T17:00'), round('2026-03-10T09:00', '2026-03-15T17:00')],
  };

  test.each([
    ['2026-03-01T08:59:59.999', -1, 0],
    ['2026-03-01T09:00:00.000', 0, 0],
    ['2026-03-05T16:59:59.999', 0, 0],
    ['2026-03-05T17:00:00.000', -1, 0],
    ['2026-03-10T08:59:59.999', -1, 0],
    ['2026-03-10T09:00:00.000', 1, 1],
    ['2026-03-15T16:59:59.999', 1, 1],
    ['2026-03-15T17:00:00.000', -1, 1],
  ])('at %s round %i is open and round %i is shown', (when, opened, shown) => {
    expect(openRound(two, at(when))).toBe(opened);
    expect(roundToShow(two, at(when))).toBe(shown);
  });

  test('voting is refused with when it opens, that it paused and why, or when it closed', () => {
    const contest = { ...two, paused: { since: instant('2026-03-02T00:00'), reason: '系统维护' } };
    const refusal = (when: string, given = contest): unknown => {
      try {
        return checkOpen(given, at(when));
      } catch (error) {
        return error instanceof Refusal ? [error.code, error.details] : error;
      }
    };
    expect(refusal('2026-03-01T08:59:59.999')).toEqual([
      'not_open_yet',
      { opens: instant('2026-03-01T09:00') },
    ]);
    expect(refusal('2026-03-07T00:00')).toEqual(['not_open_yet', { opens: instant('2026-03-10T09:00') }]);
    expect(refusal('2026-03-02T00:00')).toEqual(['paused', { reason: '系统维护' }]);
    expect(refusal('2026-03-15T17:00')).toEqual(['already_closed', { closed: instant('2026-03-15T17:00') }]);
    expect(refusal('2026-03-15T17:00', { ...contest, rounds: [] })).toEqual(['no_vote', {}]);
    expect(verdict(() => checkOpen({ ...two, paused: null }, at('2026-03-02T00:00')))).toBe('ok');
  });
});

describe('the rules of real notices', () => {
  const fifteen = Array.from({ length: 15 }, (_, i) => `c${i}`);
  const none = nothingUsed;
  const spent = (ballots: number, picks: number[] = []): Used => ({ ballots, picks });

  const daily15: BallotRule = { ...single, picks: { min: 1, max: 15 } };
  const exactly10: BallotRule = { ...single, picks: { min: 10, max: 10 } };
  const tenSingles: BallotRule = {
    ...single,
    ballotsPerPeriod: 10,
    perCategory: null,
    categories: {},
    picks: { min: 1, max: 1 },
    repeatCandidate: false,
  };
  const twoAndTen: BallotRule = { ...single, picks: { min: 1, max: 10 }, perCategory: { min: 0, max: 2 } };
  const oneOfEach: BallotRule = {
    ...single,
    period: 'round',
    picks: { min: 15, max: 15 },
    perCategory: { min: 1, max: 1 },
  };
  const teamsApart: BallotRule = { ...twoAndTen, categories: { c1: { min: 1, max: 3 } } };

  test.each<[string, ReturnType<typeof contestOf>, number[], Used, string]>([
    ['1 ballot a day, ≤ 15 of 20: 15 picks', contestOf(daily15), upTo(15), none, 'ok'],
    ['… 1 pick', contestOf(daily15), [20], none, 'ok'],
    ['… 16 picks', contestOf(daily15), upTo(16), none, 'too_many_picks'],
    ['… no pick', contestOf(daily15), [], none, 'too_few_picks'],
    ['… a second ballot that day', contestOf(daily15), [1], spent(1), 'quota_spent'],
    ['… the same picks as yesterday', contestOf(daily15), [1], spent(0, [1]), 'ok'],
    ['exactly 10 picks: 10', contestOf(exactly10), upTo(10), none, 'ok'],
    ['… 9', contestOf(exactly10), upTo(9), none, 'too_few_picks'],
    ['… 11', contestOf(exactly10), upTo(11), none, 'too_many_picks'],
    ['… 10 with one twice', contestOf(exactly10), [...upTo(9), 9], none, 'duplicate_pick'],
    ['10 single votes a day: the tenth', contestOf(tenSingles), [10], spent(9, upTo(9)), 'ok'],
    ['… the eleventh', contestOf(tenSingles), [11], spent(10, upTo(10)), 'quota_spent'],
    ['… a candidate a second time that day', contestOf(tenSingles), [3], spent(3, upTo(3)), 'picked_already'],
    ['… two on one ballot', contestOf(tenSingles), [1, 2], none, 'too_many_picks'],
    [
      '≤ 2 a category, ≤ 10 in all: 2 of each of 5',
      contestOf(twoAndTen, 30, fifteen),
      [1, 2, 3, 4, 5, 16, 17, 18, 19, 20],
      none,
      'ok',
    ],
    ['… 3 of one', contestOf(twoAndTen, 45, fifteen), [1, 16, 31], none, 'category_too_many'],
    ['… 11 in all', contestOf(twoAndTen, 45, fifteen), upTo(11), none, 'too_many_picks'],
    [
      '… but 3 of the category that has its own bounds',
      contestOf(teamsApart, 45, fifteen),
      [2, 17, 32],
      none,
      'ok',
    ],
    ['… and none of it', contestOf(teamsApart, 45, fifteen), [1], none, 'category_too_few'],
    ['one of each of 15 categories: so', contestOf(oneOfEach, 45, fifteen), upTo(15), none, 'ok'],
    [
      '… one category twice, one not at all',
      contestOf(oneOfEach, 45, fifteen),
      [...upTo(14), 16],
      none,
      'category_too_many',
    ],
    ['… too few to be complete', contestOf(oneOfEach, 45, fifteen), upTo(14), none, 'too_few_picks'],
    ['a number nobody has', contestOf(single), [21], none, 'unknown_candidate'],
    ['a number that is none', contestOf(single), [1.5], none, 'unknown_candidate'],
  ])('%s', (_, contest, picks, used, expected) => {
    expect(verdict(() => checkBallot(contest, picks, used, open))).toBe(expected);
  });

  test('two rounds, 20 → 10: in the second only who came through stands', () => {
    const contest = {
      ...contestOf(single),
      rounds: [
        round('2026-03-01T09:00', '2026-03-05T17:00'),
        round('2026-03-10T09:00', '2026-03-15T17:00', upTo(10)),
      ],
    };
    expect(verdict(() => checkBallot(contest, [11], nothingUsed, at('2026-03-02T00:00')))).toBe('ok');
    expect(verdict(() => checkBallot(contest, [10], nothingUsed, at('2026-03-11T00:00')))).toBe('ok');
    expect(verdict(() => checkBallot(contest, [11], nothingUsed, at('2026-03-11T00:00')))).toBe(
      'unknown_candidate',
    );
    expect(verdict(() => checkBallot(contest, [1], nothingUsed, at('2026-03-07T00:00')))).toBe(
      'not_open_yet',
    );
  });

  test('a withdrawn candidate is named in the refusal; the closed gate is said before the picks are looked at', () => {
    const contest = contestOf(single);
    const [gone] = contest.candidates;
    if (gone) gone.withdrawn = { at: instant('2026-03-25T00:00'), reason: '本人申请' };
    expect(() => checkBallot(contest, [1], nothingUsed, open)).toThrow(
      expect.objectContaining({ code: 'candidate_withdrawn', details: { number: 1, name: '候选1' } }),
    );
    expect(verdict(() => checkBallot(contest, [1, 1], nothingUsed, at('2026-03-30T17:00')))).toBe(
      'already_closed',
    );
  });
});

describe('quota periods', () => {
  test('a day’s quota starts anew at Shanghai midnight, a round’s only with the round', () => {
    const [before, after] = [at('2026-03-28T23:59:59.999'), at('2026-03-29T00:00:00.000')];
    expect(periodOf({ period: 'day' }, 0, after) - periodOf({ period: 'day' }, 0, before)).toBe(1);
    expect(periodOf({ period: 'day' }, 0, after)).toBe(
      periodOf({ period: 'day' }, 0, at('2026-03-29T23:59:59.999')),
    );
    expect(periodOf({ period: 'round' }, 0, after)).toBe(periodOf({ period: 'round' }, 0, before));
    expect(periodOf({ period: 'day' }, 0, at('2026-01-01T00:00'))).toBe(20_454);
  });

  test('no period of one round is one of another', () => {
    for (const period of ['day', 'round'] as const) {
      const farthest = periodOf({ period }, 0, at('2099-12-31T23:59'));
      expect(periodOf({ period }, 1, at('2026-01-01T00:00'))).toBeGreaterThan(farthest);
    }
  });

  test('who has voted may vote again at the next midnight, if the round is then still open', () => {
    const contest = contestOf(single);
    expect(nextPeriodAt(contest, open)).toBe(at('2026-03-29T00:00'));
    expect(nextPeriodAt(contest, at('2026-03-30T10:00'))).toBeNull();
    expect(nextPeriodAt(contest, at('2026-03-31T10:00'))).toBeNull();
    expect(nextPeriodAt({ ...contest, rule: { ...single, period: 'round' } }, open)).toBeNull();
    const tillMidnight = { ...contest, rounds: [round('2026-03-20T09:00', '2026-03-29T00:00')] };
    expect(nextPeriodAt(tillMidnight, open)).toBeNull();
  });
});

describe('when counts are shown', () => {
  const daily: Reveal = { kind: 'daily', at: 18 * 60 };
  const sealed: Reveal = { kind: 'sealed', from: instant('2026-03-30T17:00') };

  test.each([
    ['2026-03-28T17:59:59.999', '2026-03-27T18:00', '2026-03-28T18:00'],
    ['2026-03-28T18:00:00.000', '2026-03-28T18:00', '2026-03-29T18:00'],
    ['2026-03-28T23:59:59.999', '2026-03-28T18:00', '2026-03-29T18:00'],
    ['2026-03-29T00:00:00.000', '2026-03-28T18:00', '2026-03-29T18:00'],
  ])('daily at 18:00: at %s as they stood at %s, next at %s', (now, shown, next) => {
    expect(revealedUpTo(daily, at(now))).toBe(at(shown));
    expect(nextRevealAt(daily, at(now))).toBe(at(next));
  });

  test('daily at midnight is the midnight just begun', () => {
    const midnight: Reveal = { kind: 'daily', at: 0 };
    expect(revealedUpTo(midnight, at('2026-03-28T00:00'))).toBe(at('2026-03-28T00:00'));
    expect(nextRevealAt(midnight, at('2026-03-28T00:00'))).toBe(at('2026-03-29T00:00'));
  });

  test('sealed shows nothing before its instant and everything from it on', () => {
    const opening = at('2026-03-30T17:00');
    expect(revealedUpTo(sealed, opening - 1)).toBeNull();
    expect(nextRevealAt(sealed, opening - 1)).toBe(opening);
    expect(revealedUpTo(sealed, opening)).toBe(opening);
    expect(nextRevealAt(sealed, opening)).toBeNull();
  });

  test('live shows now, always', () => {
    expect(revealedUpTo({ kind: 'live' }, open)).toBe(open);
    expect(nextRevealAt({ kind: 'live' }, open)).toBeNull();
  });
});
