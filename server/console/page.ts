import { readdir, readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { type Prebuilt, prebuild, send } from '../reply.ts';

/** The built console: its one page and its files, by path. */
export interface Console {
  page: Prebuilt;
  files: Map<string, Prebuilt>;
}

const ASSETS = 'console-assets';
const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
};

// Nothing from outside, nothing inline, in nobody's frame; the phone preview frames the site's own page.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "font-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), interest-cohort=(), clipboard-write=(self)',
};

/** Reads web/dist/console into memory. Throws when it was not built. */
export async function openConsole(folder: URL): Promise<Console> {
  const files: Console['files'] = new Map();
  const assets = new URL(`${ASSETS}/`, folder);
  for (const name of await readdir(assets)) {
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (!type) continue;
    const bytes = await readFile(new URL(name, assets));
    const headers = {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
    };
    const content = /text|svg/.test(type) ? bytes.toString() : new Uint8Array(bytes);
    files.set(`/${ASSETS}/${name}`, prebuild(content, headers, 9));
  }
  const page = prebuild(await readFile(new URL('console.html', folder), 'utf8'), PAGE_HEADERS);
  return { page, files };
}

/**
 * /console and everything below it: one page for everybody, with nothing private in it. Who may see what is asked by the API that
 * the page calls.
 */
export function consolePage(built: Console) {
  return new Hono()
    .on('GET', ['/console', '/console/*'], (c) => send(c, built.page))
    .get(`/${ASSETS}/*`, (c, next) => {
      const file = built.files.get(c.req.path);
      return file ? Promise.resolve(send(c, file)) : next();
    });
}
