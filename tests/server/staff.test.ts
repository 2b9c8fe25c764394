import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStaff, firstLink, makeLink } from '@zuimei/server/staff/account.ts';
import { lockRule } from '@zuimei/server/staff/attempt.ts';
import { sessionLimits } from '@zuimei/server/staff/session.ts';
import type { AccountView, InviteView, Role, SessionView, TotpRenewal } from '@zuimei/shared/staff.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds } from '../harness/kinds.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const DAY_MS = 86_400_000;
const STEP_MS = 30_000;

describe.each(runKinds)('accounts, %s database', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let made = 0;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    expect(site.errors).toEqual([]);
    await site.close();
    await fresh.drop();
  });
  // Failures of one test's address and the windows of its codes are not the next one's.
  beforeEach(() => site.pass(20 * 60_000));

  /** An account with a fresh link. */
  async function invited(roles: Role[] = ['organizer']) {
    made += 1;
    const login = `person${made}`;
    return await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      return { id, login, link: await makeLink(tx, site.parts.seals, id, site.now()) };
    });
  }
  async function member(roles?: Role[]) {
    const { id, login, link } = await invited(roles);
    const desk = browser(site);
    return { id, login, desk, ...(await desk.join(link.path)) };
  }

  test('the first administrator’s link is there until somebody has joined, fresh at every start, one at a time', async () => {
    const [one, two] = [
      await firstLink(site.parts.db, site.parts.seals, site.now()),
      await firstLink(site.parts.db, site.parts.seals, site.now()),
    ];
    expect(one?.path).toMatch(/^\/console\/join#[\w-]{43}$/);
    expect(two?.path).not.toBe(one?.path);
    const desk = browser(site);
    // Whoever reads it in an older journal finds it void.
    const token = one?.path.split('#')[1];
    expect((await browser(site).ask('POST', 'invite/open', { token })).body.code).toBe('invite_invalid');
    expect(Date.parse(two?.until ?? '') - site.now()).toBe(DAY_MS);
    expect((await desk.join(two?.path ?? '')).status).toBe(200);
    const me = (await desk.ask<SessionView>('GET', 'session')).body;
    expect(me).toMatchObject({ login: 'admin', roles: ['administrator'], totp: true, unit: null });
    expect(await firstLink(site.parts.db, site.parts.seals, site.now())).toBeNull();
  });

  test('a link shows who one will be, works once, and its page can be loaded again before', async () => {
    const { login, link } = await invited(['organizer', 'reviewer']);
    const token = link.path.split('#')[1];
    const open = async (ticket?: string) =>
      (await browser(site).ask<InviteView>('POST', 'invite/open', { token, ticket })).body;
    const first = await open();
    expect(first).toMatchObject({
      login,
      roles: ['organizer', 'reviewer'],
      reset: false,
      totpNeeded: true,
      openedBefore: null,
    });
    expect(await open(first.ticket)).toEqual(first);
    expect(first.key.uri).toContain(`secret=${first.key.secret}`);
    expect((await browser(site).join(link.path)).status).toBe(200);
    const again = await browser(site).ask('POST', 'invite/open', { token });
    expect([again.status, again.body]).toEqual([410, { code: 'invite_invalid' }]);
  });

  test('a link that is over, or unknown, opens nothing', async () => {
    const { link } = await invited();
    site.pass(7 * DAY_MS + 1000);
    for (const token of [link.path.split('#')[1], 'x'.repeat(43)])
      expect((await browser(site).ask('POST', 'invite/open', { token })).body.code).toBe('invite_invalid');
  });

  test('of two who use one link at once, one joins', async () => {
    const { link } = await invited();
    const token = link.path.split('#')[1];
    const { key, ticket } = (await browser(site).ask<InviteView>('POST', 'invite/open', { token })).body;
    const given = { token, ticket, password: PASSWORD, code: totpCode(key.secret, site.now()) };
    const both = await Promise.all([1, 2].map(() => browser(site).ask('POST', 'invite/join', given)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  test('who can change what others see does not join without the second factor, an expert may', async () => {
    for (const [role, status] of [
      ['organizer', 401],
      ['auditor', 401],
      ['expert', 200],
    ] as const) {
      const { link, login } = await invited([role]);
      const joined = await browser(site).joinBare(link.path);
      expect([role, joined.status]).toEqual([role, status]);
      if (status === 200) expect((await browser(site).password(login)).body).toEqual({ state: 'done' });
    }
  });

  test('a weak password is refused with the reason, and the link is not used up', async () => {
    const { link, login } = await invited();
    for (const [password, why] of [
      ['short', 'short'],
      [`${login}1`.padEnd(12, '1'), 'own'],
      ['password2026', 'common'],
    ]) {
      const reply = await browser(site).joinBare(link.path, password);
      expect([reply.status, reply.body]).toEqual([422, { code: 'password_weak', why, min: 12 }]);
    }
    const leaked = await browser(site).joinBare(link.path, 'Sunshine&Princess1');
    expect([leaked.status, leaked.body]).toEqual([422, { code: 'password_leaked' }]);
    expect((await browser(site).join(link.path)).status).toBe(200);
  });

  test('signing in takes password and code, and gives a new cookie each time', async () => {
    const { login, secret, desk } = await member();
    const before = desk.cookie();
    site.pass(STEP_MS);
    const first = await desk.password(`  ${login.toUpperCase()} `);
    expect([first.status, first.body.state, first.cookie]).toEqual([200, 'code', '']);
    const second = await desk.code(first.body.ticket, totpCode(secret, site.now()));
    expect(second.body).toEqual({ state: 'done' });
    expect(second.cookie).toMatch(/^zs=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect(desk.cookie()).not.toBe(before);
    // The one before, on the same browser, is over.
    expect((await browser(site).ask('GET', 'session', undefined, { cookie: before })).body.code).toBe(
      'signed_out',
    );
  });

  test('a code serves once, one step late or early still, two steps not', async () => {
    const { login, secret } = await member();
    const tickets = async () => (await browser(site).password(login)).body.ticket;
    const enter = async (code: string) => (await browser(site).code(await tickets(), code)).status;
    // Joining took the code of this step.
    expect(await enter(totpCode(secret, site.now()))).toBe(401);
    expect(await enter(totpCode(secret, site.now() + STEP_MS))).toBe(200);
    expect(await enter(totpCode(secret, site.now() + STEP_MS))).toBe(401);
    site.pass(10 * STEP_MS);
    expect(await enter(totpCode(secret, site.now() - 2 * STEP_MS))).toBe(401);
    expect(await enter(totpCode(secret, site.now() - STEP_MS))).toBe(200);
    // An older step than the last one taken stays closed.
    const both = totpCode(secret, site.now());
    const ticket = await tickets();
    const replies = await Promise.all([1, 2].map(() => browser(site).code(ticket, both)));
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  test('a recovery code opens once, however it is typed', async () => {
    const { login, recovery, desk } = await member();
    expect(recovery).toHaveLength(10);
    expect(new Set(recovery).size).toBe(10);
    const [one = '', two = ''] = recovery;
    const enter = async (code: string) =>
      (await browser(site).code((await browser(site).password(login)).body.ticket, code)).status;
    expect(await enter(one)).toBe(200);
    expect(await enter(one)).toBe(401);
    expect(await enter(` ${two.toUpperCase().replace('-', ' ')}`)).toBe(200);
    expect((await desk.ask<AccountView>('GET', 'account')).body.recoveryLeft).toBe(8);
  });

  const LOCKED = [
    ...[4, 3, 2, 1].map((left) => [401, { code: 'sign_in_failed', left }]),
    ...Array(2).fill([429, { code: 'locked_out', until: expect.any(String) }]),
  ];
  async function guess(desk: ReturnType<typeof browser>, login: string, times = 6) {
    const replies = [];
    for (let i = 0; i < times; i++) replies.push(await desk.password(login, 'not the password'));
    return replies.map(({ status, body }) => [status, body]);
  }

  test('five failures lock a network out for a quarter of an hour, and an account that is none answers the same', async () => {
    const { login } = await member();
    const known = await guess(browser(site, '198.51.100.1'), login);
    expect(known).toEqual(LOCKED);
    expect(await guess(browser(site, '198.51.100.2'), 'nobody-at-all')).toEqual(known);
    // Locked means locked, with the right password too, until the time that was said.
    const there = browser(site, '198.51.100.1');
    const { until } = (await there.password(login)).body;
    expect(until).toBe(new Date(site.now() + lockRule.lockMs).toISOString());
    site.pass(lockRule.lockMs + 1);
    expect((await there.password(login)).body.state).toBe('code');
    expect((await there.password(login, 'wrong again')).body).toEqual({ code: 'sign_in_failed', left: 4 });
  });

  test('whatever strangers do, the owner gets in: from another network, and from a known browser even beside them', async () => {
    const { login, secret, desk } = await member();
    site.pass(STEP_MS);
    for (let i = 0; i < 30; i++) await guess(browser(site, `203.0.113.${i}`), login, 5);
    await guess(browser(site), login, 6);
    for (let i = 0; i < 6; i++) {
      // They found out the password, but not the code.
      const { ticket } = (await browser(site, '203.0.113.99').password(login)).body;
      await browser(site, '203.0.113.99').code(ticket, '000000');
    }
    expect((await browser(site, '192.0.2.8').password(login)).body.state).toBe('code');
    expect((await browser(site).password(login)).body.code).toBe('sign_in_wait');
    const { ticket } = (await desk.password(login)).body;
    expect((await desk.code(ticket, totpCode(secret, site.now()))).status).toBe(200);
    // Nor does it keep who is signed in from what asks for the password once more.
    expect((await desk.ask('POST', 'account/recovery', { password: PASSWORD })).status).toBe(200);
  });

  test('a known browser has a count of its own, which locks it alone', async () => {
    const { login, desk } = await member();
    expect(await guess(desk, login)).toEqual(LOCKED);
    expect((await browser(site).password(login)).body.state).toBe('code');
    // Known to one account is not known to another, and nobody writes such a cookie for themselves.
    const other = await member();
    expect((await guess(desk, other.login, 1))[0]).toEqual([401, { code: 'sign_in_failed', left: 4 }]);
    const forged = other.desk.cookies().replace(/(zd-[0-9a-f]{8}=)[0-9a-f]{32}/, `$1${'0'.repeat(32)}`);
    expect(forged).not.toBe(other.desk.cookies());
    await guess(browser(site), other.login, 6);
    const reply = await browser(site).ask(
      'POST',
      'sign-in',
      { login: other.login, password: PASSWORD },
      { cookie: forged },
    );
    expect(reply.body.code).toBe('locked_out');
  });

  test('failures fade after an hour, and every server and every start counts the same ones', async () => {
    const { login } = await member();
    const other = await createSite(fresh.database.db, { now: site.now() });
    for (const name of [login, 'nobody-here'])
      expect((await guess(browser(site), name, 4)).at(-1)?.[1]).toEqual({ code: 'sign_in_failed', left: 1 });
    for (const name of [login, 'nobody-here'])
      expect([name, (await guess(browser(other), name, 1))[0]?.[0]]).toEqual([name, 429]);
    await other.close();
    site.pass(lockRule.lockMs + 1);
    await guess(browser(site), login, 4);
    site.pass(lockRule.fadeMs + 1);
    expect((await guess(browser(site), login, 1))[0]?.[1]).toEqual({ code: 'sign_in_failed', left: 4 });
  });

  test('while a login is being guessed, whoever was wrong waits: longer the more it is, never over a minute, never for a first try', async () => {
    for (const login of [(await member()).login, 'nobody-of-that-name']) {
      for (let i = 0; i < 10; i++) await guess(browser(site, `203.0.114.${i}`), login, 1);
      const desk = browser(site, '203.0.114.200');
      expect((await guess(desk, login, 1))[0]?.[0]).toBe(401);
      const wait = (await desk.password(login)).body;
      expect(wait).toEqual({ code: 'sign_in_wait', retryAfterMs: 2_000 });
      site.pass(2_000);
      expect((await guess(desk, login, 1))[0]?.[0]).toBe(401);
      for (let i = 0; i < 90; i++) await guess(browser(site, `203.0.115.${i}`), login, 1);
      const late = browser(site, '203.0.114.201');
      expect((await guess(late, login, 1))[0]?.[0]).toBe(401);
      expect((await late.password(login)).body).toEqual({ code: 'sign_in_wait', retryAfterMs: 60_000 });
    }
  });

  test('sixty strangers at once do not keep staff from signing in, and being turned away counts against their network', async () => {
    const { login, desk } = await member();
    const strangers = Array.from({ length: 60 }, (_, i) =>
      browser(site, `203.0.116.${i}`).password(`stranger${i}`, 'a guess'),
    );
    const own = [browser(site, '192.0.2.77').password(login), desk.password(login)];
    expect((await Promise.all(own)).map(({ body }) => body.state)).toEqual(['code', 'code']);
    expect((await Promise.all(strangers)).every(({ status }) => status === 401)).toBe(true);
    const crowd = await Promise.all(
      Array.from({ length: 50 }, (_, i) => browser(site, '203.0.117.1').password(`crowd${i}`, 'a guess')),
    );
    expect(crowd.some(({ status }) => status === 503)).toBe(true);
    expect((await browser(site, '203.0.117.1').password('crowd99', 'a guess')).body.code).toBe(
      'too_many_requests',
    );
  });

  test('wrong codes lock too, and the right password between them does not begin the count anew', async () => {
    const { login, secret } = await member();
    site.pass(STEP_MS);
    const codes = [];
    // Each from another network: they know the password, so they are counted together.
    for (let i = 0; i < 5; i++) {
      const there = browser(site, `198.51.100.${i}`);
      const { ticket } = (await there.password(login)).body;
      codes.push((await there.code(ticket, '000000')).body.code);
    }
    expect(codes).toEqual([...Array(4).fill('code_wrong'), 'locked_out']);
    site.pass(lockRule.lockMs + 1);
    const { ticket } = (await browser(site).password(login)).body;
    expect((await browser(site).code(ticket, totpCode(secret, site.now()))).status).toBe(200);
  });

  test('many tries at once do not pass for one', async () => {
    const { login } = await member();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, i) => browser(site).password(login, `guess ${i}`)),
    );
    const codes = replies.map(({ body }) => body.code);
    // What one network may ask at once is answered; none of it beyond the fifth.
    expect(codes.filter((code) => code === 'sign_in_failed').length).toBeLessThanOrEqual(4);
    expect(codes.filter((code) => code === 'sign_in_failed').length).toBeGreaterThan(0);
    expect(codes.filter((code) => code !== 'sign_in_failed' && code !== 'busy')).toEqual(
      codes.filter((code) => code === 'locked_out'),
    );
  });

  test('an address from which too much failed is told to wait, whoever it tries', async () => {
    const desk = browser(site, '203.0.113.9');
    let last = await desk.password('a0', 'x');
    for (let i = 1; i < 45 && last.status !== 429; i++) last = await desk.password(`a${i}`, 'x');
    expect(last.body.code).toBe('too_many_requests');
    const { login } = await member();
    expect((await desk.password(login)).body.code).toBe('too_many_requests');
    expect((await browser(site, '203.0.113.10').password(login)).body.state).toBe('code');
    site.pass(11 * 60_000);
    expect((await desk.password(login)).body.state).toBe('code');
  });

  test('the ticket between the two steps is short-lived, signed, and void when the password changed', async () => {
    const { login, secret, id } = await member();
    site.pass(STEP_MS);
    const { ticket = '' } = (await browser(site).password(login)).body;
    const [, until, mac] = ticket.split('.');
    for (const forged of [`${id + 1}.${until}.${mac}`, `${id}.${Number(until) + 1}.${mac}`, 'none'])
      expect((await browser(site).code(forged, totpCode(secret, site.now()))).body.code).toBe(
        'ticket_expired',
      );
    const password = await site.parts.passwords.hash('another password it is');
    const { seals } = site.parts;
    await site.parts.db
      .transaction()
      .execute(async (tx) => seals.put(tx, { ...(await seals.lock(tx, id)), password }));
    expect((await browser(site).code(ticket, totpCode(secret, site.now()))).body.code).toBe('ticket_expired');
    const late = (await browser(site).password(login, 'another password it is')).body.ticket;
    site.pass(5 * 60_000 + 1);
    expect((await browser(site).code(late, totpCode(secret, site.now()))).body.code).toBe('ticket_expired');
  });

  test('a session ends at rest, at the end of its life, and when it is ended', async () => {
    const { idleMs, lifeMs } = sessionLimits.guarded;
    const here = async (desk: ReturnType<typeof browser>) => (await desk.ask('GET', 'session')).status;
    const { desk } = await member();
    site.pass(idleMs - 1000);
    expect(await here(desk)).toBe(200);
    site.pass(idleMs + 1000);
    expect(await here(desk)).toBe(401);

    const busy = (await member()).desk;
    for (let spent = 0; spent + idleMs < lifeMs; spent += idleMs / 2) {
      site.pass(idleMs / 2);
      await here(busy);
    }
    // However busy it was: half a day is all.
    site.pass(idleMs - 1);
    expect(await here(busy)).toBe(200);
    site.pass(2);
    expect(await here(busy)).toBe(401);

    const left = await member();
    const stolen = left.desk.cookie();
    expect((await left.desk.ask('POST', 'sign-out')).status).toBe(200);
    expect(left.desk.cookie()).toBe('zs=');
    expect((await browser(site).ask('GET', 'session', undefined, { cookie: stolen })).status).toBe(401);
  });

  test('one sees one’s own sessions, nobody else’s, and can end one or all others', async () => {
    const { login, recovery, desk } = await member();
    await member();
    const others = [];
    for (const code of recovery.slice(0, 2)) {
      const other = browser(site, '2001:db8::7');
      await other.code((await other.password(login)).body.ticket, code);
      others.push(other);
    }
    const account = async () => (await desk.ask<AccountView>('GET', 'account')).body;
    const { sessions } = await account();
    expect(sessions.map(({ current }) => current).filter(Boolean)).toHaveLength(1);
    expect(sessions.map(({ address }) => address).sort()).toEqual([
      '192.0.2.7',
      '2001:db8::7',
      '2001:db8::7',
    ]);
    const foreign = (await member()).desk;
    const first = sessions.find(({ current }) => !current);
    expect((await foreign.ask('DELETE', `account/sessions/${first?.id}`)).body.code).toBe('not_found');
    expect((await desk.ask('DELETE', `account/sessions/${first?.id}`)).status).toBe(200);
    expect((await account()).sessions).toHaveLength(2);
    expect((await desk.ask('POST', 'account/sessions/end-others', {})).status).toBe(200);
    expect((await account()).sessions.map(({ current }) => current)).toEqual([true]);
    for (const other of others) expect((await other.ask('GET', 'session')).status).toBe(401);
  });

  test('a new password wants the current one, signs the others out, and replaces the old', async () => {
    const { login, desk, recovery } = await member();
    const other = browser(site);
    await other.code((await other.password(login)).body.ticket, recovery[0] ?? '');
    const next = '另一句只有我自己知道的话呀';
    const change = (current: string, to: string) =>
      desk.ask('POST', 'account/password', { current, next: to });
    expect((await change('wrong', next)).body).toEqual({ code: 'password_wrong', left: 4 });
    expect((await change(PASSWORD, '1234567890')).body.code).toBe('password_weak');
    expect((await change(PASSWORD, next)).status).toBe(200);
    expect([(await desk.ask('GET', 'session')).status, (await other.ask('GET', 'session')).status]).toEqual([
      200, 401,
    ]);
    expect((await browser(site).password(login)).body.code).toBe('sign_in_failed');
    expect((await browser(site).password(login, next)).body.state).toBe('code');
  });

  test('a new authenticator replaces key and recovery codes only when its first code came back', async () => {
    const { login, secret, desk, recovery } = await member();
    expect((await desk.ask('POST', 'account/totp/start', { password: 'wrong' })).body.code).toBe(
      'password_wrong',
    );
    const { ticket, key } = (
      await desk.ask<TotpRenewal>('POST', 'account/totp/start', { password: PASSWORD })
    ).body;
    expect(key.secret).not.toBe(secret);
    expect(
      (await desk.ask('POST', 'account/totp', { ticket, code: totpCode(secret, site.now()) })).body.code,
    ).toBe('code_wrong');
    const stranger = (await member()).desk;
    const code = totpCode(key.secret, site.now());
    expect((await stranger.ask('POST', 'account/totp', { ticket, code })).body.code).toBe('ticket_expired');
    const renewed = await desk.ask<{ recovery: string[] }>('POST', 'account/totp', { ticket, code });
    expect(renewed.body.recovery).toHaveLength(10);
    site.pass(STEP_MS);
    const enter = async (typed: string) =>
      (await browser(site).code((await browser(site).password(login)).body.ticket, typed)).status;
    expect(await enter(totpCode(secret, site.now()))).toBe(401);
    expect(await enter(recovery[0] ?? '')).toBe(401);
    expect(await enter(totpCode(key.secret, site.now()))).toBe(200);
    const again = await desk.ask<{ recovery: string[] }>('POST', 'account/recovery', { password: PASSWORD });
    expect(await enter(renewed.body.recovery[0] ?? '')).toBe(401);
    expect(await enter(again.body.recovery[0] ?? '')).toBe(200);
  });

  test('an act without the session’s own token, or as a form of another site, is refused', async () => {
    const { desk } = await member();
    const foreign = await member();
    for (const token of ['', 'wrong', foreign.desk.csrf()])
      expect((await desk.ask('POST', 'sign-out', {}, { 'x-csrf-token': token })).body.code).toBe('csrf');
    const form = await browser(site).ask(
      'POST',
      'sign-in',
      { login: 'a', password: 'b' },
      { 'content-type': 'text/plain' },
    );
    expect([form.status, form.body.code]).toEqual([400, 'bad_request']);
  });

  test('of two session cookies, one of which another host planted, neither serves; a stale one beside one’s own does no harm', async () => {
    const [own, planted] = [(await member()).desk, (await member()).desk];
    const here = async (cookie: string) =>
      (await browser(site).ask('GET', 'session', undefined, { cookie })).status;
    for (const cookie of [`${planted.cookie()}; ${own.cookie()}`, `${own.cookie()}; ${planted.cookie()}`])
      expect(await here(cookie)).toBe(401);
    expect(await here(`zs=${'x'.repeat(43)}; ${own.cookie()}`)).toBe(200);
    expect(await here(`${own.cookie()}; ${own.cookie()}`)).toBe(200);
  });

  test('nothing secret is kept readable, answered, or logged', async () => {
    const { id, secret, recovery, desk, login } = await member();
    await browser(site).password(login, 'a mistyped one');
    const { rows } = await sql<{ row: string }>`
      select staff::text as row from staff where id = ${id}
      union all select action_log::text from action_log union all select session::text from session
      union all select staff_invite::text from staff_invite`.execute(site.parts.db);
    const kept = rows.map(({ row }) => row).join('\n');
    const answers = JSON.stringify([
      (await desk.ask('GET', 'account')).body,
      (await desk.ask('GET', 'session')).body,
    ]);
    const hex = (text: string) => Buffer.from(text).toString('hex');
    for (const text of [PASSWORD, 'a mistyped one', secret, ...recovery, desk.cookie().slice(3)])
      for (const form of [text, hex(text)]) {
        expect(kept).not.toContain(form);
        expect(answers).not.toContain(form);
      }
    expect(kept).toContain('$argon2id$v=19$');
    expect(answers).not.toContain('argon2id');
  });
});
