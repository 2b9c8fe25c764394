import { describe, expect, test } from 'vitest';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { planFaultCodes } from '@zuimei/shared/plan/fault.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { faultText, faultWords } from '@zuimei/shared/plan/words.ts';
import { changesOf } from '../../web/console/organizer/plan/changes.ts';
import { sectionOf, sections } from '../../web/console/organizer/plan/faults.ts';
import { weighing } from '../../web/console/organizer/plan/thresholds.ts';

const asked: WechatRule = { outside: 'refused', early: false, follow: false, keyword: '' };

function planWith(wechat?: WechatRule | null) {
  const start = '2026-03-02T00:00:00.000Z';
  const plan = planFrom(presets['zuimei-district'], { title: '测试', organizer: '本区应急管理局', start });
  if (wechat !== undefined) plan.settings.wechat = wechat;
  return plan;
}
const changed = (was?: WechatRule | null, will?: WechatRule | null) =>
  changesOf(planWith(was), planWith(will));

describe('what is wrong with a plan', () => {
  test('is said in a sentence that names its numbers, and without an exclamation', () => {
    for (const code of planFaultCodes) expect(faultWords[code], code).toMatch(/^[^!！]+。$/);
    const many = { code: 'keyword_many_picks', level: 'warning', path: '', details: { min: 5 } } as const;
    expect(faultText(many)).toContain('至少选 5 位');
  });

  test('with WeChat is counted at the section 微信, which stands between 防刷策略 and 票数公布', () => {
    for (const path of ['settings.wechat', 'settings.wechat.follow', 'settings.wechat.keyword'])
      expect(sectionOf(path)).toBe('wechat');
    const at = sections.findIndex((one) => one.key === 'wechat');
    expect(sections.slice(at - 1, at + 2).map((one) => one.title)).toEqual(['防刷策略', '微信', '票数公布']);
  });
});

describe('a change of what is asked of WeChat', () => {
  test('is a change of the rules, told in words', () => {
    expect(changed(undefined, asked)).toEqual([
      { what: '微信', was: '不用微信识别', will: '微信识别，微信之外引导到微信，投票时识别', rule: true },
    ]);
    expect(changed(asked, { outside: 'weighed', early: true, follow: true, keyword: '投票' })[0]?.will).toBe(
      '微信识别，微信之外允许投票但更严格把关，打开页面即识别，须先关注公众号，发消息“投票”可投票',
    );
  });

  test('is told whichever of its settings it is', () => {
    const others: Partial<WechatRule>[] = [
      { outside: 'weighed' },
      { early: true },
      { follow: true },
      { keyword: '投' },
    ];
    for (const other of others) expect(changed(asked, { ...asked, ...other })).toHaveLength(1);
  });

  test('is none where nothing was asked and nothing is', () => {
    expect(changed(undefined, null)).toEqual([]);
    expect(changed(asked, { ...asked })).toEqual([]);
  });
});

describe('a change of what comes of the count', () => {
  const change = (edit: (outcome: Outcome) => void) => {
    const [was, will] = [planWith(), planWith()];
    if (will.settings.outcome) edit(will.settings.outcome);
    return changesOf(was, will);
  };

  test('is a change of the rules, told in words, one line a topic', () => {
    expect(change((outcome) => void (outcome.places = 9))).toEqual([
      { what: '最终评出', was: '10', will: '9', rule: true },
    ]);
    const scale = change((outcome) => void (outcome.vote = { ...outcome.vote, scale: 'top', floor: 60 }));
    expect(scale).toEqual([
      { what: '票数折算', was: '名次分，每名相差 0.50 分', will: '最高票 = 100，基础分 60 分', rule: true },
    ]);
    const bound = change((outcome) => void (outcome.categories = { team: { most: 2 } }));
    expect(bound[0]).toMatchObject({ what: '限额', was: '不限', will: '集体 最多 2' });
    expect(change(({ panels }) => void delete panels.media)[0]).toMatchObject({ will: '不设', rule: true });
    expect(change((outcome) => void (outcome.ties = []))[0]?.will).toBe('票决');
  });

  test('is told whichever of its fields it is', () => {
    const fields = Object.keys(planWith().settings.outcome ?? {});
    expect(fields.length).toBeGreaterThan(15);
    for (const field of fields)
      expect(
        change((outcome) => void Object.assign(outcome, odd(outcome, field))).length,
        field,
      ).toBeGreaterThan(0);
  });

  test('is shown in the section 评审与计分, the days of the notice among the dates', () => {
    for (const path of [
      'settings.outcome',
      'settings.outcome.places',
      'settings.outcome.panels.expert.criteria',
    ])
      expect(sectionOf(path)).toBe('judging');
    expect(sectionOf('settings.outcome.notice.days')).toBe('schedule');
  });
});

/** Another value of this field. */
function odd(outcome: Outcome, field: string): Partial<Outcome> {
  const others: Partial<Outcome> = {
    decimals: 3,
    weights: { ...outcome.weights, vote: 41 },
    vote: { ...outcome.vote, step: 75 },
    panels: {},
    ties: ['votes'],
    tieLast: 'none',
    places: 9,
    unitMost: 2,
    categories: { team: { most: 1 } },
    groups: [{ id: 'front', name: '一线', members: [1], least: 1 }],
    honours: [{ name: '一等奖', places: 10 }],
    notice: { ...outcome.notice, replyDays: 9 },
    ...{ sample: 5, seeCounts: true, namesPublic: true, sameUnit: 'warn', lots: ['ab'] },
  };
  return Object.fromEntries(Object.entries(others).filter(([key]) => key === field));
}

test('the mark of a ballot from outside WeChat has its points among those that can be set', () => {
  expect(weighing).toContain('unvouched');
});
