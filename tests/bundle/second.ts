import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needProgram } from '../harness/program.ts';

const folder = new URL('../../server/bundle/', import.meta.url).pathname;
/** Many bundles in one process: starting Python takes longer than checking them. */
const DRIVER = `import sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(folder)})
import recompute
for path in sys.argv[1:]:
    print("exit", recompute.report(path, None))
    print("=====")`;

/** What recompute.py says of each of these bundles. */
export async function secondReports(zips: readonly Uint8Array[]): Promise<string[]> {
  const own = await mkdtemp(join(tmpdir(), 'zuimei-second-'));
  try {
    const paths = zips.map((_, i) => join(own, `${i}.zip`));
    for (const [i, zip] of zips.entries()) await writeFile(paths[i] ?? '', zip);
    const { stdout, stderr } = spawnSync(needProgram('python3'), ['-c', DRIVER, ...paths], {
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.split('=====\n').slice(0, zips.length);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
