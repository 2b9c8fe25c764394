import { randomUUID } from 'node:crypto';
import { type Kysely, sql, type Transaction } from 'kysely';
import sharp from 'sharp';
import { type FilmView, foreignCodec, readShape } from '@zuimei/shared/film.ts';
import { type AttachmentView, nominationLimits } from '@zuimei/shared/nomination.ts';
import { photoFaults, pictureKind } from '@zuimei/shared/picture.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { openArchive } from '../document/archive.ts';
import { cleanLine } from '../document/value.ts';
import { answerRange } from '../media/film.ts';
import { type EncodedPhoto, encodePhoto, shrinkPhoto } from '../media/photo.ts';
import { readFilm } from '../media/pieces.ts';
import { clipStart } from '../text.ts';
import { keepPhoto, withFile } from '../upload/portrait.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/** Fields of files that belong to no field of the form: the signed consent, and scans of opinions (`opinion/<step>`). */
export const CONSENT_FIELD = 'consent';
export const opinionField = (step: string): string => `opinion/${step}`;

const kinds = {
  pdf: { type: 'application/pdf', endings: ['pdf'] },
  jpg: { type: 'image/jpeg', endings: ['jpg', 'jpeg'] },
  png: { type: 'image/png', endings: ['png'] },
  docx: {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    endings: ['docx', 'wps'],
  },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    endings: ['xlsx', 'et'],
  },
  office: { type: 'application/x-ole-storage', endings: ['wps', 'et', 'doc', 'xls'] },
} as const;
type FileKind = keyof typeof kinds;

/** What a file is by its content, whatever it is called; null for everything that is not accepted. Looks into archives, never runs anything. */
export function fileKind(bytes: Uint8Array): FileKind | null {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (head.startsWith('%PDF-')) return 'pdf';
  if (head.startsWith('\xff\xd8\xff')) return 'jpg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return withoutMacro(bytes) ? 'office' : null;
  return head.startsWith('PK') ? archiveKind(bytes) : null;
}

/** An old Office file names its macro storage in its directory, in UTF-16. */
function withoutMacro(bytes: Uint8Array): boolean {
  return !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(
    Buffer.from('_VBA_PROJECT', 'utf16le'),
  );
}

function archiveKind(bytes: Uint8Array): FileKind | null {
  try {
    const { names } = openArchive(bytes);
    if (names.some((name) => /vbaProject\.bin$/iu.test(name))) return null;
    if (names.includes('word/document.xml')) return 'docx';
    return names.some((name) => /^xl\/workbook\.(xml|bin)$/u.test(name)) ? 'xlsx' : null;
  } catch {
    return null;
  }
}

/** What such a file is called on the wire; null for what fileKind does not accept. */
export function fileType(bytes: Uint8Array): string | null {
  const kind = fileKind(bytes);
  return kind && kinds[kind].type;
}

export interface CheckedFile {
  /** Safe to show and to save under: no path, no control character, ending as its content is. */
  name: string;
  type: string;
  bytes: Uint8Array;
  /** Encoded anew where a page may show it. */
  photo: EncodedPhoto | null;
}

export const FILM_TYPE = 'video/mp4';

/**
 * A paper or a picture as it may be stored; films come in pieces (media/pieces.ts). Pictures are encoded anew, so that nothing
 * but pixels survives (a phone writes into them where they were taken). Refuses with too_large {limit in MB}, file_refused {name}, for a picture as shrinkPhoto.
 */
export async function checkFile(sent: { name: string; bytes: Uint8Array }): Promise<CheckedFile> {
  const name = fileName(sent.name);
  const kind = fileKind(sent.bytes);
  const limit = nominationLimits.fileBytes;
  if (sent.bytes.length > limit) throw new Refusal('too_large', { limit: `${limit >> 20} MB` });
  if (pictureKind(sent.bytes) === 'heic') throw new Refusal('photo_heic', { name });
  if (kind === null) throw new Refusal('file_refused', { name });
  const bytes = kind === 'jpg' || kind === 'png' ? await pixelsOf(kind, sent.bytes, name) : sent.bytes;
  const stem = name.replace(/\.[^.]{1,5}$/u, '');
  const ending = /\.([^.]{1,5})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
  const fits = (kinds[kind].endings as readonly string[]).includes(ending);
  return {
    name: fits ? name : `${stem}.${kinds[kind].endings[0]}`,
    type: kinds[kind].type,
    bytes,
    photo: null,
  };
}

/** What a sent file is called here: no path, nothing that a computer cannot save. */
export function fileName(sent: string): string {
  return (
    clipStart(cleanLine(sent.split(/[/\\]/u).at(-1) ?? '').replace(/["<>|:*?]/gu, ''), 120) || '未命名文件'
  );
}

/** A frame where the sender's browser could draw none: dark, as wide as films are. */
const dark = { create: { width: 480, height: 270, channels: 3, background: '#1d1917' } } as const;

/** A checked file with what a page shows of it: of a picture itself, of a paper nothing. Refuses, for a picture, as encodePhoto. */
export async function withPhoto(file: CheckedFile): Promise<CheckedFile> {
  if (file.type !== kinds.jpg.type && file.type !== kinds.png.type) return file;
  try {
    return { ...file, photo: await encodePhoto(file.bytes, 'own') };
  } catch (error) {
    throw withFile(error, file.name);
  }
}

/**
 * A film that came whole, to be kept with its nomination: it must be an MP4 that every phone plays. `shown`: a page may show it, with the still
 * frame that its sender's browser drew, under the film's own id. Refuses with file_refused {name}, film_codec {name, codec}.
 */
export async function checkFilm(
  db: Reader,
  { id, name, size }: FilmView,
  shown: { frame: Uint8Array | null } | null,
): Promise<KeptFilm> {
  const shape = await readShape(size, (from, to) => readFilm(db, id, from, to));
  const codec = shape && foreignCodec(shape);
  if (!shape || codec === '') throw new Refusal('file_refused', { name });
  if (codec !== null) throw new Refusal('film_codec', { name, codec });
  return { id, name, size, photo: shown && { ...(await frameOf(shown.frame)), id } };
}

interface KeptFilm {
  id: string;
  name: string;
  size: number;
  photo: EncodedPhoto | null;
}

/** A frame that is no picture costs nobody their film. */
async function frameOf(frame: Uint8Array | null): Promise<EncodedPhoto> {
  try {
    if (frame) return await encodePhoto(frame, 'own');
  } catch (error) {
    const { code } = error instanceof Refusal ? error : { code: '' };
    if (!photoFaults.some((one) => one === code)) throw error;
  }
  return await encodePhoto(await sharp(dark).png().toBuffer(), 'own');
}

async function pixelsOf(kind: 'jpg' | 'png', bytes: Uint8Array, name: string): Promise<Uint8Array> {
  try {
    return await shrinkPhoto(bytes, { width: 4000, height: 6000 }, (picture) =>
      (kind === 'jpg' ? picture.jpeg({ quality: 88 }) : picture.png()).toBuffer(),
    );
  } catch (error) {
    throw withFile(error, name);
  }
}

const viewed = [
  'id',
  'field',
  'name',
  'type',
  sql<number>`coalesce((select size from film where film.id = attachment.film), octet_length(bytes))`.as(
    'bytes',
  ),
  'photo',
] as const;

/** Files of a nomination without their bytes, oldest first. */
export async function readAttachments(db: Reader, nomination: number): Promise<AttachmentView[]> {
  const rows = await db
    .selectFrom('attachment')
    .select(viewed)
    .where('nomination', '=', nomination)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
}

/**
 * Keeps a checked file with its nomination. A field that takes one file (the signed consent, an opinion, a film) has it replaced; of the
 * others there are at most ten together. Refuses with too_many_files {most}. Lock the nomination first.
 */
export async function addAttachment(
  tx: Transaction<Tables>,
  nomination: number,
  field: string,
  file: CheckedFile | KeptFilm,
  single = false,
): Promise<AttachmentView> {
  const present = await tx
    .selectFrom('attachment')
    .select(['id', 'field'])
    .where('nomination', '=', nomination)
    .execute();
  const papers = (name: string): boolean => name === CONSENT_FIELD || name.startsWith('opinion/');
  if (single || papers(field))
    await tx
      .deleteFrom('attachment')
      .where('nomination', '=', nomination)
      .where('field', '=', field)
      .execute();
  else if (present.filter((one) => !papers(one.field)).length >= nominationLimits.files)
    throw new Refusal('too_many_files', { most: nominationLimits.files });
  const id = randomUUID();
  const photo = file.photo && (await keepPhoto(tx, await contestOf(tx, nomination), file.photo));
  const kept =
    'bytes' in file
      ? { type: file.type, bytes: Buffer.from(file.bytes), film: null }
      : { type: FILM_TYPE, bytes: Buffer.alloc(0), film: file.id };
  await tx
    .insertInto('attachment')
    .values({
      ...{ id, nomination, field, name: file.name, ...kept },
      photo: photo && sql`${JSON.stringify(photo)}::jsonb`,
    })
    .execute();
  const bytes = 'bytes' in file ? file.bytes.length : file.size;
  return { id, field, name: file.name, type: kept.type, bytes, photo };
}

async function contestOf(tx: Transaction<Tables>, nomination: number): Promise<number> {
  const of = tx.selectFrom('nomination').select('contest').where('id', '=', nomination);
  return (await of.executeTakeFirstOrThrow()).contest;
}

/** One file of a nomination without its bytes. Refuses with not_found. */
export async function readAttachment(db: Reader, id: string, nomination: number): Promise<AttachmentView> {
  const row = /^[0-9a-f-]{36}$/u.test(id)
    ? await db
        .selectFrom('attachment')
        .select(viewed)
        .where('id', '=', id)
        .where('nomination', '=', nomination)
        .executeTakeFirst()
    : undefined;
  if (!row) throw new Refusal('not_found');
  return { ...row, bytes: Number(row.bytes) };
}

/** The whole of a paper that was just read; a film is only ever sent in pieces. */
export async function readBytes(db: Reader, { id }: Pick<AttachmentView, 'id'>): Promise<Uint8Array> {
  const { bytes } = await db
    .selectFrom('attachment')
    .select('bytes')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return bytes;
}

/**
 * A file of a nomination as an answer, in the pieces that a player asks for by `range` (its header). Browsers play a film and show a
 * picture of it in place; what is opened by itself is saved, as with sendFile.
 */
export async function sendAttachment(
  db: Reader,
  file: AttachmentView,
  range: string | undefined,
): Promise<Response> {
  const { film } = await db
    .selectFrom('attachment')
    .select('film')
    .where('id', '=', file.id)
    .executeTakeFirstOrThrow();
  const { status, headers, body } = await answerRange(range, {
    type: file.type,
    size: file.bytes,
    async read(from, to) {
      if (film !== null) return await readFilm(db, film, from, to + 1);
      const { rows } = await sql<{ bytes: Uint8Array }>`
        select substring(bytes from ${from + 1}::int for ${to - from + 1}::int) as bytes
        from attachment where id = ${file.id}`.execute(db);
      return new Uint8Array(rows[0]?.bytes ?? []);
    },
  });
  return new Response(body, { status, headers: { ...headers, ...savedAs(file.name) } });
}

/**
 * A stored file as an answer: always saved, never opened by the browser within our origin, never kept by anything in between. Only for
 * who has passed a guard.
 */
export function sendFile(file: { name: string; type: string; content: Buffer }): Response {
  const headers = { 'Content-Type': file.type, 'Content-Length': String(file.content.length) };
  return new Response(new Uint8Array(file.content), { headers: { ...headers, ...savedAs(file.name) } });
}

function savedAs(name: string): Record<string, string> {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(name).replace(/['()*]/gu, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return {
    'Content-Disposition': `attachment; filename="${plain}"; filename*=UTF-8''${exact}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'no-store',
  };
}
