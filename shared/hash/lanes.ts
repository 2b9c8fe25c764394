import { sha256Into } from '#sha256';
import { copyHash } from '../bytes.ts';
import { openSimd } from './sha256.simd.ts';

/**
 * Many short messages, hashed together. One hash by itself costs more in the call of the crypto library than in the hashing;
 * where thousands wait (a ledger to verify, tiles to extend, a batch of ballots) this is some three times as fast.
 */
export interface Lanes {
  /** Room for messages: message i begins at start(i), and once run its hash is in the 32 bytes before that. */
  readonly bytes: Uint8Array;
  start(i: number): number;
  /** Says that message i is `length` bytes long. What lies behind it in its room is overwritten when the length is a new one. */
  end(i: number, length: number): void;
  /** Hashes messages 0 to count - 1. They stay as they are, so one that did not change need not be written again. */
  run(count: number): void;
}

/** `rooms` messages of at most `longest` bytes. Not re-entrant: write, run and read before others use it. */
export function createLanes(rooms: number, longest: number): Lanes {
  const blocksOf = (length: number): number => Math.floor((length + 72) / 64);
  const room = blocksOf(longest) * 64;
  const table = rooms * (32 + room);
  const simd = openSimd(table + 4 * (rooms + 3));
  const memory = simd?.memory ?? new ArrayBuffer(table + 4 * (rooms + 3));
  const bytes = new Uint8Array(memory);
  const view = new DataView(memory);
  const addresses = new Uint32Array(memory, table, rooms + 3);
  const lengths = new Int32Array(rooms).fill(-1);
  const start = (i: number): number => i * (32 + room) + 32;

  const pad = (i: number, length: number): void => {
    const [from, to] = [start(i) + length, start(i) + blocksOf(length) * 64];
    bytes.fill(0, from, to);
    bytes[from] = 0x80;
    view.setUint32(to - 4, length * 8);
  };

  return {
    bytes,
    start,
    end(i, length) {
      if (length > longest) throw new RangeError('message longer than its room');
      if (lengths[i] === length) return;
      lengths[i] = length;
      pad(i, length);
    },
    run(count) {
      if (!simd) {
        for (let i = 0; i < count; i++)
          sha256Into(bytes.subarray(start(i), start(i) + (lengths[i] ?? 0)), bytes, start(i) - 32);
        return;
      }
      for (let blocks = 1, done = 0; done < count; blocks++) {
        let found = 0;
        for (let i = 0; i < count; i++)
          if (((lengths[i] ?? 0) + 72) >> 6 === blocks) addresses[found++] = start(i);
        if (found === 0) continue;
        done += found;
        while (found % 4 !== 0) addresses[found++] = addresses[0] ?? 0;
        simd.hash(table, blocks, found / 4);
      }
    },
  };
}

/** HMAC-SHA256 (RFC 2104) of many messages of one length under one key. */
export interface MacLanes {
  /** Where message i is written. */
  readonly rooms: readonly Uint8Array[];
  /** Of messages 0 to count - 1. */
  run(count: number): void;
  /** After run: the digest of message i is at bytes[start(i), + 32). */
  readonly bytes: Uint8Array;
  start(i: number): number;
}

const BLOCK = 64;

/** `key`: at most a block. */
export function createMacLanes(key: Uint8Array, rooms: number, length: number): MacLanes {
  if (key.length > BLOCK) throw new RangeError('key longer than a block');
  const keyed = (pad: number, behind: number): Lanes => {
    const message = new Uint8Array(BLOCK + behind).fill(pad, 0, BLOCK);
    for (let i = 0; i < key.length; i++) message[i] = pad ^ (key[i] ?? 0);
    return lanesOf(message, rooms);
  };
  const [inner, outer] = [keyed(0x36, length), keyed(0x5c, 32)];
  return {
    rooms: Array.from({ length: rooms }, (_, i) =>
      inner.bytes.subarray(inner.start(i) + BLOCK, inner.start(i) + BLOCK + length),
    ),
    run(count) {
      inner.run(count);
      for (let i = 0; i < count; i++)
        copyHash(inner.bytes, inner.start(i) - 32, outer.bytes, outer.start(i) + BLOCK);
      outer.run(count);
    },
    bytes: outer.bytes,
    start: (i) => outer.start(i) - 32,
  };
}

/** Every room holding this message already. */
export function lanesOf(message: Uint8Array, rooms: number): Lanes {
  const lanes = createLanes(rooms, message.length);
  for (let i = 0; i < rooms; i++) {
    lanes.bytes.set(message, lanes.start(i));
    lanes.end(i, message.length);
  }
  return lanes;
}
