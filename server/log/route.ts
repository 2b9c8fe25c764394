import type { BlockList } from 'node:net';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import { parseTilePath } from '@zuimei/shared/log/tile.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { networkOf } from '../address/bytes.ts';
import { clientAddress } from '../address/client.ts';
import type { Contests } from '../contest/contests.ts';
import type { LogName } from '../contest/route.ts';
import type { Db } from '../db.ts';
import { readBytes } from '../http/body.ts';
import { createLimit } from '../http/limit.ts';
import { sendJson } from '../http/reply.ts';
import { createActs } from './acts.ts';
import { isOurs, isUnknown, keepCosignatures, signerOf } from './cosignature.ts';
import type { Log } from './log.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';
const ANYWHERE = { 'Access-Control-Allow-Origin': '*' };
const ANEW = { 'Cache-Control': 'no-cache', ...ANYWHERE };
const MOST_NOTE_BYTES = 8_192;
const SIZE = /^[1-9][0-9]{0,14}$/;

/**
 * The transparency log (C2SP tlog-tiles), its checkpoints with cosignatures (C2SP tlog-cosignature), and receipts (C2SP tlog-proof).
 * All of it is public and may be read from any page: it holds no voter and no choice.
 *   GET  /log/:slug/checkpoint · /log/:slug/tile/<L>/<N>[.p/<W>] · /log/:slug/tile/entries/<N>[.p/<W>]
 *   GET  /log/:slug/checkpoint/:size                any that was signed
 *   GET  /log/:slug/witnessed                       the newest with a cosignature
 *   GET  /log/:slug/days                            the last of each day, JSON
 *   GET  /log/:slug/consistency/:size1/:size2       one base64 hash a line
 *   POST /log/:slug/cosignature                     a witness's: what counts is the signature of a registered key, not who sends it
 *   GET  /api/contests/:slug/receipts/:index
 */
export function logRoute(parts: {
  contests: Contests;
  log: Log;
  db: Db;
  clock: () => number;
  trustedProxies: BlockList;
  /** Told of a checkpoint that this log's key and a registered witness signed and the database does not have. */
  forked: (slug: string, note: string) => Promise<void>;
  logName: (slug: string) => Promise<LogName>;
}) {
  const { contests, log, db, clock, trustedProxies, forked, logName } = parts;
  // A witness sends one a minute; an office may run a few behind one address.
  const limit = createLimit({ most: 60, mostKept: 10_000 });
  const sizeOf = (text: string): number => {
    if (!SIZE.test(text)) throw new Refusal('not_found');
    return Number(text);
  };
  const addressOf = (c: Context<{ Bindings: HttpBindings }>): string =>
    clientAddress(c.env.incoming.socket.remoteAddress ?? '', c.req.header('x-forwarded-for'), trustedProxies);

  return new Hono<{ Bindings: HttpBindings }>()
    .get('/log/:slug/checkpoint', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      const { note } = await log.newest(contest.id);
      if (note === '') throw new Refusal('not_sealed_yet', { retryAfterMs: 1000 });
      return c.text(note, 200, ANEW);
    })
    .get('/log/:slug/checkpoint/:size', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      return c.text((await log.signed(contest.id, sizeOf(c.req.param('size')))).note, 200, ANEW);
    })
    .get('/log/:slug/witnessed', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      return c.text((await log.witnessed(contest.id)).note, 200, ANEW);
    })
    .get('/log/:slug/days', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      return c.json(await log.days(contest.id), 200, ANEW);
    })
    .get('/log/:slug/consistency/:size1/:size2', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      const [size1, size2] = [sizeOf(c.req.param('size1')), sizeOf(c.req.param('size2'))];
      const proof = await log.consistency(contest.id, size1, size2);
      const text = proof.map((hash) => `${toBase64(hash)}\n`).join('');
      return c.text(text, 200, { 'Cache-Control': FOR_EVER, ...ANYWHERE });
    })
    .post('/log/:slug/cosignature', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      if (!/^text\/plain\b/i.test(c.req.header('content-type') ?? ''))
        throw new Refusal('bad_request', { field: 'content-type' });
      const note = await readBytes(c.req.raw, MOST_NOTE_BYTES);
      // A registered witness has an allowance of its own, which nobody beside it can use up with what it did not sign.
      const signer = await signerOf(note, await log.witnesses(contest.id));
      limit.take(`${networkOf(addressOf(c))} ${signer ?? ''}`, clock());
      try {
        return c.text((await keepCosignatures(db, contest.id, note, clock())).note, 200, ANEW);
      } catch (error) {
        // Nobody but this log can have signed it: what it was signed of is gone from here.
        if (signer && isUnknown(error) && (await isOurs(note, (await logName(contest.slug)).verifierKey)))
          await forked(contest.slug, Buffer.from(note).toString('utf8'));
        throw error;
      }
    })
    .get('/log/:slug/tile/*', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
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
        ...ANYWHERE,
      });
    })
    .get('/api/contests/:slug/receipts/:index', async (c) => {
      const contest = await contests.find(c.req.param('slug'));
      const index = c.req.param('index');
      if (!/^(0|[1-9][0-9]{0,14})$/.test(index)) throw new Refusal('not_found');
      return c.text(await log.proof(contest.id, Number(index)), 200, { 'Cache-Control': 'no-cache' });
    });
}

/** GET /api/contests/:slug/acts (shared/audit.ts PublicAct[]). Public: what it tells stands in the ledger that anyone may check. */
export function actRoute(parts: { db: Db; contests: Contests; clock: () => number }) {
  const acts = createActs(parts.db, parts.clock);
  return new Hono().get('/api/contests/:slug/acts', async (c) => {
    const contest = await parts.contests.find(c.req.param('slug'));
    return sendJson(c, await acts.reply(contest.id));
  });
}
