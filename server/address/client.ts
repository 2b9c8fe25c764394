import { type BlockList, isIP } from 'node:net';
import { addressBytes, networkLength } from './bytes.ts';

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
