import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawTied, lotDigest, lotSeed } from '@zuimei/shared/lot.ts';
import type { CandidateList } from '@zuimei/shared/shortlist.ts';
import type { StandingView } from '@zuimei/shared/verdict.ts';
import { type MovableDatabase, movableDatabase } from '../harness/clock.ts';
import { databaseKinds } from '../harness/database.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';
import { outcomeOf, panelled, REASON, VOTE_MS } from './panelled.ts';

describe.each(databaseKinds)('after a round (%s)', (kind) => {
  let fresh: MovableDatabase;
  let site: TestSite;
  let begin = 0;
  beforeAll(async () => {
    fresh = await movableDatabase(kind);
    site = await createSite(fresh.database.db);
    begin = site.now();
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });
  const at = async (ms: number): Promise<void> => {
    site.at(begin + ms);
    await fresh.at(begin + ms);
  };
  const iso = (ms: number): string => new Date(begin + ms).toISOString();
  const rounds = () => [
    { opens: iso(-HOUR_MS), closes: iso(VOTE_MS), numbers: null },
    { opens: iso(2 * VOTE_MS), closes: iso(3 * VOTE_MS), numbers: [] },
  ];

  test('the next one has nobody until the organizer sets who goes on, by votes, and is counted from zero', async () => {
    await at(0);
    const { slug, path, organizer, vote } = await panelled(site, { rounds: rounds() }, 5);
    await vote([[1], [1], [1], [2], [2], [3], [4]]);
    const advance = (most: number, ties: 'all' | 'none' = 'all') =>
      organizer.ask<{ code?: string; numbers?: number[] }>('POST', `${path}/advance`, {
        ...{ round: 1, most, ties, reason: REASON },
      });
    expect((await advance(2)).body.code).toBe('not_now');
    await at(1.5 * VOTE_MS);
    expect((await advance(3, 'none')).body).toMatchObject({ code: 'tie_open', numbers: '3、4', places: 1 });
    expect((await advance(3)).body.numbers).toEqual([1, 2, 3, 4]);
    expect((await advance(2)).body.numbers).toEqual([1, 2]);
    expect((await organizer.get<CandidateList>(`${path}/candidates`)).next).toMatchObject({
      round: 1,
      over: true,
      numbers: [1, 2],
    });
    await at(2.5 * VOTE_MS);
    expect((await advance(3)).body.code).toBe('round_over');
    await site.parts.contests.reload(slug);
    const voter = site.visitor(slug);
    expect((await voter.cast([3])).body.code).toBe('unknown_candidate');
    expect((await voter.cast([2])).status).toBe(201);
    site.pass(1001);
    const { round, counts } = await site.tally(slug);
    expect([round, counts?.map(({ votes }) => votes)]).toEqual([1, [0, 1, 0, 0, 0]]);
    await site.verify(slug);
  });

  test('nobody can be voted for in a round whose candidates are not set', async () => {
    await at(0);
    const { slug } = await panelled(site, { rounds: rounds() });
    await at(2.5 * VOTE_MS);
    expect((await site.visitor(slug).cast([1])).body.code).toBe('unknown_candidate');
  });

  test('a tie is settled by the lot of two secrets that were committed to before the vote', async () => {
    await at(0);
    const late = [{ opens: iso(VOTE_MS), closes: iso(2 * VOTE_MS), numbers: null }];
    const [one, other] = ['1'.repeat(64), '2'.repeat(64)];
    const { slug, path, organizer, auditor, vote } = await panelled(site, {
      rounds: late,
      outcome: outcomeOf({
        weights: { vote: 100, expert: 0, media: 0, merit: 0 },
        panels: {},
        ties: [],
        tieLast: 'lot',
        places: 1,
      }),
    });
    await organizer.post(`${path}/lots`, { digest: lotDigest(one) });
    await auditor.post(`${path}/lots`, { digest: lotDigest(other) });
    await at(1.5 * VOTE_MS);
    const after = await organizer.ask<{ code: string }>('POST', `${path}/lots`, { digest: lotDigest(other) });
    expect(after.body.code).toBe('voting_begun');
    await vote([[1], [2], [3]]);
    await at(3 * VOTE_MS);
    await organizer.post(`${path}/standing`, { reason: REASON });
    const settle = (organizers: string, auditors: string) =>
      organizer.ask<{ code: string }>('POST', `${path}/standing/ties`, {
        rule: 'lot',
        secrets: { organizer: organizers, auditor: auditors },
        reason: REASON,
      });
    expect((await settle(other, one)).body.code).toBe('lot_wrong');
    expect((await settle(one, other)).status).toBe(200);
    const { proposal } = await organizer.get<StandingView>(`${path}/standing`);
    expect(proposal?.chosen).toEqual(drawTied(lotSeed(one, other), [1, 2, 3]).slice(0, 1));
    await organizer.post(`${path}/choice`, { unfilled: 0, reason: REASON });
    await site.verify(slug);
  });
});
