import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { sql } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { parseRange } from './range.ts';

interface Held {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

const CACHE_BYTES = 64 << 20;
/** Most bytes of a film read from the database for one request: a player asks again for what follows. */
const PIECE_BYTES = 2 << 20;

/**
 * `GET /media/<id>-<thumb|card|full>.<avif|webp|jpg>`: pictures as photo.ts made them. An id is the digest of its source, so
 * what it names never changes and may be kept for ever. The latest pictures stay in memory, at most 64 MB of them.
 * `GET /media/<id>-video.mp4`: a work that was published, in the pieces that a player asks for. All public.
 */
export function createMediaRoute(db: Db, cacheBytes = CACHE_BYTES) {
  const held = new Map<string, Held>();
  let heldBytes = 0;

  const read = async (id: string, name: string): Promise<Held> => {
    const key = `${id}-${name}`;
    const known = held.get(key);
    if (known) {
      held.delete(key);
      held.set(key, known);
      return known;
    }
    const row = await db
      .selectFrom('media')
      .select(['type', 'bytes'])
      .where('id', '=', id)
      .where('name', '=', name)
      .executeTakeFirst();
    if (!row) throw new Refusal('not_found');
    const bytes = new Uint8Array(row.bytes);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const found = { type: row.type, bytes, etag };
    keep(key, found);
    return found;
  };

  const keep = (key: string, found: Held): void => {
    if (found.bytes.length > cacheBytes || held.has(key)) return;
    held.set(key, found);
    heldBytes += found.bytes.length;
    for (const [oldest, { bytes }] of held) {
      if (heldBytes <= cacheBytes) return;
      held.delete(oldest);
      heldBytes -= bytes.length;
    }
  };

  return new Hono().get('/media/:file', async (c) => {
    const film = /^([0-9a-f]{24})-video\.mp4$/u.exec(c.req.param('file'))?.[1];
    if (film) return await sendFilm(db, c, film);
    const match = /^([0-9a-f]{24})-((?:thumb|card|full)\.(?:avif|webp|jpg))$/u.exec(c.req.param('file'));
    if (!match) throw new Refusal('not_found');
    const { type, bytes, etag } = await read(match[1] ?? '', match[2] ?? '');
    forEver(c, etag);
    if (isKnown(c, etag)) return c.body(null, 304);
    c.header('Content-Type', type);
    return c.body(bytes);
  });
}

function forEver(c: Context, etag: string): void {
  c.header('Cache-Control', 'public, max-age=31536000, immutable');
  c.header('ETag', etag);
  c.header('X-Content-Type-Options', 'nosniff');
}

function isKnown(c: Context, etag: string): boolean {
  const asked = c.req
    .header('If-None-Match')
    ?.split(',')
    .map((one) => one.trim().replace(/^W\//u, ''));
  return asked?.includes(etag) ?? false;
}

/** A film is cut out of the database piece by piece: none is ever whole in memory, however many watch. */
async function sendFilm(db: Db, c: Context, id: string): Promise<Response> {
  const kept = await db
    .selectFrom('media')
    .select(['type', sql<number>`octet_length(bytes)`.as('size')])
    .where('id', '=', id)
    .where('name', '=', 'video.mp4')
    .executeTakeFirst();
  if (!kept) throw new Refusal('not_found');
  const { size, type } = kept;
  const etag = `"${id}"`;
  forEver(c, etag);
  c.header('Accept-Ranges', 'bytes');
  c.header('Content-Type', type);
  if (isKnown(c, etag)) return c.body(null, 304);
  const range = parseRange(c.req.header('Range'), size);
  if (range === 'outside') {
    c.header('Content-Range', `bytes */${size}`);
    return c.body(null, 416);
  }
  const piece = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    const { rows } = await sql<{ bytes: Uint8Array }>`
      select substring(bytes from ${from + 1}::int for ${to - from + 1}::int) as bytes
      from media where id = ${id} and name = 'video.mp4'`.execute(db);
    return new Uint8Array(rows[0]?.bytes ?? []);
  };
  if (range !== 'whole') {
    const to = Math.min(range.to, range.from + PIECE_BYTES - 1);
    c.header('Content-Range', `bytes ${range.from}-${to}/${size}`);
    c.header('Content-Length', String(to - range.from + 1));
    return c.body(await piece(range.from, to), 206);
  }
  c.header('Content-Length', String(size));
  let at = 0;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(stream) {
      if (at >= size) return stream.close();
      const bytes = await piece(at, Math.min(size, at + PIECE_BYTES) - 1);
      if (bytes.length === 0) return stream.error(new Error('the film ended early'));
      at += bytes.length;
      stream.enqueue(bytes);
    },
  });
  return c.body(pieces);
}
