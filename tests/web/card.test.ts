import { describe, expect, it } from 'vitest';
import { cardOf as cardAt, type ShareCard, type Shared } from '@zuimei/shared/card.ts';
import { nothingAnnounced } from '@zuimei/shared/contest.ts';
import { candidateOf } from '../harness/site.ts';

const contest = {
  slug: 'zuimei-2026',
  title: '2026 年度“最美应急人”',
  slogan: '每一次平安，背后都有人在值守',
  organizers: ['云岭区应急管理局'],
  outcome: null as unknown,
  rounds: [{}] as readonly unknown[],
  announced: nothingAnnounced,
  candidates: [
    candidateOf(1),
    candidateOf(2, { photos: [{ id: 'face2', width: 800, height: 1000 }] }),
    candidateOf(3, { photos: [{ id: 'face3', width: 800, height: 1000 }] }),
  ],
};
const BASE = 'https://vote.example.gov.cn';
const cardOf = (
  of: typeof contest,
  number: number | null,
  base: string,
  at: Partial<Shared> = {},
): ShareCard => cardAt(of, { phase: 'voting', number, ...at }, base);

describe('the card of a shared link', () => {
  it('of a contest says whose it is and shows the first face there is', () => {
    expect(cardOf(contest, null, BASE)).toEqual({
      title: '2026 年度“最美应急人”',
      text: '每一次平安，背后都有人在值守。每一张选票都可核验。',
      image: `${BASE}/media/face2-card.jpg`,
      link: `${BASE}/c/zuimei-2026`,
    });
  });

  it('of a list on show says nothing of votes, nor of a number', () => {
    const shown = { ...contest, rounds: [] };
    expect(cardOf(shown, null, BASE).text).toBe('每一次平安，背后都有人在值守。');
    expect(cardOf(shown, 3, BASE).title).toBe('候选3 · 2026 年度“最美应急人”');
  });

  it('of a candidate shows that candidate and leads to them', () => {
    expect(cardOf(contest, 3, BASE)).toEqual({
      title: '3 号 候选3 · 2026 年度“最美应急人”',
      text: '单位3：理由',
      image: `${BASE}/media/face3-card.jpg`,
      link: `${BASE}/c/zuimei-2026/n/3`,
    });
  });

  it('of a candidate without a photo borrows nobody else’s face', () => {
    expect(cardOf(contest, 1, BASE).image).toBeNull();
  });

  it('of a number that is nobody’s is the contest’s', () => {
    expect(cardOf(contest, 99, BASE)).toEqual(cardOf(contest, null, BASE));
  });

  it('is the same for everybody: its link has no query and no fragment', () => {
    for (const number of [null, 1, 2, 99]) expect(cardOf(contest, number, BASE).link).not.toMatch(/[?#]/);
  });

  it('says where the contest is: judged, on notice, decided; from the notice on it shows nobody who may not be chosen', () => {
    const judged = cardOf(contest, null, BASE, { phase: 'judging' });
    expect(judged.text).toBe('投票已截止，名单确定后公示。每一张选票都可核验。');
    const at = '2026-10-09T02:00:00.000Z';
    const noticed = { ...contest, outcome: {}, announced: { notice: at, result: null } };
    expect(cardOf(noticed, null, BASE)).toMatchObject({
      text: '拟入选名单已经公示，欢迎监督。',
      image: null,
    });
    expect(cardOf(noticed, null, BASE, { page: 'notice' })).toEqual({
      title: '公示 · 2026 年度“最美应急人”',
      text: '拟入选名单已经公示，欢迎监督。',
      image: null,
      link: `${BASE}/c/zuimei-2026/notice`,
    });
    const decided = { ...noticed, announced: { notice: at, result: at } };
    expect(cardOf(decided, null, BASE, { page: 'result' })).toMatchObject({
      title: '结果 · 2026 年度“最美应急人”',
      link: `${BASE}/c/zuimei-2026/result`,
    });
    expect(cardOf(decided, 3, BASE, { page: 'made' })).toMatchObject({
      title: '候选3 怎么来的 · 2026 年度“最美应急人”',
      image: `${BASE}/media/face3-card.jpg`,
      link: `${BASE}/c/zuimei-2026/made/3`,
    });
  });
});
