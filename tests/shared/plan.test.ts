import { describe, expect, test } from 'vitest';
import { phases, type WechatRule } from '@zuimei/shared/contest.ts';
import { calendarOf } from '@zuimei/shared/holiday.ts';
import { type OutcomeFaultCode, outcomeFaultCodes } from '@zuimei/shared/judging/check.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { checkPlan, isPossible, type PlanContext } from '@zuimei/shared/plan/check.ts';
import { type PlanFaultCode, planFaultCodes } from '@zuimei/shared/plan/fault.ts';
import { type ContestPlan, presetNames } from '@zuimei/shared/plan/plan.ts';
import { collectionFor, nextYear, planFrom, presets, suggestedTitle } from '@zuimei/shared/plan/preset.ts';
import { calendar } from '../harness/holidays.ts';

const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const DAY_MS = 86_400_000;

function planOf(name: (typeof presetNames)[number] = 'zuimei-district', start = NOW): ContestPlan {
  const day = new Date(start).toISOString();
  return planFrom(
    presets[name],
    {
      title: suggestedTitle(presets[name], day),
      organizer: '本区安委办、本区应急管理局',
      start: day,
    },
    calendar,
  );
}

function outcomeOf({ settings }: Pick<ContestPlan, 'settings'>): Outcome {
  if (!settings.outcome) throw new Error('no outcome');
  return settings.outcome;
}

const iso = (days: number): string => new Date(NOW + days * DAY_MS).toISOString();

test('every preset gives a plan without a fault, and with its dates in order, on whatever day it starts', () => {
  for (const name of presetNames)
    for (let day = 0; day < 420; day += 3) {
      const now = NOW + day * DAY_MS;
      const plan = planOf(name, now);
      const steps = plan.settings.schedule.map((step) => Date.parse(step.from));
      const inOrder = steps.every((step, at) => step > (steps[at - 1] ?? 0));
      const faults = checkPlan(plan, { now, calendar }).filter(({ code }) => !code.endsWith('_uncovered'));
      if (faults.length > 0 || !inOrder) expect({ name, day, faults, inOrder }).toBeNull();
    }
});

test('a plan has the title, both organizers and no place left to fill', () => {
  for (const name of presetNames) {
    const plan = planOf(name);
    expect(plan.settings.organizers).toEqual(['本区安委办', '本区应急管理局']);
    expect(JSON.stringify(plan)).not.toMatch(/\{\w+\}/);
    // Of a venue nobody has to agree.
    if (plan.collection.preset !== 'venues') expect(plan.collection.consent).toContain('本区应急管理局');
  }
});

test('no preset shows the public what is private', () => {
  const fieldOf = (plan: ContestPlan, key: string) => plan.collection.form.find((field) => field.key === key);
  for (const name of presetNames)
    for (const key of ['phone', 'idNumber', 'birth', 'politics', 'origin'])
      expect(fieldOf(planOf(name), key)?.audience ?? 'private', `${name} ${key}`).toBe('private');
});

type Break = (plan: ContestPlan) => Partial<PlanContext> | undefined;
type Case = [level: 'error' | 'warning', path: string, breakIt: Break];

const fieldAt = (plan: ContestPlan, key: string) => {
  const at = plan.collection.form.findIndex((field) => field.key === key);
  const field = plan.collection.form[at];
  if (!field) throw new Error(`no field ${key}`);
  return field;
};
const round = (plan: ContestPlan) => {
  const [first] = plan.settings.rounds;
  if (!first) throw new Error('no round');
  return first;
};
const vouched: WechatRule = { outside: 'refused', early: false, follow: false, keyword: '' };
/** The clock in the middle of the voting, under the rules the plan had. */
function during(plan: ContestPlan): PlanContext {
  const { opens, closes } = round(plan);
  return {
    now: (Date.parse(opens) + Date.parse(closes)) / 2,
    calendar,
    frozen: structuredClone(plan.settings),
  };
}

/** Those of the outcome alone are in outcome.test.ts. */
type Own = Exclude<PlanFaultCode, OutcomeFaultCode>;
const isOwn = (code: PlanFaultCode): code is Own => !(outcomeFaultCodes as readonly string[]).includes(code);

const cases: Record<Own, Case> = {
  text_missing: ['error', 'settings.title', (plan) => void (plan.settings.title = ' ')],
  text_too_long: ['error', 'settings.slogan', (plan) => void (plan.settings.slogan = '长'.repeat(41))],
  too_many: ['error', 'settings.notes', (plan) => void (plan.settings.notes = Array(21).fill('一条'))],
  number_out: [
    'error',
    'settings.rule.ballotsPerPeriod',
    (plan) => void (plan.settings.rule.ballotsPerPeriod = 0),
  ],
  id_malformed: ['error', 'collection.form.0.key', (plan) => void (fieldAt(plan, 'name').key = '姓名')],
  name_twice: [
    'error',
    'settings.categories.1.name',
    (plan) =>
      void (plan.settings.categories = [
        { id: 'person', name: '个人' },
        { id: 'team', name: '个 人' },
      ]),
  ],
  id_twice: [
    'error',
    'collection.unitKinds.1.id',
    ({ collection }) =>
      void (collection.unitKinds = collection.unitKinds.map((kind) => ({ ...kind, id: 'town' }))),
  ],
  moment_missing: ['error', 'collection.closes', (plan) => void (plan.collection.closes = '')],
  schedule_empty: ['error', 'settings.schedule', (plan) => void (plan.settings.schedule = [])],
  phase_twice: [
    'error',
    'settings.schedule.7',
    ({ settings }) => void settings.schedule.push({ phase: 'result', from: iso(200) }),
  ],
  schedule_order: [
    'error',
    'settings.schedule.2',
    ({ settings }) => void (settings.schedule[2] = { phase: 'shortlisted', from: iso(2) }),
  ],
  voting_missing: [
    'error',
    'settings.schedule',
    ({ settings }) => void (settings.schedule = settings.schedule.filter((step) => step.phase !== 'voting')),
  ],
  round_missing: ['error', 'settings.rounds', (plan) => void (plan.settings.rounds = [])],
  round_order: ['error', 'settings.rounds.0.closes', (plan) => void (round(plan).closes = round(plan).opens)],
  rounds_overlap: [
    'error',
    'settings.rounds.1.opens',
    (plan) => void plan.settings.rounds.push({ ...round(plan) }),
  ],
  voting_apart: ['error', 'settings.rounds.0.opens', (plan) => void (round(plan).opens = iso(34))],
  phase_during_voting: ['error', 'settings.schedule.4', (plan) => void (round(plan).closes = iso(45))],
  round_past: ['error', 'settings.rounds.0.closes', () => ({ now: NOW + 100 * DAY_MS })],
  voting_short: [
    'warning',
    'settings.rounds.0.closes',
    (plan) => void (round(plan).closes = new Date(Date.parse(round(plan).opens) + 2 * DAY_MS).toISOString()),
  ],
  judging_missing: [
    'warning',
    'settings.schedule',
    ({ settings }) => void (settings.schedule = settings.schedule.filter((step) => step.phase !== 'judging')),
  ],
  notice_short: ['error', 'settings.outcome.notice.days', (plan) => void (outcomeOf(plan).notice.days = 30)],
  collection_order: ['error', 'collection.closes', (plan) => void (plan.collection.closes = iso(-1))],
  deadline_after_shortlist: ['error', 'collection.closes', (plan) => void (plan.collection.closes = iso(30))],
  review_before_deadline: ['warning', 'collection.closes', (plan) => void (plan.collection.closes = iso(24))],
  deadline_off: ['warning', 'collection.closes', (plan) => void (plan.collection.closes = iso(19))],
  deadline_uncovered: ['warning', 'collection.closes', () => ({ calendar: calendarOf([]) })],
  picks_order: [
    'error',
    'settings.rule.picks',
    (plan) => void (plan.settings.rule.picks = { min: 6, max: 5 }),
  ],
  picks_more_than_candidates: [
    'error',
    'settings.rule.picks',
    (plan) => {
      plan.settings.rule.picks = { min: 3, max: 10 };
      const candidates = [1, 2].map((number) => ({ number, category: 'person', withdrawn: number === 3 }));
      return { ...during(plan), candidates };
    },
  ],
  picks_never_full: [
    'warning',
    'settings.rule.picks',
    (plan) => void (plan.settings.rule.picks = { min: 1, max: 30 }),
  ],
  category_order: [
    'error',
    'settings.rule.categories.team',
    (plan) => void (plan.settings.rule.categories = { team: { min: 2, max: 1 } }),
  ],
  category_unknown: [
    'error',
    'settings.rule.categories.gone',
    (plan) => void (plan.settings.rule.categories = { gone: { min: 0, max: 1 } }),
  ],
  category_sum_low: [
    'error',
    'settings.rule.picks',
    ({ settings }) => {
      settings.rule.picks = { min: 5, max: 10 };
      settings.rule.perCategory = { min: 0, max: 2 };
    },
  ],
  category_sum_high: [
    'error',
    'settings.rule.picks',
    (plan) => void (plan.settings.rule.perCategory = { min: 6, max: 8 }),
  ],
  category_more_than_candidates: [
    'error',
    'settings.rule.categories.team',
    (plan) => {
      plan.settings.rule.categories = { team: { min: 3, max: 5 } };
      plan.collection.categoryPlaces = { team: 2 };
    },
  ],
  ballots_never_spent: [
    'warning',
    'settings.rule.ballotsPerPeriod',
    ({ settings }) => {
      settings.rule.repeatCandidate = false;
      settings.rule.ballotsPerPeriod = 21;
    },
  ],
  vote_mentioned: [
    'warning',
    'settings.notes.0',
    ({ settings }) => {
      settings.rounds = [];
      settings.schedule = settings.schedule.filter(({ phase }) => phase !== 'voting');
      settings.notes = ['每人每天投票一次。'];
    },
  ],
  outcome_without_vote: [
    'error',
    'settings.outcome',
    ({ settings }) => {
      settings.rounds = [];
      settings.schedule = settings.schedule.filter(({ phase }) => phase !== 'voting');
    },
  ],
  weights_none: ['warning', 'settings.outcome', (plan) => void (plan.settings.outcome = null)],
  vote_heavy: [
    'warning',
    'settings.outcome.weights.vote',
    (plan) => void (outcomeOf(plan).weights = { vote: 71, expert: 29, media: 0, merit: 0 }),
  ],
  reveal_hour: [
    'error',
    'settings.reveal',
    (plan) => void (plan.settings.reveal = { kind: 'daily', at: 1440 }),
  ],
  reveal_before_voting: [
    'error',
    'settings.reveal',
    (plan) => void (plan.settings.reveal = { kind: 'sealed', from: round(plan).opens }),
  ],
  reveal_before_close: [
    'warning',
    'settings.reveal',
    (plan) => void (plan.settings.reveal = { kind: 'sealed', from: iso(35) }),
  ],
  reveal_after_result: [
    'error',
    'settings.reveal',
    (plan) => void (plan.settings.reveal = { kind: 'sealed', from: iso(90) }),
  ],
  link_malformed: [
    'error',
    'collection.circular.link',
    (plan) => void (plan.collection.circular.link = 'javascript:alert(1)'),
  ],
  kinds_missing: ['error', 'collection.kinds', (plan) => void (plan.collection.kinds = [])],
  form_empty: ['error', 'collection.form', (plan) => void (plan.collection.form = [])],
  field_needed: ['error', 'collection.form', (plan) => void (fieldAt(plan, 'name').required = false)],
  field_must_be_private: [
    'error',
    'collection.form.9.audience',
    (plan) => void (fieldAt(plan, 'phone').audience = 'public'),
  ],
  field_must_be_public: [
    'error',
    'collection.form.10.audience',
    (plan) => void (fieldAt(plan, 'reason').audience = 'private'),
  ],
  kind_unknown: ['error', 'collection.form.1.kinds', (plan) => void (plan.collection.kinds = ['team'])],
  choices_missing: [
    'error',
    'collection.form.1.choices',
    (plan) => void (fieldAt(plan, 'gender').choices = ['男']),
  ],
  unit_kinds_missing: ['error', 'collection.unitKinds', (plan) => void (plan.collection.unitKinds = [])],
  opinion_owner: [
    'error',
    'collection.opinions.0.owner',
    ({ collection }) => {
      for (const step of collection.opinions) step.owner = { above: 'nowhere' };
    },
  ],
  quota_order: [
    'error',
    'collection.unitKinds.0.least',
    ({ collection }) => void (collection.unitKinds = [{ id: 'town', name: '镇街', least: 4, most: 3 }]),
  ],
  places_above_total: [
    'warning',
    'collection.places',
    (plan) => void (plan.collection.categoryPlaces = { person: 15, team: 10 }),
  ],
  places_below_total: [
    'warning',
    'collection.places',
    (plan) => void (plan.collection.categoryPlaces = { person: 10, team: 5 }),
  ],
  threshold_out: [
    'error',
    'settings.thresholds.device.hold',
    (plan) => void (plan.settings.thresholds = { 'device.hold': 2.5 }),
  ],
  threshold_order: [
    'warning',
    'settings.thresholds.ip.carrier',
    (plan) => void (plan.settings.thresholds = { 'ip.carrier.hold': 5 }),
  ],
  network_malformed: [
    'error',
    'settings.networks.0.cidr',
    (plan) => void (plan.settings.networks = [{ cidr: '203.0.113', kind: 'office', name: '区局' }]),
  ],
  network_wide: [
    'error',
    'settings.networks.0.cidr',
    (plan) => void (plan.settings.networks = [{ cidr: '203.0.0.0/8', kind: 'office', name: '区局' }]),
  ],
  wechat_unconnected: [
    'error',
    'settings.wechat',
    (plan) => {
      plan.settings.wechat = vouched;
      return { wechatReach: 'none' };
    },
  ],
  messages_untaken: [
    'error',
    'settings.wechat.keyword',
    (plan) => {
      plan.settings.wechat = { ...vouched, keyword: '投票' };
      return { wechatReach: 'pages' };
    },
  ],
  follow_outside: [
    'error',
    'settings.wechat.follow',
    (plan) => void (plan.settings.wechat = { ...vouched, outside: 'weighed', follow: true }),
  ],
  keyword_malformed: [
    'error',
    'settings.wechat.keyword',
    (plan) => void (plan.settings.wechat = { ...vouched, keyword: '投 票' }),
  ],
  keyword_many_picks: [
    'warning',
    'settings.wechat.keyword',
    (plan) => {
      plan.settings.rule.picks = { min: 4, max: 5 };
      plan.settings.wechat = { ...vouched, keyword: '投票' };
    },
  ],
  announcement_over: [
    'error',
    'settings.announcements.0.until',
    (plan) => void (plan.settings.announcements = [{ at: iso(3), text: '公告', until: iso(2) }]),
  ],
  text_unshown: [
    'warning',
    'settings.notes.0',
    (plan) => void (plan.settings.notes = ['请为王\ue000明投票']),
  ],
  icp_malformed: ['error', 'settings.footer.icp', (plan) => void (plan.settings.footer.icp = '备案中')],
  police_malformed: [
    'error',
    'settings.footer.police',
    (plan) => void (plan.settings.footer.police = '12345'),
  ],
  site_code_malformed: [
    'error',
    'settings.footer.siteCode',
    (plan) => void (plan.settings.footer.siteCode = 'bm1'),
  ],
  round_started_moved: [
    'error',
    'settings.rounds.0.opens',
    (plan) => {
      const context = during(plan);
      const step = plan.settings.schedule.find((one) => one.phase === 'voting');
      if (step) step.from = iso(32);
      round(plan).opens = iso(32);
      return context;
    },
  ],
  round_shortened: [
    'error',
    'settings.rounds.0.closes',
    (plan) => {
      const context = during(plan);
      round(plan).closes = new Date(context.now + DAY_MS).toISOString();
      return context;
    },
  ],
  round_ended: [
    'error',
    'settings.rounds.0.closes',
    (plan) => {
      const frozen = structuredClone(plan.settings);
      round(plan).closes = new Date(Date.parse(round(plan).closes) + 60_000).toISOString();
      return { now: Date.parse(round(plan).closes) + DAY_MS, frozen };
    },
  ],
  round_removed: [
    'error',
    'settings.rounds',
    (plan) => {
      const context = during(plan);
      plan.settings.rounds = [];
      return context;
    },
  ],
  category_in_use: [
    'error',
    'settings.categories',
    (plan) => {
      plan.settings.categories = [{ id: 'person', name: '个人' }];
      plan.collection.unitCategoryMost = {};
      return { candidates: [{ number: 7, category: 'team', withdrawn: false }] };
    },
  ],
  picks_unseen: [
    'warning',
    'settings.thresholds.weights.single',
    (plan) => {
      plan.settings.thresholds = { 'weights.single': 3 };
      plan.settings.reveal = { kind: 'daily', at: 1080 };
    },
  ],
  reveal_earlier: [
    'error',
    'settings.reveal',
    (plan) => {
      plan.settings.reveal = { kind: 'sealed', from: round(plan).closes };
      const context = during(plan);
      plan.settings.reveal = { kind: 'sealed', from: new Date(context.now + DAY_MS).toISOString() };
      return context;
    },
  ],
  reveal_daily_kept: [
    'error',
    'settings.reveal',
    (plan) => {
      plan.settings.reveal = { kind: 'daily', at: 1080 };
      const context = during(plan);
      plan.settings.reveal = { kind: 'daily', at: 600 };
      return context;
    },
  ],
  outcome_kept: [
    'error',
    'settings.outcome.places',
    (plan) => {
      const context = during(plan);
      outcomeOf(plan).places = 9;
      return context;
    },
  ],
  order_promised: [
    'error',
    'settings.hideOrder',
    (plan) => {
      plan.settings.hideOrder = true;
      const context = during(plan);
      plan.settings.hideOrder = false;
      return context;
    },
  ],
  reveal_taken_back: [
    'error',
    'settings.reveal',
    (plan) => {
      const context = during(plan);
      plan.settings.reveal = { kind: 'sealed', from: iso(42) };
      return context;
    },
  ],
};

describe('each impossible or unwise setting is found and named', () => {
  test.each(planFaultCodes.filter(isOwn).map((code) => [code, cases[code]] as const))(
    '%s',
    (code, [level, path, breakIt]) => {
      const plan = planOf();
      const context = { now: NOW, calendar, ...breakIt(plan) };
      const found = checkPlan(plan, context);
      expect(found).toContainEqual(expect.objectContaining({ code, level, path }));
      if (level === 'error') expect(isPossible(found)).toBe(false);
    },
  );
});

test('a warning does not stop a publication', () => {
  const plan = planOf();
  outcomeOf(plan).weights = { vote: 80, expert: 10, media: 10, merit: 0 };
  expect(checkPlan(plan, { now: NOW, calendar }).map((fault) => fault.level)).toEqual(['warning']);
  expect(isPossible(checkPlan(plan, { now: NOW, calendar }))).toBe(true);
});

test('putting the end of a running round off is possible, with what comes after it', () => {
  const plan = planOf();
  const context = during(plan);
  round(plan).closes = iso(43);
  for (const step of plan.settings.schedule) if (step.phase === 'judging') step.from = iso(43);
  expect(checkPlan(plan, context)).toEqual([]);
});

test('the real rules of the notices can be expressed', () => {
  const rules: ((plan: ContestPlan) => void)[] = [
    ({ settings }) => {
      settings.rule = {
        period: 'day',
        ballotsPerPeriod: 1,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 15 },
        repeatCandidate: true,
      };
      settings.hideOrder = true;
    },
    ({ settings }) => {
      settings.rule = {
        period: 'day',
        ballotsPerPeriod: 1,
        perCategory: null,
        categories: {},
        picks: { min: 10, max: 10 },
        repeatCandidate: true,
      };
      settings.reveal = { kind: 'daily', at: 18 * 60 };
      outcomeOf({ settings }).weights = { vote: 70, expert: 15, media: 15, merit: 0 };
    },
    ({ settings }) => {
      settings.rule = {
        period: 'day',
        ballotsPerPeriod: 10,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 1 },
        repeatCandidate: false,
      };
    },
    ({ settings }) => {
      settings.rule.perCategory = { min: 0, max: 2 };
      settings.rule.picks = { min: 1, max: 4 };
    },
    ({ settings }) => {
      settings.rounds = [
        { opens: round({ settings } as ContestPlan).opens, closes: iso(36), numbers: null },
        { opens: iso(37), closes: iso(41), numbers: null },
      ];
    },
  ];
  for (const rule of rules) {
    const plan = planOf();
    rule(plan);
    expect(checkPlan(plan, { now: NOW, calendar })).toEqual([]);
  }
});

test('a year on, every date has moved by 52 weeks and nothing that happened comes along', () => {
  const plan = planOf();
  plan.settings.paused = { since: iso(33), reason: '核查' };
  plan.settings.announcements = [{ at: iso(33), text: '公告', until: null }];
  round(plan).numbers = [1, 2, 3];
  const next = nextYear(plan, '2027 年度“最美应急人”');
  expect(next.settings).toMatchObject({ title: '2027 年度“最美应急人”', paused: null });
  expect(next.settings.announcements).toEqual([]);
  expect(round(next).numbers).toBeNull();
  for (const [at, step] of plan.settings.schedule.entries())
    expect(Date.parse(next.settings.schedule[at]?.from ?? '') - Date.parse(step.from)).toBe(364 * DAY_MS);
  expect(isPossible(checkPlan(next, { now: NOW, calendar }))).toBe(true);
});

test('a contest made without the console gets a way of collecting that fits it', () => {
  const { settings } = planOf('anli');
  const collection = collectionFor(settings);
  expect(collection.kinds).toEqual(['case']);
  expect(isPossible(checkPlan({ settings, collection }, { now: NOW, calendar }))).toBe(true);
  expect(settings.schedule.every((step) => phases.includes(step.phase))).toBe(true);
});
