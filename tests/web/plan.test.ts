import { describe, expect, test } from 'vitest';
import type { WechatRule } from '@zuimei/shared/contest.ts';
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

test('the mark of a ballot from outside WeChat has its points among those that can be set', () => {
  expect(weighing).toContain('unvouched');
});
