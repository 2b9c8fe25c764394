import { hash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Context, TypedResponse } from 'hono';
import type { JSONParsed } from 'hono/utils/types';

/** A reply made once and sent to many: bytes in every encoding, an ETag and its headers. */
export interface Prebuilt {
  etag: string;
  plain: Encoded;
  gzip: Encoded;
  br: Encoded;
  /** Headers of a 304. */
  unchanged: Record<string, string>;
}

/** One that is the JSON of a T. Nothing holds the T: it is there for the types, so that a route says what it sends. */
export interface PrebuiltJson<T> extends Prebuilt {
  readonly of?: T;
}

export interface Encoded {
  body: Uint8Array<ArrayBuffer> | string;
  /** The body as latin1 text: node:http sends head and text in one write, head and buffer in two. */
  wire: string;
  headers: Record<string, string>;
}

/** Below this, packing costs more than it saves. */
export function worthPacking(content: string | Uint8Array): boolean {
  return content.length >= 1_024;
}

/** Builds a reply from a text. `quality`: brotli's, 4 for what changes every second, up to 11 for what is made once. */
export function prebuild(content: string, headers: Record<string, string>, quality = 5): Prebuilt {
  if (!worthPacking(content)) return prebuilt(content, headers);
  const bytes = Buffer.from(content);
  return prebuilt(
    content,
    headers,
    new Uint8Array(gzipSync(bytes, { level: 6 })),
    new Uint8Array(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })),
  );
}

export function prebuildJson<T>(value: T, headers: Record<string, string>, quality: number): PrebuiltJson<T> {
  return prebuild(JSON.stringify(value), headers, quality);
}

/** A reply whose packed forms are there already; without them it is sent as it is. */
export function prebuilt(
  content: Encoded['body'],
  headers: Record<string, string>,
  gzip?: Uint8Array<ArrayBuffer>,
  br?: Uint8Array<ArrayBuffer>,
): Prebuilt {
  const etag = `"${hash('sha256', content, 'hex').slice(0, 20)}"`;
  const all = { ...headers, ETag: etag, Vary: 'Accept-Encoding' };
  const plain = encoded(content, all);
  return {
    etag,
    plain,
    unchanged: all,
    gzip: gzip ? encoded(gzip, { ...all, 'Content-Encoding': 'gzip' }) : plain,
    br: br ? encoded(br, { ...all, 'Content-Encoding': 'br' }) : plain,
  };
}

function encoded(body: Encoded['body'], headers: Record<string, string>): Encoded {
  const bytes = Buffer.from(body as Uint8Array);
  return {
    body,
    wire: bytes.toString('latin1'),
    headers: { ...headers, 'Content-Length': String(bytes.length) },
  };
}

/** The encoding the client takes, or a bodiless 304 when it has these bytes already. */
export function choose(
  reply: Prebuilt,
  ifNoneMatch: string | undefined,
  acceptEncoding = '',
): Encoded & { status: 200 | 304 } {
  if (ifNoneMatch === reply.etag) return { status: 304, body: '', wire: '', headers: reply.unchanged };
  const chosen = acceptEncoding.includes('br')
    ? reply.br
    : acceptEncoding.includes('gzip')
      ? reply.gzip
      : reply.plain;
  return { status: 200, ...chosen };
}

export function send(c: Context, reply: Prebuilt): Response {
  const { status, body, headers } = choose(
    reply,
    c.req.header('if-none-match'),
    c.req.header('accept-encoding'),
  );
  return new Response(status === 304 ? null : body, { status, headers });
}

export type JsonResponse<T> = Response & TypedResponse<JSONParsed<T>, 200, 'json'>;

export function sendJson<T>(c: Context, reply: PrebuiltJson<T>): JsonResponse<T> {
  return send(c, reply) as JsonResponse<T>;
}
