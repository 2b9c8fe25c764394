import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { candidateDocument } from '@zuimei/server/contest/document.ts';
import type { Outcome } from '@zuimei/shared/judging/outcome.ts';
import { outcomeFrom, plainCriteria, plainCriterion, plainPanel } from '@zuimei/shared/judging/plain.ts';
import type { ContestPlan, PlanView } from '@zuimei/shared/plan/plan.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { candidateOf, createSite, HOUR_MS, type TestSite } from '../harness/site.ts';

const BASE = '/api/console/contests';
const SLUG = 'judged';
/** Every field says something else than usual. */
const full: Outcome = {
  ...outcomeFrom({ candidates: 8, places: 3, weights: { vote: 40, expert: 30, media: 20, merit: 10 } }),
  decimals: 3,
  vote: { scale: 'log', step: 250, floor: 60, rounds: 'last' },
  panels: {
    expert: {
      ...plainPanel(plainCriteria('expert')),
      trim: 2,
      trimFrom: 7,
      quorum: [3, 4],
      severity: 'remove',
    },
    media: { ...plainPanel(plainCriteria('media')), blind: true, trim: 0 },
    merit: plainPanel([{ ...plainCriterion('effect', '成效', 100), full: 20, half: false, anchors: [] }]),
  },
  ties: ['expert', 'merit', 'votes'],
  tieLast: 'all',
  unitMost: 1,
  categories: { person: { least: 1 }, team: { most: 1 } },
  groups: [{ id: 'front', name: '一线', members: [1, 2, 5], least: 1, most: 3 }],
  honours: [
    { name: '一等奖', places: 1 },
    { name: '二等奖', places: 2 },
  ],
  notice: {
    ...{ days: 7, first: 'next', closes: '17:30', anonymous: 'refused', replyDays: 10 },
    ...{ sorted: 'number', approval: ['notice', 'result'] },
  },
  ...{ sample: 200, seeCounts: true, namesPublic: true, sameUnit: 'warn', lots: ['ab'] },
};

let database: FreshDatabase;
let site: TestSite;
let office: Desk;
beforeAll(async () => {
  database = await freshDatabase('server');
  site = await createSite(database.database.db, { now: Date.now() });
  office = await signIn(site, ['organizer'], '王主办');
  const start = new Date(site.now() - 96 * HOUR_MS).toISOString();
  const given = { preset: 'zuimei-district', title: '示例活动', organizer: '云岭区应急管理局' };
  await office.post(BASE, { ...given, start, slug: SLUG });
});
afterAll(async () => {
  await site.close();
  await database.drop();
});

type Failed = { code?: string; fault?: string; path?: string; field?: string };
const read = (): Promise<PlanView> => office.get<PlanView>(`${BASE}/${SLUG}/plan`);
async function save(edit: (plan: ContestPlan) => void) {
  const { plan, version } = await read();
  edit(plan);
  return await office.ask<PlanView & Failed>('PUT', `${BASE}/${SLUG}/plan`, { plan, version });
}
async function publish(reason = '') {
  const { version } = await read();
  return await office.ask<PlanView & Failed>('POST', `${BASE}/${SLUG}/plan/publish`, { version, reason });
}
const rulesInLedger = async (): Promise<{ outcome: Outcome }[]> => {
  const { rows } = await sql<{ rules: { outcome: Outcome } }>`
    select e.act->'rules' as rules from ledger_entry e join contest c on c.id = e.contest
    where c.slug = ${SLUG} and e.kind = 'rules' order by e.index`.execute(site.parts.db);
  return rows.map((row) => row.rules);
};

test('an outcome with all it can say is kept as it was typed, and one without an end is not', async () => {
  const saved = await save(({ settings }) => void (settings.outcome = full));
  expect(saved.status).toBe(200);
  expect((await read()).plan.settings.outcome).toEqual(full);
  const { expert } = full.panels;
  const endless: [string, Partial<Outcome>][] = [
    [
      'groups',
      { groups: Array.from({ length: 21 }, (_, at) => ({ id: `g${at}`, name: '组', members: [] })) },
    ],
    ['honours', { honours: Array.from({ length: 11 }, () => ({ name: '奖', places: 1 })) }],
    [
      'panels.expert.criteria',
      { panels: { expert: expert && { ...expert, criteria: Array(21).fill(expert.criteria[0]) } } },
    ],
    ['ties', { ties: Array(6).fill('votes') }],
  ];
  for (const [field, change] of endless) {
    const { status, body } = await save(({ settings }) => void (settings.outcome = { ...full, ...change }));
    expect([status, body.code, body.field]).toEqual([400, 'bad_request', `plan.settings.outcome.${field}`]);
  }
});

test('it is in force once published: the public reads weights and places, the ledger the whole of it', async () => {
  await save(({ settings, collection }) => {
    const at = (hours: number): string => new Date(site.now() + hours * HOUR_MS).toISOString();
    settings.schedule = [
      { phase: 'nominating', from: at(-3) },
      { phase: 'shortlisted', from: at(-2) },
      { phase: 'voting', from: at(-1) },
      { phase: 'judging', from: at(100) },
    ];
    settings.rounds = [{ opens: at(-1), closes: at(100), numbers: null }];
    collection.opens = at(-3);
    collection.closes = at(-2);
  });
  expect((await publish()).status).toBe(200);
  const { id } = await site.parts.db
    .selectFrom('contest')
    .select('id')
    .where('slug', '=', SLUG)
    .executeTakeFirstOrThrow();
  for (const number of [1, 2, 3, 4, 5, 6, 7, 8])
    await site.parts.db
      .insertInto('candidate')
      .values({
        contest: id,
        number,
        source: '',
        private: null,
        body: sql`${candidateDocument.text(candidateOf(number))}::jsonb`,
      })
      .execute();
  await sql`update contest set version = version + 1 where id = ${id}`.execute(site.parts.db);
  await site.parts.contests.reload(SLUG);
  await site.parts.ledger.open(SLUG);
  expect((await site.visitor(SLUG).cast([1, 2])).status).toBe(201);
  const shown = (await (await site.call(`/api/contests/${SLUG}`)).json()) as { outcome: unknown };
  expect(shown.outcome).toEqual({ weights: full.weights, places: 3, sample: full.sample });
  expect((await rulesInLedger()).map(({ outcome }) => outcome)).toEqual([full]);
});

test('after the opening none of it changes, whatever the reason, but the terms of the notice', async () => {
  for (const [key, value] of [
    ['places', 4],
    ['seeCounts', false],
    ['ties', ['votes']],
  ] as const) {
    await save(({ settings }) => void (settings.outcome = { ...full, honours: [], [key]: value }));
    const { status, body } = await publish('写错了，改正过来');
    expect([status, body.code, body.fault]).toEqual([422, 'plan_impossible', 'outcome_kept']);
  }
  await save(({ settings }) => void (settings.outcome = null));
  expect((await publish('不再评审')).body).toMatchObject({
    code: 'plan_impossible',
    path: 'settings.outcome',
  });
  expect(await rulesInLedger()).toHaveLength(1);

  const later = { ...full, notice: { ...full.notice, replyDays: 15 } };
  await save(({ settings }) => void (settings.outcome = later));
  expect((await publish()).body.code).toBe('reason_missing');
  expect((await publish('答复需要更多时间')).status).toBe(200);
  expect((await rulesInLedger()).at(-1)?.outcome).toEqual(later);
  await site.verify(SLUG);
});
