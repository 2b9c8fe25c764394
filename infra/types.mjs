// Checks the types of all four programs, two at a time, since each check keeps one core busy. Exits 1 if one of them has a fault.
import { join } from 'node:path';
import { node, root, run } from './install.mjs';

const BIN = { tsc: 'typescript/bin/tsc', 'vue-tsc': 'vue-tsc/bin/vue-tsc.js' };
/** The longest first. */
const waiting = [
  ['tests', 'tsc'],
  ['web', 'vue-tsc'],
  ['server', 'tsc'],
  ['shared', 'tsc'],
];
let failed = false;

async function next() {
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const [folder, program] = one;
    const script = join(root, 'node_modules', BIN[program]);
    const { code, output } = await run(node, [script, '--noEmit', '-p', join(root, folder)]);
    if (code === 0) continue;
    failed = true;
    console.log(output.trimEnd());
  }
}

await Promise.all([next(), next()]);
process.exit(failed ? 1 : 0);
