import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditReport, BallotPage } from '@zuimei/shared/audit.ts';
import type { Reveal } from '@zuimei/shared/contest.ts';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import type { ContestSettings, PlanView } from '@zuimei/shared/plan/plan.ts';
import { FORTUNE } from '@zuimei/shared/policy.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

const BASE = '/api/console/contests';
const reason = '按主办单位会议决定';
/** The ledger has the database's own clock. */
const START = Date.now();

let fresh: FreshDatabase;
let site: TestSite;
let office: Desk;
let auditor: Desk;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db, { now: START });
  office = await signIn(site, ['organizer'], '王主办');
  auditor = await signIn(site, ['auditor'], '钱审计');
});
afterAll(async () => {
  await site.close();
  await fresh.drop();
});

const iso = (hours: number): string => new Date(START + hours * HOUR_MS).toISOString();
const read = (slug: string): Promise<PlanView> => office.get<PlanView>(`${BASE}/${slug}/plan`);

async function save(slug: string, changes: Partial<ContestSettings>): Promise<PlanView> {
  const { plan, version } = await read(slug);
  const edited = { ...plan, settings: { ...plan.settings, ...changes } };
  const reply = await office.ask<PlanView>('PUT', `${BASE}/${slug}/plan`, { plan: edited, version });
  expect(reply.status).toBe(200);
  return reply.body;
}
const publish = ({ slug, version }: PlanView, by: Desk = office) =>
  by.ask<PlanView & { code?: string; fault?: string }>('POST', `${BASE}/${slug}/plan/publish`, {
    version,
    reason,
  });

/** A published contest whose voting opens at `opens` (hours from the start), with eight candidates. */
async function published(changes: Partial<ContestSettings>, opens = -4): Promise<string> {
  const { slug } = await office.post<{ slug: string }>(BASE, {
    preset: 'anli',
    title: '2026 年度应急案例征集',
    organizer: '云岭区应急管理局',
    start: iso(-100),
  });
  const { plan, version } = await read(slug);
  Object.assign(plan.settings, {
    schedule: [
      { phase: 'nominating', from: iso(-50) },
      { phase: 'shortlisted', from: iso(-20) },
      { phase: 'voting', from: iso(opens) },
      { phase: 'judging', from: iso(300) },
    ],
    rounds: [{ opens: iso(opens), closes: iso(100), numbers: null }],
    categories: [],
    rule: {
      period: 'day',
      ballotsPerPeriod: 1,
      perCategory: null,
      categories: {},
      picks: { min: 1, max: 2 },
      repeatCandidate: true,
    },
    outcome: voteAlone(2),
    ...changes,
  });
  Object.assign(plan.collection, {
    opens: iso(-50),
    closes: iso(-30),
    unitCategoryMost: {},
    categoryPlaces: {},
  });
  await sql`
    insert into candidate (contest, number, body)
    select c.id, n, jsonb_build_object('v', 1, 'kind', 'case', 'name', '案例' || n, 'category', '', 'unit', '单位', 'post', null,
      'years', null, 'reason', '理由', 'deeds', '[]'::jsonb, 'honours', '[]'::jsonb, 'photos', '[]'::jsonb, 'video', null, 'withdrawn', null)
    from contest c, generate_series(1, 8) n where c.slug = ${slug}`.execute(site.parts.db);
  const saved = await office.ask<PlanView>('PUT', `${BASE}/${slug}/plan`, { plan, version });
  expect((await publish(saved.body)).status).toBe(200);
  await site.parts.contests.reload(slug).catch(() => {});
  return slug;
}

const sealed = (hours: number): Reveal => ({ kind: 'sealed', from: iso(hours) });
/** An hour that comes later today by the site's clock than any ballot of these tests. */
const inHours = (hours: number): Reveal => ({
  kind: 'daily',
  at: Math.floor(((START / HOUR_MS + 8 + hours) % 24) * 60),
});

test.each([
  ['to be opened in the next minute', sealed(200), { reveal: sealed(0.01) }, 'reveal_earlier'],
  ['to be shown live', sealed(200), { reveal: { kind: 'live' } as Reveal }, 'reveal_earlier'],
  ['to be shown each day', sealed(200), { reveal: inHours(2) }, 'reveal_earlier'],
  ['from daily to live', inHours(6), { reveal: { kind: 'live' } as Reveal }, 'reveal_daily_kept'],
  ['from a daily hour to another', inHours(6), { reveal: inHours(2) }, 'reveal_daily_kept'],
  [
    'to be opened as the round ends, which would end at once',
    sealed(200),
    { reveal: sealed(0.01), rounds: [{ opens: iso(-4), closes: iso(0.005), numbers: null }] },
    'round_shortened',
  ],
])('one organizer cannot have counts %s once voting has begun', async (_, reveal, changes, fault) => {
  const slug = await published({ reveal });
  for (const picks of [[1], [2]]) expect((await site.visitor(slug).cast(picks)).status).toBe(201);
  const shown = await site.tally(slug);
  expect(shown.counts?.some(({ votes }) => votes > 0) ?? false).toBe(false);
  const reply = await publish(await save(slug, changes));
  expect([reply.status, reply.body.code]).toEqual([422, 'plan_impossible']);
  expect(reply.body.fault).toBe(fault);
  // Refused, and without effect.
  site.pass(60_000);
  expect((await site.tally(slug)).counts).toEqual(shown.counts);
  expect((await read(slug)).inForce?.settings.reveal).toEqual(reveal);
  site.at(START);
  await site.verify(slug);
});

test('before the first ballot it is the clock that says that voting has begun', async () => {
  const slug = await published({ reveal: sealed(200) });
  const reply = await publish(await save(slug, { reveal: { kind: 'live' } }));
  expect([reply.status, reply.body.fault]).toEqual([422, 'reveal_earlier']);
});

test('a change that was saved before voting began cannot be published after', async () => {
  const slug = await published({ reveal: sealed(200) }, 0.5);
  const waiting = await save(slug, { reveal: { kind: 'live' } });
  site.at(START + 0.6 * HOUR_MS);
  const reply = await publish(waiting, await signIn(site, ['organizer'], '李主办'));
  expect([reply.status, reply.body.fault]).toEqual([422, 'reveal_earlier']);
  site.at(START);
  // In time it could have been.
  expect((await publish(waiting)).status).toBe(200);
});

test('the reveal can be put off, and moves with a closing that is', async () => {
  const slug = await published({ reveal: sealed(100) });
  expect((await site.visitor(slug).cast([1])).status).toBe(201);
  expect((await publish(await save(slug, { reveal: sealed(150) }))).status).toBe(200);
  await office.post(`${BASE}/${slug}/extend`, { round: 0, closes: iso(160), reason });
  const { inForce } = await read(slug);
  const { reveal } = inForce?.settings ?? {};
  expect(reveal?.kind === 'sealed' && Date.parse(reveal.from) >= Date.parse(iso(160))).toBe(true);
  await site.verify(slug);
});

test('an archived contest keeps its counts to itself until the promised moment', async () => {
  const slug = await published({ reveal: sealed(200) });
  expect((await site.visitor(slug).cast([1])).status).toBe(201);
  site.at(START + 101 * HOUR_MS);
  // A session ends by itself long before.
  const later = await signIn(site, ['organizer'], '王主办');
  await later.post(`${BASE}/${slug}/archive`, { reason, skip: '跳过公示、结果公布' });
  await site.parts.contests.reload(slug);
  expect((await site.tally(slug)).counts).toBeNull();
  site.at(START + 201 * HOUR_MS);
  await site.parts.contests.reload(slug);
  expect((await site.tally(slug)).counts?.[0]).toEqual({ number: 1, votes: 1, held: 0 });
  site.at(START);
  await site.verify(slug);
});

test('排名不分先后, once said, holds', async () => {
  const slug = await published({ hideOrder: true });
  const reply = await publish(await save(slug, { hideOrder: false }));
  expect([reply.status, reply.body.fault]).toEqual([422, 'order_promised']);
});

const thresholds = { 'single.ballots': 5, 'single.points': 5, 'score.challenge': 0, 'score.hold': 0 };

/** 20 ballots for number 2 alone and 10 pairs; how many were marked for what they pick. */
async function marked(reveal: Reveal): Promise<{ slug: string; id: number; marks: number }> {
  const { slug, id } = await site.contest({ reveal, thresholds });
  for (let i = 0; i < 30; i++) {
    site.pass(300);
    expect((await site.visitor(slug).cast(i % 3 === 0 ? [1, 3] : [2])).status).toBe(201);
  }
  const { rows } = await sql<{ marks: number }>`
    select count(*)::int as marks from ledger_entry where contest = ${id} and signals & ${FORTUNE} <> 0`.execute(
    site.parts.db,
  );
  site.at(START);
  return { slug, id, marks: rows[0]?.marks ?? 0 };
}

test('while counts are hidden no ballot is marked for what it picks', async () => {
  expect((await marked({ kind: 'live' })).marks).toBeGreaterThan(0);
  for (const reveal of [sealed(90), inHours(6)]) {
    const { slug, marks } = await marked(reveal);
    expect(marks).toBe(0);
    await site.verify(slug);
  }
});

test('marks made while counts were live are hidden with them, when counts come daily from then on', async () => {
  const { slug, id, marks } = await marked({ kind: 'live' });
  const asks = async () => {
    const all = await auditor.get<BallotPage>(`${BASE}/${slug}/ballots?limit=200`);
    const found = await auditor.get<BallotPage>(`${BASE}/${slug}/ballots?signal=single`);
    const report = await auditor.get<AuditReport>(`${BASE}/${slug}/report`);
    const csv = await auditor.raw('GET', `${BASE}/${slug}/ballots.csv`);
    return {
      lines: all.ballots.filter((one) => one.signals.includes('single')).length,
      found: found.total,
      report: report.signals.find((one) => one.signal === 'single')?.ballots ?? 0,
      csv: ((await csv.text()).match(/单选集中/g) ?? []).length,
    };
  };
  expect(await asks()).toEqual({ lines: marks, found: marks, report: marks, csv: marks });
  const stored = await site.parts.contests.find(slug);
  const { id: _, slug: __, version: ___, candidates: ____, ...settings } = stored;
  await site.update(id, { ...settings, reveal: inHours(6) });
  await site.parts.contests.reload(slug);
  expect(await asks()).toEqual({ lines: 0, found: 0, report: 0, csv: 0 });
});
