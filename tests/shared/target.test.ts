import { describe, expect, test } from 'vitest';
import { seasonDefaults, usedFault } from '@zuimei/shared/publicity/season.ts';
import { spanOf, spansIn, spanWords, yearSpan } from '@zuimei/shared/publicity/span.ts';
import { pointsTables, ranked } from '@zuimei/shared/publicity/table.ts';
import {
  askedIn,
  askedOn,
  countsIn,
  lackWords,
  missing,
  reachedIn,
  remindersWords,
  reminderWords,
  type Sent,
  type TargetOf,
} from '@zuimei/shared/publicity/target.ts';

const { rule, targets } = seasonDefaults;
const always = { since: '2020-01-01', until: null };
const area: TargetOf = () => targets.area;
const office: TargetOf = () => targets.office;
const sent = (kind: Sent['kind'], filedOn: string, count = 1): Sent => ({ kind, filedOn, count });

describe('spans of days', () => {
  test('a week runs from Monday to Sunday, over the ends of months and years', () => {
    expect(spanOf('week', '2026-01-01')).toEqual({ from: '2025-12-29', until: '2026-01-04' });
    expect(spanOf('week', '2026-01-04')).toEqual({ from: '2025-12-29', until: '2026-01-04' });
    expect(spanOf('week', '2026-01-05').from).toBe('2026-01-05');
    expect(spanOf('month', '2024-02-29')).toEqual({ from: '2024-02-01', until: '2024-02-29' });
    expect(spanOf('quarter', '2026-12-31')).toEqual({ from: '2026-10-01', until: '2026-12-31' });
  });

  test('each week belongs to exactly one quarter and one year, that of its Thursday', () => {
    for (const year of [2024, 2025, 2026, 2027]) {
      const weeks = spansIn('week', yearSpan(year));
      const quarters = ['02', '05', '08', '11'].flatMap((month) =>
        spansIn('week', spanOf('quarter', `${year}-${month}-15`)),
      );
      expect(quarters).toEqual(weeks);
    }
    // 1 January 2026 is a Thursday: its week is the first of 53 of 2026.
    expect(spansIn('week', yearSpan(2026))).toHaveLength(53);
    expect(spansIn('week', yearSpan(2026))[0]?.from).toBe('2025-12-29');
    expect(spansIn('week', yearSpan(2025))).toHaveLength(52);
    expect(spansIn('month', yearSpan(2026))).toHaveLength(12);
    expect(spansIn('quarter', yearSpan(2026))).toHaveLength(4);
  });

  test('a span is called by its year or quarter, any other by its days', () => {
    expect(spanWords(yearSpan(2026))).toBe('2026年度');
    expect(spanWords(spanOf('quarter', '2026-08-01'))).toBe('2026年第三季度');
    expect(spanWords({ from: '2026-03-15', until: '2026-05-02' })).toBe('2026年3月15日至2026年5月2日');
  });
});

describe('what is missing', () => {
  test('a town lacks its week and its quarter, an office its week and its month', () => {
    const filings = [sent('news', '2026-03-03'), sent('opinion', '2026-03-04', 2)];
    expect(missing(area, filings, askedOn('2026-03-05'), always)).toEqual([
      { span: 'week', kind: 'opinion', asked: 3, filed: 2 },
      { span: 'quarter', kind: 'article', asked: 1, filed: 0 },
    ]);
    expect(lackWords(missing(office, filings, askedOn('2026-03-05'), always))).toBe(
      '本周舆情 1 篇；本月综合性原创文章 1 篇',
    );
    const lacking = {
      name: '青石镇',
      lacks: missing(area, filings, askedOn('2026-03-05'), always),
      owed: [{ title: '典型', due: '2026-03-20', over: false }],
    };
    expect(reminderWords(lacking)).toBe(
      '青石镇您好：信息宣传报送任务还差：本周舆情 1 篇；本季度综合性原创文章 1 篇；约稿《典型》（3月20日前）。请抓紧报送。',
    );
    const done = [...filings, sent('opinion', '2026-03-02'), sent('article', '2026-01-09')];
    expect(missing(area, done, askedOn('2026-03-05'), always)).toEqual([]);
    const nothing = { name: '白渡镇', lacks: [], owed: [] };
    expect(reminderWords(nothing)).toBe('');
    expect(remindersWords([nothing], '2026-03-05')).toBe('');
    expect(remindersWords([lacking, nothing], '2026-03-05').split('\n')).toHaveLength(3);
  });

  test('an article of last month does not count this month, a commissioned one never does', () => {
    const filings = [sent('article', '2026-02-28'), sent('commissioned', '2026-03-02')];
    expect(
      missing(office, filings, askedOn('2026-03-31'), always).filter(({ span }) => span === 'month'),
    ).toEqual([{ span: 'month', kind: 'article', asked: 1, filed: 0 }]);
  });

  test('nothing is asked for a week, month or quarter that somebody was not there for from end to end', () => {
    const began = { since: '2026-03-04', until: null };
    expect(missing(area, [], askedOn('2026-03-05'), began)).toEqual([]);
    expect(missing(area, [], askedOn('2026-03-09'), began).map(({ span }) => span)).toEqual(['week', 'week']);
    const ends = { since: '2020-01-01', until: '2026-03-28' };
    expect(missing(area, [], askedOn('2026-03-27'), ends)).toEqual([]);
    const reached = reachedIn(area, [], askedIn(yearSpan(2026), '2026-12-31'), {
      since: '2026-03-04',
      until: '2026-09-30',
    });
    expect(reached.find(({ span }) => span === 'quarter')).toMatchObject({ asked: 2, met: 0 });
  });

  test('a week over the new year asks what the year of its Thursday asks', () => {
    const raised: TargetOf = (year) =>
      year === 2026 ? { week: { news: 2 }, month: {}, quarter: {} } : { week: {}, month: {}, quarter: {} };
    expect(missing(raised, [sent('news', '2025-12-30')], askedOn('2025-12-30'), always)).toEqual([
      { span: 'week', kind: 'news', asked: 2, filed: 1 },
    ]);
  });

  test('of a span that runs, only what has begun by today is asked for', () => {
    const quarter = spanOf('quarter', '2026-02-01');
    const [news] = reachedIn(
      area,
      [sent('news', '2026-01-06'), sent('news', '2026-01-07')],
      askedIn(quarter, '2026-01-14'),
      always,
    );
    expect(news).toEqual({ span: 'week', kind: 'news', asked: 3, met: 1, filed: 2 });
  });
});

describe('the 统计表', () => {
  const roster = [
    { id: 1, kind: 'office' as const, line: '调查减灾科、火灾防治科', place: 2 },
    { id: 2, kind: 'office' as const, line: '办公室', place: 1 },
    { id: 3, kind: 'office' as const, line: '调查减灾科、火灾防治科', place: 3 },
    { id: 4, kind: 'area' as const, line: '办公室', place: 9 },
  ];
  const filings = [
    { contributor: 1, kind: 'news' as const, event: '2026-03-01', filed: '2026-03-01', used: [] },
    { contributor: 3, kind: 'article' as const, event: '2026-03-01', filed: '2026-03-09', used: [4, 2] },
    { contributor: 3, kind: 'article' as const, event: '2027-01-01', filed: '2027-01-03', used: [1] },
  ];

  test('joins who shares a line into one row, keeps rows of nothing, and counts each year by its own rule', () => {
    const used = [20, 0, 0, 0, 0];
    const tables = pointsTables(roster, filings, (year) => (year === 2027 ? { ...rule, used } : rule));
    expect(tables.office).toEqual([
      { line: '办公室', contributors: [2], news: 0, article: 0, used: [0, 0, 0, 0, 0], points: 0 },
      {
        line: '调查减灾科、火灾防治科',
        contributors: [1, 3],
        news: 1,
        article: 2,
        used: [1, 1, 0, 0, 0],
        points: 33,
      },
    ]);
    expect(tables.area.map(({ line }) => line)).toEqual(['办公室']);
    expect(ranked(tables.office).map(({ points }) => points)).toEqual([33, 0]);
    expect(tables.office[0]?.points).toBe(0);
  });

  test('a class that is worth more than the one above it is a fault', () => {
    expect([usedFault(rule.used), usedFault([15, 12, 12, 6, 4]), usedFault([4, 6, 10, 12, 15])]).toEqual([
      false,
      false,
      true,
    ]);
  });
});

test('what was sent is counted in the week, the month and the quarter of a day', () => {
  const sent = [
    { kind: 'news' as const, filedOn: '2026-01-05', count: 2 },
    { kind: 'news' as const, filedOn: '2026-03-01', count: 1 },
    { kind: 'opinion' as const, filedOn: '2026-03-03', count: 3 },
  ];
  const { week, month, quarter } = countsIn(sent, '2026-03-03');
  expect([week.news, week.opinion, month.news, quarter.news]).toEqual([0, 3, 1, 3]);
});
