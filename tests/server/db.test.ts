import { sql } from 'kysely';
import { describe, expect, inject, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { migrate } from '@zuimei/server/schema.ts';
import { command, databaseKinds, freshDatabase } from '../harness/database.ts';

test.each(databaseKinds)('bytes come as a Buffer (%s)', async (kind) => {
  const fresh = await freshDatabase(kind);
  try {
    const { rows } = await sql<{ some: Buffer; none: null }>`
      select '\\x00ff'::bytea as some, null::bytea as none`.execute(fresh.database.db);
    expect([rows[0]?.some.toString('hex'), rows[0]?.none]).toEqual(['00ff', null]);
  } finally {
    await fresh.drop();
  }
});

describe.each(databaseKinds)('migrations (%s)', (kind) => {
  test('are applied once: the second time there is nothing to do', async () => {
    const fresh = await freshDatabase(kind);
    try {
      expect(await migrate(fresh.owner.db)).toEqual([]);
      const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(
        fresh.database.db,
      );
      const numbers = rows.map((row) => row.name.slice(0, 4));
      expect(numbers).toEqual([...new Set(numbers)].sort());
      expect(numbers[0]).toBe('0001');
      expect(rows.length).toBeGreaterThan(1);
    } finally {
      await fresh.drop();
    }
  });

  test('a function is applied anew when its text is another than what was applied, and no other is', async () => {
    const fresh = await freshDatabase(kind);
    const { db } = fresh.owner;
    const bodyOf = async () =>
      (
        await sql<{ text: string }>`select prosrc as text from pg_proc where proname = 'join_voters'`.execute(
          db,
        )
      ).rows;
    try {
      const before = await bodyOf();
      await sql
        .raw(`create or replace function join_voters(p_contest int, p_from bytea, p_into bytea) returns void
          language plpgsql as $$ begin null; end $$`)
        .execute(db);
      await db.updateTable('function_file').set({ digest: '' }).where('name', '=', 'vote/join.sql').execute();
      expect(await migrate(db)).toEqual(['vote/join.sql']);
      expect(await bodyOf()).toEqual(before);
      expect(await migrate(db)).toEqual([]);
    } finally {
      await fresh.drop();
    }
  });
});

test('eight servers that start at once on an empty database migrate it together, each file once', async () => {
  const admin = inject('postgresUrl');
  await command(admin, 'create database t_together');
  const url = Object.assign(new URL(admin), { pathname: '/t_together' }).href;
  const servers = await Promise.all(Array.from({ length: 8 }, () => openDatabase({ url, max: 2 })));
  try {
    const applied = (await Promise.all(servers.map((one) => migrate(one.db)))).flat();
    expect(new Set(applied).size).toBe(applied.length);
    expect(applied.length).toBeGreaterThan(1);
  } finally {
    for (const one of servers) await one.close();
    await command(admin, 'drop database t_together with (force)');
  }
});

test('a process whose idle connections are cut goes on with new ones', async () => {
  const fresh = await freshDatabase('server');
  try {
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.05)`.execute(fresh.database.db)));
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where datname like';
    await command(inject('postgresUrl'), `${cut} '${new URL(fresh.url ?? '').pathname.slice(1)}'`);
    await expect
      .poll(async () => (await sql`select 1 as one`.execute(fresh.database.db)).rows)
      .toEqual([{ one: 1 }]);
  } finally {
    await fresh.drop();
  }
});

test('a statement that has a name is planned once a connection, and again on the next one', async () => {
  const database = await openDatabase({ url: inject('postgresUrl'), max: 1 });
  const { db } = database;
  const ask = async (n: number) =>
    (
      await sql<{ n: number; pid: number }>`-- prepared twice_as_much
      select 2 * ${n}::int as n, pg_backend_pid() as pid`.execute(db)
    ).rows[0];
  const planned = async () =>
    (
      await sql<{ name: string; calls: number }>`
        select name, (generic_plans + custom_plans)::int as calls from pg_prepared_statements`.execute(db)
    ).rows;
  try {
    const first = await ask(1);
    expect([first?.n, (await ask(21))?.n]).toEqual([2, 42]);
    expect(await planned()).toEqual([{ name: 'twice_as_much', calls: 2 }]);
    await command(inject('postgresUrl'), `select pg_terminate_backend(${first?.pid})`);
    await expect.poll(() => ask(3).catch(() => null)).toMatchObject({ n: 6 });
    expect(await planned()).toMatchObject([{ name: 'twice_as_much' }]);
  } finally {
    await database.close();
  }
});
