import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, chownSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './port.ts';
import { needProgram } from './program.ts';
import { scratchFolder } from './scratch.ts';

const SETTINGS = new URL('../../infra/postgres/postgresql.conf', import.meta.url);

/** The role that the app has on every test server; of production the RUNBOOK says how it is made. */
export const APP_ROLE = 'zuimei_app';

export interface PostgresServer {
  /** As superuser, no password, database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of the postmaster now running; changes with restart(). */
  readonly pid: number;
  readonly dataDir: string;
  /** What the server has written to its log so far. */
  log(): string;
  /** Fast shutdown; removes the data folder unless it was to be kept. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster and to all its children: nothing gets a chance to flush. The data folder stays. */
  kill9(): Promise<void>;
  /** Starts again on the same data and port, after a fast shutdown if it still runs. Resolves when it answers queries. */
  restart(): Promise<void>;
  /** Of a standby: makes it the primary. Resolves when it takes writes. */
  promote(): Promise<void>;
}

export interface PostgresOptions {
  /** A hot standby of this server, by streaming, under the name `standby`. */
  standbyOf?: PostgresServer;
  port?: number;
  /** Over infra/postgres/postgresql.conf, e.g. { max_connections: '20' }. */
  settings?: Record<string, string>;
  /** The folder to make its own in; absent = where scratchFolder() says, or the disk (`onDisk`). */
  within?: string;
  /** Leave the data folder behind on stop(). */
  keep?: boolean;
  /** Where a commit costs what it costs in production: for who measures that. Else where scratchFolder() says, with little log kept. */
  onDisk?: boolean;
}

/**
 * A real Postgres on 127.0.0.1 in a fresh temporary folder, with fsync on and the settings of production. Run by root it
 * becomes the user `postgres`, since Postgres refuses to be root.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binary = needProgram('postgres');
  const as = process.getuid?.() === 0 ? userIds('postgres') : {};
  const within = options.within ?? (options.onDisk ? tmpdir() : null);
  const folder = within ? mkdtempSync(join(within, 'zuimei-postgres-')) : scratchFolder('postgres');
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const dataDir = join(folder, 'data');
  const logFile = join(folder, 'log');
  const port = options.port ?? (await freePort());
  const url = `postgres://zuimei@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | null = null;

  const source = options.standbyOf;
  const init = ['-D', dataDir, '-U', 'zuimei', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  const run = (name: string, args: string[]): void =>
    void execFileSync(join(dirname(binary), name), args, { ...as, cwd: folder, stdio: 'pipe' });
  if (source)
    run('pg_basebackup', [
      ...['-d', `${source.url}?application_name=standby`, '-D', dataDir, '-R', '--no-sync', '-c', 'fast'],
      // As the RUNBOOK has it: what it has not read yet is kept for it.
      ...['-C', '-S', `standby_${randomBytes(4).toString('hex')}`],
    ]);
  else run('initdb', [...init, '--data-checksums']);
  // Two settings of production exist on Linux only.
  const elsewhere = { client_connection_check_interval: '0', effective_io_concurrency: '0' };
  const own = { listen_addresses: '127.0.0.1', unix_socket_directories: folder, shared_buffers: '128MB' };
  const lines = Object.entries({
    ...own,
    ...(options.onDisk ? {} : { max_wal_size: '256MB', min_wal_size: '64MB' }),
    ...(process.platform === 'linux' ? {} : elsewhere),
    ...options.settings,
  }).map(([name, value]) => `${name} = '${value}'`);
  appendFileSync(
    join(dataDir, 'postgresql.conf'),
    `${readFileSync(SETTINGS, 'utf8')}\n${lines.join('\n')}\n`,
  );

  const running = (): ChildProcess | null =>
    child && child.exitCode === null && child.signalCode === null ? child : null;
  const killNow = (): void => {
    running()?.kill('SIGQUIT');
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  };

  async function start(): Promise<void> {
    const log = openSync(logFile, 'a');
    child = spawn(binary, ['-D', dataDir, '-p', String(port)], {
      ...as,
      cwd: folder,
      stdio: ['ignore', log, log],
    });
    const deadline = Date.now() + 20_000;
    while (!(await answers(url))) {
      // After kill9 the old children may need a moment to let go of the shared memory: then the new one gives up, and we retry.
      if (!running()) {
        if (Date.now() > deadline || !readFileSync(logFile, 'utf8').includes('shared memory block')) break;
        child = spawn(binary, ['-D', dataDir, '-p', String(port)], {
          ...as,
          cwd: folder,
          stdio: ['ignore', log, log],
        });
      }
      if (Date.now() > deadline) break;
      await sleep(25);
    }
    if (!running()) throw new Error(`postgres did not start:\n${readFileSync(logFile, 'utf8').slice(-2000)}`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const now = running();
    if (!now) return;
    const gone = once(now, 'exit');
    now.kill(signal);
    await gone;
  }

  await start();
  if (!source) await makeAppRole(url);
  process.once('exit', killNow);
  return {
    url,
    port,
    dataDir,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => readFileSync(logFile, 'utf8'),
    async stop() {
      process.off('exit', killNow);
      await end('SIGINT');
      if (!options.keep) rmSync(folder, { recursive: true, force: true });
    },
    async kill9() {
      const children = childrenOf(child?.pid ?? 0);
      const gone = end('SIGKILL');
      for (const pid of children) killQuietly(pid);
      await gone;
    },
    async restart() {
      await end('SIGINT');
      await start();
    },
    async promote() {
      run('pg_ctl', ['promote', '-D', dataDir, '-w', '-t', '20']);
    },
  };
}

async function makeAppRole(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create role ${APP_ROLE} login`);
  await client.end();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function userIds(user: string): { uid?: number; gid?: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function childrenOf(pid: number): number[] {
  if (process.platform === 'linux')
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .flatMap(([own = 0, parent]) => (parent === pid ? [own] : []));
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself when its postmaster did.
  }
}
