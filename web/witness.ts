import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBuilder } from 'vite';

/*
 * `npm run witness:pack [folder]`: the program of a witness packed from the source, alone, and what it is known by. The same source gives the same
 * bytes, so that whoever has it can hold the file that a site hands out against it.
 */
const web = fileURLToPath(new URL('.', import.meta.url));
const [folder] = process.argv.slice(2);
const outDir = folder === undefined ? join(web, 'dist/witness') : resolve(folder);
const builder = await createBuilder({
  ...{ root: web, logLevel: 'warn' },
  environments: { witness: { build: { outDir, emptyOutDir: true } } },
});
const { witness } = builder.environments;
if (!witness) throw new Error('vite.config.ts knows no witness');
await builder.build(witness);
const bytes = readFileSync(join(outDir, 'zuimei-witness.mjs'));
process.stdout.write(
  `${createHash('sha256').update(bytes).digest('hex')}  zuimei-witness.mjs\n${bytes.length} bytes, ${outDir}\n`,
);
