import { parseRange } from './range.ts';

/** A file that lies in the database, read piece by piece. */
export interface Stored {
  type: string;
  size: number;
  /** Both ends included. */
  read(from: number, to: number): Promise<Uint8Array<ArrayBuffer>>;
}

export interface Answer {
  status: 200 | 206 | 416;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Most bytes read from the database at a time: a player asks again for what follows. */
const PIECE_BYTES = 2 << 20;

/**
 * What a player asked for by its Range header, or the whole: cut out of the database piece by piece, so that no film is ever whole in
 * memory, however many watch.
 */
export async function answerRange(header: string | undefined, file: Stored): Promise<Answer> {
  const { size, type } = file;
  const headers: Answer['headers'] = { 'Accept-Ranges': 'bytes', 'Content-Type': type };
  const range = parseRange(header, size);
  if (range === 'outside')
    return {
      status: 416,
      headers: { ...headers, 'Content-Range': `bytes */${size}` },
      body: new Uint8Array(),
    };
  if (range !== 'whole') {
    const to = Math.min(range.to, range.from + PIECE_BYTES - 1);
    headers['Content-Range'] = `bytes ${range.from}-${to}/${size}`;
    headers['Content-Length'] = String(to - range.from + 1);
    return { status: 206, headers, body: await file.read(range.from, to) };
  }
  headers['Content-Length'] = String(size);
  return { status: 200, headers, body: piecesOf(file) };
}

function piecesOf({ size, read }: Stored): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    async pull(stream) {
      if (at >= size) return stream.close();
      const bytes = await read(at, Math.min(size, at + PIECE_BYTES) - 1);
      if (bytes.length === 0) return stream.error(new Error('the file ended early'));
      at += bytes.length;
      stream.enqueue(bytes);
    },
  });
}
