import { Inflate } from 'fflate';
import { type BundleSource, isZipFault, type ZipPlace, zipFault } from './zip.ts';

/** A packed piece unpacks to at most a thousand times as much: 64 MB are in memory at once. */
const PIECE = 64 << 10;
const STORED_PIECE = 1 << 20;

/** The bytes of a file, piece by piece; throws a ZipFault where they are not as many as the directory says, or cannot be unpacked. */
export async function* unpack(source: BundleSource, place: ZipPlace): AsyncGenerator<Uint8Array> {
  const { name, deflated, size } = place;
  let given = 0;
  for await (const piece of deflated ? inflated(source, place) : packedOf(source, place, STORED_PIECE)) {
    given += piece.length;
    if (given > size) break;
    yield piece;
  }
  if (given !== size) throw zipFault(`${name} 解压出来不是 ${size} 字节`);
}

async function* packedOf(source: BundleSource, place: ZipPlace, step: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < place.packed; from += step) {
    const to = Math.min(place.packed, from + step);
    const bytes = await source.read(place.at + from, place.at + to);
    if (bytes.length !== to - from) throw zipFault(`${place.name} 在读的时候断了`);
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
    throw isZipFault(error) ? error : zipFault(`${place.name} 解压不了，文件损坏了`);
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
