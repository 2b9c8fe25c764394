// Loaded before an app whose clock is to be moved: node --import. SHIFT_FILE holds by how many ms, and may change at any time.
import { readFileSync } from 'node:fs';

const real = globalThis.Date;
let shift = 0;
function read() {
  try {
    shift = Number(readFileSync(process.env.SHIFT_FILE, 'utf8')) || 0;
  } catch {
    shift = 0;
  }
}
read();
setInterval(read, 50).unref();

globalThis.Date = class Shifted extends real {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(real.now() + shift);
  }
  static now() {
    return real.now() + shift;
  }
};
