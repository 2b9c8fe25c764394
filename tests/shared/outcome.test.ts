import { describe, expect, test } from 'vitest';
import { calendarOf } from '@zuimei/shared/holiday.ts';
import {
  checkPanelSeats,
  type OutcomeFaultCode,
  outcomeFaultCodes,
  seatFaultCodes,
} from '@zuimei/shared/judging/check.ts';
import { foreseenInfluence } from '@zuimei/shared/judging/foreseen.ts';
import { type Outcome, type Panel, panelIds } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom, plainCriteria, plainPanel, plainStep } from '@zuimei/shared/judging/plain.ts';
import { checkPlan, isPossible, type PlanContext, type Stander } from '@zuimei/shared/plan/check.ts';
import { type ContestPlan, presetNames } from '@zuimei/shared/plan/plan.ts';
import { nextYear, planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { faultText, faultWords } from '@zuimei/shared/plan/words.ts';
import { calendar } from '../harness/holidays.ts';

const NOW = Date.parse('2026-03-02T00:00:00.000Z');

function planOf(name: (typeof presetNames)[number] = 'zuimei-district'): ContestPlan {
  const start = new Date(NOW).toISOString();
  return planFrom(presets[name], { title: '示例活动', organizer: '本区应急管理局', start });
}
function outcomeOf({ settings }: Pick<ContestPlan, 'settings'>): Outcome {
  if (!settings.outcome) throw new Error('no outcome');
  return settings.outcome;
}
function expertOf(outcome: Outcome): Panel {
  if (!outcome.panels.expert) throw new Error('no experts');
  return outcome.panels.expert;
}

/** All but those that have no vote, and so nothing to choose by. */
const chosenNames = presetNames.filter((name) => name !== 'venues');

describe('the presets', () => {
  test('hold what their notices say of the result', () => {
    const district = outcomeOf(planOf('zuimei-district'));
    expect([district.places, district.weights]).toEqual([10, { vote: 40, expert: 40, media: 20, merit: 0 }]);
    const province = outcomeOf(planOf('zuimei-province'));
    expect(province).toMatchObject({
      places: 20,
      categories: { system: { least: 15, most: 15 }, rescue: { least: 5, most: 5 } },
      notice: { days: 5 },
    });
    const cases = outcomeOf(planOf('anli'));
    expect([cases.weights.vote, cases.weights.merit]).toEqual([50, 50]);
    expect(cases.panels.merit?.criteria[0]?.name).toBe('实际工作成效');
    expect(Object.keys(outcomeOf(planOf('volunteer')).categories)).toEqual(['person', 'team']);
  });

  test('have a panel for whatever weighs something and none beside, and the usual rules for the rest', () => {
    expect(planOf('venues').settings.outcome).toBeNull();
    for (const name of chosenNames) {
      const outcome = outcomeOf(planOf(name));
      expect(Object.keys(outcome.panels), name).toEqual(panelIds.filter((id) => outcome.weights[id] > 0));
      for (const panel of Object.values(outcome.panels)) {
        expect(panel).toMatchObject({ trim: 1, trimFrom: 5, least: 3, quorum: [2, 3], severity: 'ignore' });
        for (const { half, anchors } of panel.criteria)
          expect([half, anchors.map(({ from }) => from)]).toEqual([true, [9, 7, 5, 0]]);
      }
      const expected = { decimals: 2, tieLast: 'meeting', seeCounts: false, namesPublic: false };
      expect(outcome).toMatchObject({ ...expected, unitMost: null, vote: { scale: 'rank' } });
    }
  });

  test('are told as they work: the vote moves the order about as much as it says', () => {
    for (const name of chosenNames) {
      const { settings, collection } = planOf(name);
      const outcome = outcomeOf({ settings });
      const real = foreseenInfluence(outcome, collection.places).vote ?? 0;
      expect(Math.abs(real - 10 * outcome.weights.vote), name).toBeLessThan(70);
    }
  });
});

describe('the real weight before there is a vote', () => {
  const weights = { vote: 40, expert: 60, media: 0, merit: 0 };
  const realOf = (vote: Partial<Outcome['vote']>, candidates: number | null = 20): number => {
    const outcome = outcomeFrom({ candidates: candidates ?? 20, places: 5, weights });
    return foreseenInfluence({ ...outcome, vote: { ...outcome.vote, ...vote } }, candidates).vote ?? 0;
  };

  test('is near the nominal one by rank, twice as much by the highest count, and less with a floor', () => {
    expect(realOf({})).toBeGreaterThan(380);
    expect(realOf({})).toBeLessThan(420);
    expect(realOf({ scale: 'top' })).toBeGreaterThan(770);
    expect(realOf({ scale: 'top' })).toBeLessThan(910);
    expect(realOf({ scale: 'top', floor: 60 })).toBeLessThan(realOf({ scale: 'top' }));
    expect(realOf({ scale: 'log' })).toBeLessThan(realOf({ scale: 'top' }));
  });

  test('is told for any number of candidates, and quickly', () => {
    for (const candidates of [null, 0, 1, 2, 3, 5000])
      for (const scale of ['rank', 'top', 'log', 'share'] as const)
        expect(realOf({ scale }, candidates)).toBeGreaterThan(0);
  });

  test('the usual step lets the first and the last lie ten points apart, in quarters of a point', () => {
    expect([2, 5, 10, 20, 40, 1000].map((n) => plainStep(n, 2))).toEqual([1000, 250, 100, 50, 25, 25]);
    expect([0, 1, 2, 3].map((n) => plainStep(20, n as Outcome['decimals']))).toEqual([1, 6, 50, 500]);
  });
});

type Break = (outcome: Outcome, plan: ContestPlan) => Partial<PlanContext> | undefined;
type Case = [level: 'error' | 'warning', path: string, breakIt: Break];
const stand = (count: number): Stander[] =>
  Array.from({ length: count }, (_, at) => ({ number: at + 1, category: 'person', withdrawn: false }));
/** Everybody stands, and voting has begun. */
const begun = (plan: ContestPlan, candidates: Stander[]): Partial<PlanContext> => ({
  now: Date.parse(plan.settings.rounds[0]?.opens ?? '') + 1,
  candidates,
});

const cases: Record<OutcomeFaultCode, Case> = {
  weights_sum: ['error', 'weights', (outcome) => void (outcome.weights.media = 10)],
  vote_moves_more: ['warning', 'vote', (outcome) => void (outcome.vote.scale = 'top')],
  panel_missing: ['error', 'weights.media', ({ panels }) => void delete panels.media],
  panel_idle: [
    'warning',
    'panels.media',
    (outcome) => void (outcome.weights = { vote: 40, expert: 60, media: 0, merit: 0 }),
  ],
  criteria_sum: ['error', 'panels.expert.criteria', (outcome) => void expertOf(outcome).criteria.pop()],
  full_uneven: [
    'error',
    'panels.expert.criteria',
    (outcome) => {
      for (const [at, full] of [97, 89, 83, 79].entries()) {
        const criterion = expertOf(outcome).criteria[at];
        if (criterion) criterion.full = full;
      }
    },
  ],
  anchor_out: [
    'error',
    'panels.expert.criteria.0.anchors',
    (outcome) => void expertOf(outcome).criteria[0]?.anchors.push({ from: 11, words: '超常' }),
  ],
  anchor_twice: [
    'error',
    'panels.expert.criteria.0.anchors',
    (outcome) => void expertOf(outcome).criteria[0]?.anchors.push({ from: 9, words: '很好' }),
  ],
  trim_too_much: [
    'error',
    'panels.expert.trimFrom',
    (outcome) => void Object.assign(expertOf(outcome), { trim: 2, trimFrom: 4 }),
  ],
  quorum_out: ['error', 'panels.expert.quorum', (outcome) => void (expertOf(outcome).quorum = [3, 2])],
  floor_passed: [
    'error',
    'vote.step',
    (outcome) => void (outcome.vote = { ...outcome.vote, step: 300, floor: 60 }),
  ],
  tie_twice: ['error', 'ties', (outcome) => void (outcome.ties = ['votes', 'votes'])],
  tie_without_panel: ['error', 'ties', (outcome) => void (outcome.ties = ['merit'])],
  places_too_many: ['error', 'places', (outcome) => void (outcome.places = 21)],
  bounds_crossed: [
    'error',
    'categories.team',
    (outcome) => void (outcome.categories = { team: { least: 3, most: 2 } }),
  ],
  minimums_too_many: [
    'error',
    'categories',
    (outcome) => void (outcome.categories = { person: { least: 6 }, team: { least: 5 } }),
  ],
  category_places_sum: [
    'error',
    'categories',
    (outcome) => void (outcome.categories = { person: { least: 7, most: 7 }, team: { least: 2, most: 2 } }),
  ],
  minimum_above_candidates: [
    'error',
    'categories.team',
    (outcome, plan) => {
      outcome.categories = { team: { least: 1 } };
      return begun(plan, stand(20));
    },
  ],
  places_never_filled: [
    'warning',
    'categories',
    (outcome) => void (outcome.categories = { person: { most: 3 }, team: { most: 3 } }),
  ],
  group_short: [
    'warning',
    'groups.0',
    (outcome) => void (outcome.groups = [{ id: 'front', name: '一线', members: [], least: 4 }]),
  ],
  group_stranger: [
    'error',
    'groups.0',
    (outcome, plan) => {
      outcome.groups = [{ id: 'front', name: '一线', members: [3, 99], least: 1 }];
      return begun(plan, stand(20));
    },
  ],
  honours_sum: ['error', 'honours', (outcome) => void (outcome.honours = [{ name: '一等奖', places: 3 }])],
  counts_seen: ['warning', 'seeCounts', (outcome) => void (outcome.seeCounts = true)],
  notice_uncovered: ['warning', 'notice', () => ({ calendar: calendarOf([]) })],
};

describe('what does not fit together is found and named', () => {
  test.each(outcomeFaultCodes.map((code) => [code, cases[code]] as const))(
    '%s',
    (code, [level, path, breakIt]) => {
      const plan = planOf();
      const found = checkPlan(plan, { now: NOW, calendar, ...breakIt(outcomeOf(plan), plan) });
      const fault = found.find((one) => one.code === code);
      expect(fault).toMatchObject({ level, path: `settings.outcome.${path}` });
      expect(fault && faultText(fault)).not.toMatch(/[{}]|undefined|null/u);
      if (level === 'error') expect(isPossible(found)).toBe(false);
    },
  );

  test('a group that is too small is an error once numbers are given out', () => {
    const plan = planOf();
    outcomeOf(plan).groups = [{ id: 'front', name: '一线', members: [1], least: 2 }];
    const found = checkPlan(plan, { now: NOW, calendar, ...begun(plan, stand(20)) });
    expect(found).toContainEqual(expect.objectContaining({ code: 'group_short', level: 'error' }));
  });

  test('numbers out of their bounds are said, and nothing is computed from them', () => {
    const plan = planOf();
    const outcome = outcomeOf(plan);
    outcome.vote.step = 0.5;
    for (const criterion of expertOf(outcome).criteria) criterion.full = 0;
    outcome.categories = { gone: { least: -1 } };
    const codes = checkPlan(plan, { now: NOW, calendar }).map(
      ({ code, path }) => `${code} ${path.slice(17)}`,
    );
    expect(codes).toEqual(
      expect.arrayContaining([
        'number_out vote.step',
        'number_out panels.expert.criteria.0.full',
        'number_out categories.gone',
        'category_unknown categories.gone',
      ]),
    );
  });

  test('a notice lasts a day at least, and an answer is due a day after at the earliest', () => {
    const plan = planOf();
    Object.assign(outcomeOf(plan).notice, { days: 0, replyDays: 0 });
    outcomeOf(plan).sample = 2_001;
    const found = checkPlan(plan, { now: NOW, calendar });
    expect(found.map(({ code, path }) => `${code} ${path.slice(17)}`)).toEqual(
      expect.arrayContaining(['number_out notice.days', 'number_out notice.replyDays', 'number_out sample']),
    );
    expect(found.map(faultText).join()).toContain('请填 1 到 60 之间的整数。');
  });

  test('the step is measured by those who stand, and the fault says what is possible', () => {
    const plan = planOf();
    outcomeOf(plan).vote = { scale: 'rank', step: 500, floor: 0, rounds: 'last' };
    expect(isPossible(checkPlan(plan, { now: NOW, calendar }))).toBe(true);
    const found = checkPlan(plan, { now: NOW, calendar, ...begun(plan, stand(30)) });
    const passed = found.find(({ code }) => code === 'floor_passed');
    expect(passed && faultText(passed)).toBe(
      '名次分差太大：第 30 名只有 -45.00 分，低于基础分 0 分。分差最多 3.44 分。',
    );
  });
});

describe('a panel with its seats', () => {
  const panel = plainPanel(plainCriteria('expert'));
  const faults = (seats: number, change: Partial<Panel> = {}) =>
    checkPanelSeats({ ...panel, ...change }, seats).map(({ code, level }) => `${level} ${code}`);

  test('is possible, or it is said why not', () => {
    expect(faults(7)).toEqual([]);
    expect(faults(2)).toEqual(['error seats_too_few', 'warning trim_idle']);
    expect(faults(3, { trim: 0 })).toEqual(['warning quorum_below_least']);
    expect(faults(4)).toEqual(['warning trim_idle']);
    for (const code of seatFaultCodes) expect(faultWords[code]).toMatch(/^[^!！]+。$/u);
  });
});

describe('once voting has begun', () => {
  const during = (plan: ContestPlan): PlanContext => {
    const [round] = plan.settings.rounds;
    return { now: Date.parse(round?.opens ?? '') + 1, calendar, frozen: structuredClone(plan.settings) };
  };

  test('nothing of the outcome may change but the terms of the notice', () => {
    const plan = planOf();
    const context = during(plan);
    outcomeOf(plan).notice.replyDays = 10;
    expect(checkPlan(plan, context)).toEqual([]);
    outcomeOf(plan).ties.reverse();
    expertOf(outcomeOf(plan)).least = 2;
    expect(checkPlan(plan, context).map(({ code, path }) => `${code} ${path}`)).toEqual([
      'outcome_kept settings.outcome.panels',
      'outcome_kept settings.outcome.ties',
    ]);
    plan.settings.outcome = null;
    expect(isPossible(checkPlan(plan, context))).toBe(false);
  });

  test('the same with its keys in another order is no change, and before the opening everything may change', () => {
    const plan = planOf();
    const context = during(plan);
    plan.settings.outcome = Object.fromEntries(
      Object.entries(outcomeOf(plan)).reverse(),
    ) as unknown as Outcome;
    expect(checkPlan(plan, context)).toEqual([]);
    outcomeOf(plan).places = 9;
    expect(checkPlan(plan, { ...context, now: NOW })).toEqual([]);
  });
});

test('a year on, groups name nobody yet and no secret of a lot is left, and all else is as it was', () => {
  const plan = planOf();
  const outcome = outcomeOf(plan);
  outcome.groups = [{ id: 'front', name: '一线', members: [1, 2], least: 1 }];
  outcome.lots = ['ab', 'cd'];
  const next = outcomeOf(nextYear(plan, '下一年'));
  expect(next).toEqual({
    ...outcome,
    lots: [],
    groups: [{ id: 'front', name: '一线', members: [], least: 1 }],
  });
  expect(outcome.lots).toHaveLength(2);
});
