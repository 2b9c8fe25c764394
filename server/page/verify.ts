import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { readAsset } from '../http/asset.ts';
import { type Prebuilt, send } from '../http/reply.ts';

const POLICY = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/;

/**
 * The page that verifies a ledger, one file that holds all it needs. The policy that stands in it (web/onefile.ts: its own script and
 * style by their hashes, and nothing else) is sent with it too, where it cannot be overlooked. Throws when it was not built.
 */
export async function openVerifier(folder: URL): Promise<Prebuilt> {
  const file = new URL('verify.html', folder);
  const [, policy] = POLICY.exec(await readFile(file, 'utf8')) ?? [];
  if (!policy) throw new Error('the verify page was built without its policy');
  return await readAsset(file, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer',
  });
}

/** GET /verify, public. What is to be verified stands behind the # and is never sent. */
export function verifyPage(page: Prebuilt) {
  return new Hono().get('/verify', (c) => send(c, page));
}
