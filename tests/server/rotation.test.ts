import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { nominationKeys } from '@zuimei/server/nomination/answers.ts';
import { openBefore, sealBefore } from '@zuimei/server/nomination/before.ts';
import { readNomination } from '@zuimei/server/nomination/nomination.ts';
import { checkSecret } from '@zuimei/server/secret.ts';
import { addStaff, makeLink } from '@zuimei/server/staff/account.ts';
import { readKnown } from '@zuimei/server/unit/amend.ts';
import { createUnits } from '@zuimei/server/unit/unit.ts';
import { openPrivate, privateKey } from '@zuimei/server/vault.ts';
import { startApp } from '../harness/app.ts';
import { zuimei } from '../harness/cli.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, SECRET, type TestSite } from '../harness/site.ts';
import { fileDraft, openCollection, personValues } from './filed.ts';
import { browser, PASSWORD, totpCode } from './member.ts';

const NEXT = 'what a rotation of the secret turned to';
const PHONE = '13800000081';
let fresh: FreshDatabase;
/** Before and after. */
let site: TestSite;
let renewed: TestSite;
let slug: string;
let voter: ReturnType<TestSite['visitor']>;
let collection: Awaited<ReturnType<typeof openCollection>>;
let unit: Awaited<ReturnType<Awaited<ReturnType<typeof openCollection>>['unit']>>;
let filed: number;
let member: { secret: string; recovery: string[] };

const env = () => ({
  DATABASE_URL: fresh.url ?? '',
  MIGRATE_URL: fresh.ownerUrl ?? '',
  ZUIMEI_SECRET: SECRET,
});
const rotate = () => zuimei(['secret', 'rotate'], { ...env(), ZUIMEI_NEXT_ACCESS_SECRET: NEXT });

beforeAll(async () => {
  fresh = await freshDatabase('server');
  const { db } = fresh.database;
  site = await createSite(db);
  await checkSecret(db, site.parts.secrets);
  ({ slug } = await site.contest({ policy: 'loose' }));
  voter = site.visitor(slug);
  expect((await voter.cast([1, 2])).status).toBe(201);
  collection = await openCollection(site);
  unit = await collection.unit('青石镇人民政府');
  filed = (await fileDraft(unit.desk, personValues('林立夏', PHONE), null)).id;
  const row = await readNomination(db, filed, collection.id);
  const before = await sealBefore(db, nominationKeys(site.parts.secrets), row);
  await db.updateTable('nomination').set({ before }).where('id', '=', filed).execute();
  const [known] = await readKnown(db, privateKey(site.parts.secrets), collection.id);
  if (!known) throw new Error('no unit');
  await collection.organizer.post(`${collection.base}/units/import`, {
    units: [],
    updates: [{ ...known.draft, quota: 9, id: known.id, seen: known.mark }],
  });
  const link = await db.transaction().execute(async (tx) => {
    const staff = await addStaff(
      tx,
      site.parts.seals,
      { login: 'zhou', name: '周明川', roles: ['organizer'], contests: 'all' },
      site.now(),
    );
    return await makeLink(tx, site.parts.seals, staff, site.now());
  });
  const joined = await browser(site).join(link.path);
  expect(joined.status).toBe(200);
  member = { secret: joined.secret, recovery: joined.recovery };
  await site.seal();
});

afterAll(async () => {
  await site?.close();
  await renewed?.close();
  await fresh?.drop();
});

test('is refused, with what to do, without a new secret, with the one there is, and while a server runs', async () => {
  for (const next of ['', SECRET]) {
    const said = await zuimei(['secret', 'rotate'], { ...env(), ZUIMEI_NEXT_ACCESS_SECRET: next });
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining('ZUIMEI_NEXT_ACCESS_SECRET')]);
  }
  const server = await openDatabase({ url: fresh.url ?? '', name: 'zuimei' });
  await sql`select 1`.execute(server.db);
  const said = await rotate();
  expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('请先停止全部服务器')]);
  await server.close();
});

test('that fails on the way changes nothing', async () => {
  const table = fresh.owner.db;
  const was = await sql<{ private: Buffer }>`select private from nomination where id = ${filed}`.execute(
    table,
  );
  await sql`update nomination set private = ${Buffer.alloc(40, 1)} where id = ${filed}`.execute(table);
  const all = () =>
    sql`select (select jsonb_agg(s order by id) from staff s) as staff, (select count(*) from session) as sessions,
      (select jsonb_agg(u order by id) from unit u) as units, (select access from installation) as access`.execute(
      table,
    );
  const before = (await all()).rows;
  expect((await rotate()).code).toBe(1);
  expect((await all()).rows).toEqual(before);
  await sql`update nomination set private = ${was.rows[0]?.private} where id = ${filed}`.execute(table);
  expect(await collection.organizer.ask('GET', '/api/console/session')).toMatchObject({ status: 200 });
});

test('puts all that can be renewed under the new secret, and says what people have to do', async () => {
  const said = await rotate();
  expect([said.code, said.stderr]).toEqual([0, '']);
  expect(said.stdout).toContain('报送 1 份、单位联系人 1 个');
  expect(said.stdout).toContain('ZUIMEI_ACCESS_SECRET');
  renewed = await createSite(fresh.database.db, { accessSecret: NEXT, now: site.now() });
  const line = await fresh.database.db.selectFrom('intake_line').selectAll().executeTakeFirstOrThrow();
  const cell = `intake/${line.intake}/${line.line}` as const;
  const was = openPrivate(privateKey(renewed.parts.secrets), line.was ?? Buffer.alloc(0), cell);
  expect(was).toMatchObject({ quota: null, contact: { phone: '13800000100' } });
});

test('the ledger verifies as before, the voter is who they were, and opens their ballot', async () => {
  await renewed.verify(slug);
  const { cookie } = voter;
  const me = (await (await renewed.call(`/api/contests/${slug}/me`, { headers: { cookie } })).json()) as {
    ballots: { opening: { picks: number[] } }[];
  };
  expect(me.ballots.map((one) => one.opening.picks)).toEqual([[1, 2]]);
  const value = cookie.slice(3);
  const ticket = renewed.parts.voters.ticket(slug, { cookie: value, issuedAt: 0 }, renewed.now() - 60_000);
  expect((await renewed.post(slug, voter.request([3], { ticket }), { cookie })).body).toMatchObject({
    code: 'quota_spent',
  });
  // A ticket of before is another's word: the page asks for a new one.
  expect((await renewed.post(slug, voter.request([3]), { cookie })).status).not.toBe(201);
});

test('who was signed in is not, a unit’s old link is void, and the next one opens what it had sent', async () => {
  const session = await renewed.app.request(
    '/api/console/session',
    { headers: { cookie: collection.organizer.cookie } },
    { incoming: { socket: { remoteAddress: '127.0.0.1' } } },
  );
  expect(session.status).toBe(401);
  const enter = (link: string) =>
    browser(renewed).ask('POST', 'unit/enter', { key: link.slice(link.indexOf('#') + 1) });
  expect((await enter(unit.link)).body).toMatchObject({ code: 'link_invalid' });
  const organizer: Desk = await signIn(renewed, ['organizer']);
  const [next] = await createUnits(renewed.parts.secrets).show(renewed.parts.db, collection.id, [unit.id]);
  expect((await enter(next?.link ?? '')).status).toBe(200);
  const path = `${collection.base}/nominations`;
  const field = { field: 'phone', reason: '核对联系电话' };
  expect(await organizer.post(`${path}/${filed}/reveal`, field)).toEqual({ value: PHONE });
  const row = await readNomination(renewed.parts.db, filed, collection.id);
  expect(openBefore(nominationKeys(renewed.parts.secrets), row)?.values).toMatchObject({ phone: PHONE });
});

test('staff sign in with the password and the authenticator they have; recovery codes of before are void', async () => {
  const own = browser(renewed);
  const signed = await own.password('zhou', PASSWORD);
  expect(signed.status).toBe(200);
  expect((await own.code(signed.body.ticket, member.recovery[0] ?? '')).status).not.toBe(200);
  renewed.pass(60_000);
  const again = await own.password('zhou', PASSWORD);
  expect((await own.code(again.body.ticket, totpCode(member.secret, renewed.now()))).status).toBe(200);
});

test('a server with the old secret does not start any more, one with the new does, and verify finds nothing altered', async () => {
  await expect(startApp({ databaseUrl: fresh.url ?? '', env: { ZUIMEI_SECRET: SECRET } })).rejects.toThrow(
    'ZUIMEI_ACCESS_SECRET',
  );
  const both = { ...env(), ZUIMEI_ACCESS_SECRET: NEXT };
  const app = await startApp({
    databaseUrl: fresh.url ?? '',
    env: { ZUIMEI_SECRET: SECRET, ZUIMEI_ACCESS_SECRET: NEXT },
  });
  expect(await app.stop()).toBe(0);
  const said = await zuimei(['verify', '--contest', slug], both);
  expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('✓')]);
});
