import { expect, test } from 'vitest';
import { ranksOf } from '@zuimei/shared/statistics/rank.ts';
import { changeOfChosen, perTenThousand, placeAll, type Stake } from '@zuimei/shared/statistics/robust.ts';

const stake = (number: number, votes: number, changes: Partial<Stake> = {}): Stake => ({
  number,
  votes,
  held: 0,
  flagged: 0,
  falling: 0,
  ...changes,
});

test('equal votes share a rank and the next one skips, in order of number', () => {
  expect([...ranksOf([stake(3, 5), stake(1, 9), stake(2, 5), stake(4, 1)], (one) => one.votes)]).toEqual([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 4],
  ]);
});

test('a place is robust only if neither flagged votes that fall nor held votes that count move it', () => {
  const robust = (stakes: Stake[]) =>
    placeAll(stakes)
      .filter((one) => one.robust)
      .map((one) => one.number);
  expect(robust([stake(1, 100), stake(2, 50), stake(3, 10)])).toEqual([1, 2, 3]);
  expect(robust([stake(1, 100, { flagged: 60 }), stake(2, 50), stake(3, 10)])).toEqual([3]);
  expect(robust([stake(1, 100), stake(2, 50), stake(3, 10, { held: 45 })])).toEqual([1]);
  // A tie that would come about is another place.
  expect(robust([stake(1, 100, { flagged: 50 }), stake(2, 50)])).toEqual([1]);
});

test('ranks without what falls stand beside those that are', () => {
  const placed = placeAll([stake(1, 100, { falling: 80 }), stake(2, 50), stake(3, 30, { falling: 30 })]);
  expect(placed.map(({ rank, rankWithout }) => [rank, rankWithout])).toEqual([
    [1, 2],
    [2, 1],
    [3, 3],
  ]);
});

test('says who would be chosen instead of whom; equal ones by number', () => {
  const stakes = [stake(1, 100, { falling: 80 }), stake(2, 50), stake(3, 30), stake(4, 30)];
  expect(changeOfChosen(stakes, 2)).toEqual({ enters: [3], leaves: [1] });
  expect(changeOfChosen(stakes, 4)).toEqual({ enters: [], leaves: [] });
  expect(changeOfChosen(stakes, null)).toEqual({ enters: [], leaves: [] });
});

test('votes per ten thousand residents are tenths', () => {
  expect(perTenThousand(1_234, 560_000)).toBe(220);
  expect(perTenThousand(1_234, null)).toBeNull();
});
