import { describe, expect, test } from 'vitest';
import { createAlikes } from '@zuimei/server/gate/alike.ts';
import { policies } from '@zuimei/shared/policy.ts';

const { standard } = policies;
const many = (count: number, act: () => void) => Array.from({ length: count }, act);

describe('one set of several picks', () => {
  test('is alike when it came often and is a large part of the hour', () => {
    const alikes = createAlikes();
    many(150, () => alikes.note([2, 5, 9], standard));
    const [sum] = alikes.gather();
    expect(sum).toMatchObject({ windowMs: 3_600_000, by: 150 });
    const learn = (total: number, ballots: number) => alikes.learn(sum?.name ?? '', total, ballots, standard);
    learn(99, 100);
    expect(alikes.has([2, 5, 9])).toBe(false);
    // Other servers saw it too.
    learn(150, 1_500);
    expect(alikes.has([2, 5, 9])).toBe(false);
    learn(151, 1_500);
    expect([alikes.has([2, 5, 9]), alikes.has([2, 5, 8]), alikes.has([2, 5])]).toEqual([true, false, false]);
    learn(151, 5_000);
    expect(alikes.has([2, 5, 9])).toBe(false);
    learn(151, 200);
    alikes.clear();
    expect(alikes.has([2, 5, 9])).toBe(false);
  });

  test('is only counted with the other servers when it was seen repeatedly, and each time by what is new', () => {
    const alikes = createAlikes();
    many(7, () => alikes.note([1, 2, 3], standard));
    many(50, () => alikes.note([1, 2], standard));
    expect(alikes.gather()).toEqual([]);
    alikes.note([1, 2, 3], standard);
    expect(alikes.gather().map(({ by }) => by)).toEqual([8]);
    expect(alikes.gather()).toEqual([]);
    alikes.note([1, 2, 3], standard);
    expect(alikes.gather().map(({ by }) => by)).toEqual([1]);
  });

  test('has the same name on every server, and other sets have others', () => {
    const names = (picks: number[]) => {
      const alikes = createAlikes();
      many(8, () => alikes.note(picks, standard));
      return alikes.gather().map(({ name }) => name);
    };
    expect(names([1, 2, 3])).toEqual(names([1, 2, 3]));
    expect(names([1, 2, 3])).not.toEqual(names([1, 23, 3]));
  });

  test('is found among more sets than are kept, of which none is shared without need', () => {
    const alikes = createAlikes();
    for (let i = 0; i < 50_000; i++) {
      alikes.note([1 + (i % 300), 301 + (i % 7_919), 9_000 + (i % 104_729)], standard);
      if (i % 10 === 0) alikes.note([2, 5, 9], standard);
    }
    const sums = alikes.gather();
    expect(sums.length).toBeLessThanOrEqual(200);
    expect(Math.max(...sums.map(({ by }) => by))).toBeGreaterThan(4_900);
  });
});
