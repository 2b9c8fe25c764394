import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '@zuimei/server/db.ts';
import { readDatabase } from '@zuimei/server/upkeep/database.ts';
import { blocks, createMachine, type Machine } from './machine.ts';

/** Two Postgres of a machine each take half a minute: `npm run runbook`. */
const ALL = process.env['RUNBOOK'] === 'all';
/** Nobody else may become another user. */
const ROOT = process.getuid?.() === 0;
const good = { code: 0, stderr: '' };

test('every block of commands has a name, is what sh can read, and needs nothing that a fresh Debian lacks', () => {
  expect(Object.keys(blocks)).toEqual([
    ...['deploy', 'nginx', 'rotate', 'witness', 'watch', 'backup', 'rehearse', 'primary', 'standby'],
    ...['synchronous', 'both', 'alone', 'promote', 'followed', 'quarantine'],
    ...['pair', 'beside', 'contain', 'first', 'second', 'again', 'sentinel'],
  ]);
  for (const [name, text] of Object.entries(blocks)) {
    expect(name).not.toBe('');
    execFileSync('sh', ['-n', '-c', text]);
    expect(text.replace(/npx --yes pnpm@[\d.]+/g, '')).not.toMatch(/\b(sudo|pnpm|su -|yarn)\b|<[a-z ]+>/);
    expect(/\bdocker\b/.test(text)).toBe(['contain', 'first', 'second'].includes(name));
  }
});

test('what a loss costs is what the campaign last measured', () => {
  const [runbook = '', readme = ''] = ['infra/RUNBOOK.md', 'README.md'].map((name) =>
    readFileSync(join(import.meta.dirname, '../..', name), 'utf8'),
  );
  const measured = new Set(
    [...readme.matchAll(/\| (\d\.\d) s \| (\d\.\d) s \| 0 \| 0 \| 0 \|/g)].map(
      ([, middle, most]) => `${middle} / ${most} s`,
    ),
  );
  const said = runbook.match(/\d\.\d \/ \d\.\d s/g) ?? [];
  expect(said.length).toBeGreaterThan(8);
  for (const figure of said) expect(measured).toContain(figure);
});

describe.runIf(ROOT)('on a machine with the packages of the RUNBOOK', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await createMachine('one');
  }, 60_000);
  afterAll(() => machine?.end());

  test('it is deployed as written: roles, tables and rights, settings for their owner alone, Redis with a password', async () => {
    expect(await machine.run('deploy')).toMatchObject(good);
    expect(
      machine.ask(
        `select string_agg(rolname, ' ' order by rolname) from pg_roles where rolname like 'zuimei%' and not rolsuper`,
      ),
    ).toBe('zuimei zuimei_owner');
    expect(machine.ask("select has_table_privilege('zuimei', 'ledger_entry', 'delete')", 'zuimei')).toBe('f');
    for (const file of ['zuimei.env', 'owner.env'])
      expect(statSync(join(machine.root, 'etc/zuimei', file)).mode & 0o777).toBe(0o600);
    const redis = join(machine.root, 'etc/redis');
    expect(readFileSync(join(redis, 'redis.conf'), 'utf8')).toContain('\ninclude ');
    expect(readFileSync(join(redis, 'password.conf'), 'utf8')).toMatch(/^requirepass [0-9a-f]{64}\n$/);
  }, 60_000);

  test('a backup leaves its mark, and the rehearsal restores it and says that there is no contest in it', async () => {
    expect(await machine.run('backup')).toMatchObject(good);
    const mark = join(machine.root, 'var/lib/zuimei/backup');
    expect([statSync(mark).mode & 0o777, readFileSync(mark, 'utf8')]).toEqual([
      0o644,
      expect.stringMatching(/^\S+:\/.*\.dump\n$/),
    ]);
    const rehearsed = await machine.run('rehearse');
    // Nothing to verify is no good backup: 2, by the text beside the command.
    expect([rehearsed.code, rehearsed.stdout]).toEqual([2, expect.stringContaining('没有可核验的活动')]);
    expect(rehearsed.stdout).toContain('zuimei_restored');
  }, 60_000);

  test('an office becomes a witness as written: one file from the site, a key for its owner alone, a unit', async () => {
    const dist = join(import.meta.dirname, '../../web/dist/witness');
    const filled = (text: string): string =>
      text
        .replace(/^site=.*$/m, `site=file://${dist} slug=demo`)
        .replaceAll('$site/witness/', '$site/')
        // Users that only a real machine has.
        .replaceAll('-o zuimei-witness -g zuimei-witness', '')
        .replaceAll('runuser -u zuimei-witness --', '');
    const said = await machine.run('witness', filled);
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(said.stdout).toMatch(/^[0-9a-f]{64} {2}zuimei-witness\.mjs$/m);
    expect(said.stdout.trim().split('\n').at(-1)).toMatch(/^qu-jiwei\+[0-9a-f]{8}\+/);
    expect(statSync(join(machine.root, 'var/lib/zuimei-witness/key')).mode & 0o777).toBe(0o600);
    expect(await machine.run('watch', filled)).toMatchObject(good);
    const unit = readFileSync(join(machine.root, 'etc/systemd/system/zuimei-witness@.service'), 'utf8');
    expect(unit).toContain('--state /var/lib/zuimei-witness/%i.json');
    const settings = readFileSync(join(machine.root, 'etc/zuimei-witness/demo.env'), 'utf8');
    expect(settings).toBe(`LOG=file://${dist}/log/demo\nLOG_KEY=KEY-FROM-PAPER\n`);
  }, 60_000);

  test.runIf(ALL)(
    'the secret is rotated as written',
    async () => {
      expect(await machine.run('rotate')).toMatchObject(good);
      const settings = readFileSync(join(machine.root, 'etc/zuimei/zuimei.env'), 'utf8');
      expect(settings.match(/ZUIMEI_\w*ACCESS_SECRET/g)).toEqual(['ZUIMEI_ACCESS_SECRET']);
    },
    60_000,
  );

  // Not counted as skipped: npm run runbook is where they belong.
  if (ALL)
    describe('and a second one', () => {
      let second: Machine;
      beforeAll(async () => {
        second = await createMachine('two');
      }, 60_000);
      afterAll(() => second?.end());
      const filled = (text: string): string =>
        text
          .replace(
            'first=10.20.0.11 second=10.20.0.12 password=CHOOSE-ONE',
            'first=127.0.0.1 second=127.0.0.1 password=chosen',
          )
          .replace('first=10.20.0.11 password=CHOOSE-ONE', 'first=127.0.0.1 password=chosen')
          .replaceAll(':5432', `:${machine.port}`)
          .replaceAll('port=5432', `port=${machine.port}`);
      const state = async (of: Machine) => {
        const database = await openDatabase({ url: settingsUrl(of.port) });
        try {
          return await readDatabase(database.db, Date.now);
        } finally {
          await database.close();
        }
      };
      const settingsUrl = (port: number): string => {
        const settings = readFileSync(join(machine.root, 'etc/zuimei/zuimei.env'), 'utf8');
        const url = /^DATABASE_URL=(.*)$/m.exec(settings)?.[1] ?? '';
        return url.replace(/@[^@]*\/zuimei$/, `@127.0.0.1:${port}/zuimei`);
      };

      test('a standby follows, is waited for, is missed, and takes over', async () => {
        expect(await machine.run('primary', filled)).toMatchObject(good);
        expect(await second.run('standby', filled)).toMatchObject({ code: 0 });
        expect(machine.ask('select application_name, state from pg_stat_replication')).toBe(
          'standby|streaming',
        );
        expect(await machine.run('synchronous')).toMatchObject(good);
        expect(machine.ask('select pg_sleep(1); select sync_state from pg_stat_replication').trim()).toBe(
          'sync',
        );
        expect(await state(machine)).toMatchObject({ readonly: false, standby: 'ok' });
        expect(await state(second)).toMatchObject({ readonly: true });
        expect(
          await machine.run('both', (text) => text.replace('10.20.0.12:5432', `127.0.0.1:${second.port}`)),
        ).toMatchObject(good);

        execFileSync(join(second.root, 'bin/pg_ctlcluster'), ['15', 'main', 'stop']);
        expect(await state(machine)).toMatchObject({ standby: 'missing' });
        expect(await machine.run('alone')).toMatchObject(good);
        machine.ask('select pg_sleep(1)');
        expect(await state(machine)).toMatchObject({ standby: 'none' });
        machine.ask('create table after_it as select 1 as one', 'zuimei');
        execFileSync(join(second.root, 'bin/pg_ctlcluster'), ['15', 'main', 'start']);
        machine.ask('select pg_sleep(2)');

        execFileSync(join(machine.root, 'bin/pg_ctlcluster'), ['15', 'main', 'stop']);
        expect(await second.run('promote')).toMatchObject(good);
        expect(second.ask('select pg_is_in_recovery(), (select one from after_it)', 'zuimei')).toBe('f|1');
        expect(await state(second)).toMatchObject({ readonly: false, standby: 'none' });
        // There is nothing to verify; but the one that is there was found.
        expect(await machine.run('followed')).toMatchObject({
          code: 2,
          stdout: expect.stringContaining('没有可核验的活动'),
        });
      }, 120_000);

      test('nginx takes its settings with a certificate of the name they say', async () => {
        const tls = join(machine.root, 'etc/nginx/tls');
        execFileSync('install', ['-d', tls]);
        execFileSync(
          'openssl',
          [
            'req',
            '-x509',
            '-newkey',
            'rsa:2048',
            '-nodes',
            '-subj',
            '/CN=vote.example.gov.cn',
            '-keyout',
            join(tls, 'vote.example.gov.cn.key'),
            '-out',
            join(tls, 'vote.example.gov.cn.pem'),
          ],
          { stdio: 'pipe' },
        );
        execFileSync('install', ['-d', join(machine.root, 'var/log/nginx')]);
        const main = join(machine.root, 'etc/nginx/nginx.conf');
        appendFileSync(
          main,
          `pid ${machine.root}/nginx.pid;\nevents {}\nhttp { include ${machine.root}/etc/nginx/conf.d/*.conf; }\n`,
        );
        const tried = (text: string): string => text.replace('nginx -t', `nginx -t -c ${main}`);
        const said = await machine.run('nginx', (text) =>
          tried(text).replace(
            '> /etc/nginx/conf.d/zuimei.conf',
            `| sed -E "s#(/etc|/var)/#${machine.root}&#g" > /etc/nginx/conf.d/zuimei.conf`,
          ),
        );
        expect([said.code, said.stderr]).toEqual([0, expect.stringContaining('test is successful')]);
        expect(existsSync(join(machine.root, 'var/cache/nginx'))).toBe(true);
        // Of two machines: the other's processes, when its own are away.
        const beside = await machine.run('beside', tried);
        expect([beside.code, beside.stderr]).toEqual([0, expect.stringContaining('test is successful')]);
      }, 60_000);
    });
});
