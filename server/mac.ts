import { hash } from 'node:crypto';

const BLOCK = 64;

/**
 * HMAC-SHA256 (RFC 2104) of short ASCII text, as the first `bytes` of it in hex. node's createHmac costs more than twice as much for
 * messages of this size, and three of them stand in the way of every ballot.
 */
export function createMac(key: Uint8Array, bytes = 16): (text: string) => string {
  if (key.length > BLOCK) throw new RangeError('key longer than a block');
  const inner = Buffer.alloc(BLOCK + 512, 0x36);
  const outer = Buffer.alloc(BLOCK + 32, 0x5c);
  for (let i = 0; i < key.length; i++) {
    inner[i] = 0x36 ^ (key[i] ?? 0);
    outer[i] = 0x5c ^ (key[i] ?? 0);
  }
  const digits = bytes * 2;
  return (text) => {
    if (text.length > 512) throw new RangeError('text longer than 512');
    const length = inner.write(text, BLOCK, 'latin1');
    outer.write(hash('sha256', inner.subarray(0, BLOCK + length), 'hex'), BLOCK, 'hex');
    return hash('sha256', outer, 'hex').slice(0, digits);
  };
}

/** Equality of two short texts in time that depends on their length alone. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
