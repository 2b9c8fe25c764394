const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hexCodes = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += hexOfByte[bytes[i] ?? 0];
  return text;
}

/** The bytes of a lower-case hex text, or null if it is anything else. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  const room = utf8(text);
  const count = room.length / 2;
  return Number.isInteger(count) && foldHex(room, count) ? room.slice(count) : null;
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return btoa(text);
}

/** The bytes of a standard base64 text, or null: only the one spelling that toBase64 gives is taken, so nothing has two. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const binary = atob(text);
  if (btoa(binary) !== text) return null;
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < out.length; i++) out[i] = binary.charCodeAt(i);
  return out;
}

/** Writes a text that is known to be ASCII at `at`; gives the position after it. */
export function putAscii(out: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Writes bytes[from, from + count) as lower-case hex digits at `at`. */
export function putHex(out: Uint8Array, at: number, bytes: Uint8Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + i] ?? 0;
    out[at + 2 * i] = hexCodes[byte >> 4] ?? 0;
    out[at + 2 * i + 1] = hexCodes[byte & 15] ?? 0;
  }
}

/** Are the hex digits at `at` those of bytes[from, from + count)? */
export function equalHex(
  digits: Uint8Array,
  at: number,
  bytes: Uint8Array,
  from: number,
  count: number,
): boolean {
  let differ = 0;
  for (let i = 0; i < count; i++) {
    const byte = bytes[from + i] ?? 0;
    differ |= (digits[at + 2 * i] ?? 0) ^ (hexCodes[byte >> 4] ?? 0);
    differ |= (digits[at + 2 * i + 1] ?? 0) ^ (hexCodes[byte & 15] ?? 0);
  }
  return differ === 0;
}

/** Copies a hash of 32 bytes; cheaper than set(subarray()) for so few. */
export function copyHash(from: Uint8Array, start: number, to: Uint8Array, at: number): void {
  for (let i = 0; i < 32; i++) to[at + i] = from[start + i] ?? 0;
}

/** Are text[at, at + count) lower-case hex digits? */
export function isHex(text: Uint8Array, at: number, count: number): boolean {
  let wrong = 0;
  for (let i = at; i < at + count; i++) wrong |= hexValues[text[i] ?? 0] ?? 0;
  return wrong < NOT_HEX;
}

/** Puts the `count` bytes that the hex digits room[0, 2·count) stand for where their second half was; false if they are no digits. */
export function foldHex(room: Uint8Array, count: number): boolean {
  let wrong = 0;
  // From behind, so that no digit is overwritten before it is read.
  for (let i = count - 1; i >= 0; i--) {
    const high = hexValues[room[2 * i] ?? 0] ?? 0;
    const low = hexValues[room[2 * i + 1] ?? 0] ?? 0;
    wrong |= high | low;
    room[count + i] = (high << 4) | low;
  }
  return wrong < NOT_HEX;
}

const NOT_HEX = 16;
const hexValues = new Uint8Array(256).fill(NOT_HEX);
hexCodes.forEach((code, value) => {
  hexValues[code] = value;
});
