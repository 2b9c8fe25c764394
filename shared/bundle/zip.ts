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

export function zipFault(words: string): ZipFault {
  return { zipFault: words };
}

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
/** Sizes stand behind the file. */
const LATER = 8;
const MOST_FILES = 100;
const MOST_COMMENT = 0xffff;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

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
    if (at + 46 > directory.length || view.getUint32(at, true) !== CENTRAL) throw zipFault('目录读不下去');
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    places.push(placeOf(view, at, asciiOf(directory.subarray(at + 46, at + 46 + nameLength))));
    at += 46 + nameLength + extra + comment;
  }
  if (at !== directory.length) throw zipFault('目录之外还有内容');
  const names = places.map(({ name }) => name.toLowerCase());
  const twice = places.find(({ name }, i) => names.indexOf(name.toLowerCase()) !== i);
  if (twice) throw zipFault(`文件 ${twice.name} 出现了两次`);
  await locate(source, places, from);
  return places;
}

async function readEnd(source: BundleSource): Promise<{ count: number; from: number; to: number }> {
  if (source.size > bundleLimits.zip) throw zipFault('超过 4 GB');
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
      throw zipFault('被分成了几卷');
    if (count > MOST_FILES) throw zipFault(`有 ${count} 个文件，太多了`);
    if (from + length !== start + at) throw zipFault('目录的位置不对，前后有多出或缺少的内容');
    return { count, from, to: from + length };
  }
  throw zipFault('没有结尾，文件被截断了，或不是 zip');
}

function placeOf(view: DataView, at: number, name: string): ZipPlace {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [packed, size, header] = [20, 24, 42].map((field) => view.getUint32(at + field, true)) as [
    number,
    number,
    number,
  ];
  if (!NAME.test(name)) throw zipFault(`文件名 ${JSON.stringify(name)} 不该有：只能是字母、数字，不带文件夹`);
  if (flags & 1) throw zipFault(`${name} 加了密码`);
  if (method !== 0 && method !== 8) throw zipFault(`${name} 的压缩方式（${method}）不认识`);
  if (packed > bundleLimits.zip || size > bundleLimits.zip) throw zipFault(`${name} 超过 4 GB`);
  if (method === 0 && packed !== size) throw zipFault(`${name} 的大小写了两个数（${packed} 与 ${size}）`);
  const most = name === 'ledger.ndjson' ? bundleLimits.ledger : bundleLimits.file;
  if (size > most) throw zipFault(`${name} 有 ${size} 字节，超过上限 ${most}`);
  if (size > bundleLimits.ratioFrom && size > packed * bundleLimits.ratio)
    throw zipFault(`${name} 由 ${packed} 字节解压成 ${size} 字节，不像真的`);
  return { name, deflated: method === 8, packed, size, header, at: 0 };
}

/** Finds where each file's bytes begin: behind a header of its own that names the same file, one after the other without a gap. */
async function locate(source: BundleSource, places: ZipPlace[], end: number): Promise<void> {
  let free = 0;
  for (const place of places.toSorted((a, b) => a.header - b.header)) {
    // Behind a file may stand its sizes once more, with or without a mark.
    if (![0, 12, 16].includes(place.header - free) || place.header + 30 > end)
      throw zipFault(`${place.name} 之前有多出的内容，或与别的文件重叠`);
    const head = await source.read(place.header, place.header + 30);
    const view = viewOf(head);
    if (view.getUint32(0, true) !== LOCAL) throw zipFault(`${place.name} 不在目录所说的位置`);
    const [nameLength, extra] = [view.getUint16(26, true), view.getUint16(28, true)];
    const name = asciiOf(await source.read(place.header + 30, place.header + 30 + nameLength));
    if (name !== place.name) throw zipFault(`${place.name} 在文件里写作 ${JSON.stringify(name)}`);
    place.at = place.header + 30 + nameLength + extra;
    checkTwice(view, place);
    free = place.at + place.packed;
    if (free > end) throw zipFault(`${place.name} 与目录重叠`);
  }
  if (![0, 12, 16].includes(end - free)) throw zipFault('最后一个文件之后有多出的内容');
}

/** What stands in a file's own header, by which some programs unpack it, is what the directory says, or left for later. */
function checkTwice(view: DataView, { name, deflated, packed, size }: ZipPlace): void {
  const [flags, method] = [view.getUint16(6, true), view.getUint16(8, true)];
  const own = [view.getUint32(18, true), view.getUint32(22, true)];
  const later = (flags & LATER) !== 0 && own.join() === '0,0';
  if (flags & 1 || method !== (deflated ? 8 : 0) || (!later && own.join() !== [packed, size].join()))
    throw zipFault(`${name} 的大小或压缩方式写了两个样子`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asciiOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 300), (byte) => String.fromCharCode(byte)).join('');
}
