import { isIP } from 'node:net';

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
