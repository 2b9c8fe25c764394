import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BallotFound, BallotPage } from '@zuimei/shared/audit.ts';
import { formatReceiptCode, parseReceiptCode, receiptCodeOf } from '@zuimei/shared/ledger/receiptcode.ts';
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
    expect(await found({ net: '203.0' })).toEqual(indexes(odd));
    expect(await found({ net: '2001:db8' })).toEqual(indexes(even));
    expect(await found({ unscreened: 'only' })).toEqual([]);
    expect(await found({ region: '未' })).toEqual(indexes(all));
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

  test('finds a ballot by all that somebody may hold of it, in one search', async () => {
    const { slug } = await town();
    const one = site.visitor(slug);
    const { body: receipt } = await one.cast([2, 5]);
    const opening = (await one.me()).ballots[0]?.opening;
    if (!opening) throw new Error('/me does not know the ballot');
    const code = receiptCodeOf(slug, receipt, opening);
    const find = (text: string) =>
      auditor.get<BallotFound>(`/api/console/contests/${slug}/ballots/find?text=${encodeURIComponent(text)}`);
    const ballot = { ballots: [13], filters: [], why: null };
    for (const text of [
      '14',
      '#14',
      '第 14 号',
      '１４号',
      code,
      `https://vote.example/verify#r=${code}`,
      opening.ballotId,
    ])
      expect([text, await find(text)]).toEqual([text, ballot]);
    const [line] = (await ask(slug)).ballots;
    const [voter = '', device = ''] = [line?.voter, line?.device];
    const filters = async (text: string) => (await find(text)).filters;
    for (const text of [voter.slice(0, 8), `v:${voter}`, voter.toUpperCase()])
      expect(await filters(text)).toEqual([{ voter }]);
    if (device !== '') expect(await filters(`d:${device.slice(0, 8)}`)).toEqual([{ device }]);
    expect(await filters('203.0.113.0/24')).toEqual([{ net: '203.0.113.0/24' }]);
    expect(await filters('203.0')).toEqual([{ net: '203.0' }]);
    expect(await filters('未知')).toEqual([{ region: '未知' }]);

    const why = async (text: string) => (await find(text)).why;
    expect(await why('15')).toEqual({ code: 'beyond', size: 14 });
    expect(await why('1')).toEqual({ code: 'act', index: 0 });
    expect(await why('0123456789abcdef')).toEqual({ code: 'mark' });
    expect(await why('106.92')).toEqual({ code: 'net' });
    expect(await why('杭洲')).toEqual({ code: 'place' });
    expect(await why(code.slice(0, -1))).toEqual({ code: 'code' });
    expect(await why('01234567-89ab-4cde-8f01-23456789abcd')).toEqual({ code: 'ballot' });
    // A code that fits no entry here leads to nobody's ballot.
    const { leaf } = parseReceiptCode(code);
    expect(await why(formatReceiptCode({ slug, index: 12, leaf }))).toEqual({ code: 'leaf', index: 12 });
    expect(await why(formatReceiptCode({ slug: 'other', index: 13, leaf }))).toEqual({
      code: 'contest',
      slug: 'other',
    });
    await site.verify(slug);
  });

  test('says which condition leaves the log empty', async () => {
    const { slug } = await town();
    const [newest] = (await ask(slug)).ballots;
    const missing = async (query: Record<string, string | number>) => (await ask(slug, query)).missing;
    expect(await missing({ candidate: 3 })).toEqual([]);
    expect(await missing({ region: '杭洲', candidate: 3 })).toEqual(['region']);
    expect(await missing({ net: '203.0.113.0/24', candidate: 1 })).toEqual([]);
    const turned = { from: newest?.at ?? '', to: '2020-01-01T00:00:00.000Z' };
    expect(await missing(turned)).toEqual(['from']);
    expect(await missing({ voter: 'ab'.repeat(16) })).toEqual(['voter']);
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
      'net=10.0.0.0/33',
      'net=nowhere',
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
    expect(lines[0]).toContain('账本序号,时间（北京时间 UTC+8）,轮次,所选编号,所选候选');
    expect(lines[1]).toMatch(/^13,\d{4}-[^,]+,1,3 号,[^,\d]+\S*,计票/);
    // No cell of marks is a number to a table program, whatever its digits are.
    expect(lines[1]).toMatch(/,203\.0\.113\.11,203\.0\.113\.0\/24,d:[0-9a-f]{16},v:[0-9a-f]{32},$/);
    const { rows } = await sql<{ act: string; subject: string }>`
      select act, subject from action_log where contest = ${id} and act = 'audit.export'`.execute(
      fresh.database.db,
    );
    expect(rows).toEqual([{ act: 'audit.export', subject: '选票日志 .csv candidate=3' }]);
    await site.verify(slug);
  });
});
