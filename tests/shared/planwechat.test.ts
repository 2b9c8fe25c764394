import { describe, expect, test } from 'vitest';
import type { BallotRule, WechatRule } from '@zuimei/shared/contest.ts';
import { checkPlan, isPossible } from '@zuimei/shared/plan/check.ts';
import { presetNames, type WechatReach } from '@zuimei/shared/plan/plan.ts';
import { planFrom, presets } from '@zuimei/shared/plan/preset.ts';
import { calendar } from '../harness/holidays.ts';

const NOW = Date.parse('2026-03-02T00:00:00.000Z');
const vouched: WechatRule = { outside: 'refused', early: false, follow: false, keyword: '' };

function planWith(changes: Partial<WechatRule> | null, picks?: BallotRule['picks']) {
  const start = new Date(NOW).toISOString();
  const plan = planFrom(presets['zuimei-district'], { title: '测试', organizer: '本区应急管理局', start });
  plan.settings.wechat = changes && { ...vouched, ...changes };
  if (picks) plan.settings.rule.picks = picks;
  return plan;
}

/** What is said of a contest that asks this of WeChat, as `code at place`; the site has an account unless said otherwise. */
function faultsOf(
  changes: Partial<WechatRule> | null,
  { reach = 'messages', picks }: { reach?: WechatReach; picks?: BallotRule['picks'] } = {},
): string[] {
  const found = checkPlan(planWith(changes, picks), { now: NOW, calendar, wechatReach: reach });
  return found.map(({ code, path, level }) => `${level} ${code} ${path}`);
}

test('no preset asks anything of WeChat', () => {
  const start = new Date(NOW).toISOString();
  for (const name of presetNames)
    expect(
      planFrom(presets[name], { title: '测试', organizer: '本区应急管理局', start }).settings,
    ).toMatchObject({ wechat: null });
});

describe('WeChat vouches for voters', () => {
  test('on a site that has an account, in every way that can be set', () => {
    for (const early of [true, false])
      for (const keyword of ['', '投票'])
        for (const [outside, follow] of [
          ['refused', false],
          ['refused', true],
          ['weighed', false],
        ] as const)
          expect(faultsOf({ outside, follow, early, keyword })).toEqual([]);
  });

  test('not on a site without an account: nobody could vote', () => {
    expect(faultsOf({}, { reach: 'none' })).toEqual(['error wechat_unconnected settings.wechat']);
    expect(faultsOf({ outside: 'weighed' }, { reach: 'none' })).toHaveLength(1);
    expect(faultsOf(null, { reach: 'none' })).toEqual([]);
  });

  test('takes no votes by message on a site that no messages reach', () => {
    expect(faultsOf({ keyword: '投票' }, { reach: 'pages' })).toEqual([
      'error messages_untaken settings.wechat.keyword',
    ]);
    expect(faultsOf({ follow: true }, { reach: 'pages' })).toEqual([]);
  });

  test('and where it is not known whether there is an account, nothing is said of it', () => {
    expect(isPossible(checkPlan(planWith({}), { now: NOW, calendar }))).toBe(true);
  });
});

test('only followers may vote: then nobody votes outside WeChat, where none can be shown to follow', () => {
  expect(faultsOf({ follow: true, outside: 'weighed' })).toEqual([
    'error follow_outside settings.wechat.follow',
  ]);
});

describe('the word that a vote by message begins with', () => {
  const wrong = ['error keyword_malformed settings.wechat.keyword'];

  test.each(['投票', '投', '我要投票', '云岭最美应急人投', 'VOTE', '投zm', '查询', '查票吧'])(
    'may be %s',
    (keyword) => {
      expect(faultsOf({ keyword })).toEqual([]);
    },
  );

  test.each([
    ['is a command already', '查票'],
    ['is a command already', '查'],
    ['is a command already', '帮助'],
    ['is a command already, in capitals', 'Help'],
    ['holds a digit, which would be a number', '投票1'],
    ['holds a digit of another kind', '投票１'],
    ['holds a blank', '投 票'],
    ['holds a blank of another kind', '投\u3000票'],
    ['ends with a blank', '投票 '],
    ['is nothing but a blank', ' '],
    ['holds a mark', '投票：'],
    ['holds a picture', '投票👍'],
    ['is too long', '云岭区最美应急人投'],
  ])('is refused when it %s', (_, keyword) => {
    expect(faultsOf({ keyword })).toEqual(wrong);
  });

  test('is advised against where people would have to type more than three numbers', () => {
    const advice = 'warning keyword_many_picks settings.wechat.keyword';
    expect(faultsOf({ keyword: '投票' }, { picks: { min: 4, max: 5 } })).toEqual([advice]);
    expect(faultsOf({ keyword: '投票' }, { picks: { min: 3, max: 5 } })).toEqual([]);
    expect(faultsOf({ keyword: '' }, { picks: { min: 5, max: 5 } })).toEqual([]);
    expect(
      isPossible(checkPlan(planWith({ keyword: '投票' }, { min: 4, max: 5 }), { now: NOW, calendar })),
    ).toBe(true);
  });
});
