import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Criterion } from '@zuimei/shared/judging/outcome.ts';
import type { SheetLines, SheetState, SheetTask } from '@zuimei/shared/sheet.ts';
import {
  levelAt,
  levelsOf,
  middleOf,
  parsePoints,
  pointsText,
  stepOf,
  totalOf,
  totalText,
} from '../../web/console/expert/points.ts';
import {
  differing,
  draftText,
  lineText,
  nextOpen,
  progressOf,
  rowOf,
} from '../../web/console/expert/rows.ts';
import { forgetSheets, keepPart, readPart, readTyped } from '../../web/console/expert/shelf.ts';
import { spreadOf } from '../../web/console/expert/spread.ts';
import { onlyContest } from '../../web/console/lib/access.ts';

const criterion = (changes: Partial<Criterion> = {}): Criterion => ({
  id: 'a',
  name: '创新性',
  full: 10,
  weight: 100,
  half: true,
  anchors: [],
  ...changes,
});

describe('points', () => {
  test('are read as they are typed, in whole units, without a float in between', () => {
    const read = (text: string, scale = criterion({ full: 100 }), decimals = 2) =>
      parsePoints(text, scale, decimals);
    expect(read('87.5')).toEqual({ units: 8_750 });
    expect(read(' ８７．５ ')).toEqual({ units: 8_750 });
    expect(read('87.')).toEqual({ units: 8_700 });
    expect(read('87.5000')).toEqual({ units: 8_750 });
    expect(read('0')).toEqual({ units: 0 });
    expect(read('100')).toEqual({ units: 10_000 });
    expect(read('')).toEqual({ units: null });
    // 0.5 of one decimal and of three.
    expect([read('1.5', undefined, 1).units, read('1.5', undefined, 3).units]).toEqual([15, 1_500]);
  });

  test('that may not be given are refused with why', () => {
    const wrong = (text: string, changes: Partial<Criterion> = {}, decimals = 2) =>
      parsePoints(text, criterion(changes), decimals).wrong;
    for (const text of ['八', '-1', '1e2', '.5', '1.2.3', '½'])
      expect(wrong(text), text).toBe('请填写数字。');
    expect(wrong('10.5')).toBe('最多 10 分。');
    expect(wrong('11')).toBe('最多 10 分。');
    expect(wrong('7.25')).toBe('只能是整分或半分。');
    expect(wrong('7.505')).toBe('只能是整分或半分。');
    expect(wrong('7.5', { half: false })).toBe('只能是整分。');
    expect(wrong('7.5', {}, 0)).toBe('只能是整分。');
    expect(wrong('7.0', {}, 0)).toBeUndefined();
  });

  test('are written as they are said, totals with all their digits', () => {
    expect([750, 800, 5, 0].map((units) => pointsText(units, 2))).toEqual(['7.5', '8', '0.05', '0']);
    expect([pointsText(8, 0), pointsText(75, 1)]).toEqual(['8', '7.5']);
    expect([totalText(8_650, 2), totalText(86, 0), totalText(8_605, 2)]).toEqual(['86.50', '86', '86.05']);
    for (let units = 0; units <= 1_000; units += stepOf(criterion(), 2))
      expect(parsePoints(pointsText(units, 2), criterion(), 2)).toEqual({ units });
  });

  test('fall into stretches with the words of the scale, without a gap and up to the full mark', () => {
    const scale = criterion({
      full: 40,
      anchors: [
        { from: 34, words: '突出' },
        { from: 24, words: '一般' },
        { from: 30, words: '较好' },
      ],
    });
    expect(levelsOf(scale)).toEqual([
      { from: 0, to: 23, words: '' },
      { from: 24, to: 29, words: '一般' },
      { from: 30, to: 33, words: '较好' },
      { from: 34, to: 40, words: '突出' },
    ]);
    expect(levelsOf(criterion())).toEqual([{ from: 0, to: 10, words: '' }]);
    expect(levelsOf(criterion({ full: 100 })).map(({ from }) => from)).toEqual([0, 50, 60, 70, 80, 90]);
    expect(levelAt(scale, 3_350, 2)?.words).toBe('较好');
    expect(levelAt(scale, 3_400, 2)?.words).toBe('突出');
    expect(middleOf({ from: 30, to: 33, words: '' }, 2)).toBe(3_100);
  });

  test('add up while some are missing', () => {
    const two = [criterion({ weight: 60 }), criterion({ id: 'b', full: 20, weight: 40 })];
    expect([totalOf(two, {}), totalOf(two, { a: 750 }), totalOf(two, { a: 750, b: 1_500 })]).toEqual([
      null,
      4_500,
      7_500,
    ]);
  });
});

const task = {
  criteria: [criterion(), criterion({ id: 'b' })],
  candidates: [4, 2, 9, 7, 1, 5].map((number) => ({ number, withdrawn: number === 5 })),
} as SheetTask;
const line = (points: Record<string, number>, abstained = false) => ({ points, abstained, note: '' });
const state = {
  lines: {
    4: line({ a: 100, b: 200 }),
    2: line({ a: 100 }),
    9: line({}, true),
    5: line({ a: 100, b: 100 }),
  } as SheetLines,
  recusals: [{ number: 7, ground: 'unit', at: '' }] as SheetState['recusals'],
};

describe('the list', () => {
  test('says of each candidate where it stands, in the order of the seat, and totals only whole lines', () => {
    const rows = task.candidates.map((candidate) => rowOf(task, state, candidate));
    expect(rows.map(({ candidate, state, total }) => [candidate.number, state, total])).toEqual([
      [4, 'done', 3_000],
      [2, 'begun', null],
      [9, 'abstained', null],
      [7, 'recused', null],
      [1, 'open', null],
      [5, 'withdrawn', null],
    ]);
    expect(progressOf(rows)).toEqual({ done: 2, of: 4 });
    expect([nextOpen(rows, null), nextOpen(rows, 2), nextOpen(rows, 1)]).toEqual([2, 1, 2]);
    expect(nextOpen(rows.slice(0, 1), 4)).toBeNull();
  });

  test('a draft is the same text however its keys came, and without empty lines', () => {
    const draft = (lines: SheetLines) =>
      draftText(Object.entries(lines).map(([key, one]) => [Number(key), lineText(task, one)] as const));
    const one = draft({ 10: line({ a: 1, b: 2 }), 4: { ...line({ b: 3 }), note: ' 稳 ' }, 1: line({}) });
    expect(draft({ 4: { ...line({ b: 3 }), note: '稳' }, 10: line({ b: 2, a: 1, gone: 5 }) })).toBe(one);
    expect(JSON.parse(one)).toEqual({ 10: line({ a: 1, b: 2 }), 4: { ...line({ b: 3 }), note: '稳' } });
    expect(draft({})).toBe('{}');
    expect(
      differing(task, { 2: line({ a: 1 }), 1: line({}) }, { 2: line({ a: 2 }), 4: line({}, true) }),
    ).toEqual([2, 4]);
  });
});

describe('the spread of one’s own totals', () => {
  const of = (...totals: number[]) => totals.map((total, at) => ({ number: at + 1, total: total * 100 }));
  test('counts every total in one bar, in at most ten', () => {
    for (const totals of [of(90), of(81, 85, 85, 90, 94), of(0, 100, 55, 60, 61.5), of(70, 79.99)]) {
      const { bars } = spreadOf(totals, 100);
      expect(bars.length).toBeLessThanOrEqual(10);
      expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(totals.length);
    }
    expect(spreadOf(of(81, 90), 100).bars).toHaveLength(10);
    expect(spreadOf([], 100).bars).toEqual([]);
  });

  test('names equal totals and who lies far from the mean, and nobody where there is little to compare', () => {
    const { equal, far } = spreadOf(of(85, 86, 85, 87, 60, 86.5), 100);
    expect(equal).toEqual([{ total: 8_500, numbers: [1, 3] }]);
    expect(far).toEqual([{ number: 5, total: 6_000, above: false }]);
    expect(spreadOf(of(90, 40), 100).far).toEqual([]);
    expect(spreadOf(of(85, 85, 85, 85, 86), 100).far).toEqual([]);
  });
});

describe('what this browser keeps of a sheet', () => {
  const stored = new Map<string, string>();
  beforeEach(() => {
    stored.clear();
    // Keys are read off the object itself, as a browser gives them.
    vi.stubGlobal(
      'localStorage',
      new Proxy({} as Storage, {
        ownKeys: () => [...stored.keys()],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_, name) =>
          ({
            getItem: (key: string) => stored.get(key) ?? null,
            setItem: (key: string, value: string) => stored.set(key, value),
            removeItem: (key: string) => stored.delete(key),
          })[String(name)],
      }),
    );
    return () => vi.unstubAllGlobals();
  });
  const mine = { slug: 'a', staff: 7 };
  const typed = { version: 3, text: '{"2":{"points":{"a":100},"abstained":false,"note":""}}' };

  test('is given back to the judge who typed it and to nobody else', () => {
    keepPart(mine, 'typed', typed);
    expect(readTyped(mine)?.lines[2]?.points).toEqual({ a: 100 });
    expect([readTyped({ slug: 'a', staff: 8 }), readTyped({ slug: 'b', staff: 7 })]).toEqual([null, null]);
    forgetSheets(8);
    expect(stored.size).toBe(0);
  });

  test('unsent work waits a week for its judge when nobody is signed in; all else goes, and at sign-out everything', () => {
    vi.useFakeTimers();
    keepPart(mine, 'typed', typed);
    keepPart(mine, 'duty', true);
    vi.advanceTimersByTime(6 * 86_400_000);
    forgetSheets(null);
    expect([readPart(mine, 'duty'), readTyped(mine)?.version]).toEqual([null, 3]);
    vi.advanceTimersByTime(2 * 86_400_000);
    forgetSheets(null);
    expect(stored.size).toBe(0);
    keepPart(mine, 'typed', typed);
    forgetSheets(null, true);
    expect(stored.size).toBe(0);
    vi.useRealTimers();
  });

  test('that somebody bent is no work', () => {
    stored.set('zuimei.sheet.a.typed', '{"staff":7,"at":1,"value":{"version":1,"text":"{"}}');
    expect(readTyped(mine)).toBeNull();
    stored.set('zuimei.sheet.a.typed', 'nonsense');
    expect(readTyped(mine)).toBeNull();
  });
});

test('a judge of one contest begins on its sheet; whoever has more to choose from does not', () => {
  expect(onlyContest({ roles: ['expert'], contests: ['a'] })).toBe('a');
  expect(onlyContest({ roles: ['expert'], contests: ['a', 'b'] })).toBeNull();
  expect(onlyContest({ roles: ['expert'], contests: 'all' })).toBeNull();
  expect(onlyContest({ roles: ['expert', 'organizer'], contests: ['a'] })).toBeNull();
});
