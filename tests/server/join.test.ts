import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStaff, firstLink, makeLink } from '@zuimei/server/staff/account.ts';
import type { InviteView, Role, SessionView } from '@zuimei/shared/staff.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

describe.each(databaseKinds)('joining by a link, %s database', (kind) => {
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

  async function invited(roles: Role[] = ['organizer']) {
    made += 1;
    const login = `joiner${made}`;
    return await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      const { path } = await makeLink(tx, site.parts.seals, id, site.now());
      return { id, login, path, token: path.split('#')[1] ?? '' };
    });
  }
  const open = async (token: string, address = '192.0.2.7', ticket?: string) =>
    (await browser(site, address).ask<InviteView>('POST', 'invite/open', { token, ticket })).body;
  const use = (view: InviteView, token: string) =>
    browser(site).ask<{ code?: string; at?: string }>('POST', 'invite/join', {
      token,
      ticket: view.ticket,
      password: PASSWORD,
      code: totpCode(view.key.secret, site.now()),
    });

  // The first of this file: afterwards somebody has joined.
  test('the first administrator chooses a login, nobody else does', async () => {
    const { token: other, login: taken } = await invited();
    const link = await firstLink(site.parts.db, site.parts.seals, site.now());
    const token = link?.path.split('#')[1] ?? '';
    const view = await open(token);
    expect([view.login, view.loginChosen]).toEqual(['admin', true]);
    const desk = browser(site);
    const join = (login: string, { ticket, key }: InviteView, by = token) =>
      desk.ask('POST', 'invite/join', {
        token: by,
        ticket,
        login,
        password: PASSWORD,
        code: totpCode(key.secret, site.now()),
      });
    expect((await join(taken, view)).body).toEqual({ code: 'login_taken', login: taken });
    expect((await join('-', view)).body).toMatchObject({ code: 'bad_request' });
    expect((await join('Shen.Hao', view)).status).toBe(200);
    await desk.learn();
    expect((await desk.ask<SessionView>('GET', 'session')).body.login).toBe('shen.hao');
    expect((await browser(site).password('admin')).body.code).toBe('sign_in_failed');

    const plain = await open(other);
    expect(plain.loginChosen).toBe(false);
    expect((await join('another', plain, other)).status).toBe(200);
    expect((await browser(site).password(taken)).body.state).toBe('code');
  });

  test('who saw the link before its owner has not the second factor that the owner joins with', async () => {
    const { login, token, path } = await invited(['auditor']);
    const seen = await open(token, '198.51.100.7');
    const owner = await browser(site).join(path);
    expect(owner.status).toBe(200);
    expect(owner.secret).not.toBe(seen.key.secret);
    site.pass(60_000);
    const stranger = browser(site, '198.51.100.7');
    const { ticket } = (await stranger.password(login)).body;
    expect((await stranger.code(ticket, totpCode(seen.key.secret, site.now()))).body.code).toBe('code_wrong');
  });

  test('the last who opened it can join, and the one before is told and scans anew', async () => {
    const { token } = await invited();
    const owner = await open(token);
    site.pass(60_000);
    const other = await open(token, '198.51.100.7');
    expect(other.openedBefore).toEqual({
      at: new Date(site.now() - 60_000).toISOString(),
      from: '192.0.2.7',
    });
    const refused = await use(owner, token);
    expect([refused.status, refused.body]).toEqual([
      409,
      { code: 'invite_opened', at: new Date(site.now()).toISOString() },
    ]);
    // A page loaded again with a ticket that is void is a new opening, and says who came between.
    const again = await open(token, '192.0.2.7', owner.ticket);
    expect(again.key.secret).not.toBe(owner.key.secret);
    expect(again.openedBefore?.from).toBe('198.51.100.7');
    expect((await use(other, token)).body.code).toBe('invite_opened');
    expect((await use(again, token)).status).toBe(200);
    expect((await use(again, token)).body.code).toBe('invite_invalid');
  });

  test('a ticket of another link, or none, joins nobody', async () => {
    const [one, two] = [await invited(), await invited()];
    const foreign = await open(two.token);
    expect((await use(foreign, one.token)).body.code).toBe('invite_opened');
    const own = await open(one.token);
    expect((await use({ ...own, ticket: foreign.ticket }, one.token)).body.code).toBe('invite_opened');
    expect((await use({ ...own, ticket: 'x' }, one.token)).body.code).toBe('invite_opened');
  });

  test('who opened a link, from where and when stands in the action log, once in ten minutes', async () => {
    const { token, login } = await invited();
    for (const address of ['192.0.2.7', '192.0.2.7', '198.51.100.7']) await open(token, address);
    const lines = await site.parts.db
      .selectFrom('action_log')
      .select(['actor', 'reason'])
      .where('act', '=', 'staff.link_open')
      .where('subject', 'like', `%（${login}）`)
      .orderBy('id')
      .execute();
    expect(lines).toEqual([
      { actor: '持链接者', reason: '192.0.2.7' },
      { actor: '持链接者', reason: '198.51.100.7' },
    ]);
  });
});
