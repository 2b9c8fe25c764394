import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

/** As server/http/asset.ts reads them. */
const TEXT = /\.(js|css|svg|html|txt)$/;
const SHORTEST = 1_024;

/** Writes every text that is sent to browsers also as .br and .gz beside it: packed as well as can be takes seconds, which no start has to spare. */
export function packed(): Plugin {
  return {
    name: 'packed',
    applyToEnvironment: (one) => one.name !== 'ssr' && one.name !== 'witness',
    async writeBundle({ dir = '' }, bundle) {
      await Promise.all(
        Object.values(bundle).map(async (output) => {
          const bytes = Buffer.from(output.type === 'chunk' ? output.code : output.source);
          if (!TEXT.test(output.fileName) || bytes.length < SHORTEST) return;
          const file = join(dir, output.fileName);
          const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
          await writeFile(`${file}.br`, await promisify(brotliCompress)(bytes, best));
          await writeFile(`${file}.gz`, await promisify(gzip)(bytes, { level: 9 }));
        }),
      );
    },
  };
}
