import { readFile } from 'node:fs/promises';
import { type Prebuilt, prebuilt, worthPacking } from './reply.ts';

const TYPES: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  ico: 'image/x-icon',
  txt: 'text/plain; charset=utf-8',
};

/** The Content-Type of a file that built pages load, or undefined for what browsers do not ask for by its name, like a template. */
export function typeOf(name: string): string | undefined {
  return TYPES[name.split('.').at(-1) ?? ''];
}

/** A file of the built pages as a reply, with the packed texts that the build left beside it (web/packed.ts). Throws when one is not there. */
export async function readAsset(file: URL, headers: Record<string, string>): Promise<Prebuilt> {
  const type = headers['Content-Type'] ?? typeOf(file.pathname) ?? 'application/octet-stream';
  const all = { ...headers, 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' };
  const bytes = new Uint8Array(await readFile(file));
  // Pictures come packed already.
  if (!/text|svg/.test(type) || !worthPacking(bytes)) return prebuilt(bytes, all);
  const [gzip, br] = await Promise.all(
    ['gz', 'br'].map(async (end) => new Uint8Array(await readFile(new URL(`${file.href}.${end}`)))),
  );
  return prebuilt(bytes, all, gzip, br);
}
