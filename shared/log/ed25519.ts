import { hashes, verify, verifyAsync } from '@noble/ed25519';

/**
 * Ed25519 for engines whose WebCrypto lacks it, as many phones' do. The SHA-512 it needs is WebCrypto's; only a page without
 * a secure context has none, and then loads one.
 */
export async function verifyEd25519(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<boolean> {
  try {
    if (globalThis.crypto?.subtle) return await verifyAsync(signature, message, publicKey, { zip215: false });
    hashes.sha512 = (await import('@noble/hashes/sha2.js')).sha512;
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
