import { Refusal } from '@zuimei/shared/refusal.ts';
import type { UploadProgress } from '@zuimei/shared/unit.ts';
import type { SentFile } from '../document/documents.ts';
import { readChunks } from '../http/body.ts';
import type { Person } from '../staff/session.ts';
import { isWhole } from '../text.ts';
import { type Turns, turnOwner } from '../turn.ts';
import { splitForm } from './multipart.ts';

/** Room for the headers of the parts. */
const FRAME_BYTES = 64 << 10;
const MOST_FIELDS = 20;
const MOST_PARTS = 500;
/** Of a field, unless who reads the form says otherwise. */
const FIELD_BYTES = 800;

export const uploadLimits = {
  /** Of all bodies that this process holds, those being sent included. */
  bytes: 128 << 20,
  /** At a time, by one browser and by one account or unit, however many browsers it has. */
  bySession: 1,
  byOwner: 3,
  /** Of strangers together: at a time, and bytes. What staff and units send has room beside them. */
  strangers: 4,
  strangersBytes: 64 << 20,
  retryAfterMs: 5_000,
};

/** A form that was sent, and a turn to read it, which lasts until it is disposed of: `using sent = await uploads.read(…)`. */
export interface Upload extends Disposable {
  fields: Record<string, string>;
  files: SentFile[];
  /** Says how many of its files are read, or, with `pictures`, of so many pictures. */
  tell(done: number, pictures?: number): void;
}

/** Who sends: somebody signed in, or a stranger by the network they come from. */
export type Sender = Pick<Person, 'session' | 'staff' | 'unit' | 'contributor'> | { network: string };

/** What a form may look like beside its most files: with none at all, with longer texts. */
export interface FormShape {
  leastFiles?: number;
  fieldBytes?: number;
}

export interface Uploads {
  /**
   * The files and short texts of a multipart form: at most `mostFiles` of `mostBytes` together. Refuses with too_large {limit} before more
   * than that is read, too_many_files {most}, bad_request for anything that is no such form, and busy when too much is being sent or read
   * already, by this browser or by all. Call it behind a guard, or a limit.
   */
  read(
    request: Request,
    from: Sender,
    mostBytes: number,
    mostFiles?: number,
    shape?: FormShape,
  ): Promise<Upload>;
  /** How far the upload of a session is; null when there is none. */
  progress(session: string): UploadProgress | null;
}

/**
 * What people send by the megabyte, for the whole process: how much is in memory, how many are read at once (documents and pictures
 * alike), and how many wait. Whatever is read of it is read within its turn.
 */
export function createUploads(turns: Turns, limits = uploadLimits): Uploads {
  const held = new Map<string, number>();
  const progresses = new Map<string, UploadProgress>();

  /** Takes `amount` of what is named, if that leaves it within `most`; gives it back when disposed of. */
  function hold(name: string, amount: number, most: number): Disposable {
    const sum = (held.get(name) ?? 0) + amount;
    if (sum > most) throw new Refusal('busy', { retryAfterMs: limits.retryAfterMs });
    held.set(name, sum);
    return {
      [Symbol.dispose]() {
        const left = (held.get(name) ?? 0) - amount;
        if (left > 0) held.set(name, left);
        else held.delete(name);
      },
    };
  }

  async function readBody(
    request: Request,
    mostBytes: number,
    stack: DisposableStack,
    stranger: boolean,
  ): Promise<Buffer> {
    const limit = mostBytes + FRAME_BYTES;
    const tooLarge = new Refusal('too_large', { limit: `${mostBytes >> 20} MB` });
    const said = Number(request.headers.get('content-length') ?? Number.NaN);
    if (said > limit) throw tooLarge;
    const take = (bytes: number): void => {
      if (stranger) stack.use(hold('bytes of strangers', bytes, limits.strangersBytes));
      stack.use(hold('bytes', bytes, limits.bytes));
    };
    // Who says how long it is gets one buffer of that length; otherwise pieces are joined, and held twice for that moment.
    if (said >= 0) take(said);
    const whole = said >= 0 ? Buffer.allocUnsafeSlow(said) : null;
    const pieces: Uint8Array[] = [];
    const length = await readChunks(request.body, whole?.length ?? limit, tooLarge, (piece, at) => {
      if (whole) return whole.set(piece, at);
      take(2 * piece.length);
      pieces.push(piece);
    });
    if (whole && length < whole.length) throw new Refusal('bad_request', { field: 'body' });
    return whole ?? Buffer.concat(pieces);
  }

  return {
    async read(request, from, mostBytes, mostFiles = 1, shape = {}) {
      const type = request.headers.get('content-type') ?? '';
      if (!/^multipart\/form-data\b/i.test(type)) throw new Refusal('bad_request', { field: 'content-type' });
      using stack = new DisposableStack();
      const stranger = 'network' in from;
      const session = stranger ? `network ${from.network}` : from.session;
      stack.use(hold(`session ${session}`, 1, limits.bySession));
      stack.use(hold(ownerOf(from), 1, stranger ? limits.strangers : limits.byOwner));
      const say = (progress: UploadProgress): void => void progresses.set(session, progress);
      say({ step: 'sending', done: 0, of: 0 });
      stack.defer(() => progresses.delete(session));
      const body = await readBody(request, mostBytes, stack, stranger);
      const upload = sort(splitForm(type, body, MOST_PARTS), mostFiles, shape);
      const of = upload.files.length;
      say({ step: 'waiting', done: 0, of });
      stack.use(await turns.take());
      const tell = (done: number, pictures?: number): void =>
        say(
          pictures === undefined ? { step: 'reading', done, of } : { step: 'pictures', done, of: pictures },
        );
      tell(0);
      const kept = stack.move();
      return { ...upload, tell, [Symbol.dispose]: () => kept.dispose() };
    },
    progress: (session) => progresses.get(session) ?? null,
  };
}

function ownerOf(from: Sender): string {
  return 'network' in from ? 'strangers' : turnOwner(from);
}

function sort(
  parts: ReturnType<typeof splitForm>,
  mostFiles: number,
  { leastFiles = 1, fieldBytes = FIELD_BYTES }: FormShape,
): Pick<Upload, 'fields' | 'files'> {
  if (!parts) throw new Refusal('bad_request', { field: 'body' });
  const fields: Upload['fields'] = {};
  const files: SentFile[] = [];
  for (const { name, fileName, bytes } of parts) {
    if (fileName !== null) files.push({ name: fileName.toWellFormed().replaceAll('\0', ''), bytes });
    else if (bytes.length <= fieldBytes && Object.keys(fields).length < MOST_FIELDS) {
      const text = Buffer.from(bytes).toString('utf8');
      if (!isWhole(name) || !isWhole(text)) throw new Refusal('bad_request', { field: 'body' });
      fields[name] = text;
    }
  }
  if (files.length > mostFiles) throw new Refusal('too_many_files', { most: mostFiles });
  if (files.length < leastFiles) throw new Refusal('bad_request', { field: 'file' });
  return { fields, files };
}
