import { describe, expect, it } from 'vitest';
import type { Candidate } from '@zuimei/shared/contest.ts';
import { placesOf } from '@zuimei/shared/statistics/rank.ts';
import { createSearch, foldText } from '@zuimei/shared/text/fold.ts';
import { searched } from '../../web/citizen/contest/browse.ts';
import { shuffled } from '../../web/citizen/contest/order.ts';
import { ranked, rankOf } from '../../web/citizen/rank/rank.ts';

function candidate(number: number, over: Partial<Candidate> = {}): Candidate {
  return {
    number,
    kind: 'person',
    name: `示例${number}`,
    category: 'person',
    unit: '云岭区应急管理局',
    post: null,
    years: null,
    reason: '',
    deeds: [],
    honours: [],
    photos: [],
    video: null,
    withdrawn: null,
    ...over,
  };
}

describe('shuffled order', () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1);

  it('is the same for one voter and holds everybody once', () => {
    expect(shuffled(numbers, 'a')).toEqual(shuffled(numbers, 'a'));
    expect([...shuffled(numbers, 'a')].sort((one, other) => one - other)).toEqual(numbers);
    expect(shuffled(numbers, 'a')).not.toEqual(shuffled(numbers, 'b'));
  });

  it('puts nobody first more often than others', () => {
    const first = new Map<number, number>();
    for (let voter = 0; voter < 8000; voter++) {
      const [leader = 0] = shuffled(numbers, `voter-${voter}`);
      first.set(leader, (first.get(leader) ?? 0) + 1);
    }
    expect(first.size).toBe(20);
    // 400 expected each, standard deviation 19.5.
    for (const times of first.values()) expect(Math.abs(times - 400)).toBeLessThan(100);
  });
});

describe('the search of the page', () => {
  const people = [
    candidate(3, { name: '艾力江·吐尔逊', unit: '云岭区119指挥中心', post: '副主任' }),
    candidate(12, { name: '林立夏', unit: '青石镇人民政府' }),
    candidate(30, { name: '王䶮', unit: 'ABC公司', post: '第三车间主任' }),
  ];
  const found = (words: string): number[] => {
    const finds = createSearch(words);
    return people.filter((one) => finds(foldText(searched(one)), one.number)).map(({ number }) => number);
  };

  it.each([
    ['３', [3]],
    ['03', [3]],
    ['３号', [3]],
    ['第三号', [3]],
    ['No.3', [3]],
    ['第 12 号', [12]],
    ['十二', [12]],
    ['艾力江•吐尔逊', [3]],
    ['艾力江吐尔逊', [3]],
    ['１１９', [3]],
    ['林　立 夏', [12]],
    ['⻘⽯镇', [12]],
    ['青石镇 林立夏', [12]],
    ['ａｂｃ', [30]],
    ['王\ue863', [30]],
    ['第三', [3, 30]],
    ['', [3, 12, 30]],
    ['查无此人', []],
  ])('“%s” finds %j', (words, numbers) => {
    expect(found(words)).toEqual(numbers);
  });
});

describe('ranking', () => {
  const votes = new Map([
    [1, 5],
    [2, 9],
    [3, 9],
    [4, 1],
  ]);

  it('lets ties share a rank and skips after them', () => {
    const lines = ranked(
      [1, 2, 3, 4].map((number) => candidate(number)),
      votes,
    );
    expect(lines.map((line) => [line.candidate.number, line.rank])).toEqual([
      [2, 1],
      [3, 1],
      [1, 3],
      [4, 4],
    ]);
  });

  it('leaves the withdrawn out', () => {
    const gone = candidate(2, { withdrawn: { at: '2026-03-28T06:06:31.000Z', reason: '本人申请' } });
    expect(ranked([candidate(1), gone, candidate(3)], votes).map((line) => line.candidate.number)).toEqual([
      3, 1,
    ]);
    expect(rankOf([candidate(1), gone, candidate(3)], votes, 1)).toBe(2);
  });

  it('knows no rank before anything is counted', () => {
    expect(rankOf([candidate(1)], new Map(), 1)).toBeNull();
    expect(placesOf([candidate(1), candidate(2)], () => 0)).toEqual(new Map());
    expect(placesOf([candidate(1), candidate(2)], ({ number }) => number - 1).get(1)).toBe(2);
  });
});
