import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareEnvironment } from '../harness/app.ts';
import { freePort } from '../harness/port.ts';
import { needProgram } from '../harness/program.ts';
import { scratchFolder } from '../harness/scratch.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['RUNBOOK.md', 'TWO-HOSTS.md'].map((name) => readFileSync(join(ROOT, 'infra', name), 'utf8'));

/** The commands of the RUNBOOK and of the page on two machines, by the name behind ```sh. */
export const blocks: Readonly<Record<string, string>> = Object.fromEntries(
  pages.flatMap((page) =>
    [...page.matchAll(/^```sh ?(\S*)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]),
  ),
);

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** What is like a Debian machine as far as the RUNBOOK's commands look: folders of its own, a Postgres of its own, and no services. */
export interface Machine {
  /** Where /etc, /var, /opt and /usr/local/bin are. */
  readonly root: string;
  readonly port: number;
  /** Runs a block, or several in one shell (`contain first`); `change` is what a person fills in, and where this machine is no real one. */
  run(block: string, change?: (text: string) => string): Promise<Said>;
  /** One line as the database's superuser. */
  ask(statement: string, database?: string): string;
  end(): void;
}

/** As Debian's postgresql package leaves it. To be called as root, who alone may become another user. */
export async function createMachine(name: string): Promise<Machine> {
  const root = scratchFolder(`runbook-${name}`);
  chmodSync(root, 0o755);
  const port = await freePort();
  const bin = dirname(needProgram('postgres'));
  const [data, conf] = [join(root, 'var/lib/postgresql/15/main'), join(root, 'etc/postgresql/15/main')];
  for (const folder of [
    dirname(data),
    join(conf, 'conf.d'),
    ...[
      'etc/redis',
      'etc/systemd/system',
      'etc/nginx/conf.d',
      'var/lib',
      'var/cache',
      'var/backups',
      'opt',
      'usr/local/bin',
      'bin',
    ].map((one) => join(root, one)),
  ])
    mkdirSync(folder, { recursive: true });
  execFileSync('chown', ['-R', 'postgres:', join(root, 'var/lib/postgresql'), join(root, 'etc/postgresql')]);
  const asPostgres = (...command: string[]): string =>
    execFileSync('runuser', ['-u', 'postgres', '--', ...command], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  asPostgres(
    join(bin, 'initdb'),
    '-D',
    data,
    '--auth-local=trust',
    '--auth-host=scram-sha-256',
    '--no-sync',
    '-E',
    'UTF8',
  );
  writeFileSync(join(conf, 'pg_hba.conf'), readFileSync(join(data, 'pg_hba.conf')), { mode: 0o644 });
  /** What Debian keeps in /etc comes by options: a copied data folder brings none of it. */
  const options = [
    `-c port=${port}`,
    `-c unix_socket_directories=${root}`,
    `-c hba_file=${join(conf, 'pg_hba.conf')}`,
    '-c shared_buffers=64MB',
  ].join(' ');
  writeFileSync(join(conf, 'conf.d/zz.conf'), '');
  const stub = (program: string, text: string): void =>
    writeFileSync(join(root, 'bin', program), `#!/bin/sh\nset -eu\n${text}\n`, { mode: 0o755 });
  stub(
    'pg_ctlcluster',
    `data=${data} verb=$3
sed -i '/^include_dir/d' "$data/postgresql.conf"
echo "include_dir '${conf}/conf.d'" >> "$data/postgresql.conf"
case $verb in stop | promote) set -- ;; *) set -- -o "${options}" -l ${root}/postgres.log ;; esac
cd ${root} && exec runuser -u postgres -- ${join(bin, 'pg_ctl')} "$verb" -D "$data" -w -m fast "$@" > /dev/null`.replace(
      '-w -m fast',
      '-w $([ "$verb" = stop ] || [ "$verb" = restart ] && echo -m fast)',
    ),
  );
  for (const service of ['systemctl', 'apt-get', 'adduser', 'npx', 'npm']) stub(service, 'exit 0');
  // What is said to the container of Postgres is said to this machine's own, as its superuser.
  stub(
    'docker',
    `case $2 in exec | run) shift 2 ;; *) exit 0 ;; esac
while :; do case $1 in -u | -e) shift 2 ;; -*) shift ;; *) break ;; esac; done
shift && cd ${root} && PGDATA=${data} exec runuser -u postgres -- "$@"`,
  );
  // The code lies here already.
  stub('git', `ln -s ${ROOT} "$3"`);
  appendFileSync(join(root, 'postgres.log'), '');
  execFileSync('chown', ['postgres:', root, join(root, 'postgres.log')]);

  const env = {
    ...bareEnvironment(),
    PATH: `${join(root, 'bin')}:${join(root, 'usr/local/bin')}:${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    PGHOST: root,
    PGPORT: String(port),
    ZUIMEI_HOME: join(root, 'opt/zuimei'),
    ZUIMEI_SETTINGS: join(root, 'etc/zuimei'),
    DATA_DIR: join(root, 'var/lib/zuimei'),
  };
  const own = (text: string): string =>
    text
      .replace(/(?<![\w./~$-])\/(etc|var|opt|usr\/local\/bin)\//g, `${root}/$1/`)
      .replaceAll('127.0.0.1:5432', `127.0.0.1:${port}`)
      // Users that only a real machine has.
      .replaceAll('-o zuimei -g zuimei', '')
      .replaceAll('hostssl', 'host');

  const run = (block: string, change: (text: string) => string = (text) => text): Promise<Said> =>
    new Promise((resolve) => {
      const parts = block.split(' ').map((name) => blocks[name] ?? 'echo "no such block" >&2; exit 9');
      const text = own(change(parts.join('\n')));
      execFile('sh', ['-eu', '-c', text], { cwd: ROOT, env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
    });
  const cluster = (verb: string): void =>
    void execFileSync(join(root, 'bin/pg_ctlcluster'), ['15', 'main', verb], { stdio: 'pipe' });
  cluster('start');
  return {
    root,
    port,
    run,
    ask: (statement, database = 'postgres') =>
      asPostgres('psql', '-h', root, '-p', String(port), '-Atc', statement, database).trim(),
    end() {
      try {
        if (existsSync(join(data, 'postmaster.pid'))) cluster('stop');
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    },
  };
}
