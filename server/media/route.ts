import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';

interface Held {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

const CACHE_BYTES = 64 << 20;

/**
 * `GET /media/<id>-<thumb|card|full>.<avif|webp|jpg>`: pictures as photo.ts made them. An id is the digest of its source, so
 * what it names never changes and may be kept for ever. The latest pictures stay in memory, at most 64 MB of them.
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
    const match = /^([0-9a-f]{24})-((?:thumb|card|full)\.(?:avif|webp|jpg))$/u.exec(c.req.param('file'));
    if (!match) throw new Refusal('not_found');
    const { type, bytes, etag } = await read(match[1] ?? '', match[2] ?? '');
    c.header('Cache-Control', 'public, max-age=31536000, immutable');
    c.header('ETag', etag);
    c.header('X-Content-Type-Options', 'nosniff');
    const asked = c.req
      .header('If-None-Match')
      ?.split(',')
      .map((one) => one.trim().replace(/^W\//u, ''));
    if (asked?.includes(etag)) return c.body(null, 304);
    c.header('Content-Type', type);
    return c.body(bytes);
  });
}
