import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/*
 * WeChat's side of signing and encrypting messages, written from its documents and not from server/wechat: that both agree is the test.
 */

/** sha1 of the parts in the order of their bytes, joined, in hex. */
export function signature(...parts: string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');
}

/** sha1 of what a page signs for the JS-SDK; `url` without its fragment. */
export function pageSignature(ticket: string, noncestr: string, timestamp: string, url: string): string {
  return createHash('sha1')
    .update(`jsapi_ticket=${ticket}&noncestr=${noncestr}&timestamp=${timestamp}&url=${url}`)
    .digest('hex');
}

const BLOCK = 32;
const RANDOM = 16;
const HEAD = RANDOM + 4;

/** random(16) ‖ length(4, big endian) ‖ text ‖ appId, padded to 32 bytes, AES-256-CBC, base64. */
export function encrypt(aesKey: string, appId: string, text: string, random = randomBytes(RANDOM)): string {
  const message = Buffer.from(text);
  const head = Buffer.alloc(HEAD);
  random.copy(head);
  head.writeUInt32BE(message.length, RANDOM);
  const plain = Buffer.concat([head, message, Buffer.from(appId)]);
  const padding = BLOCK - (plain.length % BLOCK);
  const key = keyOf(aesKey);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]).toString('base64');
}

/** The text; throws an Error that says what is wrong with it. */
export function decrypt(aesKey: string, appId: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0 || bytes.toString('base64') !== sealed)
    throw new Error('not whole blocks of base64');
  const key = keyOf(aesKey);
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([cipher.update(bytes), cipher.final()]);
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > BLOCK || plain.subarray(-padding).some((byte) => byte !== padding))
    throw new Error('wrong padding: another key?');
  const body = plain.subarray(0, -padding);
  const end = body.length < HEAD ? Number.NaN : HEAD + body.readUInt32BE(RANDOM);
  if (!(end <= body.length)) throw new Error('a length beyond the end');
  if (body.subarray(end).toString() !== appId) throw new Error('encrypted for another account');
  return body.subarray(HEAD, end).toString();
}

function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, 'base64');
}
