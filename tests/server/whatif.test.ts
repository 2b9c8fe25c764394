import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditReport, BallotPage, ClusterPage, WhatIf } from '@zuimei/shared/audit.ts';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import type { ReportBody, ReportVersions, ReportVersionView } from '@zuimei/shared/report.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

// On one database: all its statements run on both elsewhere, most of them in analyst.test.ts.
describe('what auditors are told', () => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let auditor: Desk;

  beforeAll(async () => {
    fresh = await freshDatabase('server');
    site = await createSite(fresh.database.db, { trusted: '127.0.0.1' });
    auditor = await signIn(site, ['auditor']);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const base = (slug: string) => `/api/console/contests/${slug}`;

  /** 30 citizens who vote [1], 20 who vote [2], 45 for [3] from one network on pages that nobody touched. */
  async function brushed(changes: Parameters<TestSite['contest']>[0] = {}) {
    // All are let in: what the gate would ask of them is tested elsewhere.
    const thresholds = { 'score.challenge': 0, 'score.hold': 0 };
    const contest = await site.contest({
      population: 100_000,
      outcome: voteAlone(1),
      thresholds,
      ...changes,
    });
    const cast = async (picks: number[], address: string, farmed: boolean) => {
      const one = site.visitor(contest.slug);
      const seen = { device: `${address} ${picks}`, dwellMs: 20_000, touches: farmed ? 0 : 4 };
      const reply = await site.post(contest.slug, one.request(picks, { seen }), {
        cookie: one.cookie,
        'x-forwarded-for': address,
      });
      expect(reply.status).toBe(201);
    };
    for (let i = 0; i < 50; i++) {
      await cast([i < 30 ? 1 : 2], `223.104.${i}.9`, false);
      if (i < 45) await cast([3], `198.51.100.${i}`, true);
    }
    return contest;
  }

  test('the ranking without a cluster, without a signal and without a filter’s ballots', async () => {
    const { slug } = await brushed();
    const { clusters, ballots, inClusters, hiddenUntil } = await auditor.get<ClusterPage>(
      `${base(slug)}/clusters`,
    );
    expect({ ballots, hiddenUntil }).toEqual({ ballots: 95, hiddenUntil: null });
    const net = clusters.find((one) => one.id === 'net-c63364');
    expect(net).toMatchObject({ kind: 'net', about: { net: '198.51.100.0/24' }, ballots: 45, counted: 45 });
    expect(net?.favours?.[0]).toMatchObject({ number: 3, ballots: 45, share: 1000, usual: 0 });
    expect(inClusters).toBeGreaterThanOrEqual(45);
    for (const without of [
      { clusters: ['net-c63364'] },
      { signals: ['silent'] },
      { filter: { net: '198.51.100.0/24' } },
      { filter: { candidate: 3 }, clusters: ['net-c63364'] },
      { flagged: true, verdicts: ['held'] },
    ]) {
      const answer = await auditor.post<WhatIf>(`${base(slug)}/whatif`, without);
      expect(answer).toMatchObject({
        round: 0,
        ballots: 45,
        counted: 45,
        chosen: 1,
        enters: [1],
        leaves: [3],
      });
      const lines = answer.lines.slice(0, 3);
      expect(
        lines.map((one) => [one.number, one.votes, one.falling, one.rank, one.rankWithout, one.robust]),
      ).toEqual([
        [3, 45, 45, 1, 3, false],
        [1, 30, 0, 2, 1, false],
        [2, 20, 0, 3, 2, false],
      ]);
      expect(lines[0]?.perTenThousand).toBe(45);
    }
    await site.verify(slug);
  });

  test('a cluster in full, its ballots in the log, and its indexes for a ruling', async () => {
    const { slug } = await brushed();
    const view = await auditor.get<Record<string, unknown> & { newest: unknown[]; voters: number }>(
      `${base(slug)}/clusters/net-c63364`,
    );
    expect(view).toMatchObject({ ballots: 45, voters: 45 });
    expect(view.newest).toHaveLength(20);
    const page = await auditor.get<BallotPage>(`${base(slug)}/ballots?cluster=net-c63364&limit=200`);
    expect(page.total).toBe(45);
    expect(page.ballots.every((one) => one.net === '198.51.100.0/24')).toBe(true);
    const contest = await site.parts.contests.find(slug);
    if (!contest) throw new Error('no contest');
    const { analyst } = site.parts;
    const indexes = await analyst.indexesOf(contest, { by: 'clusters', clusters: ['net-c63364'] });
    expect(indexes).toEqual(page.ballots.map((one) => one.index).reverse());
    expect(await analyst.indexesOf(contest, { by: 'filter', filter: { candidate: 3 } })).toEqual(indexes);
    await expect(analyst.indexesOf(contest, { by: 'filter', filter: {} }, 50)).rejects.toMatchObject({
      code: 'too_many_ballots',
    });
    const unknown = await auditor.ask('GET', `${base(slug)}/clusters/net-0a0000`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'unknown_cluster' } });
    await site.verify(slug);
  });

  test('the report has the figures, the ranks before and after, and the newest checkpoint', async () => {
    const { slug } = await brushed();
    await site.seal();
    const report = await auditor.get<AuditReport>(`${base(slug)}/report`);
    expect(report).toMatchObject({
      slug,
      ballots: 95,
      counted: 95,
      held: 0,
      void: 0,
      unscreened: 0,
      population: 100_000,
    });
    expect(report.signals).toContainEqual({ signal: 'silent', ballots: 45 });
    expect(report.ranks?.slice(0, 2)).toMatchObject([
      {
        number: 3,
        asCast: 45,
        rankAsCast: 1,
        votes: 45,
        rank: 1,
        least: 0,
        most: 45,
        robust: false,
        seat: 'open',
      },
      { number: 1, asCast: 30, votes: 30, rank: 2 },
    ]);
    expect(report.checkpoint).toMatchObject({ size: 96, witnesses: [] });
    await site.verify(slug);
  });

  test('a version of the report prints again byte for byte, is in the ledger by its digest, and another auditor signs it', async () => {
    const { slug } = await brushed({
      thresholds: { 'score.challenge': 0, 'score.hold': 0, 'device.hold': 7 },
    });
    const other = await signIn(site, ['auditor'], '吴审计');
    await site.visitor(slug).cast([99]);
    await site.parts.refusals.keep();
    await site.seal();
    const reports = `${base(slug)}/reports`;
    const made = await auditor.post<ReportVersionView>(reports, { note: '已逐户核实', verify: true });
    const said = JSON.parse(made.body) as ReportBody;
    expect(said).toMatchObject({ no: 1, note: '已逐户核实', ballots: 95, refused: { total: 1 } });
    expect(said.verified).toMatchObject({ entries: 96, problems: 0 });
    expect(said.thresholds.map((one) => one.path)).toContain('device.hold');
    expect(said.clusters.find((one) => one.id === 'net-c63364')).toMatchObject({ ballots: 45, moreRuns: 5 });

    // What came after it changes no byte of it.
    await site.visitor(slug).cast([1]);
    const second = await auditor.post<ReportVersionView>(reports, { note: '' });
    expect(JSON.parse(second.body)).toMatchObject({ no: 2, ballots: 96, verified: null });
    const again = await other.get<ReportVersionView>(`${reports}/1`);
    expect(again).toEqual({ ...made, mine: false });
    expect(createHash('sha256').update(again.body).digest('hex')).toBe(made.digest);

    const sign = (who: Desk, digest: string, no = 1) => who.ask('POST', `${reports}/${no}/sign`, { digest });
    expect(await sign(auditor, made.digest)).toMatchObject({ status: 409, body: { code: 'own_proposal' } });
    expect(await sign(other, second.digest)).toMatchObject({ status: 404 });
    const both = await Promise.all([sign(other, made.digest), sign(other, made.digest)]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 409]);
    const { versions } = await auditor.get<ReportVersions>(reports);
    expect(versions.map((one) => [one.no, one.signed?.by ?? null])).toEqual([
      [2, null],
      [1, '吴审计'],
    ]);
    const { rows } = await sql<{ index: number; act: Record<string, unknown> }>`
      select e.index::int as index, e.act from ledger_entry e join contest c on c.id = e.contest
      where c.slug = ${slug} and e.kind = 'report' order by e.index`.execute(fresh.database.db);
    expect(rows.map(({ act }) => [act['version'], act['digest'], act['signed'] ?? false])).toEqual([
      [1, made.digest, false],
      [2, second.digest, false],
      [1, made.digest, true],
    ]);
    expect([made.entry, versions[1]?.signed?.entry]).toEqual([rows[0]?.index, rows[2]?.index]);
    await site.verify(slug);
  });

  test('while counts are sealed no address of the auditor’s tells how a candidate fares', async () => {
    const from = new Date(site.now() + HOUR_MS).toISOString();
    const { slug } = await brushed({ reveal: { kind: 'sealed', from } });
    const page = await auditor.get<ClusterPage>(`${base(slug)}/clusters`);
    expect(page.hiddenUntil).toBe(from);
    expect(page.clusters.map((one) => [one.id, one.favours])).toContainEqual(['net-c63364', null]);
    const reads = [
      `${base(slug)}/clusters`,
      `${base(slug)}/clusters/net-c63364`,
      `${base(slug)}/report`,
      `${base(slug)}/ballots`,
      `${base(slug)}/ballots?signal=silent`,
    ];
    for (const read of reads) {
      const text = JSON.stringify(await auditor.get(read));
      for (const word of [
        '"picks":[',
        '"favours":[',
        '"candidates":',
        '"ranks":[',
        '"votes":',
        'burst-',
        'single-',
        'alike-',
        'picks-',
      ])
        expect([read, word, text.includes(word)]).toEqual([read, word, false]);
    }
    for (const query of [
      'candidate=3',
      'candidate=3&verdict=counted',
      'candidate=3&voter=00112233445566778899aabbccddeeff',
    ]) {
      expect(await auditor.ask('GET', `${base(slug)}/ballots?${query}`)).toMatchObject({
        status: 403,
        body: { code: 'sealed' },
      });
      expect(await auditor.ask('GET', `${base(slug)}/ballots.csv?${query}`)).toMatchObject({ status: 403 });
    }
    for (const body of [{}, { signals: ['silent'] }, { filter: { candidate: 3 } }])
      expect(await auditor.ask('POST', `${base(slug)}/whatif`, body)).toMatchObject({
        status: 403,
        body: { code: 'sealed', from },
      });
    const contest = await site.parts.contests.find(slug);
    if (!contest) throw new Error('no contest');
    await expect(
      site.parts.analyst.indexesOf(contest, { by: 'filter', filter: { candidate: 3 } }),
    ).rejects.toMatchObject({ code: 'sealed' });
    await site.verify(slug);
  });

  test('with a daily reveal everything by candidate waits for the hour, and is there after it', async () => {
    // Five minutes ago in Shanghai: what is cast now is shown tomorrow.
    const minutes = Math.floor(site.now() / 60_000) + 480 - 5;
    const { slug } = await brushed({ reveal: { kind: 'daily', at: minutes % 1440 } });
    const before = await auditor.get<BallotPage>(`${base(slug)}/ballots?limit=200`);
    expect(before.ballots).toHaveLength(95);
    expect(before.ballots.every((one) => one.picks === null)).toBe(true);
    expect((await auditor.get<BallotPage>(`${base(slug)}/ballots?candidate=3`)).total).toBe(0);
    expect((await auditor.get<ClusterPage>(`${base(slug)}/clusters`)).hiddenUntil).not.toBeNull();
    expect(await auditor.ask('POST', `${base(slug)}/whatif`, {})).toMatchObject({ status: 403 });
    expect((await auditor.get<AuditReport>(`${base(slug)}/report`)).ranks).toBeNull();

    site.pass(24 * HOUR_MS);
    auditor = await signIn(site, ['auditor']);
    expect((await auditor.get<BallotPage>(`${base(slug)}/ballots?candidate=3`)).total).toBe(45);
    expect((await auditor.get<ClusterPage>(`${base(slug)}/clusters`)).hiddenUntil).toBeNull();
    expect((await auditor.post<WhatIf>(`${base(slug)}/whatif`, {})).lines[0]).toMatchObject({
      number: 3,
      votes: 45,
    });
    await site.verify(slug);
  });
});
