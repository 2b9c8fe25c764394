import { expect, test } from 'vitest';
import type { Bundle } from '@zuimei/server/bundle/bundle.ts';
import { createShelf } from '@zuimei/server/bundle/shelf.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';

/* The shelf where bundles are written and kept, without a contest behind it. */

const SIZE = 200;

/** A bundle of one byte an entry that goes on when it is told to. */
function slow(size = SIZE) {
  const [begun, half, end] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  const bundle: Bundle = {
    size,
    async *pieces(wrote) {
      begun.resolve();
      yield new Uint8Array(size / 2).fill(1);
      wrote?.(size / 2);
      half.resolve();
      await end.promise;
      yield new Uint8Array(size / 2).fill(2);
      wrote?.(size);
    },
  };
  return { make: async () => bundle, begun, half, end };
}

async function bytesOf({ pieces }: { pieces(): AsyncGenerator<Uint8Array> }): Promise<number> {
  let sum = 0;
  for await (const piece of pieces()) sum += piece.length;
  return sum;
}

test('it tells how far the writer is, by whole per cent of the entries, and how long the file is then', async () => {
  const [shelf, one] = [createShelf(() => {}), slow()];
  expect(shelf.look('a', SIZE)).toMatchObject({ state: 'none', entries: SIZE });
  expect(shelf.start('a', SIZE, one.make).state).toBe('waiting');
  await one.half.promise;
  expect(shelf.look('a', SIZE)).toMatchObject({ state: 'writing', percent: 50, bytes: null });
  // Asked again, it goes on; of another length of the ledger there is none.
  expect(shelf.start('a', SIZE, one.make)).toMatchObject({ state: 'writing', percent: 50 });
  expect(shelf.look('a', SIZE + 1).state).toBe('none');
  one.end.resolve();
  expect(await bytesOf(await shelf.find('a', SIZE, one.make))).toBe(SIZE);
  expect(shelf.look('a', SIZE)).toEqual({
    ...{ state: 'ready', entries: SIZE, percent: 100, bytes: SIZE, fault: null },
  });
});

test('one is written at a time, four wait in line, and a fifth is refused', async () => {
  const [shelf, one] = [createShelf(() => {}), slow()];
  shelf.start('a', SIZE, one.make);
  await one.begun.promise;
  const others = ['b', 'c', 'd', 'e'].map((name) => ({ name, ...slow() }));
  for (const { name, make } of others) expect(shelf.start(name, SIZE, make).state).toBe('waiting');
  expect(() => shelf.start('f', SIZE, one.make)).toThrow(new Refusal('busy', { retryAfterMs: 10_000 }));
  expect(shelf.look('f', SIZE).state).toBe('none');
  for (const { end } of [one, ...others]) end.resolve();
  for (const { name, make } of others) await shelf.find(name, SIZE, make);
  expect(shelf.start('f', SIZE, one.make).state).toBe('waiting');
  await shelf.find('f', SIZE, one.make);
});

test('what failed says so to whoever asks, is told once, and is made when it is asked for again', async () => {
  const told: unknown[] = [];
  const shelf = createShelf((error) => told.push(error));
  const early = new Refusal('bundle_early');
  shelf.start('a', SIZE, () => Promise.reject(early));
  await expect(shelf.find('a', SIZE, () => Promise.reject(early))).rejects.toBe(early);
  expect(shelf.look('a', SIZE)).toMatchObject({ state: 'failed', fault: 'bundle_early', bytes: null });
  const torn = new Error('the disk is full');
  shelf.start('a', SIZE, async () => ({
    size: SIZE,
    // biome-ignore lint/correctness/useYield: it fails before its first piece
    async *pieces() {
      throw torn;
    },
  }));
  await expect(shelf.find('a', SIZE, () => Promise.reject(early))).rejects.toBe(torn);
  expect(shelf.look('a', SIZE)).toMatchObject({ state: 'failed', fault: 'internal' });
  expect(told).toEqual([early, torn]);
  const whole = slow();
  whole.end.resolve();
  expect(await bytesOf(await shelf.find('a', SIZE, whole.make))).toBe(SIZE);
});

test('who reads an old one reads it to its end, though a newer one took its place and eight others were asked for', async () => {
  const shelf = createShelf(() => {});
  const make = (size: number) => {
    const one = slow(size);
    one.end.resolve();
    return one.make;
  };
  const old = (await shelf.find('a', SIZE, make(SIZE))).pieces();
  await old.next();
  await shelf.find('a', SIZE + 2, make(SIZE + 2));
  for (let n = 0; n < 8; n++) await shelf.find(`other ${n}`, SIZE, make(SIZE));
  expect(shelf.look('a', SIZE + 2).state).toBe('none');
  expect((await old.next()).done).toBe(true);
});
