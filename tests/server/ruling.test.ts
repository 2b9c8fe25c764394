import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countsBefore, readCountsAt } from '@zuimei/server/tally/counts.ts';
import type { Ballot } from '@zuimei/server/vote/ledger.ts';
import type { Order } from '@zuimei/server/vote/ruling.ts';
import type { BallotState } from '@zuimei/shared/ballot.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { createRecount, type Recount } from '@zuimei/shared/ledger/recount.ts';
import { shanghaiDay, shanghaiDayStart } from '@zuimei/shared/time.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds, runSize } from '../harness/kinds.ts';
import { createSite, type TestSite, votesOf } from '../harness/site.ts';

const isSome = ({ votes, held }: { votes: number; held: number }): boolean => votes + held > 0;
const order = (verb: RulingVerb, entries: number[], changes: Partial<Order> = {}): Order => ({
  verb,
  entries,
  actor: '钱一',
  confirmedBy: '孙二',
  reason: '经核实为批量投票',
  reference: '核字〔2031〕3号',
  ...changes,
});

/** A ballot of a voter of its own, as the gate would let it through or hold it. */
const ballotOf = (picks: number[], state: BallotState = 'counted'): Ballot => ({
  ballotId: randomUUID(),
  voter: randomBytes(16).toString('hex'),
  picks,
  device: randomBytes(8),
  ip: randomBytes(16),
  state,
  flags: 0,
});

describe.each(runKinds)('a ruling (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });
  const run = async <Row = Record<string, unknown>>(text: string): Promise<Row[]> =>
    (await sql.raw<Row>(text).execute(fresh.owner.db)).rows;

  /** A contest whose ledger is open, and what puts ballots straight into it. */
  async function opened(changes: Parameters<TestSite['contest']>[0] = {}) {
    const made = await site.contest({ policy: 'loose', ...changes });
    const contest = await site.parts.ledger.open(made.slug);
    const commit = async (ballots: Ballot[]): Promise<number[]> => {
      const outcomes = await site.parts.ledger.commit(contest, ballots);
      if (!Array.isArray(outcomes)) throw new Error(outcomes);
      return outcomes.map((one) => ('index' in one ? one.index : -1));
    };
    return { ...made, commit, rule: (one: Order) => site.parts.ledger.rule(made.slug, one) };
  }
  const seen = async (slug: string) => {
    site.pass(1001);
    return await site.parts.tallies.view(await site.parts.contests.reload(slug));
  };

  test('moves the counts of what it names and says in the ledger who ruled, who confirmed, and why', async () => {
    const { slug, id, commit, rule } = await opened();
    const [one = 0, two = 0, held = 0] = await commit([
      ballotOf([1, 2]),
      ballotOf([2]),
      ballotOf([3], 'held'),
    ]);
    expect(await rule(order('void', [one, held]))).toEqual({ rulings: [4], ballots: 2 });
    expect(await seen(slug)).toMatchObject({ ballots: 1, held: 0 });
    expect(votesOf(await seen(slug))).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
    const [entry] = await run(
      `select index::int, kind, act from ledger_entry where contest = ${id} order by index desc limit 1`,
    );
    expect(entry).toEqual({
      index: 4,
      kind: 'ruling',
      act: {
        actor: '钱一',
        confirmedBy: '孙二',
        reason: '经核实为批量投票',
        reference: '核字〔2031〕3号',
        ruling: 'void',
        entries: [one, held],
      },
    });
    const [version] = await run(`select version from contest where id = ${id}`);
    expect(version).toEqual({ version: 1 });
    expect((await rule(order('void', [two]))).rulings).toEqual([5]);
    await site.verify(slug);
  });

  test('leaves out what it cannot move, and is refused when nothing is left', async () => {
    const { slug, commit, rule } = await opened();
    const [one = 0, held = 0] = await commit([ballotOf([1]), ballotOf([1], 'held')]);
    const refused = (verb: RulingVerb, entries: number[]) =>
      expect(rule(order(verb, entries))).rejects.toMatchObject({ code: 'nothing_to_rule' });
    await refused('restore', [one, held]);
    await refused('release', [one]);
    // The rules themselves are entry 0; nothing has the number 900.
    await refused('void', [0, 900]);
    await refused('void', []);
    expect((await rule(order('void', [0, one, one, 900]))).ballots).toBe(1);
    await refused('void', [one]);
    await refused('release', [one]);
    expect((await rule(order('release', [held, one]))).ballots).toBe(1);
    await refused('release', [held]);
    await expect(
      rule(
        order(
          'void',
          Array.from({ length: 50_001 }, (_, i) => i),
        ),
      ),
    ).rejects.toMatchObject({ code: 'too_many_ballots', details: { most: 50_000 } });
    await expect(site.parts.ledger.rule('no-such-contest', order('void', [1]))).rejects.toMatchObject({
      code: 'not_found',
    });
    await site.verify(slug);
  });

  test('that is undone gives each ballot what it was: held, counted, or released and counted', async () => {
    const { slug, commit, rule } = await opened();
    const all = await commit([ballotOf([1]), ballotOf([2], 'held'), ballotOf([3], 'held')]);
    await rule(order('release', all.slice(2)));
    const before = await seen(slug);
    expect([before.ballots, before.held]).toEqual([2, 1]);
    await rule(order('void', all));
    expect(await seen(slug)).toMatchObject({ ballots: 0, held: 0 });
    await rule(order('restore', all));
    expect((await seen(slug)).counts).toEqual(before.counts);
    await site.verify(slug);
  });

  test('is shown to the voter with its reason, while receipt and opening stay as the ballot was cast', async () => {
    const { slug, rule } = await opened({
      rule: { ...(await site.contest()).settings.rule, period: 'round' },
    });
    const voter = site.visitor(slug);
    const request = voter.request([1, 2]);
    const send = () => site.post(slug, request, { cookie: voter.cookie });
    const cast = await send();
    expect(cast.status).toBe(201);
    const [before] = (await voter.me()).ballots;
    expect(before).toMatchObject({ state: 'counted', now: 'counted', ruling: null });
    const { rulings } = await rule(order('void', [cast.body.index]));
    const { ballots, ballotsLeft, picksToday } = await voter.me();
    expect(ballots).toEqual([
      {
        ...before,
        now: 'void',
        ruling: { index: rulings[0], at: expect.any(String), reason: '经核实为批量投票' },
      },
    ]);
    // A void ballot stays spent: otherwise a voided crowd would simply vote again.
    expect([ballotsLeft, picksToday]).toEqual([0, [1, 2]]);
    expect((await voter.cast([3])).body.code).toBe('quota_spent');
    // A phone that never heard its answer still gets its receipt, and nothing is counted again.
    expect((await send()).body).toEqual(cast.body);
    expect(await seen(slug)).toMatchObject({ ballots: 0, held: 0 });
    await rule(order('restore', [cast.body.index], { reason: '申诉成立，予以恢复' }));
    expect((await voter.me()).ballots[0]).toMatchObject({
      now: 'counted',
      ruling: { reason: '申诉成立，予以恢复' },
    });
    await site.verify(slug);
  });

  test.each(['tally', 'ballot_ruling', 'ledger_entry', 'ledger_head'])(
    'leaves no trace at all when %s cannot be written',
    async (table) => {
      const { slug, id, commit, rule } = await opened();
      const all = await commit([ballotOf([1]), ballotOf([2, 3], 'held')]);
      const state = () =>
        run(`select (select size from ledger_head where contest = ${id})::int as size,
          (select count(*) from ledger_entry where contest = ${id})::int as entries,
          (select count(*) from ballot_ruling where contest = ${id})::int as ruled,
          (select jsonb_agg(t order by candidate) from tally t where contest = ${id}) as tally`);
      const before = await state();
      await run(
        `create function break_it() returns trigger language plpgsql as $$ begin raise 'broken by the test'; end $$`,
      );
      await run(
        `create trigger break_it before insert or update on ${table} for each row execute function break_it()`,
      );
      try {
        await expect(rule(order('void', all))).rejects.toThrow('broken by the test');
      } finally {
        await run(`drop function break_it() cascade`);
      }
      expect(await state()).toEqual(before);
      expect((await rule(order('void', all))).ballots).toBe(2);
      await site.verify(slug);
    },
  );

  test('waits for ballots that come at the same moment, and they for it', async () => {
    const { slug, commit, rule } = await opened();
    const first = await commit(Array.from({ length: 200 }, () => ballotOf([1])));
    const done = await Promise.all([
      ...Array.from({ length: 10 }, () => commit(Array.from({ length: 20 }, () => ballotOf([2])))),
      rule(order('void', first.slice(0, 120))),
      // The same ballots by another ruling: each is moved once.
      rule(order('void', first.slice(80))),
    ]);
    const ruled = done.slice(10) as { ballots: number }[];
    expect(ruled.reduce((sum, one) => sum + one.ballots, 0)).toBe(200);
    expect(votesOf(await seen(slug))).toEqual([0, 200, 0, 0, 0, 0, 0, 0]);
    await site.verify(slug);
  });

  test('of any ballots in any order counts as a recount does, also up to every instant of the ledger', {
    timeout: 120_000,
  }, async () => {
    const cast = fc.record({
      picks: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      state: fc.constantFrom<BallotState>('counted', 'held'),
    });
    const step = fc.oneof(
      { weight: 1, arbitrary: fc.record({ ballots: fc.array(cast, { minLength: 1, maxLength: 6 }) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          verb: fc.constantFrom<RulingVerb>('void', 'restore', 'release'),
          entries: fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 12 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 16 }), async (steps) => {
        const { slug, id, commit, rule } = await opened();
        /** What a recount of the entries so far must be told, in order. */
        const history: ((recount: Recount) => void)[] = [() => {}];
        const model = createRecount();
        for (const one of steps) {
          if ('ballots' in one) {
            const indexes = await commit(
              one.ballots.map(({ picks, state }) => ballotOf(picks.toSorted(), state)),
            );
            indexes.forEach((index, i) => {
              const { picks, state } = one.ballots[i] ?? { picks: [], state: 'held' };
              expect(index).toBe(history.length);
              const add = (recount: Recount) => recount.add(index, 0, picks, state);
              add(model);
              history.push(add);
            });
            continue;
          }
          const movable = one.entries
            .toSorted((a, b) => a - b)
            .filter((index) => model.rule(one.verb, index));
          const done = await rule(order(one.verb, one.entries)).catch((error) => error.code);
          if (movable.length === 0) expect(done).toBe('nothing_to_rule');
          else {
            expect(done).toEqual({ rulings: [history.length], ballots: movable.length });
            history.push((recount) => movable.forEach((index) => void recount.rule(one.verb, index)));
          }
        }
        expect((await site.verify(slug)).entries).toBe(history.length);
        const rows = await run<{ at: Date }>(
          `select at from ledger_entry where contest = ${id} order by index`,
        );
        for (const cut of new Set(rows.map((row) => row.at.getTime()))) {
          const recount = createRecount();
          rows.forEach(({ at }, i) => at.getTime() < cut && history[i]?.(recount));
          const [{ ballots = 0, held = 0, counts = [] } = {}] = recount.tally();
          const wanted = [{ number: 0, votes: ballots, held }, ...counts];
          for (const count of [readCountsAt, countsBefore])
            expect((await count(fresh.database.db, id, 0, cut)).filter(isSome)).toEqual(
              wanted.filter(isSome),
            );
        }
      }),
      { numRuns: runSize(20, kind === 'server' ? 60 : 30) },
    );
  });

  test('of more ballots than one entry names becomes several entries of the ledger at once', {
    timeout: 120_000,
  }, async () => {
    const { slug, id, commit, rule } = await opened();
    const all: number[] = [];
    for (let i = 0; i < 22; i++)
      all.push(...(await commit(Array.from({ length: 500 }, (_, n) => ballotOf([1 + (n % 8)])))));
    const began = performance.now();
    const done = await rule(order('void', all.slice(0, 10_500)));
    const ms = Math.round(performance.now() - began);
    console.info(`${kind}: 10 500 ballots ruled on in ${ms} ms`);
    expect(done).toEqual({ rulings: [11_001, 11_002], ballots: 10_500 });
    expect(await seen(slug)).toMatchObject({ ballots: 500, held: 0 });
    expect(
      await run(
        `select ruling::int, count(*)::int as ballots from ballot_ruling where contest = ${id} group by 1 order by 1`,
      ),
    ).toEqual([
      { ruling: 11_001, ballots: 10_000 },
      { ruling: 11_002, ballots: 500 },
    ]);
    expect((await site.verify(slug)).entries).toBe(11_003);
  });
});

describe.each(runKinds)('a ruling of a contest that is revealed daily (%s)', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  test('shows with the next reveal, and what was revealed before it stays as it was', async () => {
    const day = shanghaiDay(Date.now()) + 30;
    const at = async (hour: number, days = 0): Promise<void> => {
      const ms = shanghaiDayStart(day + days, hour * 60);
      site.at(ms);
      await fresh.at(ms);
    };
    await at(12);
    const { slug } = await site.contest({ reveal: { kind: 'daily', at: 18 * 60 } });
    const votes = async () => votesOf(await site.parts.tallies.view(await site.parts.contests.reload(slug)));
    const cast = async (picks: number[]) => (await site.visitor(slug).cast(picks)).body.index;
    const [one, two, three] = [await cast([1]), await cast([1, 2]), await cast([3])];
    const rule = (verb: RulingVerb, entries: number[]) => site.parts.ledger.rule(slug, order(verb, entries));
    await rule('void', [one]);
    expect(await votes()).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    await at(19);
    await rule('void', [two]);
    await rule('restore', [one]);
    // Nobody looked at six: what is shown now must still be what it was then.
    expect(await votes()).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    await at(17, 1);
    await rule('void', [three]);
    expect(await votes()).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    await at(18, 1);
    expect(await votes()).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    await site.verify(slug);
  });
});
