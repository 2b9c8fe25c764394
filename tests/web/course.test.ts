import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { listDays, noticePeriod } from '@zuimei/shared/calendar.ts';
import { outcomeFrom } from '@zuimei/shared/judging/plain.ts';
import type { NoticeDay } from '@zuimei/shared/result/act.ts';
import { certificateText, strangeBlanks } from '@zuimei/shared/result/certificate.ts';
import {
  type Course,
  type CourseEntry,
  courseOf,
  type ResultLack,
  resultLacks,
} from '@zuimei/shared/result/course.ts';
import { courseNext } from '@zuimei/shared/result/next.ts';
import type { CourseView } from '@zuimei/shared/result/view.ts';
import { mergeText, parseKeptText, useKept } from '../../web/console/organizer/course/kept.ts';
import { courseSteps } from '../../web/console/organizer/course/steps.ts';
import {
  fallReason,
  lackLine,
  nextWords,
  spanNotes,
  spanSources,
  upwardWords,
} from '../../web/console/organizer/course/words.ts';
import { figureLine, noticeLine, withDecimals } from '../../web/console/organizer/plan/judging/words.ts';
import { sampleSentence } from '../../web/lib/fullrule.ts';
import { calendar } from '../harness/holidays.ts';

const MORNING = Date.parse('2026-09-28T02:00:00.000Z');
const DAY_MS = 86_400_000;
const rules = outcomeFrom({
  candidates: 5,
  places: 2,
  weights: { vote: 100, expert: 0, media: 0, merit: 0 },
});

/** Days of a notice published on this day, as the server would print them. */
function printed(published: string, count = 5): { days: string[]; span: NoticeDay[] } {
  const period = noticePeriod(calendar, published, count, 'same');
  if ('refusal' in period) throw new Error(period.refusal);
  const listed = listDays(calendar, period.first, period.last);
  if ('refusal' in listed) throw new Error(listed.refusal);
  return { days: period.days, span: listed.map(({ name, ...day }) => ({ ...day, name: name ?? '' })) };
}

/** Acts one after the other, each with its kind. */
function course(...acts: [kind: string, act: object][]): Course {
  const entries = acts.map(([kind, act], index) => ({
    ...{ index, kind, at: new Date(MORNING).toISOString() },
    act: { actor: '王组织', reason: '按规则办理', reference: '', ...act },
  }));
  return courseOf(entries as CourseEntry[]);
}

const counts = [{ round: 0, ballots: 9, held: 0, void: 0, votes: [{ number: 1, votes: 9 }] }];
const chosen: [string, object][] = [
  ['standing', {}],
  ['choice', { chosen: [1, 2], alternates: [3] }],
];
const counted: [string, object] = ['count', { ledgerSize: 2, rounds: counts }];
function notice(no: number, numbers: number[], published: string): [string, object] {
  const { days, span } = printed(published);
  const office = { organ: '', person: '', telephone: '', address: '', email: '' };
  return [
    'notice',
    {
      ...{ change: 'published', no, published, days, span, closes: '24:00', numbers, sorted: 'number' },
      ...{ text: [], office },
    },
  ];
}
const result: [string, object] = [
  'result',
  {
    document: '文',
    date: '2026-10-10',
    held: [],
    items: [1, 2].map((number) => ({ number, serial: `a-${number}` })),
  },
];

function viewOf(acts: [string, object][], now = MORNING, changes: Partial<CourseView> = {}): CourseView {
  const found = course(...acts);
  const outcome = changes.outcome ?? rules;
  return {
    ...{ slug: 'a', title: '最美应急人', organizers: [], hideOrder: true, categories: [] },
    noun: { measure: '位', name: '人物' },
    candidates: [1, 2, 3].map((number) => ({
      ...{ number, name: `候选${number}`, unit: '', category: 'person', withdrawn: false },
    })),
    ...{ outcome, now: new Date(now).toISOString(), course: found, counts },
    lacks: resultLacks(found, outcome.notice, now),
    ...{
      notice: { refused: { code: 'choice_missing', details: {} } },
      promotions: [],
      tie: null,
      ties: [],
      items: [],
      revocations: [],
      upward: [],
    },
    ...changes,
  };
}
const states = (view: CourseView): string[] =>
  courseSteps(view, Date.parse(view.now)).map(({ label, state, note }) => `${label} ${state} ${note}`);

describe('the way from the choice to the result', () => {
  test('says of each step whether it is done, can be done now, or waits, and for what', () => {
    expect(states(viewOf(chosen))).toEqual([
      '计票确认 now 待审计确认',
      '集体审定 todo 规则没有要求',
      '公示 now 待发布',
      '递补 todo 没有名额空出',
      '结果 todo 还差 2 项',
      '证书 todo 结果公布后编号',
      '推荐上报 todo 需要时办理',
    ]);
    const running = [...chosen, counted, notice(1, [1, 2], '2026-09-28')];
    expect(states(viewOf(running)).slice(0, 5)).toEqual([
      '计票确认 done 9月28日 10:00 确认',
      '集体审定 todo 规则没有要求',
      '公示 now 至 10月9日，还有 5 个工作日',
      '递补 todo 没有名额空出',
      '结果 todo 还差 1 项',
    ]);
    const fell: [string, object][] = [...running, ['withdrawal', { number: 1 }]];
    expect(states(viewOf(fell))[3]).toBe('递补 now 1 个名额待决定');
    const tie = { numbers: [3, 4], places: 1 };
    expect(states(viewOf(fell, MORNING, { tie }))[3]).toBe('递补 now 并列待裁定');
    const after = Date.parse('2026-10-09T16:00:00.000Z');
    expect(states(viewOf(running, after))[4]).toBe('结果 now 可以公布');
    const second = notice(2, [2], '2026-09-22');
    expect(states(viewOf([...running, second], after))[2]).toBe('公示 done 10月9日期满');
    const done = states(viewOf([...running, result], after));
    expect([done[2], done[4], done[5], done[6]]).toEqual([
      '公示 done 10月9日期满',
      '结果 done 9月28日 10:00 公布',
      '证书 done 有效 2 份',
      '推荐上报 todo 需要时办理',
    ]);
  });

  test('waits with everything before the choice, and with the notice for an approval that the rules ask for', () => {
    expect(states(viewOf([])).every((line) => line.endsWith('todo 待确定拟入选'))).toBe(true);
    const outcome = { ...rules, notice: { ...rules.notice, approval: ['notice' as const] } };
    expect(states(viewOf(chosen, MORNING, { outcome })).slice(1, 3)).toEqual([
      '集体审定 now 公示前录入',
      '公示 todo 待集体审定',
    ]);
    const approved: [string, object] = ['approval', { before: 'notice', organ: '局党委会', scan: '' }];
    expect(states(viewOf([...chosen, approved], MORNING, { outcome })).slice(1, 3)).toEqual([
      '集体审定 done 已录入 1 次',
      '公示 now 待发布',
    ]);
  });

  test('asks for the count again when a ruling has moved it since', () => {
    const moved = [{ ...counts[0], votes: [{ number: 1, votes: 8 }] }] as CourseView['counts'];
    expect(states(viewOf([...chosen, counted], MORNING, { counts: moved }))[0]).toBe(
      '计票确认 now 票数有变，待再次确认',
    );
  });

  test('puts the open place before the next notice, and says who fell and why', () => {
    const acts: [string, object][] = [
      ...chosen,
      notice(1, [1, 2], '2026-09-28'),
      ['withdrawal', { number: 1, reason: '本人申请' }],
    ];
    const view = viewOf(acts);
    expect(states(view)[3]).toBe('递补 now 1 个名额待决定');
    expect(fallReason(view, 1)).toBe('本人或单位退出（9月28日 10:00）：本人申请');
    const promoted: [string, object] = ['promote', { fallen: 1, promoted: 3, chosen: [2, 3] }];
    expect(states(viewOf([...acts, promoted])).slice(2, 4)).toEqual([
      '公示 now 待发布',
      '递补 done 已决定 1 次',
    ]);
  });
});

describe('where a contest stands, in a few words', () => {
  const words = (acts: [string, object][], now = MORNING): string =>
    nextWords(courseNext(course(...acts), rules.notice, now));

  test('a running notice is what it is in, whatever else is missing', () => {
    const noticed = [...chosen, notice(1, [1, 2], '2026-09-28')];
    expect(words([])).toBe('待确定拟入选');
    expect(words(chosen)).toBe('待发布公示');
    expect(words(noticed)).toBe('公示中，至 10月9日');
    const after = MORNING + 14 * DAY_MS;
    expect(words(noticed, after)).toBe('公示期满，待审计确认票数');
    expect(words([...noticed, counted], after)).toBe('可以公布结果');
    expect(words([...noticed, counted, result], after)).toBe('结果已公布');
  });

  test('a notice that closes in the afternoon ends on that day', () => {
    const [kind, act] = notice(1, [1, 2], '2026-09-28');
    expect(words([...chosen, [kind, { ...act, closes: '17:30' }]])).toBe('公示中，至 10月9日');
  });
});

test('everything that a result can lack has a sentence that ends, and a place where it is dealt with', () => {
  const lacks: { [Code in ResultLack['code']]: Extract<ResultLack, { code: Code }> } = {
    choice_missing: { code: 'choice_missing' },
    recompute_due: { code: 'recompute_due' },
    count_unconfirmed: { code: 'count_unconfirmed' },
    approval_missing: { code: 'approval_missing', before: 'result' },
    place_open: { code: 'place_open', number: 1 },
    notice_missing: { code: 'notice_missing', numbers: [2, 3] },
    notice_running: { code: 'notice_running', until: '2026-10-09T16:00:00.000Z' },
    objection_open: { code: 'objection_open', no: 4 },
    nothing_new: { code: 'nothing_new' },
  };
  for (const lack of Object.values(lacks)) {
    const { words, to } = lackLine(lack, viewOf(chosen));
    expect(words, lack.code).toMatch(/^[^!！{}]+。$/u);
    if (lack.code !== 'nothing_new') expect(to, lack.code).not.toBeNull();
    expect(nextWords(lack), lack.code).not.toMatch(/undefined|NaN|[。！]/u);
  }
  expect(lackLine(lacks.notice_running, viewOf(chosen)).words).toBe('公示到 10月9日 24:00 才结束。');
  expect(lackLine(lacks.notice_missing, viewOf(chosen)).words).toBe('02 号 候选2、03 号 候选3还没有公示。');
});

test('who is recommended upward is counted once, beside how many may be', () => {
  const upward = [
    { name: '区县', most: 5 },
    { name: '集体', most: 1 },
  ];
  expect(upwardWords(upward, [1, 2], [2, 3])).toBe(
    '向上推荐的限额：区县 5、集体 1。连同已推荐的 2 位，共 3 位。',
  );
  expect(upwardWords(upward, [], [])).toBe('向上推荐的限额：区县 5、集体 1。已选 0 位。');
});

test('holidays are named as one, worked weekends each, with where that is said', () => {
  const { days, span } = printed('2026-09-30', 4);
  const notes = spanNotes(span, days);
  expect(notes).toEqual(['10月1日至10月7日，国庆节放假，不计入。', '10月10日 周六，国庆节调休上班，计入。']);
  expect(spanSources(span)).toHaveLength(1);
  const plain = printed('2026-09-07');
  expect(spanNotes(plain.span, plain.days)).toEqual([]);
});

describe('what is typed', () => {
  const store = new Map<string, string>();
  beforeEach(() => {
    store.clear();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => void store.set(key, value),
      removeItem: (key: string) => void store.delete(key),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test('is there again after the page was left, until it is published', async () => {
    const parse = (stored: unknown) => (typeof stored === 'string' ? stored : null);
    const mine = { slug: 'a', staff: 1 };
    const one = useKept('result', mine, '', parse);
    one.value.value = '云应急〔2026〕38号';
    await Promise.resolve();
    expect(useKept('result', mine, '', parse).value.value).toBe('云应急〔2026〕38号');
    for (const other of [
      { slug: 'b', staff: 1 },
      { slug: 'a', staff: 2 },
    ])
      expect(useKept('result', other, '', parse).value.value).toBe('');
    one.forget();
    expect(useKept('result', mine, '', parse).value.value).toBe('');
  });

  test('of a notice follows the days where nobody changed it, and says where that cannot be', () => {
    const monday = ['确定 2 位。', '公示时间：9月28日至10月9日。', '可以反映。'];
    const tuesday = ['确定 2 位。', '公示时间：9月29日至10月10日。', '可以反映。'];
    const typed = ['经研究，确定 2 位。', monday[1] ?? '', '可以反映。'];
    const followed = mergeText({ base: monday, text: typed }, tuesday);
    expect(followed).toEqual({
      base: tuesday,
      text: ['经研究，确定 2 位。', '公示时间：9月29日至10月10日。', '可以反映。'],
      stale: false,
    });
    const dated = mergeText({ base: monday, text: ['', '公示：9月28日起五天。', ''] }, tuesday);
    expect([dated.stale, dated.text[1]]).toEqual([true, '公示：9月28日起五天。']);
    expect(mergeText(dated, tuesday).stale).toBe(true);
    expect(mergeText({ base: monday, text: [...monday, '补充一段。'] }, monday).stale).toBe(false);
    expect(mergeText({ base: monday, text: [...monday, '补充一段。'] }, tuesday).stale).toBe(true);
  });

  test('that was damaged in the browser is not taken', () => {
    for (const stored of [
      null,
      [],
      { base: [] },
      { base: ['a'], text: [1], office: {} },
      { base: [], text: [], office: { organ: 1 } },
    ])
      expect(parseKeptText(stored)).toBeNull();
  });
});

test('a certificate says what its blanks stand for, and a blank that is none is named', () => {
  const item = { name: '何静', unit: '青石镇', honour: '最美应急人' };
  expect(certificateText('〔姓名〕（〔单位〕）在〔活动〕中获“〔荣誉〕”。〔别的〕', item, '推选活动')).toBe(
    '何静（青石镇）在推选活动中获“最美应急人”。〔别的〕',
  );
  expect(strangeBlanks('〔姓名〕〔名字〕')).toEqual(['名字']);
});

describe('the rules of the notice in the editor', () => {
  test('stand in one line of the changes, each of them', () => {
    const { notice: terms } = rules;
    const line = noticeLine(terms);
    expect(line).toBe(
      '发布当天算第一天，到 24:00 止，按姓氏笔画排列，匿名反映作为线索，5 个工作日内答复，不要求集体审定',
    );
    const others = {
      first: 'next',
      closes: '17:30',
      sorted: 'number',
      anonymous: 'refused',
      replyDays: 9,
      approval: ['result'],
    } as const;
    for (const [key, value] of Object.entries(others))
      expect(noticeLine({ ...terms, [key]: value }), key).not.toBe(line);
  });

  test('other decimals leave what one rank costs as it was, and never nothing', () => {
    expect(withDecimals(rules, 3).vote.step).toBe(rules.vote.step * 10);
    expect(withDecimals({ ...rules, vote: { ...rules.vote, step: 25 } }, 0).vote.step).toBe(1);
    expect(figureLine({ decimals: 2, sample: 0 })).toBe('2 位小数，不抽验');
  });

  test('voters are told of the ballots that are opened, where there are any', () => {
    expect(sampleSentence(0)).toBeNull();
    expect(sampleSentence(200)).toMatch(/最多 200 张.*不公开是谁投的/u);
  });
});
