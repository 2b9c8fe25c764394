import { BlockList, isIPv4 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from './db.ts';
import type { Metrics } from './metrics.ts';
import type { Health, Upkeep } from './upkeep/upkeep.ts';

/**
 * GET /healthz  the process answers. GET /readyz  ballots can be taken; names each part (shared/upkeep.ts) and the one that is broken: 503 when
 * it is one that ballots need (without Redis they go on unscreened, without WeChat for all who are known). GET /metrics  Prometheus, for this
 * machine and the private network only, and never through a proxy. No private data in any of them.
 */
export function healthRoute(parts: { db: Db; upkeep: Upkeep; metrics: Metrics }) {
  const { db, upkeep, metrics } = parts;
  return new Hono<{ Bindings: HttpBindings }>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', async (c) => {
      const { parts: states } = await upkeep.health();
      return c.json(states, upkeep.serves(states) ? 200 : 503, { 'Cache-Control': 'no-store' });
    })
    .get('/metrics', async (c) => {
      if (c.req.header('x-forwarded-for') || !isNear(c.env.incoming.socket.remoteAddress ?? ''))
        throw new Refusal('not_found');
      const health = await upkeep.health();
      setGauges(metrics, health);
      // Whoever watches must hear of a database that is down from the figures, not from a scrape that failed.
      if (health.parts.database !== 'down') await setSizes(metrics, db);
      return c.text(metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4' });
    });
}

function setGauges(metrics: Metrics, { parts, figures, silent, few, backup, quarantine }: Health): void {
  const secondsOf = (at: string | null | undefined): number => (at ? Date.parse(at) / 1000 : 0);
  for (const [part, state] of Object.entries(parts))
    metrics.set('zuimei_part_ok', state === 'ok' || state === 'none' ? 1 : 0, { part });
  metrics.set('zuimei_pool_waiting', figures.waiting);
  metrics.set('zuimei_pool_oldest_seconds', figures.waitingMs / 1000);
  metrics.set('zuimei_written_seconds', secondsOf(figures.writtenAt));
  metrics.set('zuimei_gate_unscreened', parts.counters === 'ok' ? 0 : 1);
  if (parts.wechat) metrics.set('zuimei_wechat_away', parts.wechat === 'ok' ? 0 : 1);
  if (figures.disk) metrics.set('zuimei_disk_free_bytes', figures.disk.free);
  if (figures.databaseBytes !== null) metrics.set('zuimei_database_bytes', figures.databaseBytes);
  if (figures.clockMs !== null) metrics.set('zuimei_database_clock_seconds', figures.clockMs / 1000);
  metrics.set('zuimei_witness_silent_seconds', Math.max(0, ...silent.map((one) => one.forMs / 1000)));
  metrics.set('zuimei_witness_policy_seconds', Math.max(0, ...few.map((one) => one.forMs / 1000)));
  metrics.set('zuimei_backup_seconds', secondsOf(backup?.at));
  for (const cause of ['asked', 'copy', 'behind', 'fork'])
    metrics.set('zuimei_quarantine', quarantine?.cause === cause ? 1 : 0, { cause });
}

async function setSizes(metrics: Metrics, db: Db): Promise<void> {
  const { rows } = await sql<{ slug: string; size: string; sealed: string }>`
    select c.slug, h.size, coalesce((select max(size) from log_checkpoint k where k.contest = h.contest), 0) as sealed
    from ledger_head h join contest c on c.id = h.contest order by c.id desc limit 100`.execute(db);
  for (const row of rows) {
    metrics.set('zuimei_ledger_size', Number(row.size), { contest: row.slug });
    metrics.set('zuimei_sealed_size', Number(row.sealed), { contest: row.slug });
  }
}

const near = new BlockList();
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  near.addSubnet(network, bits, 'ipv4');
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');

function isNear(address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  return near.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}
