import { Inflate } from 'fflate';
import { bundleLimits } from './format.ts';

/** A file that is read in any order: a Blob, or a file on a disk. */
export interface BundleSource {
  size: number;
  /** Bytes [from, to). */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** Where a file lies in a zip. */
export interface ZipPlace {
  name: string;
  deflated: boolean;
  /** In the zip, and unpacked. */
  packed: number;
  size: number;
  /** Of its header, then of its bytes. */
  header: number;
  at: number;
}

/** What makes a zip unreadable, as the end of a sentence. Only for readers of a zip; never leaves shared/bundle. */
export interface ZipFault {
  zipFault: string;
}

export const isZipFault = (error: unknown): error is ZipFault =>
  typeof error === 'object' && error !== null && 'zipFault' in error;

function fault(words: string): ZipFault {
  return { zipFault: words };
}

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const MOST_FILES = 100;
const MOST_COMMENT = 0xffff;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A packed piece unpacks to at most a thousand times as much: 64 MB are in memory at once. */
const PIECE = 64 << 10;
const STORED_PIECE = 1 << 20;

/** Does a file begin as a zip does? */
export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The files of a zip, as its directory at the end has them. Throws a ZipFault for what is cut off, encrypted, larger than 4 GB, packed otherwise
 * than stored or deflated, named twice or with a path, laid over each other, or hidden between them.
 */
export async function openZip(source: BundleSource): Promise<ZipPlace[]> {
  const { count, from, to } = await readEnd(source);
  const directory = await source.read(from, to);
  const view = viewOf(directory);
  const places: ZipPlace[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== CENTRAL) throw fault('目录读不下去');
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    places.push(placeOf(view, at, asciiOf(directory.subarray(at + 46, at + 46 + nameLength))));
    at += 46 + nameLength + extra + comment;
  }
  if (at !== directory.length) throw fault('目录之外还有内容');
  const names = places.map(({ name }) => name.toLowerCase());
  const twice = places.find(({ name }, i) => names.indexOf(name.toLowerCase()) !== i);
  if (twice) throw fault(`文件 ${twice.name} 出现了两次`);
  await locate(source, places, from);
  return places;
}

async function readEnd(source: BundleSource): Promise<{ count: number; from: number; to: number }> {
  if (source.size > bundleLimits.zip) throw fault('超过 4 GB');
  const start = Math.max(0, source.size - 22 - MOST_COMMENT);
  const tail = await source.read(start, source.size);
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    const [count, length, from] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count)
      throw fault('被分成了几卷');
    if (count > MOST_FILES) throw fault(`有 ${count} 个文件，太多了`);
    if (from + length !== start + at) throw fault('目录的位置不对，前后有多出或缺少的内容');
    return { count, from, to: from + length };
  }
  throw fault('没有结尾，文件被截断了，或不是 zip');
}

function placeOf(view: DataView, at: number, name: string): ZipPlace {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packed, size, header] = [20, 24, 42].map((field) => view.getUint32(at + field, true)) as [
    number,
    number,
    number,
  ];
  if (!NAME.test(name)) throw fault(`文件名 ${JSON.stringify(name)} 不该有：只能是字母、数字，不带文件夹`);
  if (flags & 1) throw fault(`${name} 加了密码`);
  if (method !== 0 && method !== 8) throw fault(`${name} 的压缩方式（${method}）不认识`);
  if (packed > bundleLimits.zip || size > bundleLimits.zip) throw fault(`${name} 超过 4 GB`);
  if (method === 0 && packed !== size) throw fault(`${name} 的大小写了两个数（${packed} 与 ${size}）`);
  const most = name === 'ledger.ndjson' ? bundleLimits.ledger : bundleLimits.file;
  if (size > most) throw fault(`${name} 有 ${size} 字节，超过上限 ${most}`);
  if (size > bundleLimits.ratioFrom && size > packed * bundleLimits.ratio)
    throw fault(`${name} 由 ${packed} 字节解压成 ${size} 字节，不像真的`);
  return { name, deflated: method === 8, packed, size, header, at: 0 };
}

/** Finds where each file's bytes begin: behind a header of its own that names the same file, one after the other without a gap. */
async function locate(source: BundleSource, places: ZipPlace[], end: number): Promise<void> {
  let free = 0;
  for (const place of places.toSorted((a, b) => a.header - b.header)) {
    // Behind a file may stand its sizes once more, with or without a mark.
    if (![0, 12, 16].includes(place.header - free) || place.header + 30 > end)
      throw fault(`${place.name} 之前有多出的内容，或与别的文件重叠`);
    const head = await source.read(place.header, place.header + 30);
    const view = viewOf(head);
    if (view.getUint32(0, true) !== LOCAL) throw fault(`${place.name} 不在目录所说的位置`);
    const [nameLength, extra] = [view.getUint16(26, true), view.getUint16(28, true)];
    const name = asciiOf(await source.read(place.header + 30, place.header + 30 + nameLength));
    if (name !== place.name) throw fault(`${place.name} 在文件里写作 ${JSON.stringify(name)}`);
    place.at = place.header + 30 + nameLength + extra;
    free = place.at + place.packed;
    if (free > end) throw fault(`${place.name} 与目录重叠`);
  }
  if (![0, 12, 16].includes(end - free)) throw fault('最后一个文件之后有多出的内容');
}

/** The bytes of a file, piece by piece; throws a ZipFault where they are not as many as the directory says, or cannot be unpacked. */
export async function* unpack(source: BundleSource, place: ZipPlace): AsyncGenerator<Uint8Array> {
  const { name, deflated, size } = place;
  let given = 0;
  for await (const piece of deflated ? inflated(source, place) : packedOf(source, place, STORED_PIECE)) {
    given += piece.length;
    if (given > size) break;
    yield piece;
  }
  if (given !== size) throw fault(`${name} 解压出来不是 ${size} 字节`);
}

async function* packedOf(source: BundleSource, place: ZipPlace, step: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < place.packed; from += step) {
    const to = Math.min(place.packed, from + step);
    const bytes = await source.read(place.at + from, place.at + to);
    if (bytes.length !== to - from) throw fault(`${place.name} 在读的时候断了`);
    yield bytes;
  }
}

/** By the platform, at several times the speed; by the package where it knows no deflate without a head (Safari before 16.4). */
async function* inflated(source: BundleSource, place: ZipPlace): AsyncGenerator<Uint8Array> {
  let lost: { error: unknown } | null = null;
  const reading: BundleSource = {
    size: source.size,
    read: (from, to) =>
      source.read(from, to).catch((error: unknown) => {
        lost = { error };
        throw error;
      }),
  };
  const pieces = packedOf(reading, place, PIECE);
  const native = nativeInflate();
  try {
    if (native) yield* through(native, pieces);
    else yield* byPackage(pieces);
  } catch (error) {
    // A disk that went away is no fault of the zip.
    if (lost) throw (lost as { error: unknown }).error;
    throw isZipFault(error) ? error : fault(`${place.name} 解压不了，文件损坏了`);
  }
}

function nativeInflate(): DecompressionStream | null {
  try {
    return new DecompressionStream('deflate-raw');
  } catch {
    return null;
  }
}

async function* through(
  stream: DecompressionStream,
  pieces: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()];
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of pieces) await writer.write(piece as Uint8Array<ArrayBuffer>);
      await writer.close();
    } catch (error) {
      await writer.abort(error).catch(() => {});
      throw error;
    }
  };
  const fed = feed();
  // Told below, once the reader has met it too.
  fed.catch(() => {});
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    await fed;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* byPackage(pieces: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let out: Uint8Array[] = [];
  const inflate = new Inflate((piece) => void out.push(piece));
  for await (const piece of pieces) {
    inflate.push(piece, false);
    yield* out;
    out = [];
  }
  inflate.push(new Uint8Array(0), true);
  yield* out;
}

/** All bytes of a small file. */
export async function unpackAll(source: BundleSource, place: ZipPlace): Promise<Uint8Array> {
  const whole = new Uint8Array(place.size);
  let at = 0;
  for await (const piece of unpack(source, place)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asciiOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 300), (byte) => String.fromCharCode(byte)).join('');
}
