import { BlockList, isIPv4 } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from './db.ts';
import type { Gate } from './gate/gate.ts';
import type { Metrics } from './metrics.ts';
import { passed } from './patience.ts';
import type { Cast } from './vote/cast.ts';
import type { Wechat } from './wechat/wechat.ts';

const PATIENCE_MS = 1_000;

/**
 * GET /healthz  the process answers. GET /readyz  ballots can be taken; names each part and the one that is broken (503 when it is
 * one that ballots need: without Redis they go on unscreened, without WeChat for all who are known). GET /metrics  Prometheus, for this machine and the private network only,
 * and never through a proxy. No private data in any of them.
 */
export function healthRoute(parts: {
  db: Db;
  cast: Cast;
  gate: Gate;
  metrics: Metrics;
  wechat: Wechat | null;
  stopping: () => boolean;
  lastSealAt: () => number | null;
  clock: () => number;
}) {
  const { db, cast, gate, metrics, wechat, stopping, lastSealAt, clock } = parts;
  return new Hono<{ Bindings: HttpBindings }>()
    .get('/healthz', (c) => c.text('ok'))
    .get('/readyz', async (c) => {
      const database = await within(PATIENCE_MS, sql`select 1`.execute(db));
      const sealedAt = lastSealAt();
      const states = {
        database: database ? 'ok' : 'down',
        counters: gate.state() === 'screening' ? 'ok' : 'unscreened',
        sealer: sealedAt === null || clock() - sealedAt < 30_000 ? 'ok' : 'late',
        server: stopping() ? 'stopping' : 'ok',
        ...(wechat ? { wechat: wechat.state() } : {}),
      };
      return c.json(states, states.database === 'ok' && states.server === 'ok' ? 200 : 503, {
        'Cache-Control': 'no-store',
      });
    })
    .get('/metrics', async (c) => {
      if (c.req.header('x-forwarded-for') || !isNear(c.env.incoming.socket.remoteAddress ?? ''))
        throw new Refusal('not_found');
      metrics.set('zuimei_pool_waiting', cast.waiting());
      if (wechat) metrics.set('zuimei_wechat_away', wechat.state() === 'ok' ? 0 : 1);
      metrics.set('zuimei_gate_unscreened', gate.state() === 'screening' ? 0 : 1);
      const { rows } = await sql<{ slug: string; size: string; sealed: string }>`
        select c.slug, h.size, coalesce((select max(size) from log_checkpoint k where k.contest = h.contest), 0) as sealed
        from ledger_head h join contest c on c.id = h.contest order by c.id desc limit 100`.execute(db);
      for (const row of rows) {
        metrics.set('zuimei_ledger_size', Number(row.size), { contest: row.slug });
        metrics.set('zuimei_sealed_size', Number(row.sealed), { contest: row.slug });
      }
      return c.text(metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4' });
    });
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

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  return await Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    passed(ms).then(() => false),
  ]);
}
