import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';

/** What WeChat and the account's server share to encrypt messages (安全模式). */
export interface MessageKey {
  /** EncodingAESKey, 32 bytes. */
  aesKey: Buffer;
  appId: string;
}

const BLOCK = 32;
const RANDOM = 16;
/** Random bytes and the length of the message. */
const HEAD = RANDOM + 4;

/** sha1 in hex of token, timestamp, nonce and, of an encrypted message, its text: sorted and joined, as WeChat signs. */
export function signatureOf(...parts: string[]): string {
  return hash('sha1', parts.toSorted().join(''), 'hex');
}

/** The message encrypted, in base64: random(16) ‖ length(4, big endian) ‖ message ‖ appId, PKCS#7 to 32 bytes, AES-256-CBC with IV = key[0..16]. */
export function sealMessage(message: string, { aesKey, appId }: MessageKey, random?: Buffer): string {
  const body = Buffer.from(message);
  const head = Buffer.alloc(HEAD);
  (random ?? randomBytes(RANDOM)).copy(head, 0, 0, RANDOM);
  head.writeUInt32BE(body.length, RANDOM);
  const plain = Buffer.concat([head, body, Buffer.from(appId)]);
  const padding = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([plain, Buffer.alloc(padding, padding)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** The message again; null = not encrypted with this key, not for this account, or not whole. Check its signature first. */
export function openMessage(sealed: string, { aesKey, appId }: MessageKey): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0) return null;
  const decipher = createDecipheriv('aes-256-cbc', aesKey, aesKey.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > BLOCK || padded.subarray(-padding).some((byte) => byte !== padding))
    return null;
  const plain = padded.subarray(0, -padding);
  if (plain.length < HEAD) return null;
  const end = HEAD + plain.readUInt32BE(RANDOM);
  if (plain.subarray(end).toString() !== appId) return null;
  return plain.subarray(HEAD, end).toString();
}
