import { randomUUID } from 'node:crypto';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { openRedis } from '@zuimei/server/redis.ts';
import { type Lent, QUOTA, type Told } from '@zuimei/server/wechat/api.ts';
import { createLoan } from '@zuimei/server/wechat/loan.ts';
import { createOwnShelf, createSharedShelf, type Shelf } from '@zuimei/server/wechat/sharedstore.ts';
import { startRedis } from '../harness/redis.ts';

const HOUR_MS = 3_600_000;
const LIFE_MS = 2 * HOUR_MS;
const KEY = Buffer.alloc(32, 7);

/** WeChat's side of a token: the same until its last five minutes, then another; all those that are good. */
function createLender(clock: () => number) {
  let serial = 0;
  let current = { value: '', until: 0 };
  const told = { fetched: 0, fails: 0, code: -1, slowMs: 0, held: Promise.resolve() };
  return {
    told,
    fetch: async (refused: string | null): Promise<Told<Lent>> => {
      told.fetched++;
      await told.held;
      if (told.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, told.slowMs));
      if (told.fails > 0) {
        told.fails--;
        return { ok: false, code: told.code };
      }
      if (current.until - clock() <= 300_000 || current.value === refused)
        current = { value: `value ${++serial}`, until: clock() + LIFE_MS };
      return { ok: true, value: { value: current.value, forMs: current.until - clock() } };
    },
  };
}

function openLoan(shelf: Shelf, clock: () => number, lender: ReturnType<typeof createLender>) {
  const codes: number[] = [];
  const loan = createLoan({
    name: 'token',
    shelf,
    clock,
    fetch: lender.fetch,
    told: (code) => codes.push(code),
  });
  return { ...loan, codes };
}

/** A clock that a test moves on. */
function openClock() {
  let now = Date.now();
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}

async function openShared(prefix: string, clock: () => number): Promise<Shelf> {
  const redis = await openRedis(inject('redisUrl'));
  onTestFinished(redis.close);
  const within = (name: string) => `${prefix}:${name}`;
  const shelf = createSharedShelf(redis, KEY, createOwnShelf(clock));
  return {
    read: (name) => shelf.read(within(name)),
    write: (name, value, forMs) => shelf.write(within(name), value, forMs),
    claim: (name, forMs) => shelf.claim(within(name), forMs),
    forget: (name) => shelf.forget(within(name)),
  };
}

describe('a token lent by WeChat', () => {
  test('is fetched once however many ask at once', async () => {
    const { now } = openClock();
    const lender = createLender(now);
    lender.told.slowMs = 30;
    const loan = openLoan(createOwnShelf(now), now, lender);
    const values = await Promise.all(Array.from({ length: 50 }, () => loan.read()));
    expect(new Set(values)).toEqual(new Set(['value 1']));
    expect(lender.told.fetched).toBe(1);
  });

  test('is fetched once by servers that share a Redis, and its text is nowhere in it', async () => {
    const { now } = openClock();
    const lender = createLender(now);
    lender.told.slowMs = 60;
    const prefix = randomUUID();
    const loans = await Promise.all(
      Array.from({ length: 4 }, async () => openLoan(await openShared(prefix, now), now, lender)),
    );
    const values = await Promise.all(loans.flatMap((loan) => [loan.read(), loan.read()]));
    expect(new Set(values)).toEqual(new Set(['value 1']));
    expect(lender.told.fetched).toBe(1);
    const redis = await openRedis(inject('redisUrl'));
    onTestFinished(redis.close);
    const bytes = await redis.read(`zuimei:wechat:${prefix}:token`);
    expect(bytes?.length).toBeGreaterThan(40);
    expect(bytes?.includes('value 1')).toBe(false);
  });

  test('is not fetched again by a server that looked at the shelf just before another one brought it', async () => {
    const clock = openClock();
    const lender = createLender(clock.now);
    const shelf = createOwnShelf(clock.now);
    const brought = Promise.withResolvers<void>();
    const late: Shelf = {
      ...shelf,
      async claim(name, forMs) {
        await brought.promise;
        return await shelf.claim(name, forMs);
      },
    };
    const waiting = openLoan(late, clock.now, lender).read();
    const value = await openLoan(shelf, clock.now, lender).read();
    brought.resolve();
    expect(await waiting).toBe(value);
    expect(lender.told.fetched).toBe(1);
  });

  test('is renewed before it ends, while the old one still serves everybody', async () => {
    const { now, pass } = openClock();
    const lender = createLender(now);
    const loan = openLoan(createOwnShelf(now), now, lender);
    expect(await loan.read()).toBe('value 1');
    pass(LIFE_MS - 280_000);
    expect(await loan.read()).toBe('value 1');
    expect(lender.told.fetched).toBe(1);
    pass(20_000);
    const answered = Promise.withResolvers<void>();
    lender.told.held = answered.promise;
    expect(await loan.read()).toBe('value 1');
    answered.resolve();
    await expect.poll(() => loan.read()).toBe('value 2');
    expect(lender.told.fetched).toBe(2);
  });

  test('serves on while it cannot be renewed, is asked for less and less often, and is gone only at its end', async () => {
    const { now, pass } = openClock();
    const lender = createLender(now);
    const loan = openLoan(createOwnShelf(now), now, lender);
    await loan.read();
    pass(LIFE_MS - 260_000);
    lender.told.fails = Number.POSITIVE_INFINITY;
    for (let second = 0; second < 250; second++) {
      expect(await loan.read()).toBe('value 1');
      await new Promise((resolve) => setImmediate(resolve));
      pass(1000);
    }
    expect(loan.away()).toBe(true);
    // 1, 2, 4 … 60 seconds apart, instead of 250 times.
    expect(lender.told.fetched - 1).toBeLessThan(12);
    pass(20_000);
    expect(await loan.read()).toBeNull();
    lender.told.fails = 0;
    pass(60_001);
    expect(await loan.read()).toBe('value 2');
    expect(loan.away()).toBe(false);
    expect(new Set(loan.codes)).toEqual(new Set([0, -1]));
  });

  test('is not asked for in the ten minutes after WeChat has said that it was asked too often', async () => {
    const { now, pass } = openClock();
    const lender = createLender(now);
    const loan = openLoan(createOwnShelf(now), now, lender);
    Object.assign(lender.told, { fails: 1, code: QUOTA });
    expect(await loan.read()).toBeNull();
    pass(599_000);
    expect(await loan.read()).toBeNull();
    expect(lender.told.fetched).toBe(1);
    pass(2_000);
    expect(await loan.read()).toBe('value 1');
  });

  test('that is refused is replaced once, by one server for all', async () => {
    const { now, pass } = openClock();
    const lender = createLender(now);
    const prefix = randomUUID();
    const [one, two] = await Promise.all(
      [0, 1].map(async () => openLoan(await openShared(prefix, now), now, lender)),
    );
    expect([await one?.read(), await two?.read()]).toEqual(['value 1', 'value 1']);
    pass(HOUR_MS);
    const replaced = await Promise.all([one, one, two, two].map((loan) => loan?.replace('value 1')));
    expect(new Set(replaced)).toEqual(new Set(['value 2']));
    expect(lender.told.fetched).toBe(2);
    // News of an older refusal changes nothing.
    expect(await one?.replace('value 1')).toBe('value 2');
    expect(lender.told.fetched).toBe(2);
  });

  test('is fetched by another server when the one that was asking has died', async () => {
    const { now } = openClock();
    const lender = createLender(now);
    const shelf = createOwnShelf(now);
    expect(await shelf.claim('token:lock', 8_000)).toBe(true);
    const loan = openLoan(shelf, now, lender);
    expect(await loan.read()).toBe('value 1');
  }, 10_000);

  test('is fetched by every server for itself while Redis is away, and shared again when it is back', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const { now, pass } = openClock();
    const lender = createLender(now);
    const open = async () => {
      const shared = await openRedis(redis.url);
      onTestFinished(shared.close);
      return openLoan(createSharedShelf(shared, KEY, createOwnShelf(now)), now, lender);
    };
    const [one, two] = [await open(), await open()];
    await redis.kill9();
    expect([await one.read(), await two.read()]).toEqual(['value 1', 'value 1']);
    expect(lender.told.fetched).toBe(2);
    await redis.restart();
    pass(LIFE_MS + 1);
    await expect.poll(async () => [await one.read(), await two.read()]).toEqual(['value 2', 'value 2']);
  }, 20_000);
});
