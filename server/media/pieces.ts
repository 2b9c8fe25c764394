import { sql, type Transaction } from 'kysely';
import { type FilmView, PIECE_BYTES } from '@zuimei/shared/film.ts';
import { nominationLimits } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db, Tables } from '../db.ts';
import { drawMediaId } from './photo.ts';

/*
 * Films, in pieces of one size: a phone's line may break, a page may be loaded anew, another process may answer, and nothing that was
 * kept is sent twice. No more than one piece is ever in memory, going in or out.
 */

export interface Announced {
  contest: number;
  nomination: number;
  unit: number;
  field: string;
  name: string;
  size: number;
  /** When the file was last changed, as its sender's computer says: with name and size, whether it is the same file again. */
  modified: number;
}

const viewed = ['id', 'field', 'name', 'size', 'received'] as const;

/**
 * A film that is going to be sent, or the same one where it broke off. `single`: the field takes one film, and another that was begun for it is given
 * up. Lock the nomination first. Refuses with too_large {limit}, and with film_room {most} where the unit's films would be more than may lie here.
 */
export async function beginFilm(
  tx: Transaction<Tables>,
  { contest, nomination, unit, field, name, size, modified }: Announced,
  single: boolean,
): Promise<FilmView> {
  const { videoBytes, unitFilmBytes } = nominationLimits;
  if (size > videoBytes) throw new Refusal('too_large', { limit: `${videoBytes >> 20} MB` });
  const begun = await tx
    .selectFrom('film')
    .select([...viewed, 'modified'])
    .where('nomination', '=', nomination)
    .where('field', '=', field)
    .where('whole', '=', false)
    .execute();
  const same = begun.find(
    (one) => one.name === name && one.size === size && one.modified.getTime() === modified,
  );
  if (same) {
    const { modified: _, ...view } = same;
    return view;
  }
  if (single && begun.length > 0)
    await tx
      .deleteFrom('film')
      .where(
        'id',
        'in',
        begun.map(({ id }) => id),
      )
      .execute();
  // So that two films of one unit are not measured at once.
  await tx.selectFrom('unit').select('id').where('id', '=', unit).forNoKeyUpdate().execute();
  const { rows } = await sql<{ sum: string }>`
    select coalesce(sum(size), 0) as sum from film where nomination in (select id from nomination where unit = ${unit})`.execute(
    tx,
  );
  if (Number(rows[0]?.sum ?? 0) + size > unitFilmBytes)
    throw new Refusal('film_room', { most: `${unitFilmBytes >> 30} GB` });
  const id = drawMediaId();
  await tx
    .insertInto('film')
    .values({
      id,
      contest,
      nomination,
      field,
      name,
      size,
      modified: new Date(modified),
      received: 0,
      whole: false,
    })
    .execute();
  return { id, field, name, size, received: 0 };
}

/** What of a nomination is on its way still, or broke off less than a day ago. */
export async function readBegun(db: Db, nomination: number): Promise<FilmView[]> {
  return await db
    .selectFrom('film')
    .select(viewed)
    .where('nomination', '=', nomination)
    .where('whole', '=', false)
    .orderBy('begun_at')
    .execute();
}

/**
 * Keeps a piece that begins at `at`, and gives how many bytes are kept then. A piece that is there already, or comes too early, changes nothing: the
 * sender goes on from what is kept. Refuses with not_found for one that is whole or was given up, and with bad_request {body} for a piece of
 * another length than is due.
 */
export async function keepPiece(
  db: Db,
  { id, nomination }: { id: string; nomination: number },
  at: number,
  bytes: Uint8Array,
): Promise<number> {
  return await db.transaction().execute(async (tx) => {
    const film = await tx
      .selectFrom('film')
      .select(['size', 'received'])
      .where('id', '=', id)
      .where('nomination', '=', nomination)
      .where('whole', '=', false)
      .forUpdate()
      .executeTakeFirst();
    if (!film) throw new Refusal('not_found');
    if (at !== film.received || at === film.size) return film.received;
    if (bytes.length !== Math.min(PIECE_BYTES, film.size - at))
      throw new Refusal('bad_request', { field: 'body' });
    await tx
      .insertInto('film_piece')
      .values({ film: id, at, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) })
      .execute();
    const received = at + bytes.length;
    await tx.updateTable('film').set({ received, touched_at: sql`now()` }).where('id', '=', id).execute();
    return received;
  });
}

/** Bytes [from, to) of a film. Within two pieces at most. */
export async function readFilm(
  db: Db | Transaction<Tables>,
  id: string,
  from: number,
  to: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { rows } = await sql<{ at: number; bytes: Uint8Array }>`
    select greatest(at, ${from}::int) as at, substring(bytes from greatest(${from}::int - at, 0) + 1 for ${to - from}::int) as bytes
    from film_piece where film = ${id} and at < ${to} and at + ${PIECE_BYTES}::int > ${from} order by at`.execute(
    db,
  );
  const whole = new Uint8Array(to - from);
  for (const { at, bytes } of rows) whole.set(bytes.subarray(0, to - at), at - from);
  return whole;
}

/** Given up by its unit. What is whole goes with what shows it (drop.sql). */
export async function giveUpFilm(db: Db, id: string, nomination: number): Promise<void> {
  await db
    .deleteFrom('film')
    .where('id', '=', id)
    .where('nomination', '=', nomination)
    .where('whole', '=', false)
    .execute();
}

/** Films that nobody has sent a piece of since `before`. Gives how many. */
export async function forgetFilms(db: Db, before: Date): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('film')
    .where('whole', '=', false)
    .where('touched_at', '<', before)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
