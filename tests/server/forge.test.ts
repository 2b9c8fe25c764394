import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '@zuimei/server/command.ts';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import type { Role, StaffView } from '@zuimei/shared/staff.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const STEP_MS = 30_000;

/** Who can write to the database as they like, but has not the secret. They may copy whole columns of real rows. */
describe.each(databaseKinds)('whoever writes to the database without the secret, %s database', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let made = 0;
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });
  beforeEach(() => {
    site.errors.length = 0;
    site.pass(20 * 60_000);
  });

  async function invited(roles: Role[]) {
    made += 1;
    const login = `person${made}`;
    return await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      return { id, login, link: await makeLink(tx, site.parts.seals, id, site.now()) };
    });
  }
  async function member(roles: Role[] = ['organizer']) {
    const { id, login, link } = await invited(roles);
    const desk = browser(site);
    return { id, login, desk, link, ...(await desk.join(link.path)) };
  }
  const write = (text: string) => sql.raw(text).execute(fresh.owner.db);
  const bare = (text: string) => createHash('sha256').update(text).digest('hex');
  const here = async (cookie: string) =>
    (await browser(site).ask('GET', 'session', undefined, { cookie })).status;
  const opens = async (token: string) => (await browser(site).ask('POST', 'invite/open', { token })).status;
  const told = () => site.errors.filter((event) => event['altered']).map((event) => event['altered']);

  test('makes no session: neither by a digest of their own nor by copying another row', async () => {
    const victim = await member(['administrator']);
    const token = randomBytes(32).toString('base64url');
    await write(`insert into session select (jsonb_populate_record(s, jsonb_build_object('digest', '\\x${bare(token)}'))).*
      from session s where staff = ${victim.id}`);
    expect(await here(`zs=${token}`)).toBe(401);
    expect(await here(victim.desk.cookie())).toBe(200);
  });

  test('turns no session of their own into another’s, nor makes it last', async () => {
    const [own, victim] = [await member(['expert']), await member(['administrator'])];
    const cookie = own.desk.cookie();
    await write(`update session set staff = ${victim.id} where staff = ${own.id}`);
    expect(await here(cookie)).toBe(401);
    expect(told()).toEqual(['session']);
    await write(`update session set staff = ${own.id}, created_at = created_at + interval '5 days'
      where seal = (select seal from session where staff = ${victim.id} order by created_at limit 1)`);
    const late = await member(['expert']);
    await write(
      `update session set created_at = created_at + interval '1 day', seen_at = seen_at + interval '1 day' where staff = ${late.id}`,
    );
    expect(await here(late.desk.cookie())).toBe(401);
  });

  test('gets into no other unit by swapping the unit of a session', async () => {
    const { id } = await site.contest();
    const [one, two] = await site.parts.db
      .insertInto('unit')
      .values(
        ['甲单位', '乙单位'].map((name) => ({ contest: id, name, kind: 'k', quota: null, contact: null })),
      )
      .returning('id')
      .execute();
    const desk = await signIn(site, { unit: one?.id ?? 0 });
    expect(await here(desk.cookie)).toBe(200);
    await write(`update session set unit = ${two?.id} where unit = ${one?.id}`);
    expect(await here(desk.cookie)).toBe(401);
  });

  test('makes no link, points none at another account, and revives none', async () => {
    const victim = await member(['auditor']);
    const helper = await invited(['expert']);
    const token = randomBytes(32).toString('base64url');
    await write(`insert into staff_invite select (jsonb_populate_record(i,
      jsonb_build_object('digest', '\\x${bare(token)}', 'staff', ${victim.id}))).* from staff_invite i where staff = ${helper.id}`);
    expect(await opens(token)).toBe(410);
    const own = helper.link.path.split('#')[1] ?? '';
    expect(await opens(own)).toBe(200);
    await write(`update staff_invite set staff = ${victim.id} where staff = ${helper.id}`);
    expect(await opens(own)).toBe(410);
    // One that was used, or is over.
    await write(`update staff_invite set used_at = null where staff = ${victim.id}`);
    expect(await opens(victim.link.path.split('#')[1] ?? '')).toBe(410);
    const old = await invited(['expert']);
    site.pass(8 * 86_400_000);
    await write(
      `update staff_invite set expires_at = expires_at + interval '30 days' where staff = ${old.id}`,
    );
    expect(await opens(old.link.path.split('#')[1] ?? '')).toBe(410);
    expect(told()).toContain('link');
  });

  test('gives nobody a role, another name, or their account back', async () => {
    for (const change of [
      `roles = '{administrator}'`,
      `name = '系统管理员'`,
      `login = 'root' || id`,
      `disabled_at = now() where id = 0; update staff set unit = null, roles = '{organizer,reviewer}'`,
    ]) {
      const own = await member(['organizer']);
      await write(`do $$ begin update staff set ${change} where id = ${own.id}; end $$`);
      expect([change, await here(own.desk.cookie())]).toEqual([change, 401]);
    }
    expect(told()).toContain('account');
    const gone = await member(['expert']);
    const boss = await signIn(site, ['administrator']);
    await boss.post(`/api/console/staff/${gone.id}/disable`, { reason: '离职，收回账号' });
    await write(`update staff set disabled_at = null where id = ${gone.id}`);
    expect((await browser(site).password(gone.login)).body.code).toBe('sign_in_failed');
  });

  test('enters no account by putting their own password, second factor or recovery code into it', async () => {
    const own = await member(['organizer']);
    for (const columns of [
      ['password'],
      ['password', 'totp', 'recovery'],
      ['password', 'totp', 'recovery', 'totp_step', 'seal'],
    ]) {
      const victim = await member(['administrator']);
      await write(`update staff v set (${columns.join(', ')}) = row(${columns.map((one) => `o.${one}`).join(', ')})
        from staff o where v.id = ${victim.id} and o.id = ${own.id}`);
      const reply = await browser(site).password(victim.login);
      expect([columns, reply.status, reply.body.code]).toEqual([columns, 401, 'sign_in_failed']);
    }
    await write(`insert into staff (login, name, roles, password, seal)
      select 'planted', '新人', '{administrator}', password, seal from staff where id = ${own.id}`);
    expect((await browser(site).password('planted')).body.code).toBe('sign_in_failed');
  });

  test('lets no code serve twice', async () => {
    const own = await member(['organizer']);
    site.pass(STEP_MS);
    const code = totpCode(own.secret, site.now());
    const enter = async (typed: string) =>
      (await browser(site).code((await browser(site).password(own.login)).body.ticket, typed)).status;
    expect(await enter(code)).toBe(200);
    await write(`update staff set totp_step = -1 where id = ${own.id}`);
    expect(await enter(code)).not.toBe(200);
  });

  test('is found by verify, refused by an administrator’s act, and set right on the server', async () => {
    // The command line's clock is the machine's.
    site.at(Date.now());
    const own = await member(['expert']);
    const lines: string[] = [];
    const run = (...args: string[]) =>
      runCommand(
        {
          db: site.parts.db,
          secrets: site.parts.secrets,
          publicUrl: null,
          database: '',
          folder: '/',
          user: 'tester',
          print: (line) => lines.push(line),
        },
        args[0] ?? '',
        args.slice(1),
      );
    await write(`update staff set roles = '{organizer}' where id = ${own.id}`);
    expect(await run('verify')).toBe(1);
    expect(lines.join('\n')).toContain(`账号 ${own.id} ${own.login} `);
    const boss = await signIn(site, ['administrator']);
    const reply = await boss.ask('POST', `/api/console/staff/${own.id}/link`, {
      reason: '忘记密码，重新发送',
    });
    expect([reply.status, reply.body]).toEqual([409, { code: 'account_altered' }]);
    const listed = await boss.get<StaffView[]>('/api/console/staff');
    expect(listed.find(({ id }) => id === own.id)?.state).toBe('altered');
    lines.length = 0;
    expect(await run('staff', 'reset', '--login', own.login)).toBe(0);
    expect(lines.join('\n')).toContain('在程序之外被改动过');
    expect((await browser(site).password(own.login, PASSWORD)).body.code).toBe('sign_in_failed');
    const link = lines.find((line) => line.includes('/console/join#')) ?? '';
    expect((await browser(site).join(link)).status).toBe(200);
  });
});
