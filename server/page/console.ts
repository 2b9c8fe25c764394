import { readdir } from 'node:fs/promises';
import { Hono } from 'hono';
import { readAsset, typeOf } from '../http/asset.ts';
import { type Prebuilt, send } from '../http/reply.ts';

/** The built console: its one page and its files, by path. */
export interface Console {
  page: Prebuilt;
  files: Map<string, Prebuilt>;
}

const ASSETS = 'console-assets';
const WORKER = /^worker-[\w-]+\.js$/;

// Nothing from outside, nothing inline, in nobody's frame; the phone preview frames the site's own page, a judge's page has a worker.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "worker-src 'self'",
  "font-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': POLICY,
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), interest-cohort=(), clipboard-write=(self)',
};

/** Reads web/dist/console into memory. Throws when it was not built. */
export async function openConsole(folder: URL): Promise<Console> {
  const files: Console['files'] = new Map();
  const assets = new URL(`${ASSETS}/`, folder);
  for (const name of await readdir(assets)) {
    if (!typeOf(name)) continue;
    const headers = {
      'Cache-Control': 'public, max-age=31536000, immutable',
      // A judge's page opens without a network: its worker may answer for pages of contests, and takes the sheet alone.
      ...(WORKER.test(name) ? { 'Service-Worker-Allowed': '/console/c/' } : {}),
    };
    files.set(`/${ASSETS}/${name}`, await readAsset(new URL(name, assets), headers));
  }
  return { page: await readAsset(new URL('console.html', folder), PAGE_HEADERS), files };
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
