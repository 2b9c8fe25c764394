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

test('a place is open that only a part of the held ballots moves, though all of them together do not', () => {
  // Released together the order stays (770 < 790); the fifth's alone make it the fourth (770 > 704).
  const placed = placeAll([stake(4, 704, { held: 86 }), stake(5, 477, { held: 293 })]);
  expect(placed.map(({ least, most, best, worst, robust }) => [least, most, best, worst, robust])).toEqual([
    [704, 790, 1, 2, false],
    [477, 770, 1, 2, false],
  ]);
});

test('no combination of rulings takes a place out of the span that is said', () => {
  const all = [
    stake(1, 40, { flagged: 12 }),
    stake(2, 35, { held: 9, flagged: 3 }),
    stake(3, 30),
    stake(4, 22, { held: 10 }),
    stake(5, 3, { held: 2 }),
  ];
  const placed = placeAll(all, 3);
  const found = all.map(() => new Set<number>());
  for (let mask = 0; mask < 2 ** (2 * all.length); mask++) {
    const taken = (one: number, bit: number) => (mask >> (2 * one + bit)) & 1;
    const ruled = all.map((one, i) => ({
      number: one.number,
      votes: one.votes - taken(i, 0) * one.flagged + taken(i, 1) * one.held,
    }));
    const ranks = ranksOf(ruled, (one) => one.votes);
    all.forEach((one, i) => found[i]?.add(ranks.get(one.number) ?? 0));
  }
  expect(placed.map(({ best, worst }) => [best, worst])).toEqual(
    found.map((ranks) => [Math.min(...ranks), Math.max(...ranks)]),
  );
  expect(placed.map((one) => [one.robust, one.seat])).toEqual([
    [false, 'open'],
    [false, 'in'],
    [false, 'open'],
    [false, 'open'],
    [true, 'out'],
  ]);
});

test('who is surely chosen is so whatever is ruled; a tie at the line leaves it open', () => {
  const seats = (chosen: number | null, ...stakes: Stake[]) =>
    placeAll(stakes, chosen).map((one) => one.seat);
  expect(seats(1, stake(1, 100, { flagged: 40 }), stake(2, 50), stake(3, 10))).toEqual(['in', 'out', 'out']);
  expect(seats(1, stake(1, 100, { flagged: 50 }), stake(2, 50), stake(3, 10))).toEqual([
    'open',
    'open',
    'out',
  ]);
  expect(seats(3, stake(1, 5), stake(2, 5), stake(3, 5))).toEqual(['in', 'in', 'in']);
  expect(seats(2, stake(1, 5), stake(2, 5), stake(3, 5))).toEqual(['open', 'open', 'open']);
  expect(seats(null, stake(1, 5))).toEqual([null]);
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
