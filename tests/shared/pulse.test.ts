import { describe, expect, test } from 'vitest';
import { binomialZ, evenChance, lnGamma, medianOf, poissonZ } from '@zuimei/shared/statistics/chance.ts';
import { changePoints } from '@zuimei/shared/statistics/changepoint.ts';
import { findPulses } from '@zuimei/shared/statistics/pulse.ts';
import { createChance } from '../server/field.ts';

const order = { widths: [1, 2, 5, 10, 20, 40], leastHits: 15, leastZ: 5, leastOdds: 1.8 };

/** A day of minutes with about `rate` ballots each, a fifth of them hits. */
function day(rate: (minute: number) => number, seed = 1) {
  const chance = createChance(seed);
  const totals = Array.from({ length: 1440 }, (_, minute) => Math.round(rate(minute) * (0.5 + chance())));
  const hits = totals.map((all) => Array.from({ length: all }, chance).filter((one) => one < 0.2).length);
  return { totals, hits };
}

describe('pulses of a share', () => {
  test('are none in a busy hour of all, and none in a quiet night', () => {
    expect(findPulses({ ...order, ...day((minute) => (minute > 600 && minute < 660 ? 200 : 5)) })).toEqual(
      [],
    );
    expect(findPulses({ ...order, ...day((minute) => (minute < 300 ? 0.3 : 8)) })).toEqual([]);
    expect(findPulses({ ...order, totals: [], hits: [] })).toEqual([]);
  });

  test('are found where they are, also many of them', () => {
    const { totals, hits } = day(() => 8);
    const starts = [100, 400, 700, 1000, 1300];
    for (const start of starts)
      for (let minute = start; minute < start + 20; minute++) {
        totals[minute] = (totals[minute] ?? 0) + 6;
        hits[minute] = (hits[minute] ?? 0) + 6;
      }
    const pulses = findPulses({ ...order, totals, hits });
    expect(pulses).toHaveLength(5);
    pulses.forEach(({ from, to, hits: found, expected, z }, i) => {
      expect(Math.abs(from - (starts[i] ?? 0))).toBeLessThan(6);
      expect(Math.abs(to - (starts[i] ?? 0) - 20)).toBeLessThan(6);
      expect(found - expected).toBeGreaterThan(80);
      expect(z).toBeGreaterThan(8);
    });
  });

  test('are not what a share does that wavers by itself', () => {
    const chance = createChance(3);
    const totals = Array.from({ length: 1440 }, () => 40);
    const hits = totals.map((all, minute) => {
      const share = 0.3 + 0.2 * Math.sin(minute / 40);
      return Array.from({ length: all }, chance).filter((one) => one < share).length;
    });
    expect(findPulses({ ...order, totals, hits })).toEqual([]);
  });
});

describe('changes of a rate', () => {
  const curve = (parts: [number, number][], seed = 1) => {
    const chance = createChance(seed);
    return parts.flatMap(([length, rate]) =>
      Array.from({ length }, () => {
        let [count, left] = [0, Math.exp(-rate)];
        for (let product = chance(); product > left; product *= chance()) count++;
        return count;
      }),
    );
  };

  test('are none where it stays, and none in an empty curve', () => {
    expect(changePoints(curve([[500, 8]]))).toEqual([]);
    expect(changePoints(Array.from({ length: 100 }, () => 0))).toEqual([]);
    expect(changePoints([])).toEqual([]);
    expect(changePoints([7])).toEqual([]);
  });

  test('are found at the steps where it jumps', () => {
    const found = changePoints(
      curve([
        [100, 5],
        [40, 20],
        [160, 5],
      ]),
    );
    expect(found).toHaveLength(2);
    expect(Math.abs((found[0] ?? 0) - 100)).toBeLessThan(4);
    expect(Math.abs((found[1] ?? 0) - 140)).toBeLessThan(4);
  });

  test('a long curve is looked at in wider steps', () => {
    const found = changePoints(
      curve([
        [20_000, 2],
        [10_000, 6],
      ]),
    );
    expect(found).toHaveLength(1);
    expect(Math.abs((found[0] ?? 0) - 20_000)).toBeLessThan(60);
  });
});

describe('chances', () => {
  test('are those of a normal where there are many', () => {
    expect(binomialZ(5_500, 10_000, 0.5)).toBeCloseTo(10, 0);
    expect(binomialZ(4_500, 10_000, 0.5)).toBeCloseTo(-10, 0);
    expect(binomialZ(0, 0, 0.5)).toBe(0);
    expect(poissonZ(10_300, 10_000)).toBeCloseTo(3, 1);
    expect(medianOf([9, 1, 5])).toBe(5);
    expect(lnGamma(11)).toBeCloseTo(Math.log(3_628_800), 8);
  });

  test('that gaps are this even are as often met as said', () => {
    const chance = createChance(5);
    const tries = 400_000;
    let even = 0;
    for (let i = 0; i < tries; i++) {
      const gaps = Array.from({ length: 4 }, () => -Math.log(1 - chance()));
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / 4;
      const varied = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / 4) / mean;
      if (varied <= 0.2) even++;
    }
    expect(10 ** evenChance(4, 0.2) / (even / tries)).toBeGreaterThan(0.9);
    expect(10 ** evenChance(4, 0.2) / (even / tries)).toBeLessThan(1.1);
  });
});
