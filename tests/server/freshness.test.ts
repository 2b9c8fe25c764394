import { expect, test } from 'vitest';
import { createFresh } from '@zuimei/server/fresh.ts';

test('who asks while a value is read waits for that reading, and an old one is read again', async () => {
  let [now, reads] = [0, 0];
  const fresh = createFresh(
    () => now,
    1_000,
    async (key: string) => `${key}${++reads}`,
  );
  expect(await Promise.all([fresh('a'), fresh('a'), fresh('b')])).toEqual(['a1', 'a1', 'b2']);
  now = 999;
  expect(await fresh('a')).toBe('a1');
  now = 1_000;
  expect(await Promise.all([fresh('a'), fresh('a')])).toEqual(['a3', 'a3']);
});

test('a reading that failed is told to who waited for it, and the next one asks again', async () => {
  let away = true;
  const fresh = createFresh(
    () => 0,
    Number.POSITIVE_INFINITY,
    async (_: null) => {
      if (away) throw new Error('away');
      return 'here';
    },
  );
  await expect(fresh(null)).rejects.toThrow('away');
  away = false;
  expect(await fresh(null)).toBe('here');
});

test('one that fails late takes nothing newer with it', async () => {
  let now = 0;
  const ends: ((how: boolean) => void)[] = [];
  const fresh = createFresh(
    () => now,
    10,
    (_: null) =>
      new Promise<number>((resolve, reject) => {
        const nth = ends.length;
        ends.push((good) => (good ? resolve(nth) : reject(new Error('late'))));
      }),
  );
  const old = fresh(null);
  now = 10;
  const next = fresh(null);
  ends[1]?.(true);
  expect(await next).toBe(1);
  ends[0]?.(false);
  await expect(old).rejects.toThrow('late');
  expect(await fresh(null)).toBe(1);
  expect(ends).toHaveLength(2);
});
