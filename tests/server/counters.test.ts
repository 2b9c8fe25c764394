import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createMemoryCounters } from '@zuimei/server/gate/memory.ts';
import { type Counters, KEY_BYTES, MOST_ROWS, type Visits, WHO_BYTES } from '@zuimei/server/gate/visits.ts';
import { openRedis } from '@zuimei/server/redis.ts';
import { openCounters } from '../harness/counters.ts';
import { startCluster } from '../harness/redis.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The beginning of an hour that every window divides. */
const START = 1_774_656_000_000;

const who = (n: number): Uint8Array => Buffer.alloc(WHO_BYTES, `visitor ${n} ........`);
const key = (n: number): Uint8Array => Buffer.from(n.toString(16).padStart(KEY_BYTES * 2, '0'), 'hex');

interface Row {
  who: number;
  device: number;
  ip: number;
}

function visits(rows: readonly Row[], sums: Visits['sums'] = []): Visits {
  return {
    who: rows.map((row) => who(row.who)),
    hitsWindowMs: MINUTE,
    places: [
      { name: 'device', windowMs: HOUR, keys: rows.map((row) => key(row.device)) },
      { name: 'ip', windowMs: MINUTE, keys: rows.map((row) => key(row.ip)) },
    ],
    sums,
  };
}

/** The contract in the plainest words: every visit is remembered and counted again. */
function createModel() {
  const past: (Row & { at: number })[] = [];
  const within = (ms: number, now: number) =>
    past.filter(({ at }) => Math.floor(at / ms) === Math.floor(now / ms));
  const distinct = (rows: readonly Row[]) => new Set(rows.map((row) => row.who)).size;
  return (rows: readonly Row[], now: number) => {
    past.push(...rows.map((row) => ({ ...row, at: now })));
    return {
      hits: rows.map((row) => within(MINUTE, now).filter((one) => one.who === row.who).length),
      distinct: [
        rows.map((row) => distinct(within(HOUR, now).filter((one) => one.device === row.device))),
        rows.map((row) => distinct(within(MINUTE, now).filter((one) => one.ip === row.ip))),
      ],
      sums: [],
    };
  };
}

async function bump(
  counters: Counters,
  scope: string,
  rows: readonly Row[],
  now: number,
  sums: Visits['sums'] = [],
) {
  const counts = await counters.bump(scope, visits(rows, sums), now);
  return { hits: [...counts.hits], distinct: counts.distinct.map((of) => [...of]), sums: counts.sums };
}

const kinds: Record<string, () => Promise<{ counters: Counters; close(): Promise<void> }>> = {
  memory: async () => ({ counters: createMemoryCounters(), close: async () => {} }),
  'one redis': async () => {
    const counters = await openCounters(inject('redisUrl'), `${randomUUID()}:`);
    return { counters, close: async () => counters.close() };
  },
  'a cluster of one': () => inCluster(1),
  'a cluster of three': () => inCluster(3),
};

async function inCluster(size: 1 | 3) {
  const cluster = await startCluster(size);
  const counters = await openCounters(cluster.url);
  return {
    counters,
    close: async () => {
      counters.close();
      await cluster.stop();
    },
  };
}

describe.each(Object.entries(kinds))('counters in %s', (_, open) => {
  let counters: Counters;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ counters, close } = await open());
  });
  afterAll(() => close());

  test('count a visitor’s visits, and distinct visitors at each key', async () => {
    const scope = randomUUID();
    const first = await bump(
      counters,
      scope,
      [
        { who: 1, device: 1, ip: 9 },
        { who: 2, device: 2, ip: 9 },
      ],
      START,
    );
    expect(first).toEqual({
      hits: [1, 1],
      distinct: [
        [1, 1],
        [2, 2],
      ],
      sums: [],
    });
    const again = await bump(counters, scope, [{ who: 1, device: 2, ip: 9 }], START + 1);
    expect(again).toEqual({ hits: [2], distinct: [[2], [2]], sums: [] });
  });

  test('one visitor several times in one batch is one distinct visitor, at every place it came from', async () => {
    const rows = [
      { who: 1, device: 1, ip: 7 },
      { who: 1, device: 1, ip: 8 },
      { who: 2, device: 1, ip: 8 },
      { who: 1, device: 1, ip: 7 },
    ];
    const counts = await bump(counters, randomUUID(), rows, START);
    expect(counts).toEqual({
      hits: [3, 3, 1, 3],
      distinct: [
        [2, 2, 2, 2],
        [1, 2, 2, 1],
      ],
      sums: [],
    });
  });

  test('a window begins from zero while a longer one goes on and knows its visitors', async () => {
    const scope = randomUUID();
    const row = { who: 1, device: 1, ip: 1 };
    await bump(counters, scope, [row, { who: 2, device: 1, ip: 1 }], START);
    expect(await bump(counters, scope, [row], START + MINUTE - 1)).toMatchObject({
      hits: [2],
      distinct: [[2], [2]],
    });
    expect(await bump(counters, scope, [row], START + MINUTE)).toMatchObject({
      hits: [1],
      distinct: [[2], [1]],
    });
    expect(await bump(counters, scope, [row], START + HOUR)).toMatchObject({
      hits: [1],
      distinct: [[1], [1]],
    });
  });

  test('scopes do not see each other', async () => {
    const row = { who: 1, device: 1, ip: 1 };
    const [one, other] = [randomUUID(), randomUUID()];
    await bump(counters, one, [row], START);
    expect(await bump(counters, other, [row], START)).toMatchObject({ hits: [1], distinct: [[1], [1]] });
  });

  test('sums add up within their window; zero only reads', async () => {
    const scope = randomUUID();
    const sums = [
      { name: 'ballots', windowMs: MINUTE, by: 3 },
      { name: 'ballots', windowMs: HOUR, by: 3 },
      { name: 'picks 7', windowMs: HOUR, by: 70_000 },
    ];
    expect((await bump(counters, scope, [], START, sums)).sums).toEqual([3, 3, 70_000]);
    expect((await bump(counters, scope, [], START + MINUTE, sums)).sums).toEqual([3, 6, 140_000]);
    const reading = sums.map((sum) => ({ ...sum, by: 0 }));
    expect((await bump(counters, scope, [], START + MINUTE, reading)).sums).toEqual([3, 6, 140_000]);
  });

  test('the largest batch counts right, a larger one and windows that do not nest are refused', async () => {
    const rows = Array.from({ length: MOST_ROWS }, (_, i) => ({ who: i, device: i, ip: i % 3 }));
    const counts = await counters.bump(
      randomUUID(),
      { ...visits(rows), who: rows.map(() => randomBytes(WHO_BYTES)) },
      START,
    );
    expect([...new Set(counts.hits)]).toEqual([1]);
    expect([...new Set(counts.distinct[0])]).toEqual([1]);
    expect([...(counts.distinct[1] ?? [])].slice(0, 3)).toEqual([334, 333, 333]);
    const tooMany = visits([...rows, { who: 0, device: 0, ip: 0 }]);
    await expect(counters.bump('x', tooMany, START)).rejects.toThrow(RangeError);
    await expect(counters.bump('x', { ...visits([]), hitsWindowMs: 7 * SECOND }, START)).rejects.toThrow(
      RangeError,
    );
  });

  test('always agree with the model, whoever comes from where and however time passes', async () => {
    const row = fc.record({
      who: fc.integer({ min: 0, max: 7 }),
      device: fc.integer({ min: 0, max: 3 }),
      ip: fc.integer({ min: 0, max: 2 }),
    });
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.record({ rows: fc.array(row, { maxLength: 12 }) }) },
      {
        weight: 1,
        arbitrary: fc.record({ pass: fc.constantFrom(1, 20 * SECOND, MINUTE, 25 * MINUTE, HOUR) }),
      },
    );
    const property = fc.asyncProperty(fc.array(command, { maxLength: 25 }), async (commands) => {
      const [scope, model] = [randomUUID(), createModel()];
      let now = START;
      for (const one of commands) {
        if ('pass' in one) now += one.pass;
        else expect(await bump(counters, scope, one.rows, now)).toEqual(model(one.rows, now));
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe('in redis', () => {
  const prefix = `${randomUUID()}:`;
  let counters: Awaited<ReturnType<typeof openCounters>>;
  let client: Redis;
  beforeAll(async () => {
    counters = await openCounters(inject('redisUrl'), prefix);
    client = new Redis(inject('redisUrl'));
  });
  afterAll(async () => {
    counters.close();
    client.disconnect();
  });

  test('every key has the contest’s hash tag and an end soon after its window, and stays searchable in one step', async () => {
    const now = Date.now();
    const rows = Array.from({ length: 100 }, (_, i) => ({ who: i, device: i, ip: i % 40 }));
    await bump(counters, 'ends', rows, now, [{ name: 'ballots', windowMs: MINUTE, by: 1 }]);
    await bump(counters, 'ends', rows, now);
    const keys = await client.keys(`${prefix}*`);
    expect(keys.length).toBe(3 * 4 + 1);
    for (const name of keys) {
      expect(name).toMatch(new RegExp(`^${prefix}\\{ends\\}:`));
      const windowMs = Number(name.split(':').at(-3));
      expect([MINUTE, HOUR]).toContain(windowMs);
      const ends = (Math.floor(now / windowMs) + 1) * windowMs;
      const endsHere = now + (await client.pttl(name));
      expect(endsHere).toBeGreaterThan(ends);
      expect(endsHere).toBeLessThan(ends + 2 * MINUTE);
      if (!name.includes(':sums:')) expect(await client.object('ENCODING', name)).toBe('hashtable');
    }
  });

  test('a script that redis has forgotten is sent again in the same call', async () => {
    const row = { who: 1, device: 1, ip: 1 };
    await bump(counters, 'forgotten', [row], START);
    await client.script('FLUSH');
    expect(await bump(counters, 'forgotten', [row], START)).toMatchObject({
      hits: [2],
      distinct: [[1], [1]],
    });
  });

  test('two servers with one redis count together', async () => {
    const other = await openCounters(inject('redisUrl'), prefix);
    await bump(counters, 'shared', [{ who: 1, device: 1, ip: 1 }], START);
    const counts = await bump(other, 'shared', [{ who: 2, device: 1, ip: 1 }], START);
    expect(counts.distinct).toEqual([[2], [2]]);
    other.close();
  });

  test('a visitor seen at more places than its record holds is counted twice where it was long ago, nowhere less', async () => {
    for (let i = 0; i < 30; i++) await bump(counters, 'restless', [{ who: 1, device: i, ip: 1 }], START);
    expect(await bump(counters, 'restless', [{ who: 1, device: 29, ip: 1 }], START)).toMatchObject({
      distinct: [[1], [1]],
    });
    expect((await bump(counters, 'restless', [{ who: 1, device: 0, ip: 1 }], START)).distinct[0]).toEqual([
      2,
    ]);
  });

  test('an address that makes no sense is refused without repeating its password', async () => {
    await expect(openRedis('http://:geheim@example.test')).rejects.toThrow(/makes no sense$/);
    await expect(openRedis('redis://:geheim@example.test/eins')).rejects.toThrow(/makes no sense$/);
  });
});

test('in memory, when there are too many entries, what began first is dropped and the rest stays exact', async () => {
  const counters = createMemoryCounters({ mostEntries: 400 });
  for (let i = 0; i < 60; i++) await bump(counters, 'old', [{ who: i, device: i, ip: 1 }], START);
  for (let i = 0; i < 60; i++) await bump(counters, 'new', [{ who: i, device: i, ip: 1 }], START);
  expect(counters.entries()).toBeLessThanOrEqual(400);
  expect(await bump(counters, 'new', [{ who: 99, device: 99, ip: 1 }], START)).toMatchObject({
    distinct: [[1], [61]],
  });
  expect((await bump(counters, 'old', [{ who: 99, device: 99, ip: 1 }], START)).hits).toEqual([1]);
});

test('in memory, windows that are over take no room', async () => {
  const counters = createMemoryCounters();
  await bump(counters, 'a', [{ who: 1, device: 1, ip: 1 }], START);
  await bump(counters, 'b', [], START + HOUR);
  expect(counters.entries()).toBe(0);
});
