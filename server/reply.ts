import { hash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Context } from 'hono';

/** A reply made once and sent to many: bytes in every encoding, an ETag and its headers. */
export interface Prebuilt {
  etag: string;
  plain: Encoded;
  gzip: Encoded;
  br: Encoded;
}

interface Encoded {
  body: Uint8Array<ArrayBuffer> | string;
  headers: Record<string, string>;
}

const WORTH_COMPRESSING = 1_024;

/** Builds a reply. `quality`: brotli's, 4 for what changes every second, up to 11 for what is made once. */
export function prebuild(content: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>, quality = 5): Prebuilt {
  const etag = `"${hash('sha256', content, 'hex').slice(0, 20)}"`;
  const all = { ...headers, ETag: etag, Vary: 'Accept-Encoding' };
  const plain = { body: content, headers: all };
  // Pictures and the like come compressed already.
  if (typeof content !== 'string' || content.length < WORTH_COMPRESSING) return { etag, plain, gzip: plain, br: plain };
  const bytes = Buffer.from(content);
  return {
    etag,
    plain,
    gzip: { body: new Uint8Array(gzipSync(bytes, { level: 6 })), headers: { ...all, 'Content-Encoding': 'gzip' } },
    br: {
      body: new Uint8Array(brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } })),
      headers: { ...all, 'Content-Encoding': 'br' },
    },
  };
}

/** Sends the encoding the client takes, or 304 when it has these bytes already. */
export function send(c: Context, reply: Prebuilt): Response {
  const headers = c.req.raw.headers;
  if (headers.get('if-none-match') === reply.etag)
    return new Response(null, { status: 304, headers: reply.plain.headers });
  const accepted = headers.get('accept-encoding') ?? '';
  const chosen = accepted.includes('br') ? reply.br : accepted.includes('gzip') ? reply.gzip : reply.plain;
  return new Response(chosen.body, { headers: chosen.headers });
}
