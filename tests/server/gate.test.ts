import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openGate } from '@zuimei/server/gate/counters.ts';
import { createGate, type Gate, type GateEvent, type Verdict } from '@zuimei/server/gate/gate.ts';
import { createMemoryCounters } from '@zuimei/server/gate/memory.ts';
import type { Facts } from '@zuimei/server/gate/weigh.ts';
import { openRedis } from '@zuimei/server/redis.ts';
import { policies, signalsIn } from '@zuimei/shared/policy.ts';
import { openCounters } from '../harness/counters.ts';
import { type RedisServer, startCluster, startRedis, startWatched } from '../harness/redis.ts';

const { standard } = policies;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function bytes(text: string, length: number): Uint8Array {
  return createHash('sha256').update(text).digest().subarray(0, length);
}

function person(name: string, change: Partial<Facts> & { from?: string } = {}): Facts {
  const { from = name, ...rest } = change;
  return {
    voter: bytes(`voter ${name}`, 16),
    device: bytes(`device ${name}`, 8),
    ip: bytes(`ip ${from}`, 8),
    net: bytes(`net ${from}`, 8),
    ticketAgeMs: 20_000,
    dwellMs: 20_000,
    touches: 9,
    identityAgeMs: 20_000,
    picks: [1, 2],
    agent: 1,
    at: Date.now(),
    class: 'unknown',
    abroad: false,
    outside: false,
    proven: false,
    unvouched: false,
    ...rest,
  };
}

function people(count: number, change: Parameters<typeof person>[1] = {}): Facts[] {
  return Array.from({ length: count }, (_, i) => person(`${randomUUID()} ${i}`, change));
}

/** `patienceMs`: long where a test is not about waiting, so that a busy machine is not taken for a lost Redis. */
async function openScreened(redis: RedisServer | { url: string }, patienceMs = 1000) {
  const events: GateEvent[] = [];
  const counters = await openCounters(redis.url);
  const fallback = createMemoryCounters();
  const gate = createGate({
    counters,
    fallback,
    clock: Date.now,
    log: (event) => events.push(event),
    patienceMs,
    probeMs: 100,
  });
  closing.push(counters.close);
  return { gate, events };
}

async function freshRedis(): Promise<RedisServer> {
  const redis = await startRedis();
  closing.push(redis.stop);
  return redis;
}

/** Batches one after the other until `done`; the slowest one's time, and whether one was ever answered otherwise than `unscreened`. */
async function admitUntil(gate: Gate, done: () => boolean) {
  let slowestMs = 0;
  const verdicts: Verdict[] = [];
  while (!done()) {
    const began = performance.now();
    verdicts.push(...(await gate.admit('c', standard, people(50))));
    slowestMs = Math.max(slowestMs, performance.now() - began);
    await sleep(1);
  }
  return { slowestMs, verdicts };
}

async function backTo(gate: Gate, state: string, patienceMs = 5000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (gate.state() !== state) {
    if (Date.now() > deadline) throw new Error(`the gate is still ${gate.state()}`);
    await sleep(10);
  }
}

test('an office of 200 behind one address is admitted, unmarked and screened', async () => {
  const { gate } = await openScreened(await freshRedis());
  const verdicts = await gate.admit('c', standard, people(200, { from: 'office' }));
  expect(verdicts).toEqual(verdicts.map(() => ({ step: 'admit', signals: 0, unscreened: false })));
});

test('of untouched pages from one address the ones beyond the limit are held, also when they come in many batches', async () => {
  const { gate } = await openScreened(await freshRedis());
  const farm = () =>
    people(250, { from: 'farm', dwellMs: null, touches: null, identityAgeMs: 2100, ticketAgeMs: 2100 });
  for (let i = 0; i < 4; i++)
    expect((await gate.admit('c', standard, farm())).every(({ step }) => step === 'admit')).toBe(true);
  const [verdict] = await gate.admit('c', standard, farm());
  expect(verdict?.step).toBe('hold');
  expect(signalsIn(verdict?.signals ?? 0)).toEqual(['ip', 'silent', 'newcomer']);
  const [elsewhere] = await gate.admit('c', standard, people(1));
  expect(elsewhere?.step).toBe('admit');
});

test('a voter’s flood is refused, and only that voter’s', async () => {
  const { gate } = await openScreened(await freshRedis());
  const flooder = person('flooder', { from: 'home' });
  for (let i = 0; i < 120; i++) expect((await gate.admit('c', standard, [flooder]))[0]?.step).toBe('admit');
  const [flood, neighbour] = await gate.admit('c', standard, [
    flooder,
    person('neighbour', { from: 'home' }),
  ]);
  expect([flood?.step, neighbour?.step]).toEqual(['refuse', 'admit']);
  expect((await gate.admit('another', standard, [flooder]))[0]?.step).toBe('admit');
});

test('what is challenged is admitted with a proof, and marked as proven', async () => {
  const counters = createMemoryCounters();
  const gate = createGate({ counters, fallback: counters, clock: Date.now, log: () => {} });
  const everyone = (count: number) => people(count, { from: 'carrier', picks: [1] });
  for (let i = 0; i < 3; i++) await gate.admit('c', standard, everyone(900));
  const [one] = everyone(1);
  if (!one) throw new Error('nobody came');
  expect((await gate.admit('c', standard, [one]))[0]?.step).toBe('challenge');
  const [proven] = await gate.admit('c', standard, [{ ...one, proven: true }]);
  expect([proven?.step, signalsIn(proven?.signals ?? 0)]).toEqual(['admit', ['ip', 'net', 'proven']]);
});

test('a candidate whose part leaps in one hour is noted on the ballots that pick it', async () => {
  const counters = createMemoryCounters();
  let now = 1_774_656_000_000;
  const gate = createGate({ counters, fallback: counters, clock: () => now, log: () => {} });
  await gate.admit('c', standard, people(900, { picks: [1] }));
  await gate.admit('c', standard, people(30, { picks: [2] }));
  now += 3_600_000;
  await gate.admit('c', standard, people(800, { picks: [2] }));
  now += 1000;
  const verdicts = await gate.admit('c', standard, [
    person('a', { picks: [2] }),
    person('b', { picks: [1] }),
  ]);
  expect(verdicts.map(({ step, signals }) => [step, signalsIn(signals)])).toEqual([
    ['admit', ['surge']],
    ['admit', []],
  ]);
});

test('a set of picks that comes much too often is noted on its ballots, as all servers saw it, and holds none', async () => {
  const redis = await freshRedis();
  let now = 1_774_656_000_000;
  const open = async () => {
    const counters = await openCounters(redis.url);
    closing.push(counters.close);
    return createGate({
      counters,
      fallback: createMemoryCounters(),
      clock: () => now,
      log: () => {},
      patienceMs: 1000,
    });
  };
  const servers = [await open(), await open()];
  for (const gate of servers) {
    await gate.admit('c', standard, people(60, { picks: [2, 5, 9] }));
    await gate.admit('c', standard, people(40));
    now += 1000;
    await gate.admit('c', standard, people(1, { picks: [7] }));
  }
  now += 1000;
  const verdicts = await servers[1]?.admit('c', standard, [
    person('a', { picks: [2, 5, 9] }),
    person('b', { picks: [2, 5, 8] }),
  ]);
  expect(verdicts?.map(({ step, signals }) => [step, signalsIn(signals)])).toEqual([
    ['admit', ['alike']],
    ['admit', []],
  ]);
});

test('a rack of phones that vote at equal gaps is held, the visitors between them are not', async () => {
  const counters = createMemoryCounters();
  let now = 1_774_656_000_000;
  const gate = createGate({ counters, fallback: counters, clock: () => now, log: () => {} });
  const steps: Record<string, string[]> = { rack: [], visitors: [] };
  for (let i = 0; i < 40; i++) {
    now += 9_000;
    const [rack, visitor] = await gate.admit('c', standard, [
      person(`rack ${i}`, { from: 'wifi', at: now }),
      person(`visitor ${i}`, { at: now - ((i * 977) % 8_000) }),
    ]);
    steps['rack']?.push(rack?.step ?? '');
    steps['visitors']?.push(visitor?.step ?? '');
  }
  const { arrivals } = standard.rhythm;
  expect(steps['rack']).toEqual([...Array(arrivals - 1).fill('admit'), ...Array(41 - arrivals).fill('hold')]);
  expect(new Set(steps['visitors'])).toEqual(new Set(['admit']));
});

test('redis killed in mid-load: verdicts go on without waiting, unscreened, and are screened again when it is back', async () => {
  const redis = await freshRedis();
  // Far more than fifty visitors take on a busy machine: who is found waiting was waiting for Redis.
  const patienceMs = 2_000;
  const { gate, events } = await openScreened(redis, patienceMs);
  let over = false;
  const load = admitUntil(gate, () => over);
  await sleep(100);
  await redis.kill9();
  await sleep(600);
  expect(gate.state()).toBe('unscreened');
  await redis.restart();
  await backTo(gate, 'screening');
  await sleep(50);
  over = true;
  const { slowestMs, verdicts } = await load;
  expect(slowestMs).toBeLessThan(patienceMs);
  expect(verdicts.every(({ step }) => step === 'admit')).toBe(true);
  const marks = verdicts.map(({ unscreened }) => unscreened);
  expect([marks[0], marks.includes(true), marks.at(-1)]).toEqual([false, true, false]);
  expect(events.map(({ event }) => event)).toEqual(['counters_lost', 'counters_back']);
});

test('redis stalled: one batch waits its patience, none after it, and it closes by itself', async () => {
  const redis = await freshRedis();
  const patienceMs = 800;
  const { gate, events } = await openScreened(redis, patienceMs);
  await gate.admit('c', standard, people(10));
  redis.stall();
  const first = performance.now();
  expect((await gate.admit('c', standard, people(10)))[0]?.unscreened).toBe(true);
  expect(performance.now() - first).toBeLessThan(patienceMs * 2);
  let slowestMs = 0;
  for (let i = 0; i < 100; i++) {
    const began = performance.now();
    expect((await gate.admit('c', standard, people(1)))[0]?.unscreened).toBe(true);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    await sleep(5);
  }
  expect(slowestMs).toBeLessThan(patienceMs / 2);
  redis.resume();
  await backTo(gate, 'screening');
  expect((await gate.admit('c', standard, people(1)))[0]?.unscreened).toBe(false);
  expect(events.map(({ event }) => event)).toEqual(['counters_lost', 'counters_back']);
});

test('a stall longer than the connection’s patience is survived too', async () => {
  const redis = await freshRedis();
  const { gate } = await openScreened(redis);
  redis.stall();
  await admitUntil(
    gate,
    (() =>
      (
        (until) => () =>
          Date.now() > until
      )(Date.now() + 3000))(),
  );
  expect(gate.state()).toBe('unscreened');
  redis.resume();
  await backTo(gate, 'screening');
});

test('redis that refuses writes counts as away, without flapping', async () => {
  const redis = await freshRedis();
  const { gate, events } = await openScreened(redis);
  await gate.admit('c', standard, people(10));
  await redis.send('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await redis.send('CONFIG', 'SET', 'maxmemory', '1');
  await admitUntil(
    gate,
    (() =>
      (
        (until) => () =>
          Date.now() > until
      )(Date.now() + 700))(),
  );
  expect(events.map(({ event }) => event)).toEqual(['counters_lost']);
  await redis.send('CONFIG', 'SET', 'maxmemory', '0');
  await backTo(gate, 'screening');
});

test('in a cluster that lost a node, contests of that node go on unscreened until it is back', async () => {
  const cluster = await startCluster(3);
  closing.push(cluster.stop);
  const patienceMs = 1000;
  const { gate } = await openScreened(cluster, patienceMs);
  const contests = Array.from({ length: 12 }, (_, i) => `contest-${i}`);
  for (const contest of contests)
    expect((await gate.admit(contest, standard, people(5)))[0]?.unscreened).toBe(false);
  await cluster.nodes[1]?.kill9();
  const began = performance.now();
  for (const contest of contests) expect(await gate.admit(contest, standard, people(5))).toHaveLength(5);
  // One batch waits its patience for the dead node, none after it.
  expect(performance.now() - began).toBeLessThan(patienceMs * 2);
  expect(gate.state()).toBe('unscreened');
  await cluster.nodes[1]?.restart();
  await backTo(gate, 'screening', 15_000);
  for (const contest of contests)
    expect((await gate.admit(contest, standard, people(5)))[0]?.unscreened).toBe(false);
}, 40_000);

test('of a machine that dies with the primary and a sentinel the other two sentinels name the next, and ballots are screened there', async () => {
  const watched = await startWatched();
  closing.push(watched.stop);
  const { gate } = await openScreened(watched, 1000);
  expect((await gate.admit('c', standard, people(5)))[0]?.unscreened).toBe(false);
  const [primary, replica, near, far] = watched.nodes;
  await Promise.all([primary?.kill9(), near?.kill9()]);
  expect(await gate.admit('c', standard, people(5))).toHaveLength(5);
  expect(gate.state()).toBe('unscreened');
  await backTo(gate, 'screening', 20_000);
  expect((await gate.admit('c', standard, people(5)))[0]?.unscreened).toBe(false);
  expect(await far?.send('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toContain(`${replica?.port}`);
}, 40_000);

test('without redis from the beginning the gate opens at once, unscreened, and finds it later', async () => {
  const redis = await freshRedis();
  await redis.kill9();
  const lines: unknown[] = [];
  const began = performance.now();
  const shared = await openRedis(redis.url);
  closing.push(shared.close);
  const gate = await openGate({ redis: shared, log: (level, event) => lines.push([level, event.event]) });
  expect(performance.now() - began).toBeLessThan(3000);
  expect((await gate.admit('c', standard, people(2)))[0]?.unscreened).toBe(true);
  await redis.restart();
  await backTo(gate, 'screening');
  expect(lines).toEqual([
    ['error', 'counters_lost'],
    ['note', 'counters_back'],
  ]);
});

test('without a redis address the counters of the process are the real ones', async () => {
  const gate = await openGate({ redis: null, log: () => {} });
  expect((await gate.admit('c', standard, people(2)))[0]?.unscreened).toBe(false);
  expect(gate.state()).toBe('screening');
});

test('a batch too large to be counted is admitted unscreened and said once, never thrown', async () => {
  const counters = createMemoryCounters();
  const events: GateEvent[] = [];
  const gate = createGate({
    counters,
    fallback: counters,
    clock: Date.now,
    log: (event) => events.push(event),
  });
  for (let i = 0; i < 3; i++) {
    const verdicts = await gate.admit('c', standard, people(1001));
    expect(verdicts).toHaveLength(1001);
    expect(verdicts[0]).toEqual({ step: 'admit', signals: 0, unscreened: true });
  }
  expect(events.filter(({ event }) => event === 'gate_failed')).toHaveLength(1);
});
