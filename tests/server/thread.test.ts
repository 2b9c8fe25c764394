import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAddresses } from '@zuimei/server/address/address.ts';
import { createAnalyst } from '@zuimei/server/analyst/analyst.ts';
import { openThread } from '@zuimei/server/analyst/thread.ts';
import type { PressAsk } from '@zuimei/server/out/paper.ts';
import { createPress, pressLimits } from '@zuimei/server/out/press.ts';
import { createTurns } from '@zuimei/server/turn.ts';
import { policies } from '@zuimei/shared/policy.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { MORNING, pageOf } from './field.ts';

const start = { networks: [], addressFile: null, expected: 0 };
const view = { shownUpTo: Infinity, policy: policies.standard };
const everything = { filter: {}, before: 9, limit: 9, view };

describe('the worker of a contest', () => {
  test('answers what it was given, and goes on after a question it cannot answer', async () => {
    const thread = openThread(start, () => {});
    const page = pageOf([{ at: MORNING, picks: [1] }], 0);
    await thread.ask('take', { page }, 20_000);
    await expect(thread.ask('take', { page }, 20_000)).rejects.toThrow(/does not follow/);
    expect(await thread.ask('page', everything, 20_000)).toEqual({ rows: [0], total: 1 });
    thread.end();
  });

  test('who waits is told to ask again when it takes too long, and when it ends', async () => {
    const thread = openThread(start, () => {});
    await expect(thread.ask('page', everything, 0)).rejects.toMatchObject({ code: 'ledger_not_read' });
    const waiting = thread.ask('page', everything, 20_000);
    thread.end();
    await expect(waiting).rejects.toMatchObject({ code: 'ledger_not_read' });
    expect(thread.ended).toBe(true);
    await expect(thread.ask('page', everything, 20_000)).rejects.toMatchObject({ code: 'ledger_not_read' });
  });
});

test('papers are made at once and one after another, also after one that ended its thread and after a while without any', async () => {
  const turns = createTurns({ atOnce: 2, waiting: 9, retryAfterMs: 1 });
  const press = createPress(turns, { ...pressLimits, idleMs: 100 });
  const paper: PressAsk = { kind: 'workbook', tables: [], bordered: false };
  const broken = { kind: 'workbook', tables: null, bordered: false } as unknown as PressAsk;
  const isBook = async (ask: PressAsk) => Buffer.from(await press(ask)).toString('latin1', 0, 2) === 'PK';
  expect(await Promise.all([isBook(paper), isBook(paper)])).toEqual([true, true]);
  await expect(press(broken)).rejects.toThrow();
  expect(await isBook(paper)).toBe(true);
  await sleep(150);
  expect(await isBook(paper)).toBe(true);
  // At the very moment at which the idle one is sent away.
  for (let i = 0; i < 3; i++) {
    await sleep(100);
    expect(await isBook(paper)).toBe(true);
  }
});

describe('a contest in memory', () => {
  let fresh: FreshDatabase;
  let site: TestSite;

  beforeAll(async () => {
    fresh = await freshDatabase('server');
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  function analystWith(limits: Parameters<typeof createAnalyst>[0]['limits']) {
    return createAnalyst({
      db: fresh.database.db,
      clock: site.now,
      log: () => {},
      stopping: () => false,
      addresses: openAddresses(null),
      addressFile: null,
      ...(limits ? { limits } : {}),
    });
  }

  async function contestWith(ballots: number) {
    const { slug } = await site.contest();
    for (let i = 0; i < ballots; i++) await site.visitor(slug).cast([1]);
    return await site.parts.contests.find(slug);
  }

  test('is forgotten half an hour after the last question, and read again at the next', async () => {
    const contest = await contestWith(3);
    const analyst = analystWith({});
    expect((await analyst.page(contest, { candidate: 1 }, null, 5)).total).toBe(3);
    site.pass(29 * 60_000);
    analyst.forget();
    expect(analyst.memory(contest)).toBeGreaterThan(0);
    site.pass(2 * 60_000);
    analyst.forget();
    expect(analyst.memory(contest)).toBeNull();
    expect((await analyst.page(contest, { candidate: 1 }, null, 5)).total).toBe(3);
    analyst.close();
    await site.verify(contest.slug);
  });

  test('gives way to one that is asked about when there are too many', async () => {
    const analyst = analystWith({ contests: 1 });
    const [first, second] = [await contestWith(1), await contestWith(2)];
    expect((await analyst.page(first, { candidate: 1 }, null, 5)).total).toBe(1);
    expect((await analyst.page(second, { candidate: 1 }, null, 5)).total).toBe(2);
    expect(analyst.memory(first)).toBeNull();
    expect((await analyst.page(first, { candidate: 1 }, null, 5)).total).toBe(1);
    analyst.close();
    await site.verify(first.slug);
    await site.verify(second.slug);
  });

  test('while it is read the log is there at once, and what needs all of it says how far it is', async () => {
    const contest = await contestWith(4);
    const analyst = analystWith({ readMs: 0 });
    const page = await analyst.page(contest, {}, null, 2);
    expect(page.ballots.map((one) => one.index)).toEqual([4, 3]);
    expect(page).toMatchObject({ total: null, reading: { entries: 0, of: 5, at: null } });
    await expect(analyst.indexesOf(contest, { by: 'filter', filter: {} })).rejects.toMatchObject({
      code: 'ledger_not_read',
      details: { of: 5 },
    });
    await expect.poll(async () => (await analyst.page(contest, {}, null, 2)).total).toBe(4);
    analyst.close();
    await site.verify(contest.slug);
  });
});
