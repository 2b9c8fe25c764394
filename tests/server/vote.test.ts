import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { policies, signalsIn } from '@zuimei/shared/policy.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { databaseKinds } from '../harness/database.ts';
import { createSite, HOUR_MS, type TestSite, votesOf } from '../harness/site.ts';

describe.each(databaseKinds)('a ballot (%s)', (kind) => {
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

  /** Both clocks: the server's and the database's. */
  async function at(ms: number): Promise<void> {
    site.at(ms);
    await fresh.at(ms);
  }

  const rowsOf = async (id: number) =>
    (
      await sql<{ index: number; ballot_id: string; state: string; signals: number; unscreened: boolean }>`
        select index::int, ballot_id, state, signals, unscreened from ledger_entry
        where contest = ${id} and kind = 'ballot' order by index`.execute(fresh.database.db)
    ).rows;

  test('is answered with its receipt when it is in the ledger and in the tally', async () => {
    const { slug, id } = await site.contest();
    const ballotId = randomUUID();
    const { status, body } = await site.visitor(slug).cast([5, 2], { ballotId });
    expect(status).toBe(201);
    expect(body).toEqual({ ballotId, index: 1, at: body.at, state: 'counted' });
    expect(Math.abs(Date.parse(body.at) - Date.now())).toBeLessThan(5000);
    expect(await rowsOf(id)).toEqual([
      { index: 1, ballot_id: ballotId, state: 'counted', signals: 0, unscreened: false },
    ]);
    expect(votesOf(await site.tally(slug))).toEqual([0, 1, 0, 0, 1, 0, 0, 0]);
    expect(await site.verify(slug)).toMatchObject({ entries: 2, ballots: 1, held: 0 });
  });

  test('sent again gets the same receipt and counts once, also through another server', async () => {
    const { slug } = await site.contest();
    const other = await createSite(fresh.database.db);
    const voter = site.visitor(slug);
    const request = voter.request([1, 2, 3]);
    const first = await site.post(slug, request, { cookie: voter.cookie });
    const again = await Promise.all(
      [site, other, site, other].map((one) => one.post(slug, request, { cookie: voter.cookie })),
    );
    for (const { status, body } of again) expect({ status, body }).toEqual({ status: 201, body: first.body });
    // What it says the second time does not matter: the ballot is what it was.
    const changed = await site.post(slug, { ...request, picks: [7] }, { cookie: voter.cookie });
    expect(changed.body).toEqual(first.body);
    expect(votesOf(await other.tally(slug))).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
    await other.close();
    await site.verify(slug);
  });

  test('sent fifty times at once is counted once and gets fifty equal receipts', async () => {
    const { slug } = await site.contest();
    const voter = site.visitor(slug);
    const request = voter.request([4]);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => site.post(slug, request, { cookie: voter.cookie })),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect((await site.verify(slug)).ballots).toBe(1);
  });

  test('of somebody else under the same ballotId is another ballot, and neither learns of the other', async () => {
    const { slug, id } = await site.contest();
    const ballotId = randomUUID();
    const mine = await site.visitor(slug).cast([1], { ballotId });
    const theirs = await site.visitor(slug).cast([2], { ballotId });
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.index).not.toBe(mine.body.index);
    expect(await rowsOf(id)).toHaveLength(2);
  });

  describe('acknowledged before is acknowledged again', () => {
    test('on the next day, after the closing, while paused and when its ticket has gone stale', async () => {
      const { slug, id, settings } = await site.contest();
      const voter = site.visitor(slug);
      const request = voter.request([1]);
      const send = () => site.post(slug, request, { cookie: voter.cookie });
      const began = site.now();
      const first = await send();
      const firstOf = { status: 201, body: first.body };
      try {
        await at(began + 3 * HOUR_MS);
        expect(await send()).toMatchObject(firstOf);
        await at(began + 26 * HOUR_MS);
        const fresh = { ...request, ticket: voter.ticket() };
        expect(await site.post(slug, fresh, { cookie: voter.cookie })).toMatchObject(firstOf);
        await site.update(id, {
          ...settings,
          paused: { since: new Date(site.now()).toISOString(), reason: '核查' },
        });
        site.pass(1001);
        await site.parts.contests.reload(slug);
        expect(await send()).toMatchObject(firstOf);
        expect((await voter.cast([2])).body).toEqual({ code: 'paused', reason: '核查' });
        await at(began + 101 * HOUR_MS);
        expect(await send()).toMatchObject(firstOf);
        expect((await voter.cast([2])).body.code).toBe('already_closed');
        await site.verify(slug);
      } finally {
        await at(began);
      }
    });

    test('when the candidate was withdrawn since', async () => {
      const { slug, id, settings } = await site.contest();
      const voter = site.visitor(slug);
      const request = voter.request([3]);
      const first = await site.post(slug, request, { cookie: voter.cookie });
      await sql`
        update candidate set body = jsonb_set(body, '{withdrawn}', '{"at":"2026-01-01T00:00:00.000Z","reason":"本人申请"}')
        where contest = ${id} and number = 3`.execute(fresh.database.db);
      await site.update(id, settings);
      await site.parts.contests.reload(slug);
      expect((await site.visitor(slug).cast([3])).body).toEqual({
        code: 'candidate_withdrawn',
        number: 3,
        name: '候选3',
      });
      expect((await site.post(slug, request, { cookie: voter.cookie })).body).toEqual(first.body);
      await site.verify(slug);
    });

    test('when the gate would refuse it', async () => {
      const { slug } = await site.contest({ policy: 'strict' });
      const voter = site.visitor(slug);
      const request = voter.request([3]);
      const first = await site.post(slug, request, { cookie: voter.cookie });
      for (let tries = 0; tries < (policies.strict.attempts.refuse ?? 0); tries++) await voter.cast([4]);
      const other = await voter.cast([4]);
      expect([other.status, other.body.code]).toEqual([429, 'gate_refused']);
      const again = await site.post(slug, request, { cookie: voter.cookie });
      expect([again.status, again.body]).toEqual([201, first.body]);
      await site.verify(slug);
    });
  });

  test('of fifty by one voter with a quota of one, exactly one is counted', async () => {
    const { slug } = await site.contest();
    const voter = site.visitor(slug);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => voter.cast([1 + (i % 8)])));
    const sums = Map.groupBy(answers, ({ status, body }) => `${status} ${body.code ?? body.state}`);
    expect([...sums].map(([what, all]) => [what, all.length]).sort()).toEqual([
      ['201 counted', 1],
      ['409 quota_spent', 49],
    ]);
    expect((await site.verify(slug)).ballots).toBe(1);
  });

  test('counts against the quota of its day, which begins anew at midnight in Shanghai', async () => {
    const began = site.now();
    const midnight = Date.parse('2027-03-28T00:00:00+08:00');
    try {
      await at(midnight - 2 * HOUR_MS);
      const { slug } = await site.contest({
        rule: {
          period: 'day',
          ballotsPerPeriod: 2,
          perCategory: null,
          categories: {},
          picks: { min: 1, max: 3 },
          repeatCandidate: true,
        },
      });
      const voter = site.visitor(slug);
      expect((await voter.cast([1])).status).toBe(201);
      await at(midnight - 2000);
      expect((await voter.cast([1])).status).toBe(201);
      expect((await voter.me()).ballotsLeft).toBe(0);
      expect(await voter.cast([1])).toMatchObject({ status: 409, body: { code: 'quota_spent', limit: 2 } });
      await at(midnight);
      expect(await voter.me()).toMatchObject({ ballotsLeft: 2, picksToday: [] });
      expect((await voter.cast([1])).status).toBe(201);
      expect((await voter.cast([2])).status).toBe(201);
      expect((await voter.cast([3])).body.code).toBe('quota_spent');
      expect(await voter.me()).toMatchObject({ ballotsLeft: 0, picksToday: [1, 2] });
      expect((await site.verify(slug)).ballots).toBe(4);
    } finally {
      await at(began);
    }
  });

  test('counts against the quota of its round when the rule says so, and each round is counted from zero', async () => {
    const began = site.now();
    const span = (from: number, to: number, numbers: number[] | null) => ({
      opens: new Date(began + from * HOUR_MS).toISOString(),
      closes: new Date(began + to * HOUR_MS).toISOString(),
      numbers,
    });
    const { slug } = await site.contest({
      rounds: [span(-1, 50, null), span(60, 90, [2, 3])],
      rule: {
        period: 'round',
        ballotsPerPeriod: 1,
        perCategory: null,
        categories: {},
        picks: { min: 1, max: 3 },
        repeatCandidate: true,
      },
    });
    const voter = site.visitor(slug);
    try {
      expect((await voter.cast([1, 2])).status).toBe(201);
      await at(began + 49 * HOUR_MS);
      expect((await voter.cast([1])).body.code).toBe('quota_spent');
      await at(began + 55 * HOUR_MS);
      expect((await voter.cast([2])).body.code).toBe('not_open_yet');
      await at(began + 61 * HOUR_MS);
      expect((await voter.cast([1])).body.code).toBe('unknown_candidate');
      expect((await voter.cast([2])).status).toBe(201);
      expect(votesOf(await site.tally(slug))).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
      await site.verify(slug);
    } finally {
      await at(began);
    }
  });

  test('may pick a candidate again in the same period only if the rule allows it', async () => {
    const began = site.now();
    const rule = {
      period: 'day',
      ballotsPerPeriod: 5,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 3 },
    } as const;
    const once = await site.contest({ rule: { ...rule, repeatCandidate: false } });
    const often = await site.contest({ rule: { ...rule, repeatCandidate: true } });
    const voter = site.visitor(once.slug);
    expect((await voter.cast([1, 2])).status).toBe(201);
    expect(await voter.cast([2, 3])).toMatchObject({ status: 409, body: { code: 'picked_already' } });
    expect((await voter.cast([3])).status).toBe(201);
    const freer = site.visitor(often.slug);
    expect([await freer.cast([1]), await freer.cast([1])].map((one) => one.status)).toEqual([201, 201]);
    try {
      await at(began + 24 * HOUR_MS);
      expect((await voter.cast([2, 3])).status).toBe(201);
    } finally {
      await at(began);
    }
    await site.verify(once.slug);
    await site.verify(often.slug);
  });

  test('that looks made by machine in a crowd is held: logged, not counted, and the quota is spent', async () => {
    // By the crowd alone: by its own score a ballot like this is asked for a proof first (proof.test.ts).
    const thresholds = { 'score.challenge': 0, 'score.hold': 0 };
    const { slug, id } = await site.contest({ policy: 'strict', thresholds });
    const seen = { device: '公用电脑', dwellMs: 100, touches: 0 };
    const voters = Array.from({ length: 10 }, () => site.visitor(slug));
    const states: string[] = [];
    for (const voter of voters) states.push((await voter.cast([6], { seen })).body.state);
    const limit = policies.strict.device.holdInDoubt ?? 0;
    expect(states).toEqual(voters.map((_, i) => (i < limit ? 'counted' : 'held')));
    const last = voters.at(-1);
    expect((await last?.cast([1]))?.body.code).toBe('quota_spent');
    expect((await last?.me())?.ballots[0]).toMatchObject({ state: 'held', opening: { state: 'held' } });
    const tally = await site.tally(slug);
    expect(tally).toMatchObject({ ballots: limit, held: 10 - limit });
    expect(tally.counts?.[5]).toEqual({ number: 6, votes: limit, held: 10 - limit });
    expect(signalsIn((await rowsOf(id)).at(-1)?.signals ?? 0)).toEqual(
      expect.arrayContaining(['device', 'dwell', 'silent']),
    );
    expect(await site.verify(slug)).toMatchObject({ ballots: limit, held: 10 - limit });
  });

  test('is decided by the clock of the database, whatever the server believes', async () => {
    const began = site.now();
    const opens = began + 10 * HOUR_MS;
    const closes = began + 20 * HOUR_MS;
    const { slug } = await site.contest({
      rounds: [
        { opens: new Date(opens).toISOString(), closes: new Date(closes).toISOString(), numbers: null },
      ],
    });
    const voter = site.visitor(slug);
    try {
      site.at(opens);
      await fresh.at(opens - 1000);
      expect(await voter.cast([1])).toMatchObject({ status: 403, body: { code: 'not_open_yet' } });
      await fresh.at(opens);
      expect((await voter.cast([1])).status).toBe(201);
      site.at(closes - 500);
      await fresh.at(closes);
      expect(await site.visitor(slug).cast([1])).toMatchObject({
        status: 403,
        body: { code: 'already_closed', closed: new Date(closes).toISOString() },
      });
      expect((await site.verify(slug)).ballots).toBe(1);
    } finally {
      await at(began);
    }
  });
});
