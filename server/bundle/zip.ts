import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

type Piece = string | Uint8Array;

/** Writes the files of a zip one after the other, in the memory of a piece. */
export interface ZipWriter {
  /** A file of these pieces; the bytes that go into the zip for it. */
  file(name: string, pieces: AsyncIterable<Piece> | Iterable<Piece>): AsyncGenerator<Uint8Array>;
  /** The directory: the last bytes. */
  end(): Uint8Array;
  /** SHA-256 of each file that was written, hex. */
  digests: ReadonlyMap<string, string>;
}

interface Written {
  name: Buffer;
  crc: number;
  packed: number;
  size: number;
  at: number;
}

const MOST = 0xffff_fffe;
const LOCAL = 0x0403_4b50;
const DESCRIPTOR = 0x0807_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
/** The sizes come behind the file. */
const LATER = 8;
const UTF8 = 0x800;
const DEFLATED = 8;
const VERSION = 20;
/** 1980-01-01: the same content gives the same bytes. */
const DAY = 0x21;
/** Hashes in hex take half their bytes at any level; this one costs least. */
const LEVEL = 1;

/**
 * A zip without zip64: what would pass 4 GB is an error. Deflated in libuv's threads, so that the server answers meanwhile; a packed zip is
 * worth it, as people fetch it over a phone.
 */
export function createZip(): ZipWriter {
  const written: Written[] = [];
  const digests = new Map<string, string>();
  let at = 0;

  return {
    digests,
    async *file(name, pieces) {
      const one: Written = { name: Buffer.from(name, 'utf8'), crc: 0, packed: 0, size: 0, at };
      const digest = createHash('sha256');
      async function* taken(): AsyncGenerator<Uint8Array> {
        for await (const piece of pieces) {
          const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
          digest.update(bytes);
          one.crc = crc32(bytes, one.crc);
          one.size += bytes.length;
          yield bytes;
        }
      }
      const head = headOf(one);
      yield head;
      const deflate = createDeflateRaw({ level: LEVEL, chunkSize: 256 << 10 });
      // What goes wrong on either side ends the reading below.
      pipeline(Readable.from(taken(), { highWaterMark: 2 }), deflate, () => {});
      for await (const piece of deflate) {
        one.packed += (piece as Buffer).length;
        yield piece as Buffer;
      }
      const tail = tailOf(one);
      yield tail;
      at += head.length + one.packed + tail.length;
      if (at > MOST || one.size > MOST) throw new Error(`${name} makes the bundle larger than a zip can be`);
      written.push(one);
      digests.set(name, digest.digest('hex'));
    },
    end() {
      const directory = Buffer.concat(written.map(lineOf));
      const end = Buffer.alloc(22);
      end.writeUInt32LE(END, 0);
      end.writeUInt16LE(written.length, 8);
      end.writeUInt16LE(written.length, 10);
      end.writeUInt32LE(directory.length, 12);
      end.writeUInt32LE(at, 16);
      return Buffer.concat([directory, end]);
    },
  };
}

/** The second flag says that the name is UTF-8; names that are plain leave it out, as everybody's zips do. */
const flagsOf = (name: Buffer): number => (name.some((byte) => byte > 0x7f) ? LATER | UTF8 : LATER);

function headOf({ name }: Written): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(LOCAL, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(flagsOf(name), 6);
  head.writeUInt16LE(DEFLATED, 8);
  head.writeUInt16LE(DAY, 12);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name]);
}

function tailOf({ crc, packed, size }: Written): Buffer {
  const tail = Buffer.alloc(16);
  [DESCRIPTOR, crc, packed, size].forEach((value, i) => void tail.writeUInt32LE(value % 2 ** 32, 4 * i));
  return tail;
}

function lineOf({ name, crc, packed, size, at }: Written): Buffer {
  const line = Buffer.alloc(46);
  line.writeUInt32LE(CENTRAL, 0);
  line.writeUInt16LE(VERSION, 4);
  line.writeUInt16LE(VERSION, 6);
  line.writeUInt16LE(flagsOf(name), 8);
  line.writeUInt16LE(DEFLATED, 10);
  line.writeUInt16LE(DAY, 14);
  [crc, packed, size].forEach((value, i) => void line.writeUInt32LE(value, 16 + 4 * i));
  line.writeUInt16LE(name.length, 28);
  line.writeUInt32LE(at, 42);
  return Buffer.concat([line, name]);
}
