import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommand } from '@zuimei/server/command.ts';
import { createRoster } from '@zuimei/server/roster/roster.ts';
import { addStaff, inviteStaff, makeLink } from '@zuimei/server/staff/account.ts';
import { recordAction } from '@zuimei/server/staff/action.ts';
import type { ActCode } from '@zuimei/shared/action.ts';
import type {
  ActionFilters,
  ActionPage,
  InviteLink,
  InviteView,
  Role,
  SessionView,
  StaffOutcome,
  StaffView,
} from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const REASON = '岗位调整，按办公会意见';
let fresh: FreshDatabase;
let site: TestSite;
let made = 0;
let boss: Awaited<ReturnType<typeof member>>;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  boss = await member(['administrator']);
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
  await fresh.drop();
});
beforeEach(() => site.pass(60_000));

async function member(roles: Role[]) {
  made += 1;
  const login = `member${made}`;
  const { id, link } = await site.parts.db.transaction().execute(async (tx) => {
    const staff = await addStaff(tx, site.parts.seals, { login, name: `成员${made}`, roles }, site.now());
    return { id: staff, link: await makeLink(tx, site.parts.seals, staff, site.now()) };
  });
  const desk = browser(site);
  return { id, login, desk, ...(await desk.join(link.path)) };
}
/** As the administrator, still signed in however far the clock was moved. */
async function act<T = { code?: string }>(method: string, path: string, body?: unknown) {
  if ((await boss.desk.ask('GET', 'session')).status !== 200) {
    const { ticket } = (await boss.desk.password(boss.login)).body;
    await boss.desk.code(ticket, totpCode(boss.secret, site.now()));
  }
  return await boss.desk.ask<T>(method, path, body);
}
const staff = async (id: number) =>
  (await act<StaffView[]>('GET', 'staff')).body.find((one) => one.id === id);
const acts = async (act: ActCode) =>
  await site.parts.db.selectFrom('action_log').selectAll().where('act', '=', act).orderBy('id').execute();

test('an invitation gives a link that leads to joining with just these roles', async () => {
  const given = { name: '李明', login: 'liming', roles: ['reviewer', 'organizer'] };
  const { status, body } = await act<StaffOutcome>('POST', 'staff', given);
  expect([status, body.asked]).toEqual([201, null]);
  const token = body.link?.path.split('#')[1];
  const seen = (await browser(site).ask<InviteView>('POST', 'invite/open', { token })).body;
  expect(seen).toMatchObject({ name: '李明', login: 'liming', roles: ['organizer', 'reviewer'] });
  const row = (await act<StaffView[]>('GET', 'staff')).body.find((one) => one.login === 'liming');
  expect(row).toMatchObject({ state: 'invited', invitedUntil: body.link?.until, totp: false, sessions: 0 });
  expect((await act('POST', 'staff', given)).body).toEqual({ code: 'login_taken', login: 'liming' });
  const [line] = await acts('staff.invite');
  expect(line).toMatchObject({ actor: '成员1', staff: boss.id });
  expect(line?.subject).toContain('李明（liming）');
  site.pass(8 * 86_400_000);
  expect((await staff(row?.id ?? 0))?.state).toBe('expired');
});

test('nobody keeps accounts and audits too, neither by invitation nor later nor past the server', async () => {
  const roles = ['administrator', 'auditor'];
  expect((await act('POST', 'staff', { name: '甲', login: 'both', roles, reason: REASON })).body.code).toBe(
    'roles_conflict',
  );
  const { id } = await member(['auditor']);
  expect((await act('PATCH', `staff/${id}/roles`, { roles, reason: REASON })).body.code).toBe(
    'roles_conflict',
  );
  await expect(
    sql`update staff set roles = array['auditor', 'administrator'] where id = ${id}`.execute(site.parts.db),
  ).rejects.toThrow(/check constraint/);
});

test('roles change at once; who now needs a second factor and has none gets in only by the new link', async () => {
  const { id, desk } = await member(['reviewer']);
  const changed = await act<{ link: null }>('PATCH', `staff/${id}/roles`, {
    roles: ['organizer'],
    reason: REASON,
  });
  expect([changed.status, changed.body.link]).toEqual([200, null]);
  expect((await desk.ask<SessionView>('GET', 'session')).body.roles).toEqual(['organizer']);
  expect((await acts('staff.roles')).at(-1)).toMatchObject({ reason: REASON });
  expect((await acts('staff.roles')).at(-1)?.subject).toMatch(/：reviewer → organizer$/);

  const { link } = await site.parts.db.transaction().execute(async (tx) => {
    const expert = await addStaff(
      tx,
      site.parts.seals,
      { login: 'expert1', name: '评委甲', roles: ['expert'] },
      site.now(),
    );
    return { link: await makeLink(tx, site.parts.seals, expert, site.now()) };
  });
  const expert = browser(site);
  await expert.joinBare(link.path, '评委自己的一句很长很长的话');
  const who = (await act<StaffView[]>('GET', 'staff')).body.find((one) => one.login === 'expert1');
  const raised = await act<{ link: InviteLink }>('PATCH', `staff/${who?.id}/roles`, {
    roles: ['reviewer'],
    reason: REASON,
  });
  expect((await staff(who?.id ?? 0))?.state).toBe('unready');
  expect((await expert.ask('GET', 'session')).status).toBe(401);
  expect((await expert.password('expert1', '评委自己的一句很长很长的话')).body.code).toBe('totp_missing');
  expect((await expert.join(raised.body.link.path)).status).toBe(200);
});

test('who is disabled is out at once, and in again only when enabled', async () => {
  const { id, login, desk } = await member(['organizer']);
  expect((await act('POST', `staff/${id}/disable`, { reason: '短' })).body.code).toBe('reason_missing');
  expect((await act('POST', `staff/${id}/disable`, { reason: REASON })).status).toBe(200);
  expect((await desk.ask('GET', 'session')).status).toBe(401);
  // Like a wrong password: a stranger learns nothing.
  expect((await desk.password(login)).body.code).toBe('sign_in_failed');
  expect((await act('POST', `staff/${id}/link`, { reason: REASON })).body.code).toBe('state_changed');
  expect((await act('POST', `staff/${id}/enable`, { reason: REASON })).status).toBe(200);
  expect((await desk.password(login)).body.state).toBe('code');
});

test('a new link sets all anew: password, authenticator, recovery codes, sessions; older links are void', async () => {
  const one = await member(['organizer']);
  const renew = async () =>
    (await act<StaffOutcome>('POST', `staff/${one.id}/link`, { reason: REASON })).body.link?.path ?? '';
  const first = await renew();
  const second = await renew();
  const token = (path: string) => path.split('#')[1];
  expect((await browser(site).ask('POST', 'invite/open', { token: token(first) })).status).toBe(410);
  // Until it is used nothing has changed.
  expect((await one.desk.ask('GET', 'session')).status).toBe(200);
  expect(
    (await browser(site).ask<InviteView>('POST', 'invite/open', { token: token(second) })).body.reset,
  ).toBe(true);
  const renewed = await browser(site).join(second, '换了一句新的很长很长的话呀');
  expect(renewed.secret).not.toBe(one.secret);
  expect((await one.desk.ask('GET', 'session')).status).toBe(401);
  expect((await one.desk.password(one.login)).body.code).toBe('sign_in_failed');
  const { ticket } = (await one.desk.password(one.login, '换了一句新的很长很长的话呀')).body;
  expect((await one.desk.code(ticket, one.recovery[0] ?? '')).body.code).toBe('code_wrong');
  expect((await acts('staff.rejoin')).at(-1)).toMatchObject({ staff: one.id });
});

test('nobody does these things to themselves, and the last administrator cannot be lost', async () => {
  for (const [method, path, body] of [
    ['PATCH', 'roles', { roles: ['organizer'], reason: REASON }],
    ['POST', 'disable', { reason: REASON }],
    ['POST', 'link', { reason: REASON }],
  ] as const)
    expect((await act(method, `staff/${boss.id}/${path}`, body)).body.code).toBe('not_yourself');

  // Two administrators who turn on each other in the same moment: one of them stays, however often it is tried.
  const { db, seals } = site.parts;
  const other = await member(['administrator']);
  const roster = createRoster({
    db,
    seals: site.parts.seals,
    requests: { ask: async () => ({ link: null, asked: null }) },
    clock: site.now,
  });
  const as = (staff: number) => ({ name: 'x', staff, unit: null });
  for (let round = 0; round < 12; round++) {
    const ends = await Promise.allSettled([
      roster.disable(as(boss.id), other.id, REASON),
      roster.disable(as(other.id), boss.id, REASON),
    ]);
    const refused = ends.filter((one) => one.status === 'rejected');
    expect(refused.map((one) => (one.reason as { code?: string }).code)).toEqual(['last_administrator']);
    for (const id of [boss.id, other.id])
      await db
        .transaction()
        .execute(async (tx) => seals.put(tx, { ...(await seals.lock(tx, id)), disabled_at: null }));
  }
});

test('a unit’s account is its unit’s alone, and keeps its role', async () => {
  const { id: contest, slug } = await site.contest();
  const unit = await site.parts.db
    .insertInto('unit')
    .values({ contest, name: '青石镇人民政府', kind: 'town', quota: null, contact: null })
    .returning('id')
    .executeTakeFirstOrThrow();
  const token = await site.parts.db
    .transaction()
    .execute((tx) =>
      inviteStaff(
        tx,
        site.parts.seals,
        { name: '镇经办', login: 'qingshi', roles: ['unit'], unit: unit.id },
        site.now(),
      ),
    );
  const desk = browser(site);
  await desk.joinBare(`#${token}`, '青石镇上的一句很长很长的话');
  const me = (await desk.ask<SessionView>('GET', 'session')).body;
  expect(me).toMatchObject({ roles: ['unit'], unit: { id: unit.id, name: '青石镇人民政府', contest: slug } });
  expect(me.idleMinutes).toBe(120);
  const row = (await act<StaffView[]>('GET', 'staff')).body.find((one) => one.login === 'qingshi');
  expect(row).toMatchObject({ unit: { name: '青石镇人民政府', contest: slug }, state: 'active' });
  for (const roles of [['organizer'], ['unit']])
    expect((await act('PATCH', `staff/${row?.id}/roles`, { roles, reason: REASON })).body.code).toBe(
      'bad_request',
    );
  expect((await act('POST', 'staff', { name: '甲', login: 'unit-x', roles: ['unit'] })).body.code).toBe(
    'bad_request',
  );
});

test('the log takes no change, and each reader sees their part of it, page by page', async () => {
  const { id: contest, slug } = await site.contest({ title: '日志里的活动' });
  const clerk = { name: '经办乙', staff: null, unit: null };
  for (let i = 0; i < 60; i++)
    await recordAction(site.parts.db, clerk, { act: 'contest.edit', contest, subject: `第 ${i} 次` });
  for (const change of [
    sql`update action_log set actor = 'x'`,
    sql`delete from action_log`,
    sql`truncate action_log`,
  ])
    await expect(change.execute(site.parts.db)).rejects.toThrow(/append-only|permission denied/);

  const readers = {
    administrator: await signIn(site, ['administrator']),
    organizer: await signIn(site, ['organizer']),
    auditor: await signIn(site, ['auditor']),
  };
  const page = (role: keyof typeof readers, query = '') =>
    readers[role].get<ActionPage>(`/api/console/actions?${query}`);
  expect((await page('administrator')).actions.every(({ act }) => act.startsWith('staff.'))).toBe(true);
  const first = await page('organizer', `contest=${slug}`);
  expect(first.actions).toHaveLength(50);
  expect(first.actions[0]).toMatchObject({
    actor: '经办乙',
    act: 'contest.edit',
    contest: slug,
    subject: '第 59 次',
  });
  const second = await page('organizer', `contest=${slug}&before=${first.next}`);
  expect([second.actions.length, second.next, second.actions.at(-1)?.subject]).toEqual([10, null, '第 0 次']);
  const kinds = async (role: keyof typeof readers) =>
    (await readers[role].get<ActionFilters>('/api/console/actions/filters')).acts;
  expect(await kinds('organizer')).toEqual(['contest.edit']);
  expect(await kinds('administrator')).not.toContain('contest.edit');
  expect(await kinds('auditor')).toEqual([...(await kinds('administrator')), 'contest.edit'].sort());
  const { contests } = await readers.auditor.get<ActionFilters>('/api/console/actions/filters');
  expect(contests).toEqual([{ slug, title: '日志里的活动' }]);
  expect((await page('auditor', 'act=staff.disable')).actions.map(({ reason }) => reason)).toContain(REASON);
  expect((await page('auditor', `actor=${encodeURIComponent('没有此人')}`)).actions).toEqual([]);
  expect((await readers.auditor.ask('GET', '/api/console/actions?before=x')).status).toBe(400);
});

test('every act on accounts stood in the log', async () => {
  const one = await member(['organizer']);
  await act('POST', `staff/${one.id}/sessions/end`, { reason: REASON });
  expect((await one.desk.ask('GET', 'session')).status).toBe(401);
  for (let i = 0; i < 5; i++) await one.desk.password(one.login, 'wrong');
  await act('POST', `staff/${one.id}/enable`, { reason: REASON });
  const enter = async (index: number) =>
    await one.desk.code((await one.desk.password(one.login)).body.ticket, one.recovery[index] ?? '');
  await enter(0);
  await one.desk.ask('POST', 'account/recovery', { password: PASSWORD });
  await one.desk.ask('POST', 'sign-out');
  const lines = await site.parts.db
    .selectFrom('action_log')
    .select('act')
    .where('subject', 'like', `%（${one.login}）%`)
    .orderBy('id')
    .execute();
  expect(lines.map(({ act }) => act)).toEqual([
    'staff.link_open',
    'staff.join',
    'staff.sessions_end',
    'staff.locked',
    'staff.enable',
    'staff.sign_in_recovery',
    'staff.recovery',
    'staff.sign_out',
  ]);
});

test('who has the machine adds and resets accounts on the command line, by one-time links', async () => {
  const { db, secrets } = site.parts;
  async function run(...args: string[]) {
    const lines: string[] = [];
    const place = {
      db,
      secrets,
      publicUrl: 'https://vote.example',
      database: '',
      folder: '/',
      user: 'tester',
      print: (line: string) => lines.push(line),
    };
    return { code: await runCommand(place, 'staff', args), said: lines.join('\n') };
  }
  const add = ['add', '--name', '周明川', '--login', 'zhou'];
  expect((await run('add', '--name', '周明川')).code).toBe(2);
  expect((await run(...add, '--role', 'king')).code).toBe(2);
  expect((await run(...add, '--role', 'auditor,organizer')).code).toBe(1);
  const added = await run(...add, '--role', 'organizer, reviewer');
  expect([added.code, added.said]).toEqual([
    0,
    expect.stringMatching(/^https:\/\/vote\.example\/console\/join#[\w-]{43}$/m),
  ]);
  expect((await run(...add, '--role', 'organizer')).said).toContain('已有人使用');
  // The program's own clock is the real one, the site's stands where the test moved it.
  site.at(Date.now());
  const desk = browser(site, '192.0.2.99');
  const joined = await desk.join(/\/console\/join#\S+/.exec(added.said)?.[0] ?? '');
  expect(joined.status).toBe(200);
  const reset = await run('reset', '--login', 'zhou');
  expect((await desk.ask('GET', 'session')).status).toBe(401);
  expect(
    (await browser(site, '192.0.2.99').join(/\/console\/join#\S+/.exec(reset.said)?.[0] ?? '')).status,
  ).toBe(200);
  expect((await run('reset', '--login', 'nobody')).code).toBe(1);
  expect((await run('list')).said).toMatch(/^zhou\t周明川\torganizer,reviewer\tall\tactive$/m);
});
