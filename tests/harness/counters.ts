import { createRedisCounters, gateScript } from '@zuimei/server/gate/rediscounters.ts';
import type { Counters } from '@zuimei/server/gate/visits.ts';
import { openRedis } from '@zuimei/server/redis.ts';

/** Counters in the Redis at this address, on a connection of their own, as a server of its own has them. */
export async function openCounters(url: string, prefix?: string): Promise<Counters & { close(): void }> {
  const redis = await openRedis(url, { scripts: [gateScript] });
  return { ...createRedisCounters(redis, prefix), close: redis.close };
}
