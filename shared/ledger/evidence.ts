/**
 * What the server noticed when a ballot came: why it was held, and by what. Its digest, the evidence, is part of what the ballot's
 * commitment covers, so that none of it can be changed afterwards. The address alone fades by its term (vote/ledger.ts `fadeTrace`): the
 * digest is made from what it fades to, so it is the same before and after.
 *
 *   evidence = the first 16 bytes of SHA-256(salt 32 ‖ flags 4, big-endian ‖ device 8 ‖ faded address 12)
 *   faded address = the first 12 bytes of HMAC-SHA256(the contest's fading key, address 16)
 *
 * Without the fading key, which never leaves the server, evidence says nothing of what it was made from, not even to the voter.
 */
export interface Trace {
  /** Signals in bits 0–23 (policy.ts), UNSCREENED, and the channel from bit 26 on unless it stands beside. */
  flags: number;
  /** Place in live.ts `channels`. */
  channel?: number;
  /** 8 bytes. */
  device: Uint8Array;
  /** 16 bytes, or 12 once it is faded. */
  ip: Uint8Array;
}

export const UNSCREENED = 1 << 25;
const CHANNEL = 26;

export const DEVICE_BYTES = 8;
export const ADDRESS_BYTES = 16;
export const FADED_BYTES = 12;
export const EVIDENCE_BYTES = 16;
/** Salt, flags, device, faded address. */
export const EVIDENCE_INPUT = 32 + 4 + DEVICE_BYTES + FADED_BYTES;

export function flagsOf({ flags, channel = 0 }: Omit<Trace, 'device' | 'ip'>): number {
  return flags | (channel << CHANNEL);
}

/**
 * Writes flags, device and faded address at `at`; the address is `faded` at `from` when the trace holds a raw one. What is not of its
 * length was not written by us, and becomes what no ballot has.
 */
export function writeTrace(out: Uint8Array, at: number, trace: Trace, faded: Uint8Array, from: number): void {
  const { device, ip } = trace;
  const flags = flagsOf(trace);
  for (let i = 0; i < 4; i++) out[at + i] = (flags >>> (24 - 8 * i)) & 0xff;
  const known = device.length === DEVICE_BYTES;
  for (let i = 0; i < DEVICE_BYTES; i++) out[at + 4 + i] = known ? (device[i] ?? 0) : 0xff;
  const to = at + 4 + DEVICE_BYTES;
  for (let i = 0; i < FADED_BYTES; i++)
    out[to + i] =
      ip.length === ADDRESS_BYTES ? (faded[from + i] ?? 0) : ip.length === FADED_BYTES ? (ip[i] ?? 0) : 0xff;
}
