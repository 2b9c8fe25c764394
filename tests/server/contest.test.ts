import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusOf } from '@zuimei/server/http/answer.ts';
import type { RefusalCode } from '@zuimei/shared/refusal.ts';
import type { ContestSummary, ContestView } from '@zuimei/shared/view.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, HOUR_MS, type Settings, type TestSite, votesOf } from '../harness/site.ts';

describe.each(databaseKinds)('the rules of a contest (%s)', (kind) => {
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
  const span = (from: number, to: number) => ({
    opens: new Date(site.now() + from * HOUR_MS).toISOString(),
    closes: new Date(site.now() + to * HOUR_MS).toISOString(),
    numbers: null,
  });
  const rule = (changes: Partial<Settings['rule']> = {}): Settings['rule'] => ({
    period: 'day',
    ballotsPerPeriod: 1,
    perCategory: null,
    categories: {},
    picks: { min: 2, max: 4 },
    repeatCandidate: true,
    ...changes,
  });

  // Candidates 4 and 8 are teams, the others persons.
  const broken: [string, RefusalCode, number[], () => Partial<Settings>, Record<string, unknown>][] = [
    ['fewer picks than asked', 'too_few_picks', [1], () => ({ rule: rule() }), { min: 2 }],
    ['no picks', 'too_few_picks', [], () => ({ rule: rule() }), { min: 2 }],
    ['more picks than allowed', 'too_many_picks', [1, 2, 3, 5, 6], () => ({ rule: rule() }), { max: 4 }],
    ['the same pick twice', 'duplicate_pick', [2, 2], () => ({ rule: rule() }), {}],
    ['a candidate that is not there', 'unknown_candidate', [1, 99], () => ({ rule: rule() }), { number: 99 }],
    [
      'a candidate that does not stand in this round',
      'unknown_candidate',
      [1, 3],
      () => ({ rule: rule(), rounds: [{ ...span(-1, 9), numbers: [1, 2] }] }),
      { number: 3 },
    ],
    [
      'fewer of each category than asked',
      'category_too_few',
      [1, 2],
      () => ({ rule: rule({ perCategory: { min: 1, max: 3 } }) }),
      { category: '团队', min: 1 },
    ],
    [
      'more of a category than allowed',
      'category_too_many',
      [1, 4, 8],
      () => ({ rule: rule({ perCategory: { min: 0, max: 3 }, categories: { team: { min: 0, max: 1 } } }) }),
      { category: '团队', max: 1 },
    ],
    ['no open round yet', 'not_open_yet', [1, 2], () => ({ rounds: [span(1, 9)] }), {}],
    [
      'the pause between two rounds',
      'not_open_yet',
      [1, 2],
      () => ({ rounds: [span(-9, -1), span(1, 9)] }),
      {},
    ],
    ['no open round any more', 'already_closed', [1, 2], () => ({ rounds: [span(-9, -1)] }), {}],
    [
      'a pause of staff',
      'paused',
      [1, 2],
      () => ({ paused: { since: new Date(site.now()).toISOString(), reason: '正在核查异常' } }),
      { reason: '正在核查异常' },
    ],
  ];
  test.each(broken)('refuse %s with %s', async (_, code, picks, changes, details) => {
    const { slug } = await site.contest(changes());
    const answer = await site.visitor(slug).cast(picks);
    expect(answer).toMatchObject({ status: statusOf[code], body: { code, ...details } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('of exactly ten picks take ten, in any order, and not nine', async () => {
    const picks = { min: 10, max: 10 };
    const { slug } = await site.contest({ rule: rule({ picks }) }, 20);
    const ten = [20, 3, 1, 4, 15, 9, 2, 6, 5, 8];
    expect((await site.visitor(slug).cast(ten.slice(1))).body.code).toBe('too_few_picks');
    expect((await site.visitor(slug).cast(ten)).status).toBe(201);
    expect(votesOf(await site.tally(slug))?.reduce((sum, votes) => sum + votes)).toBe(10);
    await site.verify(slug);
  });

  describe('changed while a ballot is on its way', () => {
    /** Settings and candidates as another server would change them: this one has not read them again. */
    async function contestKnown(changes: Partial<Settings> = {}) {
      const contest = await site.contest(changes);
      expect((await site.visitor(contest.slug).cast([1])).status).toBe(201);
      return contest;
    }

    test('a pause holds for the very next ballot', async () => {
      const { slug, id, settings } = await contestKnown();
      await site.update(id, {
        ...settings,
        paused: { since: new Date(site.now()).toISOString(), reason: '暂停' },
      });
      const answer = await site.visitor(slug).cast([1]);
      expect(answer).toMatchObject({ status: 403, body: { code: 'paused', reason: '暂停' } });
      await site.update(id, settings);
      site.pass(1001);
      await site.parts.contests.reload(slug);
      expect((await site.visitor(slug).cast([1])).status).toBe(201);
      await site.verify(slug);
    });

    test('each ballot of a batch is checked again: who still fits is counted, who does not is told why', async () => {
      const { slug, id, settings } = await contestKnown();
      const voter = site.visitor(slug);
      const request = voter.request([1, 2, 3]);
      const earlier = await site.post(slug, request, { cookie: voter.cookie });
      await site.update(id, { ...settings, rule: { ...settings.rule, picks: { min: 1, max: 2 } } });
      const answers = await Promise.all([
        site.visitor(slug).cast([1, 2]),
        site.visitor(slug).cast([1, 2, 3]),
        site.post(slug, request, { cookie: voter.cookie }),
        site.visitor(slug).cast([3]),
      ]);
      expect(answers.map(({ status, body }) => body.code ?? status)).toEqual([
        201,
        'too_many_picks',
        201,
        201,
      ]);
      expect(answers[2]?.body).toEqual(earlier.body);
      await site.verify(slug);
    });

    test('a candidate withdrawn gets no more picks', async () => {
      const { slug, id, settings } = await contestKnown();
      await sql`
        update candidate set body = body || '{"withdrawn":{"at":"2026-01-01T00:00:00.000Z","reason":"本人申请"}}'
        where contest = ${id} and number = 1`.execute(fresh.database.db);
      await site.update(id, settings);
      expect((await site.visitor(slug).cast([1, 2])).body.code).toBe('candidate_withdrawn');
      expect((await site.visitor(slug).cast([2])).status).toBe(201);
      await site.verify(slug);
    });

    test('a quota that was raised holds at once, and the ledger says that the rules changed', async () => {
      const { slug, id, settings } = await site.contest();
      const voter = site.visitor(slug);
      expect((await voter.cast([1])).status).toBe(201);
      expect((await voter.cast([1])).body.code).toBe('quota_spent');
      await site.update(id, { ...settings, rule: { ...settings.rule, ballotsPerPeriod: 2 } });
      expect((await voter.cast([1])).status).toBe(201);
      const { rows } = await sql<{ kind: string; version: number | null; quota: number | null }>`
        select kind, (act ->> 'version')::int as version, (act #>> '{rules,rule,ballotsPerPeriod}')::int as quota
        from ledger_entry where contest = ${id} order by index`.execute(fresh.database.db);
      expect(rows).toEqual([
        { kind: 'rules', version: 1, quota: 1 },
        { kind: 'ballot', version: null, quota: null },
        { kind: 'rules', version: 2, quota: 2 },
        { kind: 'ballot', version: null, quota: null },
      ]);
      await site.verify(slug);
    });
  });

  describe('as the public reads them', () => {
    test('a draft does not exist, by any address, and appears when its first phase begins', async () => {
      const { slug } = await site.contest({
        schedule: [
          { phase: 'draft', from: new Date(site.now() - HOUR_MS).toISOString() },
          { phase: 'shortlisted', from: new Date(site.now() + HOUR_MS).toISOString() },
        ],
      });
      const paths = ['', '/tally', '/me', '/receipts/0'].map((rest) => `/api/contests/${slug}${rest}`);
      paths.push(`/log/${slug}/checkpoint`, `/log/${slug}/tile/0/000.p/1`);
      for (const path of paths) expect([path, (await site.call(path)).status]).toEqual([path, 404]);
      expect((await site.visitor(slug).cast([1])).body).toEqual({ code: 'not_found' });
      expect(await (await site.call('/api/contests')).text()).not.toContain(slug);
      const began = site.now();
      site.pass(HOUR_MS);
      expect((await site.call(`/api/contests/${slug}`)).status).toBe(200);
      site.at(began);
    });

    test('what was not there a moment ago is asked for again after a second, not at once', async () => {
      const slug = `later-${kind}`;
      const asked = async () => (await site.call(`/api/contests/${slug}`)).status;
      expect(await asked()).toBe(404);
      await sql`insert into contest (slug, settings, published_at) select ${slug}, settings, now() from contest limit 1`.execute(
        fresh.database.db,
      );
      expect(await asked()).toBe(404);
      site.pass(1001);
      await expect.poll(asked).toBe(200);
    });

    test('the list has each published contest with its phase and ballots, newest first', async () => {
      const { slug, settings } = await site.contest({ title: '最新的活动' });
      await site.visitor(slug).cast([1]);
      site.pass(1001);
      const list = (await (await site.call('/api/contests')).json()) as ContestSummary[];
      expect(list[0]).toEqual({
        slug,
        title: '最新的活动',
        slogan: '',
        organizers: settings.organizers,
        noun: settings.noun,
        phase: 'voting',
        published: null,
        decides: true,
        voted: true,
        opens: settings.rounds[0]?.opens,
        closes: settings.rounds[0]?.closes,
        candidates: 8,
        ballots: 1,
      });
      await site.verify(slug);
    });

    test('a contest is given whole, with the name and key of its log and nothing private', async () => {
      const { slug, id, settings } = await site.contest();
      await sql`update candidate set private = 'secret', source = '报送表-01.docx' where contest = ${id}`.execute(
        fresh.database.db,
      );
      const text = await (await site.call(`/api/contests/${slug}`)).text();
      const { candidates, log, ...view } = JSON.parse(text) as ContestView;
      const { thresholds: _, networks: __, ...shown } = settings;
      expect(view).toEqual({
        ...shown,
        outcome: { weights: settings.outcome?.weights, places: 3, sample: 0 },
        announced: { notice: null, result: null },
        slug,
        version: 1,
        phase: 'voting',
        account: null,
      });
      expect(candidates.map((one) => one.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(log.origin).toBe(`zuimei.local/${slug}`);
      expect(log.verifierKey).toMatch(new RegExp(`^zuimei.local/${slug}\\+[0-9a-f]{8}\\+`));
      expect(text).not.toMatch(/secret|报送表/);
    });

    test('its kept bytes hold nothing that changes by itself: hours later they are the same, until the phase turns', async () => {
      const { slug } = await site.contest();
      const bytes = async () => await (await site.call(`/api/contests/${slug}`)).text();
      const other = await createSite(fresh.database.db, { now: site.now() + 5 * HOUR_MS });
      const made = await bytes();
      expect(await (await other.call(`/api/contests/${slug}`)).text()).toBe(made);
      other.pass(100 * HOUR_MS);
      expect(JSON.parse(await (await other.call(`/api/contests/${slug}`)).text())).toMatchObject({
        phase: 'judging',
      });
      await other.close();
    });

    test.each(['', '/tally'])(
      '…/:slug%s comes compressed as asked, and not at all when nothing changed',
      async (rest) => {
        const { slug } = await site.contest({}, 40);
        const path = `/api/contests/${slug}${rest}`;
        const ask = (headers: Record<string, string>) => site.call(path, { headers });
        const plain = await ask({});
        const [brotli, gzip] = [
          await ask({ 'accept-encoding': 'gzip, br' }),
          await ask({ 'accept-encoding': 'gzip' }),
        ];
        const text = await plain.text();
        expect(plain.headers.get('content-encoding')).toBeNull();
        expect(plain.headers.get('vary')).toBe('Accept-Encoding');
        expect(brotli.headers.get('content-encoding')).toBe('br');
        expect(gzip.headers.get('content-encoding')).toBe('gzip');
        expect(brotliDecompressSync(Buffer.from(await brotli.arrayBuffer())).toString()).toBe(text);
        expect(gunzipSync(Buffer.from(await gzip.arrayBuffer())).toString()).toBe(text);
        const etag = plain.headers.get('etag') ?? '';
        expect(etag).toMatch(/^"[^"]+"$/);
        const same = await ask({ 'if-none-match': etag });
        expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
        expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200);
      },
    );
  });
});
