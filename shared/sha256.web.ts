import { sha256 as digest } from '@noble/hashes/sha2.js';
import { toHex } from './bytes.ts';

/** The browser's side of `#sha256`: synchronous, and there also without a secure context, which WebCrypto is not. */
export function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return digest(bytes) as Uint8Array<ArrayBuffer>;
}

/** SHA-256 written to out[at, at + 32); `out` may be the memory that is hashed. */
export function sha256Into(bytes: Uint8Array, out: Uint8Array, at: number): void {
  out.set(digest(bytes), at);
}

/** SHA-256 as lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return toHex(digest(bytes));
}
