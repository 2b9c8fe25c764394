import { toHex } from '../bytes.ts';
import { roundWords, startWords } from './sha256.table.ts';

/**
 * The browser's side of `#sha256` (FIPS 180-4): synchronous, and there also without a secure context, which WebCrypto is not; a
 * tenth of the size of the package that also does it. Nothing secret is hashed here.
 */
const words = new Int32Array(64);
const rounds = Int32Array.from(roundWords);

function rotate(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n));
}

function compress(state: Int32Array, block: DataView, offset: number): void {
  const w = words;
  for (let i = 0; i < 16; i++) w[i] = block.getInt32(offset + 4 * i);
  for (let i = 16; i < 64; i++) {
    const near = w[i - 15] ?? 0;
    const far = w[i - 2] ?? 0;
    const s0 = rotate(near, 7) ^ rotate(near, 18) ^ (near >>> 3);
    const s1 = rotate(far, 17) ^ rotate(far, 19) ^ (far >>> 10);
    w[i] = (w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (rounds[i] ?? 0) + (w[i] ?? 0)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] = (state[i] ?? 0) + word;
  });
}

export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.floor((bytes.length + 72) / 64) * 64);
  const view = new DataView(padded.buffer);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  const state = Int32Array.from(startWords);
  for (let offset = 0; offset < padded.length; offset += 64) compress(state, view, offset);
  const out = new Uint8Array(32);
  const digest = new DataView(out.buffer);
  state.forEach((word, i) => {
    digest.setInt32(4 * i, word);
  });
  return out;
}

/** As of sha256.node.ts. */
export function createDigest(): { take(bytes: Uint8Array): void; hex(): string } {
  const state = Int32Array.from(startWords);
  const block = new Uint8Array(64);
  const blockView = new DataView(block.buffer);
  let taken = 0;
  return {
    take(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let at = 0;
      const held = taken % 64;
      taken += bytes.length;
      if (held > 0) {
        at = Math.min(64 - held, bytes.length);
        block.set(bytes.subarray(0, at), held);
        if (held + at === 64) compress(state, blockView, 0);
      }
      if (held > 0 && held + at < 64) return;
      for (; at + 64 <= bytes.length; at += 64) compress(state, view, at);
      block.set(bytes.subarray(at));
    },
    hex() {
      const held = taken % 64;
      block.fill(0, held);
      block[held] = 0x80;
      if (held >= 56) {
        compress(state, blockView, 0);
        block.fill(0);
      }
      blockView.setUint32(56, Math.floor(taken / 2 ** 29));
      blockView.setUint32(60, taken * 8);
      compress(state, blockView, 0);
      const out = new Uint8Array(32);
      const digest = new DataView(out.buffer);
      state.forEach((word, i) => {
        digest.setInt32(4 * i, word);
      });
      return toHex(out);
    },
  };
}

/** SHA-256 written to out[at, at + 32); `out` may be the memory that is hashed. */
export function sha256Into(bytes: Uint8Array, out: Uint8Array, at: number): void {
  out.set(sha256(bytes), at);
}

/** SHA-256 as lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return toHex(sha256(bytes));
}
