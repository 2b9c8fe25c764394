import type { Journal } from '../journal.ts';
import { createGate, type Gate } from './gate.ts';
import { createMemoryCounters } from './memory.ts';

/**
 * The gate with the counters that the settings ask for: Redis shared by all servers, with this process's own behind it, or only the
 * latter. Resolves also when Redis is away (see openRedis); throws an Error if its address makes no sense.
 */
export async function openGate(parts: {
  redisUrl: string | null;
  log: Journal;
  clock?: () => number;
}): Promise<{ gate: Gate; close: () => Promise<void> }> {
  const { redisUrl, log, clock = Date.now } = parts;
  const fallback = createMemoryCounters();
  const common = {
    fallback,
    clock,
    log: (event: { event: string }) =>
      log(event.event === 'counters_back' ? 'note' : 'error', { part: 'gate', ...event }),
  };
  if (!redisUrl) return { gate: createGate({ counters: fallback, ...common }), close: async () => {} };
  // Embedded sites never load the client.
  const { openRedis } = await import('./redis.ts');
  const redis = await openRedis(redisUrl);
  return { gate: createGate({ counters: redis, ...common }), close: async () => redis.close() };
}
