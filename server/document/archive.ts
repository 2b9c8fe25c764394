import { crc32, inflateRawSync } from 'node:zlib';
import { refuseFile } from './problem.ts';

export const archiveLimits = {
  entries: 1000,
  entryBytes: 48 << 20,
  totalBytes: 128 << 20,
  /** Inflated ÷ deflated, for entries over a megabyte: real sheets of repeated rows reach about 60. */
  ratio: 150,
};

export interface Archive {
  names: string[];
  /** Inflates one part, or null when there is none. Refuses with `broken_file` when it is not what the directory says. */
  read(name: string): Uint8Array | null;
  /** The deflated bytes of one part; null when there is none, or when it is stored as it is. What has the same reads the same. */
  deflated(name: string): Uint8Array | null;
}

interface Entry {
  method: number;
  crc: number;
  packed: number;
  size: number;
  at: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const utf8 = new TextDecoder('utf-8');

/**
 * Opens a zip by its central directory; nothing is inflated before every size, count, ratio and name in it has been
 * checked, and inflating stops at the size the directory declared. Refuses: broken_file, encrypted, zip_bomb, unsafe_path.
 */
export function openArchive(bytes: Uint8Array): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(bytes, view);
  checkSizes(entries, bytes.length);
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      return entry ? inflate(bytes, view, entry) : null;
    },
    deflated(name) {
      const entry = entries.get(name);
      return entry?.method === 8 ? packedOf(bytes, view, entry) : null;
    },
  };
}

function readDirectory(bytes: Uint8Array, view: DataView): Map<string, Entry> {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  // 0xffff and 0xffffffff mean zip64, which no file within our size limit needs.
  if (count === 0xffff || at === 0xffffffff) refuseFile('zip_bomb');
  if (count > archiveLimits.entries) refuseFile('zip_bomb');
  const entries = new Map<string, Entry>();
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) refuseFile('broken_file');
    if (view.getUint16(at + 8, true) & 0x2041) refuseFile('encrypted');
    const nameLength = view.getUint16(at + 28, true);
    if (at + 46 + nameLength > view.byteLength) refuseFile('broken_file');
    const written = utf8.decode(bytes.subarray(at + 46, at + 46 + nameLength));
    checkName(written);
    // Some programs part folders by the backslash of Windows.
    const name = written.replaceAll('\\', '/');
    // Two parts of one name let two readers see two different files.
    if (entries.has(name)) refuseFile('broken_file');
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) if (view.getUint32(at, true) === END) return at;
  return refuseFile('broken_file');
}

function checkName(name: string): void {
  const steps = name.split(/[/\\]/u);
  if (
    name.startsWith('/') ||
    name.startsWith('\\') ||
    name.includes('\0') ||
    /^[a-z]:/iu.test(name) ||
    steps.includes('..')
  )
    refuseFile('unsafe_path');
}

function checkSizes(entries: Map<string, Entry>, fileBytes: number): void {
  let total = 0;
  let packed = 0;
  for (const entry of entries.values()) {
    total += entry.size;
    packed += entry.packed;
    if (entry.size > archiveLimits.entryBytes) refuseFile('zip_bomb');
    if (entry.size > 1 << 20 && entry.size > entry.packed * archiveLimits.ratio) refuseFile('zip_bomb');
  }
  // More packed bytes than the file has: parts overlap, which only bombs do.
  if (total > archiveLimits.totalBytes || packed > fileBytes) refuseFile('zip_bomb');
}

function packedOf(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array {
  if (entry.at + 30 > view.byteLength || view.getUint32(entry.at, true) !== LOCAL) refuseFile('broken_file');
  const start = entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
  if (start + entry.packed > view.byteLength) refuseFile('broken_file');
  return bytes.subarray(start, start + entry.packed);
}

function inflate(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array {
  const packed = packedOf(bytes, view, entry);
  const out =
    entry.method === 0 ? packed : entry.method === 8 ? unpack(packed, entry.size) : refuseFile('broken_file');
  if (out.length !== entry.size || crc32(out) !== entry.crc) refuseFile('broken_file');
  return out;
}

function unpack(packed: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  try {
    return inflateRawSync(packed, { maxOutputLength: size });
  } catch (error) {
    const overflow = error instanceof RangeError;
    return refuseFile(overflow ? 'zip_bomb' : 'broken_file');
  }
}
