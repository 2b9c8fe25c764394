import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { packVisits, unpackCounts } from './packet.ts';
import type { Counters } from './visits.ts';

const SCRIPT = readFileSync(new URL('./gate.lua', import.meta.url), 'utf8');
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex');

/** Counters that several servers share. See gate.lua for what is exact and how much it takes. */
export interface RedisCounters extends Counters {
  /** Is there a connection that can take commands? What bump would meet, not a promise. */
  connected(): boolean;
  close(): void;
}

export interface RedisChoices {
  /** Before every key, e.g. for several sites in one Redis. */
  prefix?: string;
  /** How long to wait for the first connection; after that it goes on in the background. */
  readyWithinMs?: number;
}

/**
 * Opens Redis by `redis://user:password@host:port/db`, `rediss://…` (TLS), or a cluster by several of these separated by commas, or
 * `redis-cluster://host:port,host:port` (the first one's password is for all). Resolves when it is ready, or after `readyWithinMs`
 * without being so; throws an Error if the address makes no sense. A lost connection is made again for ever, and nothing ever waits
 * for that: without one, and after a reply that does not come, bump rejects.
 */
export async function openRedis(url: string, choices: RedisChoices = {}): Promise<RedisCounters> {
  const { prefix = 'zuimei:', readyWithinMs = 2000 } = choices;
  const client = connect(url);
  // Every failure reaches the caller of bump; without a listener it would end the process as well.
  client.on('error', () => {});
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, readyWithinMs);
    client.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  // Sent ahead to every node, so that no first batch waits for a connection or the script; run() sends it wherever it is missing.
  if (client.status === 'ready') await Promise.allSettled(mastersOf(client).map(warm));
  return {
    async bump(scope, visits, now) {
      const packet = packVisits(visits, now);
      const keys = packet.keys.map((key) => `${prefix}{${scope}}:${key}`);
      return unpackCounts(packet, await run(client, keys, packet.args));
    },
    connected: () => client.status === 'ready',
    close: () => client.disconnect(),
  };
}

function mastersOf(client: Redis | Cluster): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** A node of a cluster is connected to only when it is first asked, and takes no command before. */
async function warm(node: Redis): Promise<void> {
  if (node.status === 'wait') await node.connect();
  await node.callBuffer('script', 'LOAD', SCRIPT);
}

/** By digest; a Redis that does not know the script (first use, restarted, flushed, another node) gets it with the same call. */
async function run(
  client: Redis | Cluster,
  keys: string[],
  args: (Buffer | string | number)[],
): Promise<Buffer> {
  try {
    return reply(await client.callBuffer('evalsha', SCRIPT_SHA, keys.length, ...keys, ...args));
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return reply(await client.callBuffer('eval', SCRIPT, keys.length, ...keys, ...args));
  }
}

function reply(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw new Error('gate.lua gave no bytes');
  return value;
}

const RECONNECT_MS = 250;
/** Of a connection that swallows commands without an answer (a stalled server, a vanished host). */
const SILENCE_MS = 2000;

const common: RedisOptions = {
  // Old proxies of hosted Redis do not know HELLO 3.
  protocol: 2,
  connectTimeout: 2000,
  socketTimeout: SILENCE_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectionName: 'zuimei',
};

function connect(url: string): Redis | Cluster {
  const nodes = parseNodes(url);
  const [first] = nodes;
  if (!first) throw new Error('the address of Redis is empty');
  const { username, password, tls, ...at } = first;
  const access = {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: {} } : {}),
  };
  const retryStrategy = (): number => RECONNECT_MS;
  if (nodes.length === 1 && !url.startsWith('redis-cluster:'))
    return new Redis({ ...common, ...access, ...at, retryStrategy, enableOfflineQueue: false });
  return new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: 1000,
      slotsRefreshInterval: 2000,
      redisOptions: { ...common, ...access },
    },
  );
}

interface Node {
  host: string;
  port: number;
  db: number;
  username: string;
  password: string;
  tls: boolean;
}

function parseNodes(text: string): Node[] {
  return text.split(',').map((part): Node => {
    const address = part.trim().replace(/^redis-cluster:/, 'redis:');
    const url = URL.parse(/^rediss?:\/\//.test(address) ? address : `redis://${address}`);
    const db = Number(url?.pathname.slice(1) || 0);
    // The text may hold a password: it is not repeated.
    if (!url?.hostname || !Number.isInteger(db)) throw new Error('an address of Redis makes no sense');
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 6379),
      db,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      tls: url.protocol === 'rediss:',
    };
  });
}
