import { spawnSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import { Hono } from 'hono';
import { sql } from 'kysely';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodePhoto } from '@zuimei/server/media/photo.ts';
import { createMediaRoute } from '@zuimei/server/media/route.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { runKinds, runSize } from '../harness/kinds.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { addPhoto } from './collected.ts';
import { portrait } from './paper.ts';

const PHONE = runSize({ width: 8_000, height: 6_000 }, { width: 12_000, height: 9_000 });

const fileOf = async (bytes: Uint8Array, name: string): Promise<Buffer> => {
  const file = (await encodePhoto(bytes)).files.find((one) => one.name === name);
  if (!file) throw new Error(`no ${name}`);
  return file.bytes;
};

describe('encoding a photo', () => {
  test('gives three sizes in three formats, small, with an id that says nothing of the source', async () => {
    const source = await portrait(900, 1200);
    const photo = await encodePhoto(source);
    expect(photo).toMatchObject({ width: 900, height: 1200, id: expect.stringMatching(/^[0-9a-f]{24}$/u) });
    // Who has the picture must not be able to ask for it by what is in it.
    expect((await encodePhoto(source)).id).not.toBe(photo.id);
    const shapes = await Promise.all(
      photo.files.map(async ({ name, type, bytes }) => {
        const { width, height, format } = await sharp(bytes).metadata();
        expect(type).toBe(`image/${name.endsWith('jpg') ? 'jpeg' : name.split('.')[1]}`);
        return `${name} ${width}×${height} ${format}`;
      }),
    );
    expect(shapes.sort()).toEqual(
      [
        ['card', '480×480'],
        ['full', '900×1200'],
        ['thumb', '96×96'],
      ].flatMap(([size, shape]) =>
        [
          ['avif', 'heif'],
          ['jpg', 'jpeg'],
          ['webp', 'webp'],
        ].map(([ending, format]) => `${size}.${ending} ${shape} ${format}`),
      ),
    );
  });

  test('even noise, the worst a camera can send, keeps a card under 60 KB', async () => {
    const noise = await sharp({
      create: {
        width: 900,
        height: 1200,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 60 },
      },
    })
      .jpeg()
      .toBuffer();
    const cards = (await encodePhoto(noise)).files.filter(({ name }) => name.startsWith('card'));
    expect(cards).toHaveLength(3);
    for (const { bytes } of cards) expect(bytes.length).toBeLessThanOrEqual(60 << 10);
  });

  test('turns the picture upright by its EXIF and keeps no metadata, place of the shot included', async () => {
    const base = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#0000ff' } })
      .jpeg()
      .withExif({ IFD0: { Artist: 'secret artist' }, IFD3: { GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect((await sharp(base).metadata()).exif).toBeDefined();
    const photo = await encodePhoto(base);
    expect(photo).toMatchObject({ width: 200, height: 300 });
    for (const { bytes } of photo.files) {
      const { exif, xmp, icc, orientation } = await sharp(bytes).metadata();
      expect([exif, xmp, icc, orientation]).toEqual([undefined, undefined, undefined, undefined]);
      expect(bytes.includes('secret artist')).toBe(false);
    }
  });

  test('never enlarges, makes wide originals no wider than 1080, and puts white behind transparency', async () => {
    expect(await encodePhoto(await portrait(200, 260))).toMatchObject({ width: 200, height: 260 });
    expect((await sharp(await fileOf(await portrait(200, 260), 'card.jpg')).metadata()).width).toBe(200);
    expect(await encodePhoto(await portrait(3000, 4000))).toMatchObject({ width: 1080, height: 1440 });
    const clear = await sharp({ create: { width: 200, height: 200, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    const { data } = await sharp(await fileOf(clear, 'card.jpg'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data.every((channel) => channel > 250)).toBe(true);
  });

  test('a square of a tall portrait keeps its upper part: the top of the head is never cut by more than a sixth of what goes', async () => {
    const band = await sharp({ create: { width: 300, height: 30, channels: 3, background: '#00ff00' } })
      .png()
      .toBuffer();
    const tall = await sharp({ create: { width: 300, height: 600, channels: 3, background: '#ff0000' } })
      .composite([{ input: band, left: 0, top: 60 }])
      .jpeg()
      .toBuffer();
    const { data, info } = await sharp(await fileOf(tall, 'card.jpg'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const middle = (20 * info.width + info.width / 2) * info.channels;
    expect(data[middle + 1]).toBeGreaterThan(200);
  });

  test(`a phone’s photo of ${(PHONE.width * PHONE.height) / 1e6} million pixels is taken, shrunk as it is read and turned upright: in less than 120 MB and ten seconds of one core`, async () => {
    // Made and read in a process of its own, whose memory is the picture's alone.
    const made = await sharp({ create: { ...PHONE, channels: 3, background: '#a08070' } })
      .jpeg({ quality: 50 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const program = `
      import { encodePhoto } from ${JSON.stringify(import.meta.resolve('@zuimei/server/media/photo.ts'))};
      const chunks = await Array.fromAsync(process.stdin);
      const bytes = Buffer.concat(chunks);
      const before = process.resourceUsage().maxRSS;
      const started = process.cpuUsage();
      const { width, height } = await encodePhoto(bytes);
      const megabytes = (process.resourceUsage().maxRSS - before) / 1024;
      const { user, system } = process.cpuUsage(started);
      console.log(JSON.stringify({ width, height, megabytes, seconds: (user + system) / 1e6 }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      input: made,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { megabytes, seconds, ...size } = JSON.parse(stdout) as Record<string, number>;
    expect(size).toEqual({ width: 1080, height: 1440 });
    expect(megabytes).toBeLessThan(120);
    expect(seconds).toBeLessThan(10);
  });

  test.each<[string, string, () => Promise<Uint8Array>]>([
    ['nothing', 'photo_none', async () => new Uint8Array(0)],
    ['text', 'photo_none', async () => Buffer.from('not a picture')],
    [
      'a JPEG cut in half',
      'photo_broken',
      async () => {
        const whole = await portrait();
        return whole.subarray(0, whole.length >> 1);
      },
    ],
    ['a JPEG of its first bytes', 'photo_broken', async () => (await portrait()).subarray(0, 40)],
    [
      'SVG, which is a program',
      'photo_none',
      async () =>
        Buffer.from(
          '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><rect width="200" height="200"/></svg>',
        ),
    ],
    [
      'TIFF',
      'photo_none',
      () =>
        sharp({ create: { width: 100, height: 100, channels: 3, background: '#fff' } })
          .tiff()
          .toBuffer(),
    ],
    ['BMP', 'photo_none', async () => Buffer.from(`BM${'\0'.repeat(100)}`, 'latin1')],
    ['HEIC', 'photo_heic', async () => heic('heic')],
    ['HEIC under its general name', 'photo_heic', async () => heic('mif1')],
    ['a dot', 'photo_small', () => portrait(20, 20)],
    ['a header that claims 60 000 × 60 000 pixels', 'photo_points', async () => pngHeader(60_000, 60_000)],
    ['more bytes than any phone makes', 'photo_bytes', async () => Buffer.alloc(51 << 20, 0xff)],
  ])('%s is refused as %s', async (_, code, make) => {
    const source = await make();
    const started = performance.now();
    await expect(encodePhoto(source)).rejects.toMatchObject({ name: 'Refusal', code });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('eight passport photos take less than five seconds of one core', async () => {
    const sources = await Promise.all(Array.from({ length: 8 }, (_, at) => portrait(413 + at, 579)));
    const before = process.cpuUsage();
    for (const source of sources) await encodePhoto(source);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

describe.each(runKinds)('GET /media/:file from the %s database', (kind) => {
  let fresh: FreshDatabase;
  let site: TestSite;
  let id = '';
  beforeAll(async () => {
    fresh = await freshDatabase(kind);
    site = await createSite(fresh.database.db);
    const contest = await site.contest();
    const shown = await addPhoto(site, contest.id);
    id = shown.id;
    await sql`
      update candidate set body = body || ${JSON.stringify({ photos: [shown] })}::jsonb
      where contest = ${contest.id} and number = 1`.execute(fresh.database.db);
  });
  afterAll(async () => {
    await site.close();
    await fresh.drop();
  });

  const app = (cacheBytes?: number): Hono => {
    const root = new Hono().route('/', createMediaRoute(site.parts, cacheBytes));
    root.onError((error, c) =>
      error instanceof Refusal && error.code === 'not_found' ? c.body(null, 404) : c.body(String(error), 500),
    );
    return root;
  };

  test('serves each file for ever, with its type and nosniff, and answers 304 to its own tag', async () => {
    const server = app();
    for (const [ending, type] of [
      ['avif', 'image/avif'],
      ['webp', 'image/webp'],
      ['jpg', 'image/jpeg'],
    ]) {
      const reply = await server.request(`/media/${id}-card.${ending}`);
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toBe(type);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await sharp(await reply.arrayBuffer()).metadata()).width).toBe(413);
      const tag = reply.headers.get('etag') ?? '';
      const again = await server.request(`/media/${id}-card.${ending}`, {
        headers: { 'If-None-Match': `W/${tag}` },
      });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    }
  });

  test('keeps what was asked for in memory, and no more than it may', async () => {
    const { db } = fresh.database;
    const before = await (await app().request(`/media/${id}-thumb.jpg`)).arrayBuffer();
    // Room for the one asked for last, not for two.
    const [roomy, tight] = [app(), app(before.byteLength + 100)];
    for (const server of [roomy, tight])
      for (const name of ['thumb.jpg', 'thumb.webp']) await server.request(`/media/${id}-${name}`);
    const gone = await db.deleteFrom('media').where('name', '=', 'thumb.jpg').returningAll().execute();
    expect((await roomy.request(`/media/${id}-thumb.jpg`)).status).toBe(200);
    expect((await tight.request(`/media/${id}-thumb.jpg`)).status).toBe(404);
    await db.insertInto('media').values(gone).execute();
    expect(await (await tight.request(`/media/${id}-thumb.jpg`)).arrayBuffer()).toEqual(before);
  });

  test.each([
    'x',
    `${'0'.repeat(24)}-card.avif`,
    'ID-huge.avif',
    'ID-card.svg',
    'ID-card.avif.exe',
    'ID-card.avif%00',
    '..%2F..%2Fetc%2Fpasswd',
    `${'ID'}-CARD.avif`,
  ])('there is no /media/%s', async (name) => {
    expect((await app().request(`/media/${name.replace('ID', id)}`)).status).toBe(404);
  });
});

/** The first bytes of a picture in the container that HEIC comes in. */
function heic(brand: string): Uint8Array {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32BE(24, 0);
  bytes.write(`ftyp${brand}`, 4, 'latin1');
  bytes.write('mif1heic', 16, 'latin1');
  return bytes;
}

/** A PNG that says it has this size; no pixels follow. */
function pngHeader(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const mark = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([mark, chunk('IHDR', header), chunk('IDAT', Buffer.alloc(0))]);
}

function chunk(name: string, content: Uint8Array): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
