import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp } from '../harness/app.ts';
import { zuimei } from '../harness/cli.ts';
import { freshDatabase } from '../harness/database.ts';
import { scratchFolder } from '../harness/scratch.ts';

let above: string;
beforeAll(() => {
  above = scratchFolder('folder');
});
afterAll(() => rmSync(above, { recursive: true, force: true }));

describe('the data folder of the embedded database', () => {
  test('that others may write into is refused, with what to do', async () => {
    const shared = join(above, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    await expect(startApp({ dataDir: shared })).rejects.toThrow(/others may write into .*shared.*chmod 700/s);
    expect(readdirSync(shared)).toEqual([]);
  });
});

describe('a command that asks about a site', () => {
  const asking = [
    ['verify'],
    ['staff', 'list'],
    ['staff', 'add', '--name', '王', '--login', 'wang', '--role', 'organizer'],
  ];

  test.each(asking)(
    'leaves with 2 where there is no database, names the one it looked for, and makes nothing: %s %s',
    async (...args) => {
      const dataDir = join(above, 'none');
      for (const ZUIMEI_SECRET of ['', 'x'.repeat(40)]) {
        const said = await zuimei(args, { DATA_DIR: dataDir, ZUIMEI_SECRET });
        expect([said.code, said.stdout]).toEqual([2, '']);
        expect(said.stderr).toContain(`没有数据库：内置数据库 ${dataDir}/pglite`);
      }
      expect(readdirSync(above)).not.toContain('none');
    },
  );

  test('leaves with 2 on a Postgres that has no such database, or one without our tables', async () => {
    const fresh = await freshDatabase('server');
    try {
      const none = (fresh.ownerUrl ?? '').replace(/\/t_\w+$/, '/no_such_database');
      const missing = await zuimei(['verify'], { DATABASE_URL: none });
      expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('/no_such_database')]);
      const other = (fresh.ownerUrl ?? '')
        .replace(/\/t_\w+$/, '/template1')
        .replace('zuimei@', 'zuimei:geheim@');
      const empty = await zuimei(['verify'], { DATABASE_URL: other });
      expect([empty.code, empty.stderr]).toEqual([
        2,
        expect.stringMatching(/zuimei@.*\/template1.*zuimei migrate/),
      ]);
      expect(empty.stderr).not.toContain('geheim');
    } finally {
      await fresh.drop();
    }
  });

  test('verify leaves with 2 when there is no contest, and says which database it read', async () => {
    const fresh = await freshDatabase('server');
    try {
      const said = await zuimei(['verify'], { DATABASE_URL: fresh.url ?? '' });
      expect(said.code).toBe(2);
      expect(said.stdout).toContain(`数据库：${fresh.url}`);
      expect(said.stdout).toContain('没有可核验的活动');
    } finally {
      await fresh.drop();
    }
  });

  test('without the secret of the site leaves with 1, says so, and makes none', async () => {
    const fresh = await freshDatabase('server');
    const dataDir = join(above, 'secretless');
    try {
      const said = await zuimei(['staff', 'list'], {
        DATABASE_URL: fresh.url ?? '',
        DATA_DIR: dataDir,
        ZUIMEI_SECRET: '',
      });
      expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('ZUIMEI_SECRET')]);
      expect(readdirSync(above)).not.toContain('secretless');
    } finally {
      await fresh.drop();
    }
  });
});

describe('two roles', () => {
  test('the owner migrates and gives the app its rights; the app serves with them, and cannot start on what was not migrated', async () => {
    const fresh = await freshDatabase('server');
    const url = fresh.url ?? '';
    try {
      const early = { DATABASE_URL: url.replace(/\/t_\w+$/, '/postgres') };
      await expect(startApp({ databaseUrl: early.DATABASE_URL })).rejects.toThrow(
        /does not own its tables: run zuimei migrate/,
      );
      expect(await zuimei(['migrate'], early)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('MIGRATE_URL'),
      });
      const both = { DATABASE_URL: url, MIGRATE_URL: fresh.ownerUrl ?? '' };
      const said = await zuimei(['migrate'], both);
      expect([said.code, said.stderr, said.stdout]).toEqual([
        0,
        '',
        '数据库已是最新\n角色 zuimei_app 的权限已按 migrations/grants.sql 设定\n',
      ]);
      const app = await startApp({ databaseUrl: url });
      expect(app.log()).not.toContain('owns its tables');
      expect(await app.stop()).toBe(0);
    } finally {
      await fresh.drop();
    }
  });

  test('an app that owns its tables says so at its start, and so does the migration', async () => {
    const fresh = await freshDatabase('server');
    try {
      const app = await startApp({ databaseUrl: fresh.ownerUrl ?? '' });
      expect(app.log()).toContain('the app owns its tables');
      expect(await app.stop()).toBe(0);
      const said = await zuimei(['migrate'], { DATABASE_URL: fresh.ownerUrl ?? '' });
      expect([said.code, said.stdout]).toEqual([0, expect.stringContaining('同一个角色')]);
    } finally {
      await fresh.drop();
    }
  });
});
