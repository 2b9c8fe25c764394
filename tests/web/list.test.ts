import { describe, expect, it } from 'vitest';
import type { Candidate } from '@zuimei/shared/contest.ts';
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
  });
});
