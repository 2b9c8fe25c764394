import { expect, test } from 'vitest';
import { reminderOf, unanswered } from '@zuimei/shared/publicity/commission.ts';
import { earned, effectOf } from '@zuimei/shared/publicity/newsroom.ts';
import { hostOf, type OutletList, outletOfLink, overlaps } from '@zuimei/shared/publicity/outlet.ts';
import { seasonDefaults } from '@zuimei/shared/publicity/season.ts';

const { rule } = seasonDefaults;
const article = { kind: 'article', event: '2026-03-02', filedOn: '2026-03-04' } as const;
const late = { ...article, filedOn: '2026-03-05' } as const;
const news = { kind: 'news', event: '2026-03-02', filedOn: '2026-03-02' } as const;

test('a use counts instead of the filing, by the highest class once', () => {
  expect([1, 2, 3, 4, 5].map((level) => earned(article, rule, [level]))).toEqual([15, 12, 10, 6, 4]);
  expect(effectOf(article, rule, [], 4)).toEqual({ before: 2, after: 6, stays: null });
  expect(effectOf(article, rule, [4], 2)).toEqual({ before: 6, after: 12, stays: null });
  expect(effectOf(article, rule, [2], 5)).toEqual({ before: 12, after: 12, stays: 'lower' });
  expect(effectOf(article, rule, [2], 2)).toEqual({ before: 12, after: 12, stays: 'lower' });
});

test('news and opinion earn nothing by being used, and a late article only for its use', () => {
  expect(effectOf(news, rule, [], 1)).toEqual({ before: 1, after: 1, stays: 'kind' });
  expect(effectOf(late, rule, [], 3)).toEqual({ before: 0, after: 10, stays: null });
  expect(effectOf(late, { ...rule, lateUsed: false }, [], 3)).toEqual({ before: 0, after: 0, stays: 'late' });
});

test('spans overlap where they have a day in common, and one without an end goes on', () => {
  const span = (since: string, until: string | null) => ({ since, until });
  expect(overlaps(span('2026-01-01', '2026-05-31'), span('2026-06-01', null))).toBe(false);
  expect(overlaps(span('2026-01-01', '2026-06-01'), span('2026-06-01', null))).toBe(true);
  expect(overlaps(span('2026-01-01', null), span('2030-01-01', '2030-01-02'))).toBe(true);
});

test('a link names the outlet that alone was read at its host before, as it is on that day', () => {
  const span = { class: 3, uses: 1 };
  const list: OutletList = {
    outlets: [
      { id: 1, name: '区日报', since: '2026-01-01', until: '2026-05-31', ...span },
      { id: 2, name: '区日报', since: '2026-06-01', until: null, ...span, class: 4 },
    ],
    hosts: { 'news.example': ['区日报'], 'mp.example': ['区日报', '区融媒体微信'] },
  };
  const found = (link: string, day = '2026-07-01') => outletOfLink(list, link, day)?.id;
  expect(found('https://News.example/a/1')).toBe(2);
  expect(found('https://news.example/a/1', '2026-03-01')).toBe(1);
  expect(found('https://news.example/a/1', '2025-03-01')).toBeUndefined();
  expect(found('https://mp.example/s?x')).toBeUndefined();
  expect(found('https://other.example/')).toBeUndefined();
});

test('a link is one that leads to the web, and to nothing else', () => {
  expect(hostOf('https://news.example:8080/a')).toBe('news.example:8080');
  for (const link of ['javascript:alert(1)', 'news.example/a', 'https://a:b@news.example', 'https://', ''])
    expect([link, hostOf(link)]).toEqual([link, null]);
});

test('a reminder names who has sent nothing that stands, and says when the term is over', () => {
  const part = (name: string, ...states: ('filed' | 'returned')[]) => ({
    ...{ id: 1, name, kind: 'area' as const },
    answers: states.map((state) => ({ filing: 1, title: '', state, filedOn: '2026-03-01' })),
  });
  const parts = [part('青石镇', 'filed'), part('云岭街道'), part('江口开发区', 'returned')];
  const task = { title: '防汛一线', brief: '八百字左右。', due: '2026-03-05', parts };
  expect(unanswered(task).map(({ name }) => name)).toEqual(['云岭街道', '江口开发区']);
  expect(reminderOf(task, '2026-03-05')).toBe(
    '【约稿提醒】《防汛一线》请于 3月5日 前报送。\n八百字左右。\n尚未报送（2 个）：云岭街道、江口开发区。',
  );
  expect(reminderOf(task, '2026-03-06')).toContain('原定 3月5日 前报送，已逾期');
});
