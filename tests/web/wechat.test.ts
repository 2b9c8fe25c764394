import { describe, expect, it } from 'vitest';
import type { WechatRule } from '@zuimei/shared/contest.ts';
import { wechatSentences } from '../../web/lib/fullrule.ts';
import { shortRule } from '../../web/lib/rule.ts';
import { asksWechat, goPath, inWechat, isIos, parseOutcome, refusalOf } from '../../web/lib/wechat.ts';
import { settingsOf } from '../harness/site.ts';

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN';
const android =
  'Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MicroMessenger/8.0.49.2600(0x28003137) NetType/5G Language/zh_CN';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';

const rule: WechatRule = { outside: 'refused', early: false, follow: false, keyword: '' };
const account = { name: '云岭应急', qr: '' };

describe('where the page is open', () => {
  it('is WeChat by the mark that the server goes by', () => {
    expect([iphone, android, safari].map(inWechat)).toEqual([true, true, false]);
  });

  it('is an iPhone or not, in WeChat or not', () => {
    expect([iphone, android, safari].map(isIos)).toEqual([true, false, true]);
  });
});

describe('whether WeChat must know who votes', () => {
  it('is asked in WeChat always, and outside only where others are refused', () => {
    const weighed: WechatRule = { ...rule, outside: 'weighed' };
    expect([asksWechat(rule, true), asksWechat(rule, false)]).toEqual([true, true]);
    expect([asksWechat(weighed, true), asksWechat(weighed, false)]).toEqual([true, false]);
  });

  it('is not asked of a contest that does not want it', () => {
    for (const none of [null, undefined])
      expect([asksWechat(none, true), asksWechat(none, false)]).toEqual([false, false]);
  });
});

describe('the way to WeChat and back', () => {
  it('leads back to the list, or to the candidate whose page is open', () => {
    expect(goPath('zuimei-2026', '/c/zuimei-2026')).toBe('/wechat/go?slug=zuimei-2026');
    expect(goPath('zuimei-2026', '/c/zuimei-2026/rank')).toBe('/wechat/go?slug=zuimei-2026');
    expect(goPath('zuimei-2026', '/c/zuimei-2026/n/12')).toBe('/wechat/go?slug=zuimei-2026&n=12');
  });

  it('brings an outcome in the fragment; any other fragment is none', () => {
    const fragments = ['#wx=ok', '#wx=snapshot', '#wx=away', '#wx=again'];
    expect(fragments.map(parseOutcome)).toEqual(['ok', 'snapshot', 'away', 'again']);
    for (const other of ['', '#', '#main', '#wx=', '#wx=okay', '#wx=OK', '#a&wx=ok', 'wx=ok'])
      expect(parseOutcome(other), other).toBeNull();
  });

  it('ends a ballot only where WeChat did not say who casts it', () => {
    expect(refusalOf).toEqual({
      ok: null,
      snapshot: 'snapshot_user',
      away: 'wechat_away',
      again: 'wechat_needed',
    });
  });
});

describe('how voters are known, in plain words', () => {
  const of = (wechat: WechatRule | null, changes: Parameters<typeof settingsOf>[1] = {}) => ({
    ...settingsOf(Date.UTC(2026, 2, 28), changes),
    wechat,
    account,
  });

  it('says nothing where WeChat is not asked', () => {
    expect(wechatSentences(of(null))).toEqual([]);
    expect(shortRule(of(null)).join('')).not.toContain('微信');
  });

  it('says one person one vote, and that neither name nor number is read or kept', () => {
    expect(wechatSentences(of(rule))).toEqual([
      '请在微信中投票，由微信确认一人一份；不读取昵称、头像，不保存微信号。',
    ]);
    expect(shortRule(of(rule))).toContain('请在微信中投票。');
  });

  it('says that other browsers may vote, where they may', () => {
    const weighed: WechatRule = { ...rule, outside: 'weighed' };
    expect(wechatSentences(of(weighed)).join('')).toContain('也可以用其他浏览器投票');
    expect(shortRule(of(weighed)).join('')).not.toContain('微信');
  });

  it('says to follow first and what to send, with the account’s name', () => {
    expect(wechatSentences(of({ ...rule, follow: true, keyword: '投票' }))).toEqual([
      expect.stringContaining('由微信确认一人一份'),
      '投票前请先关注公众号“云岭应急”。',
      '也可以给公众号“云岭应急”发消息投票：发“投票”和候选编号（最多 3 个，用空格隔开），次数与页面合计。',
    ]);
  });

  it('says how many numbers a ballot needs', () => {
    const three = of(
      { ...rule, keyword: '投票' },
      {
        rule: {
          period: 'day',
          ballotsPerPeriod: 1,
          perCategory: null,
          categories: {},
          picks: { min: 3, max: 5 },
          repeatCandidate: true,
        },
      },
    );
    expect(wechatSentences(three).join('')).toContain('发“投票”和 3–5 个候选编号（用空格隔开），');
  });
});
