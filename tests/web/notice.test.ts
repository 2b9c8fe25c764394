import { expect, test } from 'vitest';
import { weighedFigure } from '@zuimei/shared/judging/made.ts';
import type { NoticeDay } from '@zuimei/shared/result/act.ts';
import { bundleWords, dayLines, daysLeft, stretches } from '../../web/citizen/course/words.ts';

const day = (at: string, kind: NoticeDay['kind'], name = ''): NoticeDay => ({
  day: at,
  kind,
  name,
  source: '',
});

test('days of a notice: those that count one by one, those that do not together, each with why', () => {
  const span = [
    day('2026-09-30', 'work'),
    day('2026-10-01', 'holiday', '国庆节'),
    day('2026-10-02', 'holiday', '国庆节'),
    day('2026-10-03', 'weekend'),
    day('2026-10-10', 'workedWeekend', '国庆节'),
  ];
  const lines = dayLines({ days: ['2026-09-30', '2026-10-10'], span });
  expect(lines.map(({ when, why, count }) => [when, why, count])).toEqual([
    ['9月30日 周三', '', 1],
    ['10月1日 周四 至 10月2日 周五', '国庆节放假，不计入', 0],
    ['10月3日 周六', '周末，不计入', 0],
    ['10月10日 周六', '国庆节调休上班，计入', 2],
  ]);
});

test('days left count today, and none are left of what is over, stopped or lapsed', () => {
  const notice = { days: ['2026-09-29', '2026-09-30'], ends: '2026-09-30T16:00:00.000Z' };
  const left = (at: string, cut: Partial<Record<'stopped' | 'lapsed', object>> = {}): number =>
    daysLeft(
      { ...notice, stopped: null, lapsed: null, ...cut } as Parameters<typeof daysLeft>[0],
      Date.parse(at),
    );
  expect(left('2026-09-28T17:00:00.000Z')).toBe(2);
  expect(left('2026-09-30T15:59:00.000Z')).toBe(1);
  expect(left('2026-09-30T16:00:00.000Z')).toBe(0);
  for (const cut of [{ stopped: {} }, { lapsed: {} }]) expect(left('2026-09-29T02:00:00.000Z', cut)).toBe(0);
});

test('of a bundle the page says how large it is, or how long it is made where that is seconds and more', () => {
  const of = { state: 'none', entries: 1_200, percent: 0, bytes: null, fault: null } as const;
  expect(bundleWords(of)).toBe('');
  expect(bundleWords({ ...of, state: 'ready', bytes: 13_000_000 })).toBe('文件大小约 12.4 MB。');
  expect(bundleWords({ ...of, entries: 5_000_000 })).toMatch(/^文件在第一次下载时生成，约需 5 分钟/);
  expect(bundleWords({ ...of, entries: 5_000_000, state: 'writing', percent: 90 })).toMatch(
    /^文件正在生成，约需 25 秒/,
  );
});

test('honours stand in the order in which they come', () => {
  const list = [{ of: '一等奖' }, { of: '二等奖' }, { of: '二等奖' }];
  expect(stretches(list, (one) => one.of).map(({ name, list: some }) => [name, some.length])).toEqual([
    ['一等奖', 1],
    ['二等奖', 2],
  ]);
});

test('what a part adds is printed with as many digits as it has', () => {
  expect(weighedFigure(9900, 40, 2)).toBe('39.60');
  expect(weighedFigure(8633, 41, 2)).toBe('35.3953');
  expect(weighedFigure(8633, 50, 2)).toBe('43.165');
  expect(weighedFigure(87, 40, 0)).toBe('34.8');
  expect(weighedFigure(90, 40, 0)).toBe('36');
});
