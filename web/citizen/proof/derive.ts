import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { DeriveKeyFunction } from 'altcha-lib';
import { deriveKey as deriveNatively } from 'altcha-lib/algorithms/web/pbkdf2';

/** The same in JavaScript, some times slower. Rejects for another algorithm, which no challenge of ours names. */
export const deriveSlowly: DeriveKeyFunction = async ({ algorithm, cost, keyLength }, salt, password) => {
  if (algorithm !== 'PBKDF2/SHA-256') throw new Error(`no way to derive by ${algorithm}`);
  return { derivedKey: pbkdf2(sha256, password, salt, { c: cost, dkLen: keyLength }) };
};

/** Plain http, as on a bureau's inner network, has no WebCrypto. */
export const deriveKey: DeriveKeyFunction = typeof crypto.subtle === 'object' ? deriveNatively : deriveSlowly;
