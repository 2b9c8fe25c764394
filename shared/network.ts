/** A range of addresses; IPv4 as ::ffff:a.b.c.d, so that both kinds are compared alike. */
export interface Network {
  /** 16 bytes, the bits behind the prefix are zero. */
  bytes: Uint8Array;
  /** Of all 128; an IPv4 /24 is 120. */
  bits: number;
  version: 4 | 6;
}

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** '203.0.113.0/24', '2001:db8::/32' or one address; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefix, ...rest] = text.trim().split('/');
  const v4 = V4.exec(address);
  const bytes = v4 ? v4Bytes(v4.slice(1).map(Number)) : v6Bytes(address);
  const most = v4 ? 32 : 128;
  const own = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : most + 1;
  if (!bytes || own > most || rest.length > 0) return null;
  const bits = own + (v4 ? 96 : 0);
  for (let bit = bits; bit < 128; bit++) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) & ~(128 >> (bit & 7));
  return { bytes, bits, version: v4 ? 4 : 6 };
}

/** Does the network hold this address (16 bytes)? */
export function inNetwork({ bytes, bits }: Network, address: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[i] !== address[i]) return false;
  const mask = 0xff00 >> (bits & 7);
  return (bits & 7) === 0 || (((bytes[whole] ?? 0) ^ (address[whole] ?? 0)) & mask & 0xff) === 0;
}

function v4Bytes(parts: number[]): Uint8Array | null {
  if (parts.some((part) => part > 255)) return null;
  const bytes = new Uint8Array(16);
  bytes.set([0xff, 0xff, ...parts], 10);
  return bytes;
}

function v6Bytes(text: string): Uint8Array | null {
  const [head = '', tail, ...rest] = text.split('::');
  if (!text.includes(':') || rest.length > 0) return null;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...right];
  const fits = tail === undefined ? groups.length === 8 : groups.length < 8;
  if (!fits || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const bytes = new Uint8Array(16);
  const write = (group: string, place: number): void => {
    const value = Number.parseInt(group, 16);
    bytes[2 * place] = value >> 8;
    bytes[2 * place + 1] = value & 0xff;
  };
  left.forEach(write);
  right.forEach((group, i) => {
    write(group, 8 - right.length + i);
  });
  return bytes;
}
