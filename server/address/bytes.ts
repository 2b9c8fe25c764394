import { type BlockList, isIP } from 'node:net';

/**
 * The client's address: the peer's own, unless the peer is a trusted proxy; then the last address in X-Forwarded-For that is not a
 * trusted proxy. What a client writes into that header itself is never believed.
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, trusted: BlockList): string {
  if (!forwardedFor || !isTrusted(peer, trusted)) return plain(peer);
  const hops = forwardedFor.slice(-1024).split(',');
  for (let i = hops.length - 1; i >= 0; i--) {
    const hop = plain((hops[i] ?? '').trim());
    if (isIP(hop) === 0) break;
    if (i === 0 || !isTrusted(hop, trusted)) return hop;
  }
  return plain(peer);
}

/** 16 bytes in network order; IPv4 as ::ffff:a.b.c.d. Anything else gives zeros. */
export function addressBytes(address: string, into: Uint8Array = new Uint8Array(16)): Uint8Array {
  into.fill(0);
  const version = isIP(address);
  if (version === 4) {
    into[10] = into[11] = 0xff;
    const parts = address.split('.');
    for (let i = 0; i < 4; i++) into[12 + i] = Number(parts[i]);
  } else if (version === 6) {
    const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
    const left = groupsOf(head);
    const right = groupsOf(tail);
    for (let i = 0; i < left.length; i++) writeGroup(into, i, left[i]);
    for (let i = 0; i < right.length; i++) writeGroup(into, 8 - right.length + i, right[i]);
  }
  return into;
}

/** How many leading bytes of addressBytes name the network: /24 of an IPv4 address, /64 of an IPv6 one. */
export function networkLength(bytes: Uint8Array): 15 | 8 {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes[0] === 0 && bytes[1] === 0 ? 15 : 8;
}

/** What a limit by address goes by: IPv4 by the address itself, since an office's neighbours are others; IPv6 by its /64, which is one line. */
export function networkOf(address: string): string {
  const bytes = addressBytes(address);
  const length = networkLength(bytes) === 8 ? 8 : 16;
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('hex');
}

/** The last 32 bits of an IPv6 address may be written as IPv4. */
function groupsOf(text = ''): string[] {
  if (text === '') return [];
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  if (!last.includes('.')) return groups;
  const [a = 0, b = 0, c = 0, d = 0] = last.split('.').map(Number);
  return [...groups.slice(0, -1), ((a << 8) | b).toString(16), ((c << 8) | d).toString(16)];
}

function writeGroup(into: Uint8Array, group: number, text = ''): void {
  const value = Number.parseInt(text, 16) || 0;
  into[group * 2] = value >> 8;
  into[group * 2 + 1] = value & 0xff;
}

/** `[2001:db8::1]:443`, `[2001:db8::1]` and `1.2.3.4:5678`, as some proxies write whom they serve. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;

/** Without brackets, port and zone; a mapped IPv4 address as IPv4. What is no address stays as it is. */
function plain(text: string): string {
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  const address = bracketed ?? dotted ?? text;
  if (isIP(address) !== 6) return address;
  const whole = address.split('%')[0] ?? '';
  if (!/ffff:/i.test(whole)) return whole;
  const bytes = addressBytes(whole);
  const mapped = networkLength(bytes) === 15 && bytes.subarray(0, 10).every((byte) => byte === 0);
  return mapped ? bytes.subarray(12).join('.') : whole;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const bare = plain(address);
  const version = isIP(bare);
  return version !== 0 && trusted.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}
