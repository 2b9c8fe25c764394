import { Hono } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { parseTilePath } from '@zuimei/shared/tile.ts';
import type { Desk } from '../contest/desk.ts';
import type { Log } from './log.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The transparency log (C2SP tlog-tiles) and receipts (C2SP tlog-proof). Public: it holds no voter and no choice.
 *   GET /log/:slug/checkpoint · /log/:slug/tile/<L>/<N>[.p/<W>] · /log/:slug/tile/entries/<N>[.p/<W>]
 *   GET /api/contests/:slug/receipts/:index
 */
export function logRoute(parts: { desk: Desk; log: Log }) {
  const { desk, log } = parts;
  return new Hono()
    .get('/log/:slug/checkpoint', async (c) => {
      const contest = await desk.find(c.req.param('slug'));
      const { note } = await log.newest(contest.id);
      if (note === '') throw new Refusal('not_sealed_yet', { retryAfterMs: 1000 });
      return c.text(note, 200, { 'Cache-Control': 'no-cache', 'Access-Control-Allow-Origin': '*' });
    })
    .get('/log/:slug/tile/*', async (c) => {
      const contest = await desk.find(c.req.param('slug'));
      const tile = parseTilePath(c.req.path.slice(`/log/${contest.slug}/`.length));
      if (!tile) throw new Refusal('not_found');
      const { level, index, width } = tile;
      const bytes =
        level === 'entries'
          ? await log.bundle(contest.id, contest.slug, index, width)
          : await log.tile(contest.id, level, index, width);
      return c.body(Uint8Array.from(bytes), 200, {
        'Content-Type': 'application/octet-stream',
        'Cache-Control': FOR_EVER,
        'Access-Control-Allow-Origin': '*',
      });
    })
    .get('/api/contests/:slug/receipts/:index', async (c) => {
      const contest = await desk.find(c.req.param('slug'));
      const index = c.req.param('index');
      if (!/^(0|[1-9][0-9]{0,14})$/.test(index)) throw new Refusal('not_found');
      return c.text(await log.proof(contest.id, Number(index)), 200, { 'Cache-Control': 'no-cache' });
    });
}
