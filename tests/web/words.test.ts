import { describe, expect, it } from 'vitest';
import type { BallotRule } from '@zuimei/shared/contest.ts';
import { dayTime, hourOf, nearTime, span } from '@zuimei/shared/moment.ts';
import { refusalCodes } from '@zuimei/shared/refusal.ts';
import { refusalSentence } from '@zuimei/shared/refusalwords.ts';
import { allRefusalWords } from '@zuimei/shared/result/refusalwords.ts';
import { fullRule } from '../../web/lib/fullrule.ts';
import { type Ruled, shortRule } from '../../web/lib/rule.ts';
import { grouped } from '../../web/lib/words.ts';

const rule: BallotRule = {
  period: 'day',
  ballotsPerPeriod: 1,
  perCategory: null,
  categories: {},
  picks: { min: 1, max: 5 },
  repeatCandidate: true,
};

function contestWith(over: Partial<Ruled>): Ruled {
  return {
    rule,
    rounds: [{ opens: '2026-03-20T01:00:00.000Z', closes: '2026-03-28T09:00:00.000Z', numbers: null }],
    categories: [
      { id: 'person', name: '个人' },
      { id: 'team', name: '团队' },
    ],
    noun: { measure: '位', name: '人物' },
    outcome: null,
    reveal: { kind: 'live' },
    hideOrder: false,
    wechat: null,
    ...over,
  };
}

describe('rules in plain words', () => {
  it('says one ballot a day with up to fifteen picks and no order', () => {
    const words = fullRule(
      contestWith({ rule: { ...rule, picks: { min: 1, max: 15 } }, hideOrder: true }),
    ).join('');
    expect(words).toContain('每人每天可投 1 张选票，每张选 1–15 位。');
    expect(words).toContain('排名不分先后');
  });

  it('says exactly ten picks, counts at 18:00, and 70 to 30', () => {
    const words = fullRule(
      contestWith({
        rule: { ...rule, picks: { min: 10, max: 10 } },
        reveal: { kind: 'daily', at: 18 * 60 },
        outcome: { weights: { vote: 70, expert: 30, media: 0, merit: 0 }, places: 10, sample: 0 },
      }),
    ).join('');
    expect(words).toContain('每张须选满 10 位。');
    expect(words).toContain('票数每天 18:00 公布一次。');
    expect(words).toContain('公众投票占综合得分 70%，其余为专家评审 30%。');
  });

  it('says ten single votes a day, each candidate once', () => {
    const words = fullRule(
      contestWith({
        rule: {
          ...rule,
          ballotsPerPeriod: 10,
          perCategory: null,
          categories: {},
          picks: { min: 1, max: 1 },
          repeatCandidate: false,
        },
      }),
    ).join('');
    expect(words).toContain('每人每天可投 10 张选票，每张选 1 位。');
    expect(words).toContain('同一位候选每天只能选一次。');
  });

  it('says bounds of all categories, and of one that differs before the others', () => {
    const all = { ...rule, picks: { min: 1, max: 10 }, perCategory: { min: 0, max: 2 } };
    expect(fullRule(contestWith({ rule: all }))).toContain('每组最多选 2 位。');
    const one = fullRule(contestWith({ rule: { ...all, categories: { team: { min: 1, max: 1 } } } }));
    expect(one.indexOf('“团队”组须选 1 位。')).toBeGreaterThan(0);
    expect(one.indexOf('其余各组最多选 2 位。')).toBe(one.indexOf('“团队”组须选 1 位。') + 1);
  });

  it('says two rounds with their spans in Shanghai time', () => {
    const words = fullRule(
      contestWith({
        rule: { ...rule, period: 'round' },
        rounds: [
          { opens: '2026-03-20T01:00:00.000Z', closes: '2026-03-28T09:00:00.000Z', numbers: null },
          { opens: '2026-04-01T01:00:00.000Z', closes: '2026-04-05T09:00:00.000Z', numbers: [1] },
        ],
      }),
    ).join('');
    expect(words).toContain('每人每轮可投 1 张选票');
    expect(words).toContain(
      '投票分 2 轮：第一轮 3月20日 9:00 至 3月28日 17:00；第二轮 4月1日 9:00 至 4月5日 17:00。',
    );
  });

  it('says when sealed counts open, and keeps the short rule short', () => {
    const contest = contestWith({
      reveal: { kind: 'sealed', from: '2026-03-28T10:00:00.000Z' },
      outcome: { weights: { vote: 40, expert: 40, media: 20, merit: 0 }, places: 10, sample: 0 },
    });
    expect(fullRule(contest)).toContain('投票期间不公布票数，3月28日 18:00 起公布。');
    expect(shortRule(contest)).toEqual([
      '每人每天可投 1 张选票，每张选 1–5 位。',
      '投票占综合得分 40%，其余由专家、媒体评审。',
    ]);
  });
});

describe('refusals', () => {
  it('has a calm sentence for every code, without a hole when details are missing', () => {
    for (const code of refusalCodes) {
      const sentence = refusalSentence(code, {}, { measure: '位', name: '人物' }, allRefusalWords);
      expect(sentence, code).not.toMatch(/[{}！!]|undefined|null/);
      expect(sentence.length, code).toBeGreaterThan(5);
    }
    expect(Object.keys(allRefusalWords)).toHaveLength(refusalCodes.length);
  });

  it('fills in limits, names, times and the contest’s own measure', () => {
    const noun = { measure: '个', name: '案例' };
    expect(refusalSentence('too_many_picks', { max: 3 }, noun)).toBe('每张选票最多选 3 个。');
    expect(refusalSentence('not_open_yet', { opens: '2026-03-28T09:00:00.000Z' }, noun)).toBe(
      '投票将于 3月28日 17:00 开始。',
    );
  });
});

describe('times and figures', () => {
  it('writes Shanghai time wherever the phone is', () => {
    expect(dayTime('2026-03-28T16:00:00.000Z')).toBe('3月29日 0:00');
    expect(hourOf('2026-03-28T09:05:00.000Z')).toBe('17:05');
  });

  it('names today and tomorrow by the Shanghai day', () => {
    const now = Date.parse('2026-03-28T15:59:00.000Z');
    expect(nearTime('2026-03-28T16:00:00.000Z', now)).toBe('明天 0:00');
    expect(nearTime('2026-03-28T10:00:00.000Z', now)).toBe('今天 18:00');
  });

  it('writes spans in days above one, in seconds below', () => {
    expect(span(3 * 86_400_000 + 6 * 3_600_000 + 41 * 60_000)).toBe('3 天 06:41');
    expect(span(6 * 3_600_000 + 41 * 60_000 + 23_000)).toBe('06:41:23');
    expect(span(-5)).toBe('00:00:00');
  });

  it('groups figures by thousands', () => {
    expect([0, 999, 1000, 128406, 1234567].map(grouped)).toEqual([
      '0',
      '999',
      '1,000',
      '128,406',
      '1,234,567',
    ]);
  });
});
