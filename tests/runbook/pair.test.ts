import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { scratchFolder } from '../harness/scratch.ts';
import { blocks, createMachine, type Machine } from './machine.ts';

// Two Postgres of a machine each take half a minute: `npm run runbook`. As root, since nobody else may become another user.
const inFull = process.env['RUNBOOK'] === 'all' && process.getuid?.() === 0;
const good = { code: 0, stderr: '' };
const ADDRESSES = { first: '127.0.0.1', second: '127.0.0.2' };
const DATA = 'var/lib/postgresql/15/main';

// Its sed is Debian's.
test.runIf(process.platform === 'linux')(
  'nginx asks the other machine when both of its own processes are away, and for a bundle its own alone',
  () => {
    const folder = scratchFolder('beside');
    const file = join(folder, 'zuimei.conf');
    copyFileSync(fileURLToPath(new URL('../../infra/nginx/zuimei.conf', import.meta.url)), file);
    const text = (blocks['beside'] ?? '').replaceAll('/etc/nginx/conf.d', folder).replace(/^nginx .*$/m, '');
    execFileSync('sh', ['-euc', text]);
    const settings = readFileSync(file, 'utf8');
    const serversOf = (name: string) =>
      settings
        .slice(settings.indexOf(`upstream ${name} {`))
        .split('}')[0]
        ?.match(/(?<=server )\S+|backup/g);
    expect(serversOf('zuimei_app')).toEqual([
      ...['127.0.0.1:8081', '10.20.0.12:8081', 'backup'],
      ...['127.0.0.1:8082', '10.20.0.12:8082', 'backup'],
    ]);
    expect(serversOf('zuimei_bundles')).toEqual(['127.0.0.1:8081', '127.0.0.1:8082']);
    expect(settings).toMatch(/^ {4}proxy_next_upstream_tries 3;$/m);
    rmSync(folder, { recursive: true });
  },
);

const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.end();
});

async function startTwo(): Promise<[Machine, Machine]> {
  const first = await createMachine('first');
  machines.push(first);
  const second = await createMachine('second');
  machines.push(second);
  return [first, second];
}

const cluster = ({ root }: Machine, verb: string): void =>
  void execFileSync(join(root, 'bin/pg_ctlcluster'), ['15', 'main', verb], { stdio: 'pipe' });

/** What a person fills in who sits at `own`, and where the other machine's Postgres is: here both have one address and two ports. */
const filled =
  ([first, second]: [Machine, Machine], own: 'first' | 'second') =>
  (text: string): string =>
    text
      .replaceAll('own=10.20.0.11', `own=${ADDRESSES[own]}`)
      .replaceAll('10.20.0.11', ADDRESSES.first)
      .replaceAll('10.20.0.12', ADDRESSES.second)
      .replaceAll('CHOOSE-ONE', 'chosen')
      .replaceAll('@$first:5432,$second:5432/', `@$first:${first.port},$second:${second.port}/`)
      .replaceAll('echo "$first:5432:', `echo "$first:${own === 'first' ? second.port : first.port}:`)
      .replaceAll('port=5432', `port=${own === 'first' ? second.port : first.port}`);

const replicas = (of: Machine): string =>
  of.ask('select pg_sleep(1); select application_name, state, sync_state from pg_stat_replication').trim();

// Not counted as skipped: npm run runbook is where they belong.
if (inFull) {
  test('two machines share one site as written, change places, and the first comes back as the standby', {
    timeout: 240_000,
  }, async () => {
    const two = await startTwo();
    const [first, second] = two;
    const settingsOf = ({ root }: Machine, name: string): string =>
      readFileSync(join(root, 'etc/zuimei', name), 'utf8');
    for (const machine of two) expect(await machine.run('deploy')).toMatchObject(good);
    expect(await first.run('primary', filled(two, 'first'))).toMatchObject(good);
    expect(await second.run('standby', filled(two, 'second'))).toMatchObject({ code: 0 });
    expect(await first.run('pair', filled(two, 'first'))).toMatchObject(good);
    for (const name of ['zuimei.env', 'owner.env'])
      cpSync(join(first.root, 'etc/zuimei', name), join(second.root, 'etc/zuimei', name));
    expect(await second.run('pair', filled(two, 'second'))).toMatchObject(good);
    expect(await first.run('synchronous')).toMatchObject(good);
    expect(replicas(first)).toBe('standby|streaming|sync');

    for (const name of ['zuimei.env', 'owner.env']) {
      expect(settingsOf(second, name)).toBe(settingsOf(first, name));
      expect(settingsOf(second, name)).toMatch(
        new RegExp(`@127\\.0\\.0\\.1:${first.port},127\\.0\\.0\\.2:${second.port}/zuimei$`, 'm'),
      );
      expect(statSync(join(second.root, 'etc/zuimei', name)).mode & 0o777).toBe(0o600);
    }
    expect(settingsOf(second, 'zuimei.env')).toMatch(
      /^TRUSTED_PROXIES=127\.0\.0\.1,127\.0\.0\.1,127\.0\.0\.2\n[\s\S]*^HOST=0\.0\.0\.0$/m,
    );
    const password = /:\/\/:(\w+)@/.exec(settingsOf(first, 'zuimei.env'))?.[1];
    expect(readFileSync(join(second.root, 'etc/redis/password.conf'), 'utf8')).toBe(
      `requirepass ${password}\n`,
    );
    // Either finds the site; a dump can be made of the standby.
    const empty = { code: 2, stdout: expect.stringContaining('没有可核验的活动') };
    for (const machine of two) expect(await machine.run('followed')).toMatchObject(empty);
    expect(await second.run('backup')).toMatchObject(good);

    first.ask('create table after_it as select 1 as one', 'zuimei');
    cluster(first, 'stop');
    expect(await second.run('promote')).toMatchObject(good);
    expect(await second.run('followed')).toMatchObject(empty);
    // It comes back as if nothing had been.
    cluster(first, 'start');
    expect(await second.run('again')).toMatchObject({ code: 0 });
    expect(
      await first.run('standby', (text) =>
        filled(two, 'first')(text.replace('first=10.20.0.11', 'first=10.20.0.12')),
      ),
    ).toMatchObject({ code: 0 });
    expect(await second.run('synchronous')).toMatchObject(good);
    expect(replicas(second)).toBe('standby|streaming|sync');
    expect(first.ask('select pg_is_in_recovery(), one from after_it', 'zuimei')).toBe('t|1');
    for (const machine of two) expect(await machine.run('followed')).toMatchObject(empty);

    // Who wants sentinels: the second's Redis begins as the copy of the first's.
    expect(
      await second.run('sentinel', (text) =>
        filled(two, 'second')(text.replace('password=FROM-REDIS_URL', `password=${password}`)),
      ),
    ).toMatchObject(good);
    expect(readFileSync(join(second.root, 'etc/redis/redis.conf'), 'utf8')).toMatch(
      new RegExp(
        `\\nbind 127\\.0\\.0\\.1 127\\.0\\.0\\.2\\nmasterauth ${password}\\nreplicaof 127\\.0\\.0\\.1 6379\\n$`,
      ),
    );
    const watching = readFileSync(join(second.root, 'etc/redis/sentinel.conf'), 'utf8');
    expect(watching).toContain('\nbind 127.0.0.1 127.0.0.2\n');
    expect(watching).toContain(
      `\nsentinel monitor mymaster 127.0.0.1 6379 2\nsentinel auth-pass mymaster ${password}\n`,
    );
  });

  test('in containers the same is said to the Postgres of each, and what the RUNBOOK says to it is understood', {
    timeout: 120_000,
  }, async () => {
    const two = await startTwo();
    const [first, second] = two;
    for (const { root } of two)
      symlinkSync(fileURLToPath(new URL('../../', import.meta.url)), join(root, 'opt/zuimei'));
    // In the image both are one file.
    const [hba, kept] = [
      join(first.root, DATA, 'pg_hba.conf'),
      join(first.root, 'etc/postgresql/15/main/pg_hba.conf'),
    ];
    rmSync(hba);
    symlinkSync(kept, hba);
    execFileSync('chown', ['postgres:', kept]);
    const inContainer = (own: 'first' | 'second') => (text: string) =>
      filled(two, own)(text).replaceAll('/var/lib/postgresql/data', `/${DATA}`);
    expect(await first.run('contain first', inContainer('first'))).toMatchObject(good);

    cluster(second, 'stop');
    renameSync(join(second.root, DATA), join(second.root, `${DATA}.empty`));
    mkdirSync(join(second.root, DATA), { mode: 0o700 });
    execFileSync('chown', ['postgres:', join(second.root, DATA)]);
    expect(await second.run('contain second', inContainer('second'))).toMatchObject({ code: 0 });
    cluster(second, 'start');
    expect(await first.run('contain synchronous')).toMatchObject(good);
    expect(replicas(first)).toBe('standby|streaming|sync');
    expect(first.ask('show max_slot_wal_keep_size')).toBe('20GB');
    expect(await first.run('contain alone')).toMatchObject(good);
    cluster(first, 'stop');
    expect(await second.run('contain promote')).toMatchObject(good);
    expect(await second.run('contain again')).toMatchObject({ code: 0 });
    expect(second.ask('select pg_is_in_recovery(), slot_name from pg_replication_slots')).toBe('f|standby');
  });
}
