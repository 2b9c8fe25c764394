import { describe, expect, it } from 'vitest';
import { type Attention, type Curve, channels, type LiveView, type ReadyCode } from '@zuimei/shared/live.ts';
import { peakOf } from '../../web/console/frame/plot.ts';
import { joinCurves } from '../../web/console/organizer/live/curve.ts';
import {
  attentionNote,
  channelWords,
  readySentence,
  refusedNote,
  refusedWord,
  sealedSentence,
  stageWords,
} from '../../web/console/organizer/live/sentences.ts';

const MINUTE_MS = 60_000;
const NOON = Date.parse('2026-10-20T04:00:00.000Z');
const curve = (minute: number, counts: number[]): Curve => ({
  from: new Date(NOON + minute * MINUTE_MS).toISOString(),
  counts,
});
const join = (old: Curve | null, fresh: Curve) => joinCurves(old, fresh, MINUTE_MS, 5);

describe('a curve that is asked for piece by piece', () => {
  it('goes on where it was, and what comes again is as it came last', () => {
    expect(join(curve(0, [1, 2, 3]), curve(2, [7, 8]))).toEqual(curve(0, [1, 2, 7, 8]));
    expect(join(null, curve(0, [1]))).toEqual(curve(0, [1]));
  });

  it('keeps its length: the oldest falls off', () => {
    expect(join(curve(0, [1, 2, 3, 4, 5]), curve(4, [6, 7]))).toEqual(curve(1, [2, 3, 4, 6, 7]));
  });

  it('begins anew after a gap, and when an older one comes whole', () => {
    expect(join(curve(0, [1, 2]), curve(9, [3]))).toEqual(curve(9, [3]));
    expect(join(curve(5, [1, 2]), curve(3, [9, 9, 9, 9]))).toEqual(curve(3, [9, 9, 9, 9]));
  });

  it('has its peak where it first is, and none when it is empty', () => {
    expect(peakOf(curve(0, [0, 4, 2, 4]), MINUTE_MS)).toEqual({ at: NOON + MINUTE_MS, count: 4 });
    expect(peakOf(curve(0, [0, 0]), MINUTE_MS)).toBeNull();
    expect(peakOf(curve(0, []), MINUTE_MS)).toBeNull();
  });
});

describe('words of the dashboard', () => {
  it('are a whole sentence for everything that needs attention', () => {
    const all: Attention[] = [
      { kind: 'paused', since: '2026-10-20T04:00:00.000Z', reason: '核对候选名单' },
      { kind: 'held', ballots: 1200 },
      { kind: 'surge', number: 5, name: '陈诺', lastHour: 300, tenths: 61 },
      { kind: 'surge', number: 5, name: '陈诺', lastHour: 300, tenths: 0 },
      { kind: 'unscreened', now: true, ballots: 0 },
      { kind: 'unscreened', now: false, ballots: 12 },
      { kind: 'sealer', pending: 3 },
      { kind: 'behind' },
    ];
    for (const one of all) {
      const note = attentionNote(one);
      expect(`${note.title}${note.words}`).not.toMatch(/undefined|null|NaN|[!！{}]/);
      expect(note.words.length).toBeGreaterThan(4);
    }
    expect(attentionNote(all[2] as Attention).title).toBe('05 号 陈诺 近 1 小时占比为此前一天的 6.1 倍');
  });

  it('say of everything that can be missing before voting what is done and what is to do', () => {
    const codes: ReadyCode[] = [
      'published',
      'candidates',
      'categories',
      'organizers',
      'wechat',
      'reported',
      'reviewed',
      'reasons',
      'photos',
      'reveal',
      'footer',
    ];
    for (const code of codes) {
      const said = [true, false].map((ok) => readySentence({ code, ok, must: true, count: 3 }));
      expect(new Set(said).size, code).toBe(2);
      expect(said.join('')).not.toMatch(/undefined|null|NaN|[!！{}]/);
    }
  });

  it('name by what ballots come, and why they are refused', () => {
    expect(channels.map((channel) => channelWords[channel])).toEqual([
      '未知',
      '微信',
      '手机浏览器',
      '电脑',
      '公众号消息',
    ]);
    const who = ['no_voter', 'wechat_needed', 'wechat_away', 'snapshot_user', 'follow_needed'];
    expect(who.map(refusedWord)).not.toContain('其他');
  });

  it('say when sealed counts open, and to whom they are closed', () => {
    expect(
      sealedSentence({
        reveal: { kind: 'sealed', from: '2026-10-27T09:00:00.000Z' },
        nextRevealAt: '2026-10-27T09:00:00.000Z',
      }),
    ).toBe('投票期间不公布各候选的票数，主办单位和审计也看不到。10月27日 17:00 起公布。');
  });

  it('name the commonest refusal, or say that there is none', () => {
    const since = '2026-10-20T04:00:00.000Z';
    const by = [
      { code: 'quota_spent', count: 3 },
      { code: 'paused', count: 1 },
    ];
    expect(refusedNote({ since, total: 4, by })).toBe('最多：本期已投完');
    expect(refusedNote({ since: null, total: 0, by: [] })).toBe('还没有');
  });

  it('count down to the closing, to the opening, and say when it is paused', () => {
    const view = {
      stage: 'open',
      round: 0,
      paused: null,
      phase: 'voting',
      rounds: [{ opens: '2026-10-20T00:00:00.000Z', closes: '2026-10-23T10:41:00.000Z', numbers: null }],
    } as unknown as LiveView;
    expect(stageWords(view, NOON)).toEqual({ tone: 'ok', words: '投票中 · 余 3 天 06:41' });
    expect(stageWords({ ...view, paused: { since: '', reason: '' } }, NOON).words).toBe('已暂停');
    const early = Date.parse('2026-10-19T23:00:00.000Z');
    expect(stageWords({ ...view, stage: 'before' }, early).words).toBe('距投票开始 01:00:00');
    const after = Date.parse('2026-10-24T00:00:00.000Z');
    expect(stageWords({ ...view, stage: 'after' }, after).words).toBe('投票已截止');
    expect(stageWords({ ...view, stage: 'after', phase: 'judging' }, after).words).toBe('专家评审');
  });
});
