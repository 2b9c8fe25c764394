import { describe, expect, test } from 'vitest';
import { runsOf } from '@zuimei/server/analyst/runs.ts';
import type {
  AuditReport,
  Cluster,
  ClusterView,
  Hold,
  RulingProposal,
  WhatIf,
  WhatIfLine,
} from '@zuimei/shared/audit.ts';
import { clusterKinds } from '@zuimei/shared/audit.ts';
import { policies, signalBits } from '@zuimei/shared/policy.ts';
import { quartilesOf } from '@zuimei/shared/statistics/quartile.ts';
import { thresholdsOf } from '@zuimei/shared/threshold.ts';
import { chipsOf, parseFilter, queryOf, searchOf } from '../../web/console/auditor/ballots/filter.ts';
import { proposalFor, verbsFor } from '../../web/console/auditor/clusters/proposal.ts';
import {
  clusterSentence,
  effectSentence,
  gapsSentence,
  lineSentence,
  paceWords,
  permilleWords,
  perTenThousandWords,
  robustSentence,
} from '../../web/console/auditor/clusters/sentences.ts';
import {
  basisWords,
  clusterLine,
  rangesWords,
  refusedWords,
  rulingWords,
  runsWords,
  thresholdWords,
  totalWords,
  verifiedWords,
} from '../../web/console/auditor/report/words.ts';
import { isReading } from '../../web/console/auditor/useReading.ts';
import { clusterNotes, signalNotes } from '../../web/console/auditor/words.ts';
import {
  areaPath,
  changesOf,
  linePath,
  shrink,
  stepTo,
  tableOf,
  topOf,
} from '../../web/console/frame/plot.ts';
import { lengthWords, spanWords } from '../../web/console/frame/span.ts';

const NOON = '2026-10-20T04:00:00.000Z';
const nameOf = (number: number) => `${String(number).padStart(2, '0')} 号 候选${number}`;
const cluster: Cluster = {
  id: 'device-3f2a91bb0c4d5e6f',
  kind: 'device',
  about: { device: '3f2a91bb0c4d5e6f', class: 'datacentre', region: '广东省深圳市' },
  from: NOON,
  to: '2026-10-20T04:17:00.000Z',
  ballots: 43,
  counted: 1,
  held: 42,
  void: 0,
  strength: 90,
  favours: [{ number: 7, ballots: 43, share: 1000, usual: 124 }],
  signals: [],
};
const view: ClusterView = {
  ...cluster,
  stepMs: 30_000,
  curve: { from: NOON, counts: [] },
  usual: [],
  changes: [],
  gaps: { edges: [], counts: [], quartiles: { lower: 23_000, median: 24_000, upper: 26_000 } },
  regions: [],
  nets: [],
  devices: [],
  voters: 42,
  overlaps: [],
  newest: [],
};

describe('the log’s address', () => {
  const query = {
    from: '2026-10-20T04:00:00.000Z',
    to: '2026-10-20T05:00:00.000Z',
    candidate: '7',
    verdict: 'held',
    signal: 'rhythm',
    unscreened: 'only',
    region: '重庆市',
    class: 'carrier',
    net: '203.0.113.0/24',
    device: '3f2a91bb0c4d5e6f',
    voter: '00112233445566778899aabbccddeeff',
    cluster: 'alike-2-5-9',
  };

  test('says the whole filter, there and back', () => {
    expect(queryOf(parseFilter(query))).toEqual(query);
    expect(Object.fromEntries(new URLSearchParams(searchOf(parseFilter(query))))).toEqual(query);
    expect(searchOf({})).toBe('');
  });

  test('what it cannot mean is passed over', () => {
    const wrong = {
      from: 'soon',
      candidate: '-1',
      verdict: 'guilty',
      signal: 'toString',
      class: '',
      net: ['a'],
      open: '1',
    };
    expect(parseFilter(wrong)).toEqual({});
  });

  test('each part has its word', () => {
    const chips = chipsOf(parseFilter(query), nameOf);
    expect(chips.map(({ words }) => words)).toEqual([
      '10月20日 12:00 起',
      '10月20日 13:00 前',
      '07 号 候选7',
      '待核',
      '间隔相等',
      '未经共享计数',
      '重庆市',
      '运营商',
      '网段 203.0.113.0/24',
      '设备 3f2a91bb',
      '投票人 00112233',
      '一组疑似聚集',
    ]);
  });
});

describe('a cluster', () => {
  test('is explained in one sentence, with the pace of its ballots', () => {
    expect(clusterSentence(view)).toBe(
      '42 位投票人使用同一个设备标识，在 17 分钟里投出 43 张选票，全部只投 07 号（平时 12%），通常隔 24 秒一张，间隔几乎相等。',
    );
    const wide = { ...view.gaps, quartiles: { lower: 7_000, median: 24_000, upper: 48_000 } };
    expect(clusterSentence({ ...view, favours: null, gaps: wide })).toBe(
      '42 位投票人使用同一个设备标识，在 17 分钟里投出 43 张选票，通常隔 24 秒一张。',
    );
  });

  test('a script is not made a crowd by one late ballot, and few gaps are called nothing', () => {
    const even = Array.from({ length: 302 }, (_, i) => 5_000 + (i % 6) * 1_000);
    const late = quartilesOf(Float64Array.from([...even.slice(1), 36_000_000]));
    expect(late).toEqual({ lower: 6_000, median: 7_000, upper: 9_000 });
    expect(paceWords(late, 303)).toBe('间隔比人群投票整齐');
    expect(paceWords(late, 19)).toBe('');
    expect(late && gapsSentence(late)).toBe(
      '一半的间隔为 6 秒至 9 秒，中位数 7 秒。人群投票时，这一段的两端通常相差约五倍。',
    );
    // Of people who know nothing of each other the quarters lie at ln 4/3, ln 2 and ln 4.
    expect(paceWords({ lower: 288, median: 693, upper: 1_386 }, 303)).toBe('');
    expect(quartilesOf(new Float64Array(0))).toBeNull();
  });

  test('of every kind reads whole and blames nobody, also while counts are hidden', () => {
    const blame = /作弊|刷票|水军|违规|可疑|undefined|null|NaN|[!！{}]| {2}/;
    for (const kind of clusterKinds)
      for (const favours of [null, [], view.favours])
        expect(clusterSentence({ ...view, kind, about: { candidates: [7] }, favours })).not.toMatch(blame);
    for (const words of [...Object.values(clusterNotes), ...Object.values(signalNotes)]) {
      expect(words).not.toMatch(blame);
      expect(words).toMatch(/。$/);
    }
    expect(Object.keys(signalNotes)).toEqual(Object.keys(signalBits));
  });

  test('can be ruled on only as its ballots stand', () => {
    expect(proposalFor([cluster]).verbs).toEqual(['void', 'release']);
    expect(verbsFor({ counted: 0, held: 0, void: 3 })).toEqual(['restore']);
    expect(verbsFor({ counted: 0, held: 0, void: 0 })).toEqual(['void']);
    const two = proposalFor([cluster, { ...cluster, id: 'net-1', ballots: 10, void: 10 }]);
    expect(two.verbs).toEqual(['void', 'release', 'restore']);
    expect(two.scope).toEqual({ by: 'clusters', clusters: [cluster.id, 'net-1'] });
  });
});

describe('what if these ballots did not count', () => {
  const line = (number: number, rank: number, rankWithout: number): WhatIfLine => ({
    number,
    name: '',
    unit: '',
    category: '',
    votes: 10,
    held: 0,
    falling: 0,
    rank,
    rankWithout,
    least: 10,
    most: 10,
    best: Math.min(rank, rankWithout),
    worst: Math.max(rank, rankWithout),
    robust: rank === rankWithout,
    seat: null,
    perTenThousand: null,
  });
  const found = (lines: WhatIfLine[], more: Partial<WhatIf> = {}): WhatIf => ({
    round: 0,
    lines,
    ballots: 20,
    counted: 9,
    enters: [],
    leaves: [],
    chosen: 3,
    ...more,
  });

  test('two that change places, several that move, and who comes among the chosen', () => {
    expect(
      effectSentence(
        found([line(1, 1, 1), line(5, 3, 4), line(7, 4, 3)], { enters: [7], leaves: [5] }),
        nameOf,
      ),
    ).toBe(
      '若这些选票不计：第 3 名与第 4 名互换（05 号 候选5、07 号 候选7）；07 号 候选7进入前 3 名，05 号 候选5退出。',
    );
    expect(effectSentence(found([line(1, 1, 4), line(2, 2, 1), line(3, 3, 2), line(4, 4, 3)]), nameOf)).toBe(
      '若这些选票不计：01 号 候选1由第 1 名到第 4 名，02 号 候选2由第 2 名到第 1 名，共 4 位名次变化。',
    );
  });

  test('nothing moves, for whichever reason', () => {
    expect(effectSentence(found([line(1, 1, 1)]), nameOf)).toBe('若这些选票不计，名次不变。');
    expect(effectSentence(found([line(1, 1, 1)], { counted: 0 }), nameOf)).toBe(
      '这些选票本来就没有计入，名次不变。',
    );
    expect(effectSentence(found([], { ballots: 0 }), nameOf)).toContain('没有待核或有标记的选票');
  });

  test('a place says why it holds or may move', () => {
    expect(robustSentence({ ...line(1, 2, 2), least: 8 })).toBe(
      '待核与标记的选票无论怎样裁定，票数在 8 至 10 之间，名次不变。',
    );
    expect(robustSentence(line(1, 2, 5))).toContain('名次在第 2–5 名之间');
    const seats = (...all: Hold['seat'][]) => all.map((seat) => ({ seat }));
    expect(lineSentence(seats('in', 'in', 'out'), 2)).toBe('前 2 名无论怎样裁定都不变。');
    expect(lineSentence(seats('in', 'open', 'open'), 2)).toBe('前 2 名还不能确定：2 位可能进出。');
    expect(lineSentence(seats(null), null)).toBe('');
    expect([perTenThousandWords(null), perTenThousandWords(16_834)]).toEqual(['—', '1,683.4']);
    expect([permilleWords(5), permilleWords(124), permilleWords(1000)]).toEqual(['0.5%', '12%', '100%']);
  });
});

describe('spans of time', () => {
  test('are said as one says them', () => {
    expect([400, 24_000, 17 * 60_000, 125 * 60_000, 76 * 3_600_000].map(lengthWords)).toEqual([
      '不到 1 秒',
      '24 秒',
      '17 分钟',
      '2 小时 5 分',
      '3 天 4 小时',
    ]);
    expect(spanWords(NOON, '2026-10-20T04:00:09.000Z')).toBe('10月20日 12:00:00–12:00:09');
    expect(spanWords(NOON, '2026-10-20T04:17:00.000Z')).toBe('10月20日 12:00–12:17');
    expect(spanWords(NOON, '2026-10-21T04:00:00.000Z')).toBe('10月20日 12:00 – 10月21日 12:00');
  });
});

describe('a curve', () => {
  test('is shortened without losing its peak', () => {
    const counts = Array.from({ length: 10_000 }, (_, i) => (i === 7_777 ? 99 : 1));
    const short = shrink(counts, 480);
    expect(short).toHaveLength(480);
    expect(Math.max(...short)).toBe(99);
    expect(shrink([1, 2], 480)).toEqual([1, 2]);
  });

  test('is drawn from its middle steps up to a round top', () => {
    expect([topOf([]), topOf([23]), topOf([1, 501])]).toEqual([1, 50, 1000]);
    expect(linePath([0, 10], 10, 100)).toBe('M250 100L750 0');
    expect(areaPath([0, 10], 10, 100)).toBe('M250 100L750 0L750 100L250 100Z');
    expect([linePath([], 1, 100), areaPath([], 1, 100)]).toEqual(['', '']);
  });

  test('is read by keys as a slider is, from the latest value on', () => {
    expect(['ArrowLeft', 'End', 'Home'].map((key) => stepTo(key, null, 50))).toEqual([49, 49, 0]);
    expect(['ArrowLeft', 'PageUp', 'Home', 'End', 'ArrowRight'].map((key) => stepTo(key, 3, 50))).toEqual([
      2, 8, 0, 49, 4,
    ]);
    expect([stepTo('ArrowRight', 49, 50), stepTo('ArrowLeft', 0, 50)]).toEqual([49, 0]);
    expect([stepTo('Escape', 3, 50), stepTo('Escape', null, 50)]).toEqual([null, undefined]);
    expect([stepTo('Tab', 3, 50), stepTo('End', null, 0)]).toEqual([undefined, undefined]);
  });

  test('has a table of sums in whole hours or days of Shanghai, the latest first', () => {
    const day = { from: '2026-10-19T20:30:00.000Z', counts: Array.from({ length: 1440 }, () => 1) };
    const { stepMs, rows } = tableOf(day, 60_000, 48);
    expect([stepMs, rows.length, rows.at(-1)?.count, rows[0]?.count]).toEqual([1_800_000, 48, 30, 30]);
    const month = { from: '2026-10-01T01:00:00.000Z', counts: Array.from({ length: 720 }, () => 2) };
    const days = tableOf(month, 3_600_000, 31);
    expect(days.stepMs).toBe(86_400_000);
    expect(new Date(days.rows[0]?.at ?? 0).toISOString()).toBe('2026-10-30T16:00:00.000Z');
    expect(days.rows.reduce((sum, row) => sum + row.count, 0)).toBe(1440);
  });

  test('tells the averages before and after each change', () => {
    expect(changesOf([2, 2, 10, 10, 3], [2, 4, 9])).toEqual([
      { at: 2, before: 2, after: 10 },
      { at: 4, before: 10, after: 3 },
    ]);
    expect(changesOf([1], [])).toEqual([]);
  });
});

test('the ledger counts as read when only the newest ballots are missing', () => {
  expect(isReading({ entries: 0, of: 10, at: null })).toBe(true);
  expect(isReading({ entries: 995_000, of: 1_000_000, at: NOON })).toBe(false);
  expect(isReading({ entries: 0, of: 0, at: null })).toBe(false);
});

describe('words of the report', () => {
  const proposal: RulingProposal = {
    id: 1,
    verb: 'void',
    scope: { by: 'clusters', clusters: ['a'] },
    part: { verdict: 'all', without: { gaps: [], nets: [], devices: [], entries: [] } },
    ballots: 42,
    moved: 40,
    reason: '同一设备连续投票。',
    reference: '云应急审〔2026〕12号',
    proposedBy: '周审计',
    proposedAt: NOON,
    mine: false,
    state: 'confirmed',
    lapsesAt: '2026-10-23T16:00:00.000Z',
    remarks: 0,
    files: 0,
    decidedBy: '林审计',
    decidedAt: '2026-10-20T05:00:00.000Z',
    decidedWhy: '',
    rulings: [4013],
  };
  const report = {
    rounds: [{ opens: NOON, closes: '2026-10-27T09:00:00.000Z' }],
    round: 0,
    policy: 'standard',
    wechat: null,
    thresholds: [
      { path: 'device.hold', value: 3, usual: 5 },
      { path: 'weights.silent', value: 20, usual: 10 },
    ],
    refused: {
      since: NOON,
      total: 5,
      by: [
        { code: 'quota_spent', count: 4 },
        { code: 'paused', count: 1 },
      ],
      worst: { at: NOON, count: 4 },
    },
    chosen: null,
    ballots: 1000,
    counted: 900,
    held: 58,
    void: 42,
    unscreened: 0,
  } as AuditReport;

  test('say on what it rests and what was found', () => {
    expect(basisWords(report)).toBe(
      '投票时间 2026年10月20日 12:00 至 2026年10月27日 17:00。投票人按浏览器区分。依据本活动公布的规则和“标准”防护标准（其中 2 项由活动自定：同一设备上的人达到待核的数目为3，标准为5；“无人操作” 20 分，标准为 10 分）。',
    );
    const wechat = { outside: 'refused', early: false, follow: true, keyword: '' } as const;
    expect(basisWords({ ...report, wechat })).toContain('投票人均由微信确认身份，一人一份，并须关注公众号。');
    expect(basisWords({ ...report, wechat: { ...wechat, outside: 'weighed' } })).toContain(
      '在其他浏览器中按浏览器区分并从严核对。',
    );
    expect(totalWords(report)).toBe(
      '共收到选票 1,000 张：计票 900 张（90.0%），待核 58 张（5.8%），作废 42 张（4.2%）。',
    );
    expect(clusterLine(cluster)).toEqual({
      kind: '同一设备',
      about: '设备 3f2a91bb（广东省深圳市、机房与云），多投 07 号',
      when: '10月20日 12:00–12:17',
      state: '计票 1、待核 42',
    });
  });

  test('claim only what was done, and say what was not let in', () => {
    expect(basisWords(report)).not.toContain('核对');
    expect(verifiedWords(null)).toBe('本说明未对账本逐条核对。');
    expect(verifiedWords({ at: NOON, entries: 4706, problems: 0 })).toBe(
      '2026年10月20日 12:00 由本系统对当时的全部 4,706 条账目逐条核对：全部一致。',
    );
    expect(verifiedWords({ at: NOON, entries: 4706, problems: 2 })).toContain('发现 2 处不符，须另行查明');
    expect(refusedWords(report)).toBe(
      '未接受的投票请求 5 次（自 10月20日 12:00 起，同一人重试各计一次）：本期已投完 4，已暂停 1。最集中的是 10月20日 12:00 起的一段，4 次。',
    );
    const none = { since: null, total: 0, by: [], worst: null };
    expect(refusedWords({ ...report, refused: none })).toBe('没有记录到未接受的投票请求。');
  });

  test('name every threshold there is in words, and never by its path', () => {
    for (const { path, value } of thresholdsOf(policies.standard)) {
      const words = thresholdWords({ path, value, usual: -1 });
      expect(words).not.toMatch(/undefined|[a-z]\.[a-z]/);
      expect(words).toContain('标准为');
    }
  });

  test('ballots are named by ranges of their numbers in the ledger, which begin with 1', () => {
    const rows = [0, 1, 2, 4011, 4012, 5000];
    expect(rangesWords(runsOf(rows).runs)).toBe('1–3、4,012–4,013、5,001');
    const many = runsOf(Array.from({ length: 60 }, (_, i) => 2 * i));
    expect([many.runs.length, many.moreRuns]).toEqual([40, 20]);
    expect(runsWords({ ...cluster, ...many })).toMatch(/^1、3、.*、77……119（其间另有 20 段）$/);
  });

  test('a ruling says who, why, on what paper, and where it stands in the ledger', () => {
    expect(rulingWords(proposal)).toBe(
      '作废 40 张选票：同一设备连续投票（云应急审〔2026〕12号）。周审计 10月20日 12:00 提出，林审计 10月20日 13:00 确认。账目第 4,014 号。',
    );
    expect(
      rulingWords({
        ...proposal,
        state: 'open',
        moved: null,
        reference: '',
        decidedBy: null,
        decidedAt: null,
        rulings: [],
      }),
    ).toBe('作废 42 张选票：同一设备连续投票。周审计 10月20日 12:00 提出，待另一名审计人员确认。');
  });
});
