import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migratedFolder } from './database.ts';
import { freePort } from './port.ts';
import { scratchFolder } from './scratch.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A first start in a folder of the test's own makes a database and pictures; on a busy machine that takes a while. */
const START_PATIENCE_MS = 80_000;
const STOP_PATIENCE_MS = 15_000;

/** What a process of ours gets of this one's environment: none of its settings. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node') };
}

/** The master secret of every app of the tests, so that several can share a database, also after a restart. */
export const TEST_SECRET = 'a secret that only the tests of this repository use';

export interface TestApp {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** Standard output and standard error so far. */
  log(): string;
  /** SIGTERM, then waits; resolves with the exit code, or throws when it had to be killed. Removes a data folder made here. */
  stop(): Promise<number | null>;
  /** SIGKILL: nothing gets a chance to finish. The data folder stays until stop(). */
  kill9(): Promise<void>;
}

export interface AppOptions {
  /** Absent = embedded database in dataDir. */
  databaseUrl?: string;
  /** Absent = in-process counters. */
  redisUrl?: string;
  /**
   * Absent = a temporary one, migrated already and removed on stop(): a first start costs six seconds of a core. Given again after
   * kill9(), the next app goes on with its data.
   */
  dataDir?: string;
  port?: number;
  /** Over the defaults: no demo, the tests' secret. */
  env?: Record<string, string>;
}

/** `node server/main.ts` as its own process on 127.0.0.1; resolves when it has printed its `ready` line. */
export async function startApp(options: AppOptions = {}): Promise<TestApp> {
  const port = options.port ?? (await freePort());
  const dataDir = options.dataDir ?? scratchFolder('app');
  if (!options.dataDir && !options.databaseUrl)
    cpSync(await migratedFolder(), join(dataDir, 'pglite'), { recursive: true });
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...bareEnvironment(),
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      ZUIMEI_SECRET: TEST_SECRET,
      ZUIMEI_DEMO: '0',
      ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
      ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
      ...options.env,
    },
  });
  const exited = once(child, 'exit');
  let text = '';
  let isReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/^ready /m.test(text)) isReady();
    });
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);

  const tooLate = AbortSignal.timeout(START_PATIENCE_MS);
  const late = new Promise((resolve) => tooLate.addEventListener('abort', () => resolve('late')));
  const started = await Promise.race([ready.then(() => 'ready'), exited.then(() => 'exited'), late]);
  if (started !== 'ready') {
    process.off('exit', killNow);
    killNow();
    await exited;
    if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    throw new Error(`the app did not start (${started}):\n${text.slice(-4000)}`);
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    dataDir,
    log: () => text,
    async stop() {
      process.off('exit', killNow);
      const force = setTimeout(killNow, STOP_PATIENCE_MS);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const wasKilled = child.signalCode === 'SIGKILL';
      await exited;
      clearTimeout(force);
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      if (child.signalCode === 'SIGKILL' && !wasKilled)
        throw new Error(`the app did not stop in ${STOP_PATIENCE_MS} ms:\n${text.slice(-4000)}`);
      return child.exitCode;
    },
    async kill9() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
