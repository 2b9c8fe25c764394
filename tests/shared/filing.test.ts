import { describe, expect, test } from 'vitest';
import { charactersIn, type FilingDraft, filingGaps, isLate } from '@zuimei/shared/publicity/filing.ts';
import { filingPoints } from '@zuimei/shared/publicity/points.ts';
import { seasonDefaults } from '@zuimei/shared/publicity/season.ts';

const whole: FilingDraft = {
  ...{ kind: 'news', commission: null, filer: null, title: '汛前检查', event: '2026-03-02' },
  ...{ words: '检查堤防。', head: '张三', leader: '李四' },
};
const none = { characters: 5, files: 0 };

describe('a filing', () => {
  test('says in the order of its form what it lacks', () => {
    expect(filingGaps(whole, none)).toEqual([]);
    const empty = { ...whole, title: ' ', event: null, words: '\n', head: '', leader: ' ' };
    expect(filingGaps(empty, { characters: 0, files: 0 })).toEqual([
      'title',
      'event',
      'body',
      'head',
      'leader',
    ]);
    expect(filingGaps({ ...whole, words: '' }, { characters: 0, files: 1 })).toEqual([]);
    expect(filingGaps({ ...whole, kind: 'commissioned' }, none)).toEqual(['commission']);
    expect(filingGaps({ ...whole, title: '长'.repeat(121) }, none)).toEqual(['titleLong']);
  });

  test('of the kind 综合性原创文章 has 800 characters, in its text or in a Word file, blanks not counted', () => {
    const article = { ...whole, kind: 'article' as const };
    expect(charactersIn(' 一 二\n三 ', 0)).toBe(3);
    expect(charactersIn('一二三', 900)).toBe(900);
    expect(filingGaps(article, { characters: 799, files: 0 })).toEqual(['short']);
    expect(filingGaps(article, { characters: 800, files: 0 })).toEqual([]);
    // Only a picture: its words cannot be counted.
    expect(filingGaps({ ...article, words: '' }, { characters: 0, files: 1 })).toEqual(['short']);
    expect(filingGaps({ ...article, words: '' }, { characters: 0, files: 0 })).toEqual(['body']);
  });

  test('is late by the same days as its points are counted by', () => {
    const { rule } = seasonDefaults;
    for (const filed of ['2026-03-02', '2026-03-04', '2026-03-05']) {
      const one = { unit: 'a', kind: 'news' as const, event: '2026-03-02', filed };
      const { points } = filingPoints([one], rule)['a'] ?? {};
      expect(points).toBe(isLate('2026-03-02', filed, rule.days) ? 0 : rule.news);
    }
  });
});
