import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantTo, migrate, readSchema } from '@zuimei/server/schema.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { APP_ROLE } from '../harness/postgres.ts';
import { createSite, type TestSite } from '../harness/site.ts';

/*
 * The app's own role. Every other test of the server runs as this role too (harness/database.ts), so that whatever the app does is proven to
 * be granted; here stands what it may not do.
 */

let fresh: FreshDatabase;
let site: TestSite;
let slug: string;

beforeAll(async () => {
  fresh = await freshDatabase('server');
  // What a database as a whole gives to everybody is not copied with it.
  await grantTo(fresh.owner.db, APP_ROLE);
  site = await createSite(fresh.database.db);
  ({ slug } = await site.contest());
  expect((await site.visitor(slug).cast([1, 2])).status).toBe(201);
  await site.seal();
});

afterAll(async () => {
  await site?.verify(slug);
  await site?.close();
  await fresh?.drop();
});

test.each([
  'alter table ledger_entry disable trigger user',
  'alter table action_log disable trigger all',
  'drop trigger ledger_entry_no_delete on ledger_entry',
  'drop table ledger_entry',
  'truncate ledger_entry',
  'truncate action_log',
  'delete from ledger_entry',
  'delete from ledger_head',
  'delete from log_checkpoint',
  'delete from log_cosignature',
  'delete from log_tile',
  'delete from tally',
  'delete from tally_reveal',
  'delete from voter_quota',
  'delete from ballot_ruling',
  'delete from ruling_proposal',
  'delete from action_log',
  'delete from installation',
  'delete from migration',
  "update ledger_entry set picks = '{1}'",
  "update ledger_entry set commitment = repeat('a', 32)::bytea",
  "update ledger_entry set state = 'held'",
  'update ledger_entry set signals = 0',
  "update ledger_entry set voter = ''",
  "update log_checkpoint set note = ''",
  "update action_log set reason = ''",
  "update action_log set actor = '别人'",
  'update ruling_proposal set proposed_by = 1',
  'update installation set fingerprint = null',
  "create function reach() returns int language sql as 'select 1'",
  "create function pg_temp.reach() returns int language sql as 'select 1'",
  'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
  'create table more (a int)',
  'create schema more',
  'set session_replication_role = replica',
  'set role zuimei',
  "copy action_log to program 'cat'",
  "select pg_read_file('/etc/passwd')",
])('the app’s role may not: %s', async (text) => {
  await expect(sql.raw(text).execute(fresh.database.db)).rejects.toMatchObject({ code: '42501' });
});

test('of every table migrations/grants.sql says what the app may do, and the app can read each', async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm')
      and not has_table_privilege(${APP_ROLE}, oid, 'select')`.execute(fresh.owner.db);
  expect(rows).toEqual([]);
});

test('what the app may delete, and nothing else, is what is not kept for ever', async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
      and has_table_privilege(${APP_ROLE}, oid, 'delete') order by 1`.execute(fresh.owner.db);
  const kept =
    /^(ledger_|log_|voter_quota|tally|ballot_ruling|ruling_proposal|shortlist_draw|action_|installation|migration|function_file)/;
  expect(rows.filter((row) => kept.test(row.name))).toEqual([]);
  expect(rows.length).toBeGreaterThan(3);
});

test('a right that was given by hand is taken again by the next migration', async () => {
  await sql.raw(`grant delete, truncate on ledger_entry to ${APP_ROLE}`).execute(fresh.owner.db);
  await sql.raw(`grant update on action_log to public`).execute(fresh.owner.db);
  await grantTo(fresh.owner.db, APP_ROLE);
  for (const text of ['delete from ledger_entry', "update action_log set reason = ''"])
    await expect(sql.raw(text).execute(fresh.database.db)).rejects.toMatchObject({ code: '42501' });
});

test('who owns the tables is told apart from who uses them, and both see whether a migration or a function is missing', async () => {
  expect(await readSchema(fresh.database.db)).toEqual({ role: APP_ROLE, owner: false, missing: [] });
  expect(await readSchema(fresh.owner.db)).toMatchObject({ owner: true, missing: [] });
  await sql`delete from migration where name like '0006%'`.execute(fresh.owner.db);
  await sql`update function_file set digest = '' where name = 'vote/commit.sql'`.execute(fresh.owner.db);
  const missing = ['0006_wechat.sql', 'vote/commit.sql'];
  expect(await readSchema(fresh.database.db)).toMatchObject({ missing });
  await sql`insert into migration (name) values ('0006_wechat.sql')`.execute(fresh.owner.db);
  expect(await migrate(fresh.owner.db)).toEqual(['vote/commit.sql']);
});
