import { readFileSync } from 'node:fs';
import { type SharedRedis, scriptOf } from '../redis.ts';
import { packVisits, unpackCounts } from './packet.ts';
import type { Counters } from './visits.ts';

/** See gate.lua for what is exact and how much it takes. */
export const gateScript = scriptOf(readFileSync(new URL('./gate.lua', import.meta.url), 'utf8'));

/** Counters that several servers share. `prefix` stands before every key, e.g. for several sites in one Redis. */
export function createRedisCounters(redis: SharedRedis, prefix = 'zuimei:'): Counters {
  return {
    async bump(scope, visits, now) {
      const packet = packVisits(visits, now);
      const keys = packet.keys.map((key) => `${prefix}{${scope}}:${key}`);
      return unpackCounts(packet, await redis.evaluate(gateScript, keys, packet.args));
    },
  };
}
