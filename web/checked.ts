/// <reference path="./escheck.d.ts" />
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from 'es-check';
import type { Plugin } from 'vite';
import { type Engines, provided } from './engines.ts';

/**
 * Stops the build where a script of this environment, packages and workers included, holds syntax or calls a built-in that one of its
 * engines lacks and lib/engine.ts does not give, and names script and built-in. es-check reads the finished text, so it cannot know what
 * a method is called on: another object's own method `at` would count as well.
 */
export function checked(environment: string, engines: Engines): Plugin {
  return {
    name: `checked-${environment}`,
    applyToEnvironment: (one) => one.name === environment,
    async generateBundle(_, bundle) {
      const folder = await mkdtemp(join(tmpdir(), 'zuimei-checked-'));
      try {
        for (const output of Object.values(bundle)) {
          const text = output.type === 'chunk' ? output.code : output.source;
          if (output.fileName.endsWith('.js'))
            await writeFile(join(folder, output.fileName.replaceAll('/', '-')), text);
        }
        const faults = await faultsOf(folder, engines);
        if (faults.length > 0) this.error(`not for the engines of web/engines.ts:\n${faults.join('\n')}`);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** One line a script of this folder that some engine cannot run; a folder without scripts is a fault too. */
export async function faultsOf(folder: string, engines: Engines): Promise<string[]> {
  const { errors } = await runChecks(
    [
      {
        checkBrowser: true,
        browserslistQuery: Object.entries(engines)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
        checkFeatures: true,
        module: true,
        files: join(folder, '*.js'),
        ignore: provided.join(','),
        cache: false,
      },
    ],
    {},
  );
  return errors.map(({ file, err }) => `${file.replace(folder, '').slice(1)}: ${err.message}`);
}
