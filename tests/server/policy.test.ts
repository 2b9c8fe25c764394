import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signalsIn } from '@zuimei/shared/policy.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';

describe.each(databaseKinds)('what an organizer sets of the gate (%s)', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db, { trusted: '127.0.0.1' });
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const silent = () => ({ seen: { device: randomUUID(), dwellMs: 20_000, touches: 0 } });
  /** Casts from an address, as nginx says it. */
  const from = (slug: string, address: string) => {
    const voter = site.visitor(slug);
    return site.post(slug, voter.request([1]), { cookie: voter.cookie, 'x-forwarded-for': address });
  };
  const rules = async (id: number) =>
    (
      await sql<{ act: { rules: { gate: Record<string, unknown>; area: unknown; networks: unknown } } }>`
        select act from ledger_entry where contest = ${id} and kind = 'rules' order by index`.execute(
        fresh.database.db,
      )
    ).rows.map(({ act }) => act.rules);
  const rows = async (id: number) =>
    (
      await sql<{ state: string; signals: number }>`
        select state, signals from ledger_entry where contest = ${id} and kind = 'ballot' order by index`.execute(
        fresh.database.db,
      )
    ).rows.map(({ state, signals }) => [state, signalsIn(signals)]);

  test('a changed threshold takes effect, and stands with all others in the frozen rules', async () => {
    const { slug, id, settings } = await site.contest({ thresholds: { 'score.hold': 2, 'proof.cost': 7 } });
    expect((await site.visitor(slug).cast([1], silent())).body.state).toBe('held');
    // In the midst of voting: a new version, frozen anew.
    await site.update(id, { ...settings, thresholds: { 'score.hold': 3, 'score.challenge': 0 } });
    site.pass(1001);
    await site.parts.contests.reload(slug);
    expect((await site.visitor(slug).cast([1], silent())).body.state).toBe('counted');
    const [before, after] = await rules(id);
    expect(before?.gate).toMatchObject({
      score: { doubt: 4, challenge: 5, hold: 2 },
      proof: { cost: 7, guesses: 1000, afterMs: 12_000 },
    });
    expect(after?.gate).toMatchObject({ score: { doubt: 4, challenge: 0, hold: 3 }, proof: { cost: 1000 } });
    expect(await site.verify(slug)).toMatchObject({ ballots: 1, held: 1 });
  });

  test('a ballot that was weighed by numbers no longer in force is sent again, and weighed anew', async () => {
    const { slug, id, settings } = await site.contest();
    await site.visitor(slug).cast([1]);
    const voter = site.visitor(slug);
    const request = voter.request([1], silent());
    // The desk still has the old contest; the ledger already the new one.
    await site.update(id, { ...settings, thresholds: { 'score.hold': 2 } });
    await site.parts.ledger.open(slug);
    const first = await site.post(slug, request, { cookie: voter.cookie });
    expect([first.status, first.body.code]).toEqual([503, 'busy']);
    const again = await site.post(slug, request, { cookie: voter.cookie });
    expect([again.status, again.body.state]).toEqual([201, 'held']);
    await site.verify(slug);
  });

  test('another change does not make anybody wait', async () => {
    const { slug, id, settings } = await site.contest();
    await site.visitor(slug).cast([1]);
    await site.update(id, { ...settings, title: '另一个名称' });
    await site.parts.ledger.open(slug);
    expect((await site.visitor(slug).cast([1])).status).toBe(201);
    await site.verify(slug);
  });

  test('where a ballot comes from is noted: a data centre, abroad, outside the area; a declared network is at home', async () => {
    const { slug, id } = await site.contest({
      area: ['重庆市'],
      networks: [{ cidr: '47.100.1.0/24', kind: 'office', name: '区应急管理局' }],
    });
    for (const address of ['183.230.1.9', '47.100.2.9', '45.32.1.1', '223.104.1.1', '47.100.1.9'])
      expect([address, (await from(slug, address)).status]).toEqual([address, 201]);
    expect(await rows(id)).toEqual([
      ['counted', []],
      ['counted', ['outside', 'datacentre']],
      ['counted', ['outside', 'abroad']],
      ['counted', ['outside']],
      ['counted', []],
    ]);
    expect((await rules(id))[0]?.networks).toEqual([
      { cidr: '47.100.1.0/24', kind: 'office', name: '区应急管理局' },
    ]);
    await site.verify(slug);
  });

  test('forged identities from one cloud are held after a few, whatever addresses they take; a carrier’s phones are not', async () => {
    const { slug } = await site.contest();
    const states = async (addressOf: (i: number) => string) => {
      const found: (string | undefined)[] = [];
      for (let i = 0; i < 12; i++) {
        const { body } = await from(slug, addressOf(i));
        found.push(body.state ?? body.code);
      }
      return found;
    };
    const cloud = await states((i) => `47.100.${i}.9`);
    expect([cloud[0], cloud[2], ...new Set(cloud.slice(4))]).toEqual(['counted', 'proof_needed', 'held']);
    expect(new Set(await states(() => '223.104.1.1'))).toEqual(new Set(['counted']));
    await site.verify(slug);
  });
});
