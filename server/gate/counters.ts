import type { Journal } from '../journal.ts';
import type { SharedRedis } from '../redis.ts';
import { createGate, type Gate } from './gate.ts';
import { createMemoryCounters } from './memory.ts';

/** The gate with counters that all servers share and this process's own behind them, or only the latter where there is no Redis. */
export async function openGate(parts: {
  redis: SharedRedis | null;
  log: Journal;
  clock?: () => number;
}): Promise<Gate> {
  const { redis, log, clock = Date.now } = parts;
  const fallback = createMemoryCounters();
  const common = {
    fallback,
    clock,
    log: (event: { event: string }) =>
      log(event.event === 'counters_back' ? 'note' : 'error', { part: 'gate', ...event }),
  };
  if (!redis) return createGate({ counters: fallback, ...common });
  // Embedded sites never load what packs for Redis.
  const { createRedisCounters } = await import('./rediscounters.ts');
  return createGate({ counters: createRedisCounters(redis), ...common });
}
