// Checks the types of all four programs, two at a time, since each check keeps one core busy. Exits 1 if one of them has a fault.
import { join } from 'node:path';
import { node, root, run } from './install.mjs';

/** The native compiler costs a third, on one thread, since two checks run; what reads .vue files needs the one in JavaScript. */
const CHECKS = {
  tsc: ['typescript-native/bin/tsc', '--singleThreaded'],
  // What it knows of last time's files is kept: again, it costs half.
  'vue-tsc': [
    'vue-tsc/bin/vue-tsc.js',
    '--incremental',
    '--tsBuildInfoFile',
    join(root, 'node_modules/.cache/web.tsbuildinfo'),
  ],
};
/** The longest first. */
const waiting = [
  ['web', 'vue-tsc'],
  ['tests', 'tsc'],
  ['server', 'tsc'],
  ['shared', 'tsc'],
];
let failed = false;

async function next() {
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const [folder, program] = one;
    const [script, ...options] = CHECKS[program];
    const { code, output } = await run(node, [
      join(root, 'node_modules', script),
      '--noEmit',
      ...options,
      '-p',
      join(root, folder),
    ]);
    if (code === 0) continue;
    failed = true;
    console.log(output.trimEnd());
  }
}

await Promise.all([next(), next()]);
process.exit(failed ? 1 : 0);
