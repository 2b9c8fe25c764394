import { createHash } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

/** What is sent to Redis once and then called by its digest. */
export interface Script {
  text: string;
  sha: string;
}

export function scriptOf(text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** The Redis that all servers share. Every call rejects at once while it is away. */
export interface SharedRedis {
  /** Gives what a script returns as bytes. */
  evaluate(script: Script, keys: string[], args: (Buffer | string | number)[]): Promise<Buffer>;
  read(key: string): Promise<Buffer | null>;
  write(key: string, value: Buffer, forMs: number): Promise<void>;
  /** True for the first who claims the key within `forMs`. */
  claim(key: string, forMs: number): Promise<boolean>;
  forget(key: string): Promise<void>;
  /** Is there a connection that can take commands? What a call would meet, not a promise. */
  connected(): boolean;
  close(): void;
}

export interface RedisChoices {
  /** Sent ahead to every node, so that no first call waits for them. */
  scripts?: readonly Script[];
  /** How long to wait for the first connection; after that it goes on in the background. */
  readyWithinMs?: number;
}

/**
 * Opens Redis by `redis://user:password@host:port/db`, `rediss://…` (TLS); a cluster by several of these separated by commas, or
 * `redis-cluster://host:port,host:port` (the first one's password is for all); or, of a primary with replicas, whichever its sentinels name:
 * `redis-sentinel://user:password@host:26379,host:26379/name?db=0` (the password is Redis's own; the sentinels ask for none). Resolves when it is ready, or after `readyWithinMs`
 * without being so; throws an Error if the address makes no sense. A lost connection is made again for ever, and nothing ever waits
 * for that: without one, and after a reply that does not come, every call rejects.
 */
export async function openRedis(url: string, choices: RedisChoices = {}): Promise<SharedRedis> {
  const { scripts = [], readyWithinMs = 2000 } = choices;
  const client = connect(url);
  // Every failure reaches the caller; without a listener it would end the process as well.
  client.on('error', () => {});
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, readyWithinMs);
    client.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  // evaluate() sends a script wherever it is missing.
  if (client.status === 'ready')
    await Promise.allSettled(mastersOf(client).map((node) => warm(node, scripts)));
  return {
    evaluate: (script, keys, args) => evaluate(client, script, keys, args),
    read: (key) => client.getBuffer(key),
    write: async (key, value, forMs) => void (await client.set(key, value, 'PX', forMs)),
    claim: async (key, forMs) => (await client.set(key, '1', 'PX', forMs, 'NX')) === 'OK',
    forget: async (key) => void (await client.del(key)),
    connected: () => client.status === 'ready',
    close: () => client.disconnect(),
  };
}

function mastersOf(client: Redis | Cluster): Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}

/** A node of a cluster is connected to only when it is first asked, and takes no command before. */
async function warm(node: Redis, scripts: readonly Script[]): Promise<void> {
  if (node.status === 'wait') await node.connect();
  for (const { text } of scripts) await node.callBuffer('script', 'LOAD', text);
}

/** By digest; a Redis that does not know the script (first use, restarted, flushed, another node) gets it with the same call. */
async function evaluate(
  client: Redis | Cluster,
  { text, sha }: Script,
  keys: string[],
  args: (Buffer | string | number)[],
): Promise<Buffer> {
  try {
    return reply(await client.callBuffer('evalsha', sha, keys.length, ...keys, ...args));
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return reply(await client.callBuffer('eval', text, keys.length, ...keys, ...args));
  }
}

function reply(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw new Error('a script of Redis gave no bytes');
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
  const watched = parseWatched(url);
  const nodes = parseNodes(watched?.sentinels ?? url);
  const [first] = nodes;
  if (!first) throw new Error('the address of Redis is empty');
  const { username, password, tls, ...at } = first;
  const access = {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: {} } : {}),
  };
  const retryStrategy = (): number => RECONNECT_MS;
  if (watched)
    return new Redis({
      ...{ ...common, ...access, name: watched.name, db: watched.db },
      sentinels: nodes.map(({ host, port }) => ({ host, port: port ?? SENTINEL_PORT })),
      sentinelRetryStrategy: retryStrategy,
      retryStrategy,
      enableOfflineQueue: false,
      // Who was primary and is a replica now refuses to write: the sentinels know the next.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
  if (nodes.length === 1 && !url.startsWith('redis-cluster:'))
    return new Redis({
      ...{ ...common, ...access, ...at, port: at.port ?? REDIS_PORT },
      retryStrategy,
      enableOfflineQueue: false,
    });
  return new Cluster(
    nodes.map(({ host, port }) => ({ host, port: port ?? REDIS_PORT })),
    {
      enableOfflineQueue: false,
      clusterRetryStrategy: retryStrategy,
      slotsRefreshTimeout: 1000,
      slotsRefreshInterval: 2000,
      redisOptions: { ...common, ...access },
    },
  );
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

interface Node {
  host: string;
  /** null = the usual one. */
  port: number | null;
  db: number;
  username: string;
  password: string;
  tls: boolean;
}

/** What stands behind `redis-sentinel:`: addresses of the sentinels as parseNodes reads them, and whom they watch; null = another address. */
function parseWatched(text: string): { sentinels: string; name: string; db: number } | null {
  const match = /^redis-sentinel:\/\/([^/?]+)\/([\w.-]+)(?:\?db=(\d+))?$/.exec(text.trim());
  if (match) return { sentinels: `redis://${match[1]}`, name: match[2] ?? '', db: Number(match[3] ?? 0) };
  if (text.trim().startsWith('redis-sentinel:')) throw new Error('an address of Redis makes no sense');
  return null;
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
      port: url.port ? Number(url.port) : null,
      db,
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      tls: url.protocol === 'rediss:',
    };
  });
}
