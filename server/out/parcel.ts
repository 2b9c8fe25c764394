import { sql } from 'kysely';
import { PIECE_BYTES as FILM_PIECE } from '@zuimei/shared/film.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { createZip } from '../bundle/zip.ts';
import type { Db } from '../db.ts';
import { readFilm } from '../media/pieces.ts';
import { isReadable } from '../review/review.ts';
import { readCard } from './form.ts';
import { plainName } from './moment.ts';
import type { Source } from './nominees.ts';
import type { Press } from './press.ts';

/** A zip without zip64 holds four times this; a browser keeps all of it until it is saved. */
const MOST_BYTES = 1 << 30;
/** Forms made by one thread, one after another: starting it takes as long as making ten. */
const FORMS_AT_ONCE = 20;
/** For the share that a page shows: about as large as a form with its portrait is. */
const FORM_BYTES = 60_000;
const PIECE_BYTES = 1 << 20;

/** A stored file, by the table and row that hold its bytes. */
interface Held {
  nomination: number;
  what: 'photo' | 'attachment' | 'film' | 'original';
  key: string;
  field: string;
  name: string;
  bytes: number;
}

export interface Parcel {
  people: { id: number; folder: string }[];
  held: Held[];
  full: boolean;
  /** About as long as the zip will be. */
  bytes: number;
}

/**
 * What a zip of these nominations holds: of each its 报送表, its photo and its files. Masked, the forms are, and of the files only those
 * are in it that a page may show: scans and originals name everything in clear. Refuses with not_found when one is not of this contest or
 * still its unit's draft, too_large {limit}.
 */
export async function planParcel(
  db: Db,
  source: Source,
  ids: readonly number[],
  full: boolean,
): Promise<Parcel> {
  const rows = await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .select(['nomination.id', 'nomination.name', 'state', 'source', 'unit.name as unit'])
    .where('nomination.contest', '=', source.id)
    .where('nomination.id', 'in', [...ids])
    .orderBy('nomination.id')
    .execute();
  const seen = rows.filter(isReadable);
  if (seen.length < new Set(ids).size) throw new Refusal('not_found');
  const people = seen.map(({ id, name, unit }, at) => ({
    id,
    folder: `${String(at + 1).padStart(3, '0')} ${plainName(name) || '未填姓名'}（${plainName(unit)}）`,
  }));
  const open = (source.collection?.form ?? []).filter(({ audience }) => audience === 'public');
  const held = (await readHeld(db, ids)).filter(
    ({ what, field }) =>
      full ||
      what === 'photo' ||
      ((what === 'attachment' || what === 'film') && open.some(({ key }) => key === field)),
  );
  const bytes = held.reduce((sum, one) => sum + one.bytes, people.length * FORM_BYTES);
  if (bytes > MOST_BYTES) throw new Refusal('too_large', { limit: `${MOST_BYTES >> 30} GB` });
  return { people, held, full, bytes };
}

async function readHeld(db: Db, ids: readonly number[]): Promise<Held[]> {
  const all = sql.join([...ids]);
  const { rows } = await sql<Held>`
    select n.id as nomination, 'photo' as what, m.id as key, '' as field, '照片.jpg' as name, octet_length(m.bytes) as bytes
    from nomination n join media m on m.id = n.photo ->> 'id' and m.name = 'full.jpg' where n.id in (${all})
    union all
    select nomination, 'attachment', id::text, field, name, octet_length(bytes) from attachment where film is null and nomination in (${all})
    union all
    select a.nomination, 'film', f.id, a.field, a.name, f.size from attachment a join film f on f.id = a.film where a.nomination in (${all})
    union all
    select nomination, 'original', nomination::text, '', name, octet_length(bytes) from original where nomination in (${all})
    order by nomination, what, key`.execute(db);
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/** The zip, in pieces: nothing larger than one batch of forms is held. The first forms are made before the first piece. */
export async function* writeParcel(
  parts: { db: Db; key: Uint8Array; press: Press },
  source: Source,
  { people, held, full }: Parcel,
): AsyncGenerator<Uint8Array> {
  const zip = createZip();
  for (let from = 0; from < people.length; from += FORMS_AT_ONCE) {
    const batch = people.slice(from, from + FORMS_AT_ONCE);
    const cards = [];
    for (const { id } of batch) cards.push((await readCard(parts.db, parts.key, source, id, full)).card);
    const forms = await parts.press.all(cards);
    for (const [at, { id, folder }] of batch.entries()) {
      yield* zip.file(`${folder}/报送表.docx`, [forms[at] ?? new Uint8Array(0)]);
      const own = held.filter(({ nomination }) => nomination === id);
      for (const [place, one] of own.entries())
        yield* zip.file(`${folder}/${nameOf(one, place)}`, bytesOf(parts.db, one));
    }
  }
  yield zip.end();
}

function nameOf({ what, name }: Held, place: number): string {
  if (what === 'photo') return name;
  const ending = /\.\w{1,5}$/u.exec(name)?.[0] ?? '';
  const stem = plainName(name.slice(0, name.length - ending.length));
  return what === 'original'
    ? `原件 ${stem}${ending}`
    : `附件/${String(place + 1).padStart(2, '0')} ${stem}${ending}`;
}

async function* bytesOf(db: Db, { what, key, bytes }: Held): AsyncGenerator<Uint8Array> {
  if (what === 'film') {
    for (let at = 0; at < bytes; at += FILM_PIECE)
      yield await readFilm(db, key, at, Math.min(bytes, at + FILM_PIECE));
    return;
  }
  const table = {
    photo: sql`media where id = ${key} and name = 'full.jpg'`,
    attachment: sql`attachment where id = ${key}`,
    original: sql`original where nomination = ${Number(key)}`,
  }[what];
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const { rows } = await sql<{ piece: Uint8Array }>`
      select substring(bytes from ${at + 1}::int for ${PIECE_BYTES}::int) as piece from ${table}`.execute(db);
    const [row] = rows;
    // Gone since it was planned: what is there of it stays short.
    if (!row) return;
    yield new Uint8Array(row.piece);
  }
}
