import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import type { AccountEvent, AccountView, Role } from '@zuimei/shared/staff.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const REASON = '岗位调整，按办公会意见';

describe.each(databaseKinds)('the owner of an account is told, %s database', (kind) => {
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

  async function member(roles: Role[] = ['organizer']) {
    made += 1;
    const login = `told${made}`;
    const { id, path } = await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      return { id, path: (await makeLink(tx, site.parts.seals, id, site.now())).path };
    });
    const desk = browser(site);
    const joined = await desk.join(path);
    site.pass(60_000);
    return { id, login, desk, ...joined };
  }
  type Desk = ReturnType<typeof browser>;
  type Member = Awaited<ReturnType<typeof member>>;
  const news = async (desk: Desk) => (await desk.ask<AccountEvent[]>('GET', 'account/news')).body;
  const acts = async (desk: Desk) => (await news(desk)).map(({ act }) => act);
  async function enter(who: Member, code?: string, address = '198.51.100.20') {
    const desk = browser(site, address);
    site.pass(30_000);
    const { ticket } = (await desk.password(who.login)).body;
    await desk.code(ticket, code ?? totpCode(who.secret, site.now()));
    return desk;
  }
  const seen = async (desk: Desk) =>
    await desk.ask('POST', 'account/news/seen', { upTo: (await news(desk))[0]?.id ?? 0 });

  test('of what others did to it, with their names and reasons, until they have read it', async () => {
    const [boss, one] = [await member(['administrator']), await member()];
    const roles = { roles: ['organizer', 'reviewer'], reason: REASON };
    expect((await boss.desk.ask('PATCH', `staff/${one.id}/roles`, roles)).status).toBe(200);
    await boss.desk.ask('PATCH', `staff/${one.id}/contests`, { contests: [], reason: REASON });
    await boss.desk.ask('POST', `staff/${one.id}/link`, { reason: REASON });
    await boss.desk.ask('POST', `staff/${one.id}/sessions/end`, { reason: REASON });
    const desk = await enter(one);
    expect(
      (await news(desk)).slice(0, 4).map(({ act, by, detail }) => [act, by, detail.includes(REASON)]),
    ).toEqual(
      ['staff.sessions_end', 'staff.link', 'staff.contests', 'staff.roles'].map((act) => [
        act,
        boss.login.replace('told', '人员'),
        true,
      ]),
    );
    await seen(desk);
    expect(await news(desk)).toEqual([]);
    // What was read is still to be found.
    const { events } = (await desk.ask<AccountView>('GET', 'account')).body;
    expect(events.map(({ act }) => act)).toContain('staff.link');
  });

  test('of what was done in another session under their own name, which that session cannot wipe out', async () => {
    const one = await member();
    await seen(one.desk);
    const intruder = await enter(one, one.recovery[0], '203.0.113.66');
    await intruder.ask('POST', 'account/recovery', { password: PASSWORD });
    expect(await acts(intruder)).toEqual([]);
    await intruder.ask('POST', 'account/news/seen', { upTo: Number.MAX_SAFE_INTEGER });
    expect((await acts(one.desk)).slice(0, 2)).toEqual(['staff.recovery', 'staff.sign_in_recovery']);
    expect((await news(one.desk))[1]?.detail).toContain('203.0.113.66');
  });

  test('of a lock-out, and of a code that was used before', async () => {
    const one = await member();
    await seen(one.desk);
    const code = totpCode(one.secret, site.now());
    const other = browser(site, '198.51.100.77');
    const replay = browser(site, '198.51.100.78');
    await other.code((await other.password(one.login)).body.ticket, code);
    await replay.code((await replay.password(one.login)).body.ticket, code);
    for (let i = 0; i < 5; i++) await replay.password(one.login, 'not the password');
    const told = await acts(one.desk);
    expect(told).toContain('staff.replay');
    expect(told).toContain('staff.locked');
    const { rows } = {
      rows: await site.parts.db
        .selectFrom('action_log')
        .select('subject')
        .where('act', '=', 'staff.replay')
        .execute(),
    };
    expect(rows.map(({ subject }) => subject)).toContain(
      `${one.login.replace('told', '人员')}（${one.login}）`,
    );
  });

  test('and nobody fills that history: the same again within minutes is one event, and 200 are kept', async () => {
    const one = await member();
    const { db } = site.parts;
    const { tellOwner } = await import('@zuimei/server/staff/event.ts');
    const boss = { name: '管理甲', staff: null, unit: null };
    for (let i = 0; i < 3; i++) await tellOwner(db, boss, one, { act: 'staff.link', now: site.now() });
    for (let i = 0; i < 230; i++)
      await tellOwner(db, boss, one, { act: 'staff.roles', what: String(i), now: site.now() });
    const rows = await db.selectFrom('staff_event').select('act').where('staff', '=', one.id).execute();
    expect(rows).toHaveLength(200);
    expect(rows.filter(({ act }) => act === 'staff.link')).toHaveLength(0);
  });
});
