import { isIP } from 'node:net';
import { fromHex, toHex } from '@zuimei/shared/bytes.ts';
import { addressBytes, networkLength } from '../address/bytes.ts';

/** Addresses come as the ledger keeps them: 16 bytes raw (vote/address.ts), or 12 bytes once faded, or none. */
const NONE = 0;
const V4 = 4;
const V6 = 6;
const FADED = 12;
const FADED_MARK = 'faded:';

function kindOf(address: Uint8Array): number {
  if (address.length === 12) return FADED;
  if (address.length !== 16 || address.every((byte) => byte === 0)) return NONE;
  return networkLength(address) === 15 ? V4 : V6;
}

/** What names the network of an address in four words: its kind, and /24, /64, or a faded address by itself. */
export function netWords(address: Uint8Array): Uint32Array<ArrayBuffer> {
  const kind = kindOf(address);
  const [from, length] = kind === V4 ? [12, 3] : kind === V6 ? [0, 8] : [0, kind];
  const words = new Uint32Array(4);
  words[0] = kind;
  words.set(bytesToWords(address.subarray(from, from + length), 3), 1);
  return words;
}

/** An address and its length in five words. */
export function addressWords(address: Uint8Array): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(5);
  words.set(bytesToWords(address, 4));
  words[4] = address.length;
  return words;
}

/** '203.0.113.7', '2001:db8::1', 'faded:<hex>', '' for none. */
export function addressText(address: Uint8Array): string {
  const kind = kindOf(address);
  if (kind === V4) return address.subarray(12).join('.');
  if (kind === V6) return v6Text(address);
  return kind === FADED ? `${FADED_MARK}${toHex(address)}` : '';
}

/** '203.0.113.0/24', '2001:db8::/64', 'faded:<hex>', '' for none. */
export function netText(words: ArrayLike<number>): string {
  const bytes = netBytes(words);
  if (words[0] === V4) return `${bytes.join('.')}.0/24`;
  if (words[0] === FADED) return `${FADED_MARK}${toHex(bytes)}`;
  const whole = new Uint8Array(16);
  whole.set(bytes);
  return words[0] === V6 ? `${v6Text(whole)}/64` : '';
}

/** The same as a part of a cluster's id. */
export function netHex(words: ArrayLike<number>): string {
  return toHex(netBytes(words));
}

function netBytes(words: ArrayLike<number>): Uint8Array {
  const kind = words[0] ?? NONE;
  return wordsToBytes(words, 1, kind === V4 ? 3 : kind === V6 ? 8 : kind);
}

/** A network, or all that begin alike: its words, of which the first `bits` behind the kind are meant. */
export interface NetStart {
  net: Uint32Array;
  bits: number;
}

/** What a filter's `net` means: networks, or the words of one address; null = neither. */
export function parseNet(text: string): NetStart | { address: Uint32Array } | null {
  if (text.startsWith(FADED_MARK)) {
    const bytes = fromHex(text.slice(FADED_MARK.length));
    return bytes?.length === 12 ? { address: addressWords(bytes) } : null;
  }
  const [, plain = '', suffix] = /^([0-9a-f.:]+)(\/\d+)?$/i.exec(text) ?? [];
  const version = isIP(plain);
  if (version === 0) return suffix === undefined ? parseStart(plain) : null;
  const bytes = addressBytes(plain);
  if (suffix === undefined) return { address: addressWords(bytes) };
  const bits = Number(suffix.slice(1));
  return bits <= (version === 4 ? 24 : 64) ? { net: netWords(bytes), bits } : null;
}

/** '106.92', '2001:db8:' */
function parseStart(text: string): NetStart | null {
  const plain = text.replace(/[.:]$/, '');
  const octets = plain.split('.');
  if (/^\d+(\.\d+){0,2}$/.test(plain) && (octets.length > 1 || text.endsWith('.'))) {
    const whole = [...octets, '0', '0', '0'].slice(0, 4).join('.');
    return isIP(whole) === 4 ? { net: netWords(addressBytes(whole)), bits: 8 * octets.length } : null;
  }
  const groups = plain.split(':');
  const whole = `${plain}::`;
  if (!text.includes(':') || groups.length > 4 || isIP(whole) !== 6) return null;
  return { net: netWords(addressBytes(whole)), bits: 16 * groups.length };
}

/** Whether a network lies among those that begin so. */
export function startsWith(words: ArrayLike<number>, { net, bits }: NetStart): boolean {
  if (words[0] !== net[0]) return false;
  for (let at = 1, left = bits; left > 0; at++, left -= 32) {
    const mask = left >= 32 ? -1 : ~(0xffff_ffff >>> left);
    if ((((words[at] ?? 0) ^ (net[at] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

export function wordsToBytes(
  words: ArrayLike<number>,
  from: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (words[from + (i >> 2)] ?? 0) >>> (24 - 8 * (i & 3));
  return bytes;
}

function bytesToWords(bytes: Uint8Array, count: number): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < bytes.length && i < 4 * count; i++)
    words[i >> 2] = (words[i >> 2] ?? 0) | ((bytes[i] ?? 0) << (24 - 8 * (i & 3)));
  return words;
}

/** RFC 5952: no leading zeros, the longest run of zero groups (two or more) as '::'. */
function v6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  const runs = groups.map((_, i) => {
    let length = 0;
    while (groups[i + length] === '0') length++;
    return length;
  });
  const longest = Math.max(...runs);
  if (longest < 2) return groups.join(':');
  const at = runs.indexOf(longest);
  return `${groups.slice(0, at).join(':')}::${groups.slice(at + longest).join(':')}`;
}
