import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Contests } from '../contest/contests.ts';
import type { Db } from '../db.ts';
import type { Guard, Guarded } from '../staff/session.ts';
import { answerRange } from './film.ts';
import { readSeenBy } from './media.ts';
import { readFilm } from './pieces.ts';

interface Held {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
  /** Slug of its contest. */
  contest: string;
}

const CACHE_BYTES = 64 << 20;
const PICTURE = /^([0-9a-f]{24})-((?:thumb|card|full)\.(?:avif|webp|jpg))$/u;
const FILM = /^([0-9a-f]{24})-(video\.mp4)$/u;

/**
 * `GET /media/<id>-<thumb|card|full>.<avif|webp|jpg>`, pictures as photo.ts made them, and `GET /media/<id>-video.mp4`, a film in the
 * pieces that a player asks for: public and to be kept for ever, but only while the page of a published contest shows them. The latest
 * pictures stay in memory, at most 64 MB of them. What is not public is read behind a door and kept by nobody:
 * `GET /api/console/contests/:slug/media/…` 主办单位, 审核员 (what units still hold as drafts excepted), 审计 (candidates alone);
 * `GET /api/console/unit/media/…` the unit's own nominations.
 */
export function createMediaRoute(
  { db, contests, guard }: { db: Db; contests: Pick<Contests, 'find'>; guard: Guard },
  cacheBytes = CACHE_BYTES,
) {
  const held = new Map<string, Held>();
  let heldBytes = 0;
  const shown = new WeakMap<StoredContest, ReadonlySet<string>>();

  /** Refuses with not_found for what the page of its contest does not show at this moment. */
  async function checkPublic(id: string, slug: string): Promise<void> {
    const contest = await contests.find(slug);
    let ids = shown.get(contest);
    if (!ids) {
      ids = shownBy(contest);
      shown.set(contest, ids);
    }
    if (!ids.has(id)) throw new Refusal('not_found');
  }

  async function readPublic(id: string, name: string): Promise<Held> {
    const key = `${id}-${name}`;
    const known = held.get(key);
    const found = known ?? (await readPicture(db, id, name));
    await checkPublic(id, found.contest);
    if (known) {
      held.delete(key);
      held.set(key, known);
    } else keep(key, found);
    return found;
  }

  function keep(key: string, found: Held): void {
    if (found.bytes.length > cacheBytes || held.has(key)) return;
    held.set(key, found);
    heldBytes += found.bytes.length;
    for (const [oldest, { bytes }] of held) {
      if (heldBytes <= cacheBytes) return;
      held.delete(oldest);
      heldBytes -= bytes.length;
    }
  }

  async function sendGuarded(c: Context<Guarded>, slug: string): Promise<Response> {
    const { id, name } = nameIn(c.req.param('file') ?? '');
    if (!(await readSeenBy(db, c.get('person'), slug, id))) throw new Refusal('not_found');
    c.header('Cache-Control', 'private, no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    if (name === 'video.mp4') return await sendFilm(db, c, id);
    const { type, bytes } = await readPicture(db, id, name);
    c.header('Content-Type', type);
    return c.body(bytes);
  }

  return new Hono<Guarded>()
    .get('/media/:file', async (c) => {
      c.header('Cache-Control', 'no-store');
      const { id, name } = nameIn(c.req.param('file'));
      if (name === 'video.mp4') {
        await checkPublic(id, await slugOf(db, id));
        const etag = `"${id}"`;
        forEver(c, etag);
        return isKnown(c, etag) ? c.body(null, 304) : await sendFilm(db, c, id);
      }
      const { type, bytes, etag } = await readPublic(id, name);
      forEver(c, etag);
      if (isKnown(c, etag)) return c.body(null, 304);
      c.header('Content-Type', type);
      return c.body(bytes);
    })
    .get('/api/console/contests/:slug/media/:file', guard('organizer', 'reviewer', 'auditor'), (c) =>
      sendGuarded(c, c.req.param('slug')),
    )
    .get('/api/console/unit/media/:file', guard('unit'), (c) =>
      sendGuarded(c, c.get('person').of?.slug ?? ''),
    );
}

function nameIn(file: string): { id: string; name: string } {
  const [, id, name] = PICTURE.exec(file) ?? FILM.exec(file) ?? [];
  if (!id || !name) throw new Refusal('not_found');
  return { id, name };
}

/** Everything under /media/ that the pages of a contest refer to. */
function shownBy({ banner, candidates }: StoredContest): ReadonlySet<string> {
  return new Set([
    ...(banner ? [banner.id] : []),
    ...candidates.flatMap(({ photos, video }) => [
      ...photos.map((photo) => photo.id),
      ...(video ? [video.id] : []),
    ]),
  ]);
}

async function slugOf(db: Db, film: string): Promise<string> {
  const row = await db
    .selectFrom('film')
    .innerJoin('contest', 'contest.id', 'film.contest')
    .select('contest.slug')
    .where('film.id', '=', film)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  return row.slug;
}

async function readPicture(db: Db, id: string, name: string): Promise<Held> {
  const row = await db
    .selectFrom('media')
    .innerJoin('contest', 'contest.id', 'media.contest')
    .select(['media.type', 'media.bytes', 'contest.slug'])
    .where('media.id', '=', id)
    .where('media.name', '=', name)
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  const bytes = new Uint8Array(row.bytes);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type: row.type, bytes, etag, contest: row.slug };
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

async function sendFilm(db: Db, c: Context, id: string): Promise<Response> {
  const kept = await db
    .selectFrom('film')
    .select('size')
    .where('id', '=', id)
    .where('whole', '=', true)
    .executeTakeFirst();
  if (!kept) throw new Refusal('not_found');
  const { status, headers, body } = await answerRange(c.req.header('Range'), {
    type: 'video/mp4',
    size: kept.size,
    read: (from, to) => readFilm(db, id, from, to + 1),
  });
  return c.body(body, status, headers);
}
