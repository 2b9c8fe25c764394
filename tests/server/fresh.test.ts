import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import { PROOF_MS } from '@zuimei/server/staff/session.ts';
import type { Role } from '@zuimei/shared/staff.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

describe.each(databaseKinds)('a proof of the last minutes, %s database', (kind) => {
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
  beforeEach(() => site.pass(20 * 60_000));

  async function member(roles: Role[]) {
    made += 1;
    const login = `fresh${made}`;
    const link = await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      return await makeLink(tx, site.parts.seals, id, site.now());
    });
    const desk = browser(site);
    return { login, desk, link, ...(await desk.join(link.path)) };
  }
  const invite = (desk: ReturnType<typeof browser>) => {
    made += 1;
    return desk.ask('POST', 'staff', { name: '经办', login: `made${made}`, roles: ['organizer'] });
  };

  test('serves for ten minutes after signing in, and a code serves for ten more', async () => {
    const { desk, secret } = await member(['administrator']);
    site.pass(PROOF_MS - 1_000);
    expect((await invite(desk)).status).toBe(201);
    site.pass(2_000);
    const stale = await invite(desk);
    expect([stale.status, stale.body]).toEqual([403, { code: 'reauth_needed', by: 'code' }]);
    // What changes nothing is still there, and what was refused was not done.
    expect((await desk.ask<unknown[]>('GET', 'staff')).status).toBe(200);
    const code = totpCode(secret, site.now());
    expect((await desk.ask('POST', 'account/reauth', { by: 'code', code: '000000' })).body).toEqual({
      code: 'code_wrong',
      left: 4,
    });
    expect((await invite(desk)).body.code).toBe('reauth_needed');
    expect((await desk.ask('POST', 'account/reauth', { by: 'code', code })).status).toBe(200);
    expect((await invite(desk)).status).toBe(201);
    site.pass(PROOF_MS + 1_000);
    // The same code proves nothing a second time.
    expect((await desk.ask('POST', 'account/reauth', { by: 'code', code })).body.code).toBe('code_wrong');
    expect((await invite(desk)).body.code).toBe('reauth_needed');
  });

  test('is of one session alone', async () => {
    const { desk, login, secret, recovery } = await member(['administrator']);
    const other = browser(site);
    site.pass(60_000);
    await other.code((await other.password(login)).body.ticket, totpCode(secret, site.now()));
    site.pass(PROOF_MS + 1_000);
    expect((await other.ask('POST', 'account/reauth', { by: 'code', code: recovery[0] })).status).toBe(200);
    expect((await invite(desk)).body.code).toBe('reauth_needed');
    expect((await invite(other)).status).toBe(201);
  });

  test('is the second factor where there is one: the password is not taken for it', async () => {
    const { desk } = await member(['administrator']);
    site.pass(PROOF_MS + 1_000);
    const reply = await desk.ask('POST', 'account/reauth', { by: 'password', password: PASSWORD });
    expect(reply.status).toBe(400);
    expect((await invite(desk)).body.code).toBe('reauth_needed');
  });

  test('wrong codes lock the account as they do at the sign-in', async () => {
    const { desk } = await member(['auditor']);
    const codes = [];
    for (let i = 0; i < 5; i++)
      codes.push((await desk.ask('POST', 'account/reauth', { by: 'code', code: '000000' })).body.code);
    expect(codes).toEqual([...Array(4).fill('code_wrong'), 'locked_out']);
  });

  test('who has no second factor proves it by the password', async () => {
    made += 1;
    const login = `fresh${made}`;
    const link = await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: '评委', roles: ['expert'] }, site.now());
      return await makeLink(tx, site.parts.seals, id, site.now());
    });
    const desk = browser(site);
    await desk.joinBare(link.path);
    site.pass(PROOF_MS + 1_000);
    const start = () => desk.ask('POST', 'account/totp/start', { password: PASSWORD });
    expect((await start()).body).toEqual({ code: 'reauth_needed', by: 'password' });
    expect((await desk.ask('POST', 'account/reauth', { by: 'password', password: 'wrong' })).body.code).toBe(
      'password_wrong',
    );
    expect((await desk.ask('POST', 'account/reauth', { by: 'password', password: PASSWORD })).status).toBe(
      200,
    );
    expect((await start()).status).toBe(200);
  });

  test('who follows a link to a file asks before whether the proof will last', async () => {
    const { desk } = await member(['auditor']);
    expect((await desk.ask('GET', 'account/reauth')).status).toBe(200);
    site.pass(PROOF_MS - 30_000);
    expect((await desk.ask('GET', 'account/reauth')).body.code).toBe('reauth_needed');
  });

  test('the ledger leaves with its openings only behind it, without them as before', async () => {
    const { slug } = await site.contest();
    await site.visitor(slug).cast([1]);
    await site.seal();
    const { desk } = await member(['auditor']);
    const status = async (query: string) =>
      (
        await site.app.request(`/api/console/contests/${slug}/ledger.ndjson${query}`, {
          headers: { cookie: desk.cookie() },
        })
      ).status;
    expect([await status(''), await status('?openings=0')]).toEqual([200, 200]);
    site.pass(PROOF_MS + 1_000);
    expect([await status(''), await status('?openings=0')]).toEqual([403, 200]);
  });
});
