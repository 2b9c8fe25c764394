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
    const left = head ? head.split(':') : [];
    const right = tail ? tail.split(':') : [];
    for (let i = 0; i < left.length; i++) writeGroup(into, i, left[i]);
    for (let i = 0; i < right.length; i++) writeGroup(into, 8 - right.length + i, right[i]);
  }
  return into;
}

/** How many leading bytes of addressBytes name the network: /24 of an IPv4 address, /64 of an IPv6 one. */
export function networkLength(bytes: Uint8Array): 15 | 8 {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes[0] === 0 && bytes[1] === 0 ? 15 : 8;
}

function writeGroup(into: Uint8Array, group: number, text = ''): void {
  const value = Number.parseInt(text, 16) || 0;
  into[group * 2] = value >> 8;
  into[group * 2 + 1] = value & 0xff;
}

function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const bare = plain(address);
  const version = isIP(bare);
  return version !== 0 && trusted.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}
