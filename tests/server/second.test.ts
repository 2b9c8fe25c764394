import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import type { RulingPage } from '@zuimei/shared/audit.ts';
import { formatWitnessKey, witnessSigner } from '@zuimei/shared/log/cosignature.ts';
import type { WitnessPage } from '@zuimei/shared/log/witness.ts';
import { createSigner } from '@zuimei/shared/note.ts';
import type { InviteLink, Role, StaffOutcome, StaffRequest, StaffView } from '@zuimei/shared/staff.ts';
import { databaseKinds, type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const REASON = '按办公会意见，增补审计人员';

describe.each(databaseKinds)('accounts that keep accounts or audit, %s database', (kind) => {
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
  beforeEach(async () => {
    site.pass(60_000);
    // Each test has only the people it makes itself.
    const { db, seals } = site.parts;
    for (const { id } of await db.selectFrom('staff').select('id').execute())
      await db
        .transaction()
        .execute(async (tx) => seals.put(tx, { ...(await seals.lock(tx, id)), disabled_at: new Date() }));
  });

  async function member(roles: Role[]) {
    made += 1;
    const login = `second${made}`;
    const { id, path } = await site.parts.db.transaction().execute(async (tx) => {
      const id = await addStaff(tx, site.parts.seals, { login, name: `人员${made}`, roles }, site.now());
      return { id, path: (await makeLink(tx, site.parts.seals, id, site.now())).path };
    });
    const desk = browser(site);
    return { id, login, desk, ...(await desk.join(path)) };
  }
  type Member = Awaited<ReturnType<typeof member>>;
  type Failed = { code?: string; left?: number };

  const invite = (who: Member, roles: Role[] = ['auditor']) => {
    made += 1;
    const given = { name: '周明川', login: `invited${made}`, roles, reason: REASON };
    return who.desk.ask<StaffOutcome & Failed>('POST', 'staff', given);
  };
  const act = (who: Member, id: number, what: string, body: object = {}) =>
    who.desk.ask<StaffOutcome & Failed>(what === 'roles' ? 'PATCH' : 'POST', `staff/${id}/${what}`, {
      reason: REASON,
      ...body,
    });
  const requests = async (who: Member) => (await who.desk.ask<StaffRequest[]>('GET', 'staff/requests')).body;
  const grant = (who: Member, id: number | undefined) =>
    who.desk.ask<{ link: InviteLink | null } & Failed>('POST', `staff/requests/${id}/grant`, {});
  const opened = (path: string | undefined, pass?: string | null) =>
    browser(site).ask<Failed & { ticket?: string; login?: string }>('POST', 'invite/open', {
      token: path?.split('#')[1],
      pass,
    });

  test('one administrator alone obtains no auditor and no second administrator, and hears what to do', async () => {
    const boss = await member(['administrator']);
    for (const role of ['auditor', 'administrator'] as const)
      expect((await invite(boss, [role])).body).toEqual({ code: 'second_missing' });
    // Somebody made for less is not raised either.
    const organizer = await member(['organizer']);
    expect((await act(boss, organizer.id, 'roles', { roles: ['auditor'] })).body.code).toBe('second_missing');
    expect((await invite(boss, ['organizer'])).status).toBe(201);
    expect(await requests(boss)).toEqual([]);
  });

  test('one asks, another confirms, and the account is joined only with what both hand over', async () => {
    const [boss, other] = [await member(['administrator']), await member(['administrator'])];
    const { body } = await invite(boss);
    expect([body.link, body.asked?.pass]).toEqual([null, expect.stringMatching(/^[2-9a-z]{4}-[2-9a-z]{4}$/)]);
    const [asked] = await requests(other);
    expect(asked).toMatchObject({
      act: 'invite',
      name: '周明川',
      roles: ['auditor'],
      reason: REASON,
      decidable: true,
    });
    expect((await requests(boss))[0]).toMatchObject({ mine: true, decidable: false });
    expect((await grant(boss, asked?.id)).body.code).toBe('own_request');
    const granted = (await grant(other, asked?.id)).body;
    expect((await grant(other, asked?.id)).body.code).toBe('request_closed');

    // Whoever confirmed has the link and no word, whoever asked has the word and no link.
    const path = granted.link?.path;
    expect((await opened(path)).body).toEqual({ code: 'pass_needed' });
    expect((await opened(path, 'aaaa-aaaa')).body).toEqual({ code: 'pass_wrong', left: 4 });
    expect(JSON.stringify(await requests(other))).not.toContain(body.asked?.pass);
    const typed = ` ${body.asked?.pass?.toUpperCase().replace('-', ' ')}`;
    expect((await opened(path, typed)).body.login).toBe(asked?.login);

    const { rows } = { rows: await site.parts.db.selectFrom('action_log').selectAll().execute() };
    const line = rows.findLast(
      (row) => row.act === 'staff.invite' && row.subject.includes(asked?.login ?? '-'),
    );
    expect([line?.staff, line?.reason]).toEqual([boss.id, expect.stringContaining('确认')]);
    expect(rows.findLast((row) => row.act === 'staff.grant')).toMatchObject({ staff: other.id });
  });

  test('the word is guessed five times at most, then the link is void', async () => {
    const [boss, auditor] = [await member(['administrator']), await member(['auditor'])];
    const { body } = await invite(boss);
    const path = (await grant(auditor, (await requests(auditor))[0]?.id)).body.link?.path;
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push((await opened(path, `wrong-${i}`)).body.code);
    expect(answers).toEqual([...Array(4).fill('pass_wrong'), 'invite_invalid']);
    expect((await opened(path, body.asked?.pass)).body.code).toBe('invite_invalid');
  });

  test('who is raised to auditor begins anew by such a link: what they had was made by one person', async () => {
    const [boss, auditor] = [await member(['administrator']), await member(['auditor'])];
    const organizer = await member(['organizer']);
    const { body } = await act(boss, organizer.id, 'roles', { roles: ['auditor'] });
    expect((await organizer.desk.ask('GET', 'session')).status).toBe(200);
    const path = (await grant(auditor, (await requests(auditor))[0]?.id)).body.link?.path;
    expect((await organizer.desk.ask('GET', 'session')).status).toBe(401);
    expect((await browser(site).password(organizer.login)).body.code).toBe('sign_in_failed');
    expect((await opened(path, body.asked?.pass)).body.login).toBe(organizer.login);
  });

  test('an auditor’s reset is confirmed by another auditor, not by an administrator, and told to all', async () => {
    const { slug } = await site.contest();
    const [boss, other] = [await member(['administrator']), await member(['administrator'])];
    const [first, second] = [await member(['auditor']), await member(['auditor'])];
    const { body } = await act(boss, second.id, 'link');
    const [asked] = await requests(other);
    expect(asked).toMatchObject({ second: 'auditor', decidable: false });
    expect((await grant(other, asked?.id)).body.code).toBe('forbidden');
    expect((await grant(second, asked?.id)).body.code).toBe('not_yourself');
    const { link } = (await grant(first, asked?.id)).body;
    const desk = browser(site);
    expect((await desk.join(link?.path ?? '', PASSWORD, body.asked?.pass)).status).toBe(200);
    const { accounts } = (await first.desk.ask<RulingPage>('GET', `contests/${slug}/rulings`)).body;
    expect(accounts.slice(0, 2)).toMatchObject([
      { name: second.login.replace('second', '人员'), act: 'staff.rejoin', by: '' },
      {
        act: 'staff.link',
        by: boss.login.replace('second', '人员'),
        detail: expect.stringContaining('确认'),
      },
    ]);
  });

  test('where no other auditor is, an auditor’s reset is for the command line', async () => {
    const [boss] = [await member(['administrator']), await member(['administrator'])];
    const auditor = await member(['auditor']);
    expect((await act(boss, auditor.id, 'link')).body.code).toBe('auditor_missing');
    // To stop somebody one person is enough; to let them in again it takes two.
    expect((await act(boss, auditor.id, 'disable')).status).toBe(200);
    expect((await act(boss, auditor.id, 'enable')).body.asked).toMatchObject({ pass: null });
    const [state] = (await boss.desk.ask<StaffView[]>('GET', 'staff')).body.filter(
      ({ id }) => id === auditor.id,
    );
    expect(state?.state).toBe('disabled');
  });

  test('an account set up anew decides nothing that was proposed before', async () => {
    const { slug } = await site.contest();
    await site.visitor(slug).cast([1]);
    const [first, second] = [await member(['auditor']), await member(['auditor'])];
    const propose = () =>
      first.desk.ask<{ id: number } & Failed>('POST', `contests/${slug}/rulings`, {
        verb: 'void',
        scope: { by: 'entries', entries: [0, 1, 2] },
        part: { verdict: 'all', without: { gaps: [], nets: [], devices: [], entries: [] } },
        reason: REASON,
      });
    const before = (await propose()).body;
    // Whatever else auditors decide in pairs: a report's second signature, and the closing record once there is a result.
    const report = await first.desk.ask<{ digest: string } & Failed>('POST', `contests/${slug}/reports`, {
      note: '',
    });
    await sql`update contest set resulted_at = now() where slug = ${slug}`.execute(site.parts.db);
    await site.seal();
    await first.desk.ask<Failed>('POST', `contests/${slug}/closing`, { reason: REASON });
    const key = formatWitnessKey(witnessSigner(await createSigner('w1', new Uint8Array(32).fill(1))));
    const watched = { needed: 1, witnesses: [{ name: '区纪委监委机关', key }], reason: REASON };
    await first.desk.ask<Failed>('POST', `contests/${slug}/witnesses`, watched);
    const path = await site.parts.db.transaction().execute(async (tx) => {
      site.pass(60_000);
      return (await makeLink(tx, site.parts.seals, second.id, site.now())).path;
    });
    const desk = browser(site);
    await desk.join(path);
    const decide = async (id: number, what: string) => {
      const { digest } = (await desk.ask<{ digest: string }>('GET', `contests/${slug}/rulings/${id}`)).body;
      return await desk.ask<Failed>('POST', `contests/${slug}/rulings/${id}/${what}`, {
        reason: REASON,
        digest,
      });
    };
    for (const what of ['confirm', 'decline'])
      expect((await decide(before.id, what)).body.code).toBe('reset_since');
    const { digest } = report.body;
    const signed = await desk.ask<Failed>('POST', `contests/${slug}/reports/1/sign`, { digest });
    expect(signed.body.code).toBe('reset_since');
    const closing = (await desk.ask<{ digest: string }>('GET', `contests/${slug}/closing`)).body;
    const confirmed = await desk.ask<Failed>('POST', `contests/${slug}/closing/confirm`, {
      digest: closing.digest,
    });
    expect(confirmed.body.code).toBe('reset_since');
    const { proposal } = (await desk.ask<WitnessPage>('GET', `contests/${slug}/witnesses`)).body;
    for (const what of ['confirm', 'decline']) {
      const said = { id: proposal?.id, ...(what === 'decline' ? { reason: REASON } : {}) };
      const reply = await desk.ask<Failed>('POST', `contests/${slug}/witnesses/${what}`, said);
      expect(reply.body.code).toBe('reset_since');
    }
    expect((await decide((await propose()).body.id, 'confirm')).status).toBe(200);
    await site.verify(slug);
  });

  test('a request is over after a week, can be taken back, and is asked once at a time', async () => {
    const [boss, other] = [await member(['administrator']), await member(['administrator'])];
    const auditor = await member(['auditor']);
    await act(boss, auditor.id, 'disable');
    await act(boss, auditor.id, 'enable');
    expect((await act(boss, auditor.id, 'enable')).body.code).toBe('request_open');
    const [asked] = await requests(boss);
    expect((await other.desk.ask<Failed>('POST', `staff/requests/${asked?.id}/withdraw`, {})).body.code).toBe(
      'forbidden',
    );
    expect((await boss.desk.ask('POST', `staff/requests/${asked?.id}/withdraw`, {})).status).toBe(200);
    await act(boss, auditor.id, 'enable');
    const [again] = await requests(other);
    site.pass(7 * 86_400_000 + 1_000);
    const desk = browser(site);
    const { ticket } = (await desk.password(other.login)).body;
    await desk.code(ticket, totpCode(other.secret, site.now()));
    expect((await grant({ ...other, desk }, again?.id)).body.code).toBe('request_closed');
    expect((await requests({ ...other, desk }))[0]).toMatchObject({ id: again?.id, state: 'over' });
  });
});
