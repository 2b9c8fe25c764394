import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { WitnessProgram } from '@zuimei/shared/log/witness.ts';
import { type Prebuilt, prebuilt } from '../../http/reply.ts';

/** What a witness runs, as the build left it: one file, which anyone may fetch, and what `sha256sum -c` holds it against. */
export interface Program extends WitnessProgram {
  file: Prebuilt;
  sum: Prebuilt;
  /** How systemd runs it. */
  unit: Prebuilt;
}

const PROGRAM = 'zuimei-witness.mjs';
const UNIT = 'zuimei-witness@.service';

/** Throws when it was not built. */
export async function openProgram(folder: URL): Promise<Program> {
  const bytes = new Uint8Array(await readFile(new URL(PROGRAM, folder)));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const headers = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
  const plain = { ...headers, 'Content-Type': 'text/plain; charset=utf-8' };
  return {
    ...{ bytes: bytes.length, sha256 },
    file: prebuilt(bytes, {
      ...headers,
      'Content-Type': 'text/javascript; charset=utf-8',
      'Content-Disposition': `attachment; filename="${PROGRAM}"`,
    }),
    unit: prebuilt(new Uint8Array(await readFile(new URL(UNIT, folder))), plain),
    sum: prebuilt(new TextEncoder().encode(`${sha256}  ${PROGRAM}\n`), plain),
  };
}
