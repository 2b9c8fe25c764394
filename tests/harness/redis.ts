import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from './port.ts';
import { needProgram } from './program.ts';

const settingsOf = (name: string): string =>
  fileURLToPath(new URL(`../../infra/redis/${name}`, import.meta.url));
const START_PATIENCE_MS = 10_000;
const SLOTS = 16_384;

export interface RedisServer {
  /** `redis://…`; of a cluster `redis-cluster://…` with all its nodes. */
  readonly url: string;
  readonly port: number;
  /** Of the server now running; changes with restart(). */
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL; everything it held is gone. */
  kill9(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  stall(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts again, empty, on the same port. Resolves when it answers. */
  restart(): Promise<void>;
  /** One command as words; its reply as redis would print it. For what a test wants to know or do behind the app's back. */
  send(...words: string[]): Promise<string>;
}

/**
 * A real Redis on a free port of 127.0.0.1 with the settings of production. `arguments` go to redis-server, e.g. ['--maxmemory', '5mb'];
 * `sentinel`: its settings, of one that only watches.
 */
export async function startRedis({
  arguments: extra = [] as string[],
  sentinel = '',
} = {}): Promise<RedisServer> {
  const binary = needProgram('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-redis-'));
  const port = await freePort();
  let child: ChildProcess;

  async function start(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
    // Sentinels write down in their file what they learn, and in those of the others what they decide.
    const file = join(folder, 'redis.conf');
    if (sentinel) writeFileSync(file, sentinel);
    else copyFileSync(settingsOf('redis.conf'), file);
    child = spawn(binary, [file, ...own, ...(sentinel ? ['--sentinel'] : extra)], { stdio: 'ignore' });
    const deadline = Date.now() + START_PATIENCE_MS;
    // One with a password answers that it wants it.
    while (!/^\+PONG|^-NOAUTH/.test(await send(port, ['PING']).catch(() => ''))) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error('redis-server did not start');
      await sleep(20);
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    // A stalled process would not take anything milder.
    child.kill('SIGCONT');
    child.kill(signal);
    await gone;
  }

  const killNow = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  await start();
  process.once('exit', killNow);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0;
    },
    async stop() {
      process.off('exit', killNow);
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
    kill9: () => end('SIGKILL'),
    stall: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await end('SIGKILL');
      await start();
    },
    send: (...words) => send(port, words),
  };
}

export interface RedisCluster {
  readonly url: string;
  readonly nodes: RedisServer[];
  stop(): Promise<void>;
}

/** A cluster of masters that share all slots evenly. */
export async function startCluster(size: 1 | 2 | 3): Promise<RedisCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
  // Beside its own each node has a port for the others; by default it lies 10 000 above, where somebody may be or no port is.
  const buses = await Promise.all(Array.from({ length: size }, freePort));
  const nodes = await Promise.all(
    buses.map((bus) => startRedis({ arguments: [...options, '--cluster-port', String(bus)] })),
  );
  await Promise.all(
    nodes.map((node, i) => {
      const [from, to] = [Math.floor((i * SLOTS) / size), Math.floor(((i + 1) * SLOTS) / size) - 1];
      return node.send('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    }),
  );
  for (const [at, node] of nodes.entries())
    if (at > 0) await nodes[0]?.send('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(buses[at]));
  const deadline = Date.now() + START_PATIENCE_MS;
  for (const node of nodes)
    while (!(await isWhole(node, size))) {
      if (Date.now() > deadline) throw new Error('the cluster did not form');
      await sleep(50);
    }
  return {
    url: `redis-cluster://${nodes.map((node) => `127.0.0.1:${node.port}`).join(',')}`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

/** What `startWatched` starts asks for it; sentinels ask for none. */
const PASSWORD = 'a-password-of-the-tests';

/** A primary, its replica, and the three sentinels of infra/redis/sentinel.conf, in this order. */
export async function startWatched(): Promise<RedisCluster> {
  const access = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
  const primary = await startRedis({ arguments: access });
  const replica = await startRedis({
    arguments: [...access, '--replicaof', '127.0.0.1', String(primary.port)],
  });
  const sentinel = readFileSync(settingsOf('sentinel.conf'), 'utf8')
    .replace('FIRST 6379', `127.0.0.1 ${primary.port}`)
    .replace('mymaster PASSWORD', `mymaster ${PASSWORD}`);
  const sentinels = await Promise.all([1, 2, 3].map(() => startRedis({ sentinel })));
  const nodes = [primary, replica, ...sentinels];
  const deadline = Date.now() + START_PATIENCE_MS;
  const knows = async (one: RedisServer): Promise<boolean> => {
    const said = await one.send('SENTINEL', 'MASTER', 'mymaster');
    return /num-slaves\r\n\$1\r\n1\r\n/.test(said) && /num-other-sentinels\r\n\$1\r\n2\r\n/.test(said);
  };
  for (const one of sentinels)
    while (!(await knows(one))) {
      if (Date.now() > deadline) throw new Error('the sentinels did not find each other');
      await sleep(50);
    }
  const addresses = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis-sentinel://:${PASSWORD}@${addresses}/mymaster`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function isWhole(node: RedisServer, size: number): Promise<boolean> {
  const state = await node.send('CLUSTER', 'INFO');
  return state.includes('cluster_state:ok') && state.includes(`cluster_known_nodes:${size}`);
}

/** One command over a connection of its own, without a client library; gives the raw reply without its last line end. */
function send(port: number, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1');
    const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
    let reply = '';
    socket.setTimeout(5000, () => socket.destroy(new Error('redis-server does not answer')));
    socket.on('error', reject);
    socket.on('close', () => resolve(reply.trimEnd()));
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      socket.end();
    });
    socket.on('end', () => socket.end());
    socket.write(`*${words.length}\r\n${text}`);
  });
}
