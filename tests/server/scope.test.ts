import type { Kysely, KyselyPlugin } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '@zuimei/server/command.ts';
import type { Tables } from '@zuimei/server/db.ts';
import type { ContestLine } from '@zuimei/shared/plan/plan.ts';
import type { ActionPage, ContestName, Role, Scope, SessionView, StaffView } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';

const REASON = '本届由应急处分管，按办公会意见';
let fresh: FreshDatabase;
let site: TestSite;
let boss: Desk;
let mine: string;
let theirs: string;
let queries = 0;

/** Counts what the site asks of its database. */
const counting: KyselyPlugin = {
  transformQuery({ node }) {
    queries += 1;
    return node;
  },
  transformResult: async ({ result }) => result,
};

beforeAll(async () => {
  fresh = await freshDatabase('server');
  const db: Kysely<Tables> = fresh.database.db.withPlugin(counting);
  site = await createSite(db);
  boss = await signIn(site, ['administrator'], '管理甲');
  mine = (await site.contest()).slug;
  theirs = (await site.contest()).slug;
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
  await fresh.drop();
});

const person = (roles: Role[], contests: Scope) => signIn(site, roles, '成员乙', contests);
const change = (desk: Desk, contests: unknown, reason = REASON) =>
  boss.ask<{ code?: string; field?: string }>('PATCH', `/api/console/staff/${desk.staff}/contests`, {
    contests,
    reason,
  });
const plan = (desk: Desk, slug: string) =>
  desk.ask<{ code?: string }>('GET', `/api/console/contests/${slug}/plan`);
const listed = async (desk: Desk) =>
  (await desk.get<ContestLine[]>('/api/console/contests')).map(({ slug }) => slug);

test('who loses a contest loses it in the middle of their work, and who is given one has it at once', async () => {
  const desk = await person(['organizer'], [mine]);
  expect((await plan(desk, mine)).status).toBe(200);
  expect(await listed(desk)).toEqual([mine]);
  expect((await change(desk, [theirs])).status).toBe(200);
  expect(await plan(desk, mine)).toEqual({ status: 404, body: { code: 'not_found' } });
  expect((await plan(desk, theirs)).status).toBe(200);
  expect(await listed(desk)).toEqual([theirs]);
  expect((await desk.get<SessionView>('/api/console/session')).contests).toEqual([theirs]);
  expect((await change(desk, [])).status).toBe(200);
  expect(await listed(desk)).toEqual([]);
  expect((await change(desk, 'all')).status).toBe(200);
  expect((await plan(desk, mine)).status).toBe(200);
});

test('a contest that comes later belongs to who has all, and to who made it, and to nobody of named ones', async () => {
  const maker = await person(['organizer'], [mine]);
  const colleague = await person(['organizer'], [mine]);
  const chief = await person(['organizer'], 'all');
  const asked = {
    preset: 'zuimei-district',
    title: '最美应急人',
    organizer: '云岭区应急管理局',
    start: new Date(site.now()).toISOString(),
  };
  const made = await maker.post<{ slug: string }>('/api/console/contests', asked);
  const copied = await maker.post<{ slug: string }>(`/api/console/contests/${made.slug}/copy`, {
    title: '最美应急人（第二届）',
    units: true,
  });
  for (const { slug } of [made, copied])
    expect([await plan(maker, slug), await plan(chief, slug), await plan(colleague, slug)]).toMatchObject([
      { status: 200 },
      { status: 200 },
      { status: 404 },
    ]);
  // What one does not know cannot be copied.
  const stolen = await colleague.ask('POST', `/api/console/contests/${made.slug}/copy`, {
    title: '抄来的',
    units: true,
  });
  expect(stolen).toEqual({ status: 404, body: { code: 'not_found' } });
  expect((await maker.ask('DELETE', `/api/console/contests/${copied.slug}`)).status).toBe(200);
  expect((await maker.get<SessionView>('/api/console/session')).contests).toEqual([mine, made.slug]);
});

test('an archived contest of others is as one that is not there, whatever is tried', async () => {
  const { slug } = await site.contest();
  await site.parts.db
    .updateTable('contest')
    .set({ archived_at: new Date(site.now()) })
    .where('slug', '=', slug)
    .execute();
  const stranger = await person(['organizer'], [mine]);
  const own = await person(['organizer'], [slug]);
  const path = `/api/console/contests/${slug}/pause`;
  expect(await stranger.ask('POST', path, { reason: REASON })).toEqual({
    status: 404,
    body: { code: 'not_found' },
  });
  expect((await own.ask<{ code: string }>('POST', path, { reason: REASON })).body.code).toBe('archived');
  expect((await (await person(['auditor'], 'all')).ask<{ code: string }>('POST', path, {})).body.code).toBe(
    'forbidden',
  );
});

test('a stranger asks nothing of the database at any door of a contest', async () => {
  const before = queries;
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    for (const rest of ['', '/plan', '/pause', '/archive', '/nowhere'])
      await site.app.request(`/api/console/contests/${mine}${rest}`, { method });
  expect(queries).toBe(before);
});

test('who is given or loses a contest stands in that contest’s part of the log, with the reason', async () => {
  const desk = await person(['reviewer'], [mine]);
  await change(desk, [theirs]);
  const lines = async (auditor: Desk) =>
    (await auditor.get<ActionPage>('/api/console/actions?act=staff.contests')).actions
      .filter(({ subject }) => subject.includes('成员乙'))
      .slice(0, 2)
      .map(({ contest, reason, subject }) => [contest, reason, subject.split('：')[1]]);
  expect(await lines(await person(['auditor'], 'all'))).toEqual([
    [mine, REASON, '不再参与本活动'],
    [theirs, REASON, '参与本活动'],
  ]);
  expect((await lines(await person(['auditor'], [theirs])))[0]).toEqual([theirs, REASON, '参与本活动']);
});

test('who belongs to named contests reads the log of those and of their own acts alone', async () => {
  const auditor = await person(['auditor'], [mine]);
  const { actions } = await auditor.get<ActionPage>('/api/console/actions');
  expect(new Set(actions.map(({ contest }) => contest))).toEqual(new Set([mine]));
  expect((await auditor.get<ActionPage>(`/api/console/actions?contest=${theirs}`)).actions).toEqual([]);
  const first = actions.at(-1);
  const told = async (query: string) =>
    (await auditor.get<ActionPage>(`/api/console/actions?${query}`)).actions.map(({ id }) => id);
  const day = (at: string, days = 0) =>
    new Date(Date.parse(at) + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
  const on = day(first?.at ?? '');
  expect(await told(`from=${on}&to=${on}&limit=500`)).toContain(first?.id);
  expect(await told(`to=${day(first?.at ?? '', -1)}`)).not.toContain(first?.id);
  expect(await told(`q=${encodeURIComponent('查无此事')}`)).toEqual([]);
  expect(await told(`q=${encodeURIComponent(first?.actor ?? '')}&limit=500`)).toContain(first?.id);
  expect((await auditor.ask('GET', '/api/console/actions?limit=501')).status).toBe(400);
  expect((await auditor.ask('GET', '/api/console/actions?from=2026-02-30')).status).toBe(400);
  const filters = await auditor.get<{ contests: ContestName[] }>('/api/console/actions/filters');
  expect(filters.contests.map(({ slug }) => slug)).toEqual([mine]);
});

test('contests are given by an administrator alone, with a reason, to others, and only such as are there', async () => {
  const desk = await person(['organizer'], [mine]);
  expect((await change(desk, [theirs], '短')).body.code).toBe('reason_missing');
  expect((await change(desk, ['nowhere-1'])).body).toEqual({ code: 'bad_request', field: 'contests' });
  expect((await change(desk, ['A b'])).status).toBe(400);
  expect((await change(boss, [mine])).body.code).toBe('not_yourself');
  const path = `/api/console/staff/${desk.staff}/contests`;
  expect(
    (await desk.ask<{ code: string }>('PATCH', path, { contests: 'all', reason: REASON })).body.code,
  ).toBe('forbidden');
  expect(await plan(desk, theirs)).toMatchObject({ status: 404 });
  const names = await boss.get<ContestName[]>('/api/console/staff/contests');
  expect(names.map(({ slug }) => slug)).toEqual(expect.arrayContaining([mine, theirs]));
});

test('an invitation and the command line name the contests', async () => {
  const given = { name: '周明川', login: 'zhoumc', roles: ['expert'], contests: [mine] };
  expect((await boss.ask('POST', '/api/console/staff', given)).status).toBe(201);
  const { db, secrets } = site.parts;
  const said: string[] = [];
  const place = {
    db,
    secrets,
    publicUrl: null,
    database: '',
    folder: '/',
    user: 'tester',
    print: (line: string) => said.push(line),
  };
  const add = ['add', '--name', '吴青', '--role', 'auditor'];
  expect(
    await runCommand(place, 'staff', [...add, '--login', 'wuq', '--contests', `${mine},${theirs}`]),
  ).toBe(0);
  expect(await runCommand(place, 'staff', [...add, '--login', 'wuq2', '--contests', 'nowhere-1'])).toBe(1);
  expect(said.at(-1)).toContain('没有这些活动：nowhere-1');
  const staff = await boss.get<StaffView[]>('/api/console/staff');
  const scopeOf = (login: string) => staff.find((one) => one.login === login)?.contests;
  expect([scopeOf('zhoumc'), scopeOf('wuq'), scopeOf('wuq2')]).toEqual([[mine], [mine, theirs], undefined]);
});
