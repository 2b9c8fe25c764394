import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BallotPage } from '@zuimei/shared/audit.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

describe.each(runKinds)('the log of ballots on the %s database', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let auditor: Desk;

  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db, { trusted: '127.0.0.1' });
    auditor = await signIn(site, ['auditor']);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const ask = (slug: string, query: Record<string, string | number> = {}) =>
    auditor.get<BallotPage>(
      `/api/console/contests/${slug}/ballots?${new URLSearchParams(
        Object.entries(query).map(([key, value]) => [key, String(value)]),
      )}`,
    );

  /** Twelve ballots of twelve voters: picks [1, 2] from a network of carriers, [3] from another, one after the other. */
  async function town() {
    const contest = await site.contest();
    for (let i = 0; i < 12; i++) {
      const one = site.visitor(contest.slug);
      const odd = i % 2 === 1;
      const reply = await site.post(
        contest.slug,
        one.request(odd ? [3] : [1, 2], {
          seen: { device: `phone ${i % 3}`, dwellMs: 20_000, touches: odd ? 0 : 4 },
        }),
        { cookie: one.cookie, 'x-forwarded-for': odd ? `203.0.113.${i}` : `2001:db8:0:1::${i}` },
      );
      expect(reply.status).toBe(201);
    }
    return contest;
  }

  test('shows ballots newest first and goes back page by page to the first', async () => {
    const { slug } = await town();
    const first = await ask(slug, { limit: 5 });
    expect(first.ballots.map((line) => line.index)).toEqual([12, 11, 10, 9, 8]);
    expect(first.next).toBe(8);
    const second = await ask(slug, { limit: 5, before: 8 });
    const third = await ask(slug, { limit: 5, before: second.next ?? 0 });
    expect([...second.ballots, ...third.ballots].map((line) => line.index)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(third.next).toBeNull();
    const [line] = first.ballots;
    expect(line).toMatchObject({
      picks: [3],
      castAs: 'counted',
      verdict: 'counted',
      address: '203.0.113.11',
      net: '203.0.113.0/24',
      round: 0,
      ruling: null,
      signals: ['silent'],
    });
    expect(first.ballots[1]).toMatchObject({
      address: '2001:db8:0:1::10',
      net: '2001:db8:0:1::/64',
      signals: [],
    });
    await site.verify(slug);
  });

  test('finds what every filter asks for, and how many there are', async () => {
    const { slug } = await town();
    const all = (await ask(slug)).ballots;
    const odd = all.filter((line) => line.index % 2 === 0);
    const even = all.filter((line) => line.index % 2 === 1);
    const indexes = (lines: { index: number }[]) => lines.map((line) => line.index);
    const found = async (query: Record<string, string | number>) => {
      const page = await ask(slug, query);
      expect(page.total).toBe(page.ballots.length);
      expect(page.reading).toMatchObject({ entries: 13, of: 13 });
      return indexes(page.ballots);
    };
    expect(await found({ candidate: 3 })).toEqual(indexes(odd));
    expect(await found({ candidate: 2 })).toEqual(indexes(even));
    expect(await found({ candidate: 8 })).toEqual([]);
    expect(await found({ signal: 'silent' })).toEqual(indexes(odd));
    expect(await found({ verdict: 'counted' })).toEqual(indexes(all));
    expect(await found({ verdict: 'held' })).toEqual([]);
    expect(await found({ net: '203.0.113.0/24' })).toEqual(indexes(odd));
    expect(await found({ net: '2001:db8:0:1::/64' })).toEqual(indexes(even));
    expect(await found({ net: '203.0.113.5' })).toEqual([6]);
    expect(await found({ net: '198.51.100.0/24' })).toEqual([]);
    expect(await found({ region: '未知', candidate: 1 })).toEqual(indexes(even));
    expect(await found({ class: 'campus' })).toEqual([]);
    const device = all[0]?.device ?? '';
    expect(await found({ device })).toEqual(indexes(all.filter((line) => line.device === device)));
    expect(await found({ voter: all[3]?.voter ?? '' })).toEqual([all[3]?.index]);
    expect(await found({ voter: all[3]?.voter ?? '', candidate: 8 })).toEqual([]);
    expect(await found({ from: all[4]?.at ?? '', to: all[0]?.at ?? '', candidate: 3 })).toEqual(
      indexes(odd.filter((line) => line.at >= (all[4]?.at ?? '') && line.at < (all[0]?.at ?? ''))),
    );
    await site.verify(slug);
  });

  test('what was cast since the last look is there at the next', async () => {
    const { slug } = await town();
    expect((await ask(slug, { candidate: 5 })).total).toBe(0);
    await site.visitor(slug).cast([5, 6]);
    expect((await ask(slug, { candidate: 5 })).ballots.map((line) => line.index)).toEqual([13]);
    await site.verify(slug);
  });

  test('refuses filters that are none', async () => {
    const { slug } = await site.contest();
    for (const query of [
      'net=10.0.0.0/8',
      'device=xyz',
      'verdict=lost',
      'limit=1000',
      'other=1',
      'from=today',
    ]) {
      const reply = await auditor.ask<{ code: string }>(
        'GET',
        `/api/console/contests/${slug}/ballots?${query}`,
      );
      expect([query, reply.status, reply.body.code]).toEqual([query, 400, 'bad_request']);
    }
  });

  test('while counts are hidden it shows no picks and looks for no candidate', async () => {
    const from = new Date(site.now() + HOUR_MS).toISOString();
    const { slug } = await site.contest({ reveal: { kind: 'sealed', from } });
    await site.visitor(slug).cast([1]);
    const queries: Record<string, string>[] = [{}, { verdict: 'counted' }];
    for (const query of queries) {
      const page = await ask(slug, query);
      expect(page.ballots.map((line) => line.picks)).toEqual([null]);
    }
    const reply = await auditor.ask('GET', `/api/console/contests/${slug}/ballots?candidate=1`);
    expect(reply).toMatchObject({ status: 403, body: { code: 'sealed', from } });
    const file = await auditor.raw('GET', `/api/console/contests/${slug}/ballots.csv`);
    expect(await file.text()).toContain('未公布');
    await site.verify(slug);
  });

  test('gives the log as a file that table programs read, and records who took it', async () => {
    const { slug, id } = await town();
    const reply = await auditor.raw('GET', `/api/console/contests/${slug}/ballots.csv?candidate=3`);
    const bytes = new Uint8Array(await reply.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = new TextDecoder().decode(bytes).trim().split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[0]).toContain('账本序号,时间,轮次,所选编号');
    expect(lines[1]).toContain('203.0.113.11,203.0.113.0/24');
    const { rows } = await sql<{ act: string; subject: string }>`
      select act, subject from action_log where contest = ${id} and act = 'audit.export'`.execute(
      fresh.database.db,
    );
    expect(rows).toEqual([{ act: 'audit.export', subject: '选票日志 .csv candidate=3' }]);
    await site.verify(slug);
  });
});
