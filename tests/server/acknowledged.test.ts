import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BallotState } from '@zuimei/shared/ballot.ts';
import { verdictOf } from '@zuimei/shared/export/report.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import { commitmentOf } from '@zuimei/shared/ledger/commitment.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, settingsOf, type TestSite } from '../harness/site.ts';
import { checkTrusted, exportOf } from './exported.ts';

/** A ballot is one by contest, voter and ballotId, for whoever writes, counts, opens and verifies. */
describe.each(runKinds)('whatever is acknowledged verifies (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let auditor: Desk;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    auditor = await signIn(site, ['auditor']);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  /** Sealed, recomputed on the server, exported and checked as by a stranger. */
  async function verified(slug: string) {
    const found = await site.verify(slug);
    const report = await checkTrusted(await exportOf(auditor, slug));
    expect([report.problems, verdictOf(report), report.root]).toEqual([[], 'ok', found.root]);
    return found;
  }

  test('two voters who send one ballotId have a ballot each, with salts of their own', async () => {
    const { slug } = await site.contest({ policy: 'loose' });
    const ballotId = randomUUID();
    const [first, second] = [site.visitor(slug), site.visitor(slug)];
    const replies = [await first.cast([1], { ballotId }), await second.cast([2], { ballotId })];
    expect(replies.map((one) => [one.status, one.body.ballotId, one.body.index])).toEqual([
      [201, ballotId, 1],
      [201, ballotId, 2],
    ]);
    expect(await verified(slug)).toMatchObject({ ballots: 2, entries: 3 });
    const [mine, theirs] = [(await first.me()).ballots[0], (await second.me()).ballots[0]];
    expect([mine?.index, theirs?.index]).toEqual([1, 2]);
    expect(mine?.opening.salt).not.toBe(theirs?.opening.salt);
    const { rows } = await sql<{ commitment: string }>`
      select encode(commitment, 'hex') as commitment from ledger_entry
      where ballot_id = ${ballotId}::uuid order by index`.execute(fresh.database.db);
    expect([mine, theirs].map((one) => one && commitmentOf(slug, one.opening))).toEqual(
      rows.map((one) => one.commitment),
    );
    // Sent again each gets its own receipt, and nothing is written.
    expect((await second.cast([3], { ballotId })).body).toEqual(replies[1]?.body);
    expect((await first.cast([3], { ballotId })).body).toEqual(replies[0]?.body);
    expect((await verified(slug)).entries).toBe(3);
  });

  test('two ballots of one id that come to be one person’s stay two, and each opens as it was entered', async () => {
    const { slug, id } = await site.contest({ policy: 'loose' });
    const ballotId = randomUUID();
    const [browser, person] = [site.visitor(slug), site.visitor(slug)];
    await browser.cast([1], { ballotId });
    await person.cast([2], { ballotId });
    const [from = '', into = ''] = [
      (await browser.me()).ballots[0]?.opening.voter,
      (await person.me()).ballots[0]?.opening.voter,
    ];
    await site.parts.ledger.join([{ contestId: id, from, into }]);
    const { ballots } = await person.me();
    expect(ballots.map((one) => [one.index, one.opening.voter])).toEqual([
      [2, into],
      [1, from],
    ]);
    const { rows } = await sql<{ commitment: string }>`
      select encode(commitment, 'hex') as commitment from ledger_entry
      where contest = ${id} and kind = 'ballot' order by index desc`.execute(fresh.database.db);
    expect(ballots.map((one) => commitmentOf(slug, one.opening))).toEqual(rows.map((one) => one.commitment));
    expect(await verified(slug)).toMatchObject({ ballots: 2 });
  });

  test('any mix of voters, ids, repeats, rounds, channels, states and rulings', {
    timeout: 60_000,
  }, async () => {
    const picks = fc
      .uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 3 })
      .map((numbers) => numbers.toSorted((a, b) => a - b));
    const who = { voter: fc.nat({ max: 3 }), id: fc.nat({ max: 4 }), picks };
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('sent' as const), ...who }) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('written' as const),
          ...who,
          state: fc.constantFrom<BallotState>('counted', 'held'),
          signals: fc.nat({ max: 0xffffff }),
          unscreened: fc.boolean(),
          channel: fc.nat({ max: 7 }),
          nowhere: fc.boolean(),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('ruled' as const),
          verb: fc.constantFrom<RulingVerb>('void', 'restore', 'release'),
          entries: fc.uniqueArray(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('round' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('sealed' as const) }) },
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

    async function play(steps: readonly Step[]): Promise<void> {
      site.at(Date.now());
      const rule = { ...settingsOf(site.now()).rule, ballotsPerPeriod: 3 };
      const { slug, id, settings } = await site.contest({ policy: 'loose', rule });
      const ids = Array.from({ length: 5 }, () => randomUUID());
      const people = Array.from({ length: 4 }, () => site.visitor(slug));
      const voters = Array.from({ length: 4 }, () => randomBytes(16).toString('hex'));
      let rounds = settings.rounds;
      const ackedBy = new Map<string, number>();
      let acked = 0;
      const note = (key: string, index: number): void => {
        if (!ackedBy.has(key)) acked++;
        expect(ackedBy.get(key) ?? index).toBe(index);
        ackedBy.set(key, index);
      };
      const ledger = site.parts.ledger;
      await ledger.open(slug);
      for (const one of steps) {
        if (one.kind === 'sent') {
          const reply = await people[one.voter]?.cast(one.picks, { ballotId: ids[one.id] ?? '' });
          if (reply?.status === 201) note(`p${one.voter}/${one.id}`, reply.body.index);
          else expect(reply?.body.code).toBe('quota_spent');
        } else if (one.kind === 'written') {
          const contest = await site.parts.contests.reload(slug);
          const outcome = await ledger.commit(contest, [
            {
              ballotId: ids[one.id] ?? '',
              voter: voters[one.voter] ?? '',
              picks: one.picks,
              state: one.state,
              flags: one.signals | (one.unscreened ? 1 << 25 : 0),
              channel: one.channel,
              device: one.nowhere ? new Uint8Array(8) : randomBytes(8),
              ip: one.nowhere ? new Uint8Array(16) : randomBytes(16),
            },
          ]);
          expect(Array.isArray(outcome)).toBe(true);
          for (const receipt of outcome as (Refusal | { index: number })[])
            if (!(receipt instanceof Refusal)) note(`w${one.voter}/${one.id}`, receipt.index);
        } else if (one.kind === 'ruled') {
          const people = { actor: '林清越', confirmedBy: '沈知白', reason: '核查', reference: '' };
          await ledger.rule(slug, { ...people, verb: one.verb, entries: one.entries }).catch((error) => {
            expect(error).toMatchObject({ code: 'nothing_to_rule' });
          });
        } else if (one.kind === 'round') {
          const at = new Date().toISOString();
          const before = rounds.map((round, i) =>
            i === rounds.length - 1 ? { ...round, closes: at } : round,
          );
          const closes = new Date(Date.now() + 100 * HOUR_MS).toISOString();
          rounds = [...before, { opens: at, closes, numbers: null }];
          await site.update(id, { ...settings, rounds });
          site.at(Date.now());
          await site.parts.contests.reload(slug);
          await ledger.open(slug);
        } else await site.seal();
      }
      const found = await verified(slug);
      expect(found.ballots + found.held + found.void).toBe(acked);
    }

    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), play), {
      numRuns: kind === 'server' ? 25 : 12,
      interruptAfterTimeLimit: 6_000,
      examples: [
        [
          [
            { kind: 'sent', voter: 0, id: 0, picks: [1] },
            { kind: 'sent', voter: 1, id: 0, picks: [2] },
          ],
        ],
      ],
    });
  });
});
