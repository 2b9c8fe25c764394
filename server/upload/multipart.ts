/** One part of a form: a text field, or a file when it has a `fileName`. `bytes` is a view of the body. */
export interface Part {
  name: string;
  fileName: string | null;
  bytes: Uint8Array;
}

const MOST_HEAD_BYTES = 8_192;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The parts of a multipart/form-data body as browsers write it (HTML standard; RFC 7578). Nothing is copied, so that a large upload is
 * in memory once. null for what is no such form, for a name that is not UTF-8, and for more than `most` parts.
 */
export function splitForm(contentType: string, body: Buffer, most: number): Part[] | null {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return null;
  const between = Buffer.from(`\r\n--${boundary}`, 'latin1');
  // The first boundary has no line before it.
  if (!body.subarray(0, between.length - 2).equals(between.subarray(2))) return null;
  const parts: Part[] = [];
  for (let at = between.length - 2; ; ) {
    const mark = body.toString('latin1', at, at + 2);
    if (mark === '--') return parts;
    if (mark !== '\r\n' || parts.length >= most) return null;
    const headEnd = body.subarray(at, at + MOST_HEAD_BYTES).indexOf('\r\n\r\n');
    const end = headEnd < 0 ? -1 : body.indexOf(between, at + headEnd + 2);
    if (end < 0) return null;
    const from = at + headEnd + 4;
    const named = readHead(body.subarray(at, at + headEnd));
    if (!named) return null;
    parts.push({ ...named, bytes: body.subarray(Math.min(from, end), end) });
    at = end + between.length;
  }
}

function readHead(bytes: Uint8Array): { name: string; fileName: string | null } | null {
  let head: string;
  try {
    head = utf8.decode(bytes);
  } catch {
    return null;
  }
  const line = /(?:^|\r\n)content-disposition:\s*form-data([^\r\n]*)/i.exec(head)?.[1] ?? '';
  const of = (key: string): string | null => {
    const value = new RegExp(`;\\s*${key}="((?:\\\\.|[^"\\\\])*)"`, 'i').exec(line)?.[1];
    return value?.replace(/%22|\\"/g, '"').replace(/%0d|%0a/gi, ' ') ?? null;
  };
  const name = of('name');
  return name === null ? null : { name, fileName: of('filename') };
}
