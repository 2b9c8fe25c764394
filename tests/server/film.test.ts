import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetFilms } from '@zuimei/server/media/pieces.ts';
import { type FilmView, foreignCodec, PIECE_BYTES, readShape } from '@zuimei/shared/film.ts';
import type { AttachmentView, NominationView } from '@zuimei/shared/nomination.ts';
import { type FreshDatabase, freshDatabase } from '../harness/database.ts';
import { type Desk, signIn } from '../harness/office.ts';
import { createSite, type TestSite } from '../harness/site.ts';
import { openCollection } from './filed.ts';
import { mp4, sendFilm } from './mp4.ts';

/* Films in pieces: what was kept stays kept, whoever answers and however often the line breaks. */

const shapeOf = (bytes: Uint8Array) => {
  let most = 0;
  const read = async (from: number, to: number): Promise<Uint8Array> => {
    most = Math.max(most, to - from);
    return bytes.subarray(from, to);
  };
  return readShape(bytes.length, read).then((shape) => ({ shape, most }));
};

describe('what a file is', () => {
  test('is read from its boxes’ heads and its index, wherever that lies, and never whole', async () => {
    for (const last of [false, true]) {
      const { shape, most } = await shapeOf(mp4(5 << 20, 'avc1', last));
      expect(shape?.tracks).toEqual(['avc1']);
      expect(most).toBeLessThan(1_000);
    }
    expect(foreignCodec({ tracks: ['mp4a', 'avc1'] })).toBeNull();
    expect(foreignCodec({ tracks: ['hvc1', 'mp4a'] })).toBe('H.265（HEVC）');
    expect(foreignCodec({ tracks: ['mp4a'] })).toBe('');
  });

  test.each([
    ['a text', Buffer.from('不是视频')],
    ['nothing', Buffer.alloc(0)],
    ['a picture of a phone', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')],
    ['a film that breaks off before its index', mp4(64, 'avc1', true).subarray(0, 90)],
    ['boxes without a length', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isomiso2\0\0\0\x03moov', 'latin1')],
  ])('%s is no film', async (_, bytes) => {
    expect((await shapeOf(bytes)).shape).toBeNull();
  });
});

let fresh: FreshDatabase;
let site: TestSite;
let twin: TestSite;
let contest: Awaited<ReturnType<typeof openCollection>>;
let desk: Desk;
let elsewhere: Desk;
beforeAll(async () => {
  fresh = await freshDatabase('server');
  site = await createSite(fresh.database.db);
  // Another process on the same database.
  twin = await createSite(fresh.database.db);
  contest = await openCollection(site, 'works');
  const unit = await contest.unit('青石镇');
  desk = unit.desk;
  elsewhere = await signIn(twin, { unit: unit.id });
});
afterAll(async () => {
  await site.close();
  await twin.close();
  await fresh.drop();
});

const film = mp4(5 << 20, 'avc1', true);
const about = { name: '安全用气.mp4', size: film.length, modified: 1_700_000_000_000 };
const piece = (at: number): Uint8Array<ArrayBuffer> => new Uint8Array(film.subarray(at, at + PIECE_BYTES));
async function draft(): Promise<string> {
  const { id } = await desk.post<NominationView>('/api/console/unit/nominations', { kind: 'work' });
  return `/api/console/unit/nominations/${id}`;
}
async function put(by: Desk, path: string, bytes: Uint8Array<ArrayBuffer>) {
  const reply = await by.raw('PUT', path, bytes);
  return { status: reply.status, body: (await reply.json()) as { received?: number; code?: string } };
}
const stored = async (): Promise<{ films: number; pieces: number }> => {
  const { rows } = await sql<{ films: number; pieces: number }>`
    select (select count(*)::int from film) as films, (select count(*)::int from film_piece) as pieces`.execute(
    fresh.database.db,
  );
  return rows[0] ?? { films: 0, pieces: 0 };
};

test('a film goes on where it broke off, at another process too, and comes out byte for byte', async () => {
  const at = await draft();
  const begun = await desk.post<FilmView>(`${at}/films/video`, about);
  expect(begun.received).toBe(0);
  expect((await put(desk, `${at}/films/${begun.id}/0`, piece(0))).body).toEqual({ received: PIECE_BYTES });
  // It took effect and the answer was lost: sent again it changes nothing, and says how to go on.
  expect((await put(desk, `${at}/films/${begun.id}/0`, piece(0))).body).toEqual({ received: PIECE_BYTES });
  // Too early, too short, and before all is there.
  expect((await put(desk, `${at}/films/${begun.id}/${2 * PIECE_BYTES}`, piece(0))).body).toEqual({
    received: PIECE_BYTES,
  });
  const short = await put(desk, `${at}/films/${begun.id}/${PIECE_BYTES}`, piece(0).subarray(0, 10));
  expect(short.body).toMatchObject({ code: 'bad_request' });
  const early = new FormData();
  early.append('note', '');
  expect((await desk.ask('POST', `${at}/films/${begun.id}/whole`, early)).body).toEqual({
    code: 'film_broken',
    received: PIECE_BYTES,
  });

  // The page was loaded anew, and another process answers.
  expect(await elsewhere.get(`${at}/films`)).toEqual([{ ...begun, received: PIECE_BYTES }]);
  const file = await sendFilm(elsewhere, at, 'video', { name: about.name, bytes: film });
  expect((await elsewhere.get<FilmView[]>(`${at}/films`)).length).toBe(0);
  const { attachments } = await desk.get<NominationView>(at);
  expect(attachments).toMatchObject([
    { id: file.id, name: about.name, bytes: film.length, type: 'video/mp4' },
  ]);
  const whole = await desk.raw('GET', `${at}/files/${file.id}`);
  expect(Buffer.from(await whole.arrayBuffer()).equals(film)).toBe(true);
  // Across two pieces, as a player asks.
  const from = PIECE_BYTES - 5;
  const cut = await desk.raw('GET', `${at}/files/${file.id}`, undefined, {
    Range: `bytes=${from}-${from + 9}`,
  });
  expect([cut.status, Buffer.from(await cut.arrayBuffer()).equals(film.subarray(from, from + 10))]).toEqual([
    206,
    true,
  ]);

  // Of one film a field: the next takes its place, and what nothing shows is gone with its pieces.
  await sendFilm(desk, at, 'video', { name: '另一个.mp4', bytes: mp4() });
  expect((await desk.get<NominationView>(at)).attachments.map(({ name }: AttachmentView) => name)).toEqual([
    '另一个.mp4',
  ]);
  expect(await stored()).toEqual({ films: 1, pieces: 1 });
  await desk.ask('DELETE', at);
  expect(await stored()).toEqual({ films: 0, pieces: 0 });
});

test('what phones do not play, what is no film and what is too much is refused with what to do; nothing stays', async () => {
  const at = await draft();
  for (const [bytes, code] of [
    [mp4(64, 'hvc1'), 'film_codec'],
    [Buffer.from('不是视频'), 'file_refused'],
  ] as const)
    await expect(sendFilm(desk, at, 'video', { name: '片.mp4', bytes })).rejects.toThrow(code);
  const begin = (size: number, field = 'video') =>
    desk.ask<{ code: string; most?: string }>('POST', `${at}/films/${field}`, { ...about, size });
  expect((await begin(201 << 20)).body).toMatchObject({ code: 'too_large', limit: '200 MB' });
  expect((await begin(1_000, 'attachments')).status).toBe(400);
  for (let n = 0; n < 5; n++) {
    const reply = await desk.ask('POST', `${at}/films/pictures`, {
      ...about,
      name: `${n}.mp4`,
      size: 200 << 20,
    });
    expect(reply.status).toBe(201);
  }
  expect((await begin(100 << 20)).body).toEqual({ code: 'film_room', most: '1 GB' });
  // Another unit neither sees nor continues them.
  const other = (await contest.unit('桐江街道')).desk;
  expect((await other.ask('GET', `${at}/films`)).status).toBe(404);
  const [first] = await desk.get<FilmView[]>(`${at}/films`);
  expect((await put(other, `${at}/films/${first?.id}/0`, piece(0))).status).toBe(404);
  expect((await other.ask('DELETE', `${at}/films/${first?.id}`)).status).toBe(404);

  await desk.ask('DELETE', `${at}/films/${first?.id}`);
  expect((await stored()).films).toBe(4);
  // A day without a piece, and it is given up.
  expect(await forgetFilms(fresh.database.db, new Date(Date.now() - 86_400_000))).toBe(0);
  await sql`update film set touched_at = now() - interval '25 hours' where name <> '4.mp4'`.execute(
    fresh.database.db,
  );
  expect(await forgetFilms(fresh.database.db, new Date(Date.now() - 86_400_000))).toBe(3);
  await desk.ask('DELETE', at);
});
