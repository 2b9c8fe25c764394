import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createPool } from '@zuimei/server/vote/pool.ts';
import type { Receipt } from '@zuimei/shared/ballot.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { freshDatabase } from '../harness/database.ts';
import { createSite } from '../harness/site.ts';

interface Numbered {
  voter: string;
  number: number;
}

const receipt = (ballot: Numbered): Receipt => ({
  ballotId: `${ballot.number}`,
  index: ballot.number,
  at: '',
  state: 'counted',
});

/** A door that opens when the test says so. */
function door() {
  const waiting: (() => void)[] = [];
  return {
    pass: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async open() {
      await nextTurn();
      await nextTurn();
      waiting.splice(0).forEach((go) => {
        go();
      });
      await nextTurn();
      await nextTurn();
    },
  };
}

function rooms() {
  const seen = { admitted: [] as number[][], written: [] as number[][], failures: [] as unknown[] };
  return {
    seen,
    admit: async (batch: Numbered[]): Promise<(Receipt | Refusal | null)[]> => {
      seen.admitted.push(batch.map((one) => one.number));
      return batch.map(() => null);
    },
    write: async (batch: Numbered[]): Promise<(Receipt | Refusal)[]> => {
      seen.written.push(batch.map((one) => one.number));
      return batch.map(receipt);
    },
    failed: (error: unknown) => void seen.failures.push(error),
  };
}

const ballots = (count: number, voterOf = (number: number) => `v${number}`): Numbered[] =>
  Array.from({ length: count }, (_, number) => ({ voter: voterOf(number), number }));
const codeOf = (promise: Promise<Receipt>): Promise<string> =>
  promise.then(
    (got) => `receipt ${got.index}`,
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );

test('all that arrives in one turn goes together, and the next batch is all that came meanwhile', async () => {
  const room = rooms();
  const gate = door();
  const pool = createPool<Numbered>(
    { ...room, admit: (batch) => gate.pass().then(() => room.admit(batch)) },
    { waiting: 100, batch: 50, spacingMs: 0 },
  );
  const first = ballots(10).map((one) => pool.join(one));
  await nextTurn();
  const second = ballots(20)
    .slice(10)
    .map((one) => pool.join(one));
  await gate.open();
  await gate.open();
  expect((await Promise.all([...first, ...second])).map((one) => one.index)).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  );
  expect(room.seen.written.map((batch) => batch.length)).toEqual([10, 10]);
});

test('a batch holds at most one ballot a voter; the others come later, in order', async () => {
  const room = rooms();
  const pool = createPool<Numbered>(room, { waiting: 100, batch: 50, spacingMs: 0 });
  await Promise.all(ballots(9, (number) => `v${number % 3}`).map((one) => pool.join(one)));
  expect(room.seen.written).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ]);
});

test('a batch is no larger than its limit', async () => {
  const room = rooms();
  const pool = createPool<Numbered>(room, { waiting: 100, batch: 4, spacingMs: 0 });
  await Promise.all(ballots(10).map((one) => pool.join(one)));
  expect(room.seen.written.map((batch) => batch.length)).toEqual([4, 4, 2]);
});

test('a ballot after a pause goes at once; a stream is gathered until the spacing is over', async () => {
  const room = rooms();
  const starts: number[] = [];
  const admit = (batch: Numbered[]) => {
    starts.push(performance.now());
    return room.admit(batch);
  };
  const pool = createPool<Numbered>({ ...room, admit }, { waiting: 100, batch: 50, spacingMs: 500 });
  const [first, ...rest] = ballots(4);
  const began = performance.now();
  await pool.join(first as Numbered);
  expect((starts[0] ?? 0) - began).toBeLessThan(400);
  await Promise.all(rest.map(pool.join));
  expect(room.seen.admitted).toEqual([[0], [1, 2, 3]]);
  expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(498);
});

test('while one batch is written the next is at the gate, and none overtakes another', async () => {
  const room = rooms();
  const wall = door();
  const pool = createPool<Numbered>(
    { ...room, write: (batch) => wall.pass().then(() => room.write(batch)) },
    { waiting: 100, batch: 1, spacingMs: 0 },
  );
  const answers = ballots(3).map((one) => pool.join(one));
  await nextTurn();
  await nextTurn();
  expect(room.seen.admitted).toEqual([[0], [1]]);
  expect(room.seen.written).toEqual([]);
  for (let i = 0; i < 3; i++) await wall.open();
  await Promise.all(answers);
  expect(room.seen.written).toEqual([[0], [1], [2]]);
});

test('who the gate refuses is answered at once and not written', async () => {
  const room = rooms();
  const wall = door();
  const pool = createPool<Numbered>(
    {
      ...room,
      admit: async (batch) => batch.map(({ number }) => (number === 1 ? new Refusal('gate_refused') : null)),
      write: (batch) => wall.pass().then(() => room.write(batch)),
    },
    { waiting: 100, batch: 50, spacingMs: 0 },
  );
  const answers = ballots(3).map((one) => codeOf(pool.join(one)));
  expect(await answers[1]).toBe('gate_refused');
  expect(pool.waiting()).toBe(2);
  await wall.open();
  expect(await Promise.all(answers)).toEqual(['receipt 0', 'gate_refused', 'receipt 2']);
  expect(room.seen.written).toEqual([[0, 2]]);
});

test('a full pool says busy at once, and has room again when it has answered', async () => {
  const room = rooms();
  const gate = door();
  const pool = createPool<Numbered>(
    { ...room, admit: (batch) => gate.pass().then(() => room.admit(batch)) },
    { waiting: 3, batch: 50, spacingMs: 0 },
  );
  const inside = ballots(3).map((one) => pool.join(one));
  await expect(pool.join({ voter: 'late', number: 9 })).rejects.toMatchObject({
    code: 'busy',
    details: { retryAfterMs: 1000 },
  });
  expect(pool.waiting()).toBe(3);
  await gate.open();
  await Promise.all(inside);
  expect(pool.waiting()).toBe(0);
  const late = pool.join({ voter: 'late', number: 9 });
  await gate.open();
  expect((await late).index).toBe(9);
});

test.each(['admit', 'write'] as const)(
  'when %s fails, its batch is told busy, the failure is known, and the next batch goes on',
  async (where) => {
    const room = rooms();
    let calls = 0;
    const failing = (batch: Numbered[]): Promise<never[]> | null =>
      batch.some((one) => one.number < 2) && calls++ < 5 ? Promise.reject(new Error('cable')) : null;
    const pool = createPool<Numbered>(
      { ...room, [where]: (batch: Numbered[]) => failing(batch) ?? room[where](batch) },
      { waiting: 100, batch: 2, spacingMs: 0 },
    );
    const answers = await Promise.all(ballots(6).map((one) => codeOf(pool.join(one))));
    expect(answers).toEqual(['busy', 'busy', 'receipt 2', 'receipt 3', 'receipt 4', 'receipt 5']);
    expect(room.seen.failures.map(String)).toEqual(['Error: cable']);
    expect(pool.waiting()).toBe(0);
  },
);

describe('drain', () => {
  test('answers all that was taken, takes no more, and then resolves', async () => {
    const room = rooms();
    const wall = door();
    const pool = createPool<Numbered>(
      { ...room, write: (batch) => wall.pass().then(() => room.write(batch)) },
      { waiting: 100, batch: 2, spacingMs: 0 },
    );
    const answers = ballots(5).map((one) => codeOf(pool.join(one)));
    let drained = false;
    const drain = pool.drain().then(() => {
      drained = true;
    });
    expect(await codeOf(pool.join({ voter: 'late', number: 9 }))).toBe('busy');
    await wall.open();
    expect(drained).toBe(false);
    await wall.open();
    await wall.open();
    await drain;
    expect(await Promise.all(answers)).toEqual(ballots(5).map((one) => `receipt ${one.number}`));
  });

  test('of an empty pool resolves at once', async () => {
    const pool = createPool<Numbered>(rooms(), { waiting: 100, batch: 2, spacingMs: 0 });
    await pool.drain();
    expect(await codeOf(pool.join({ voter: 'late', number: 9 }))).toBe('busy');
  });
});

test('a full house is told so over HTTP, with a time to come again, and whoever was in is counted', {
  timeout: 60_000,
}, async () => {
  const fresh = await freshDatabase('server');
  const site = await createSite(fresh.database.db);
  const { slug, id } = await site.contest({ policy: 'loose' });
  await site.visitor(slug).cast([1]);
  const locked = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const blocked = fresh.database.db.transaction().execute(async (tx) => {
    await sql`select 1 from ledger_head where contest = ${id} for update`.execute(tx);
    locked.resolve();
    await free.promise;
  });
  await locked.promise;
  const inside = Array.from({ length: 5000 }, (_, i) => {
    const voter = site.visitor(slug);
    const sender = { cookie: voter.cookie, address: '203.0.113.7', userAgent: '' };
    return site.parts.cast.cast(slug, voter.request([1 + (i % 8)]), sender);
  });
  await expect.poll(() => site.parts.cast.waiting()).toBe(5000);
  const late = await site.visitor(slug).cast([1]);
  expect(late).toMatchObject({ status: 503, body: { code: 'busy' } });
  expect(late.headers.get('retry-after')).toBe('1');
  free.resolve();
  await blocked;
  expect((await Promise.all(inside)).every((one) => one.state === 'counted')).toBe(true);
  expect((await site.verify(slug)).ballots).toBe(5001);
  await site.close();
  await fresh.drop();
});

test('where other servers take every other number, the distance between two batches doubles', async () => {
  const room = rooms();
  const began: number[] = [];
  const admit = (batch: Numbered[]) => {
    began.push(performance.now());
    return room.admit(batch);
  };
  const write = async (batch: Numbered[]) => batch.map((one) => ({ ...receipt(one), index: 2 * one.number }));
  const pool = createPool<Numbered>({ ...room, admit, write }, { waiting: 100, batch: 50, spacingMs: 50 });
  for (const one of ballots(12)) await pool.join(one);
  expect((began.at(-1) ?? 0) - (began.at(-2) ?? 0)).toBeGreaterThan(75);
});

test('what other servers took while this one had no ballots is soon forgotten', async () => {
  const room = rooms();
  const began: number[] = [];
  const admit = (batch: Numbered[]) => {
    began.push(performance.now());
    return room.admit(batch);
  };
  const index = (number: number): number => (number === 0 ? 0 : 100_000 + number);
  const write = async (batch: Numbered[]) =>
    batch.map((one) => ({ ...receipt(one), index: index(one.number) }));
  const pool = createPool<Numbered>({ ...room, admit, write }, { waiting: 100, batch: 50, spacingMs: 10 });
  for (const one of ballots(30)) await pool.join(one);
  const distances = began.slice(1).map((at, i) => at - (began[i] ?? 0));
  expect(Math.min(...distances.slice(-5))).toBeLessThan(40);
});
