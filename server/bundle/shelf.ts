import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';

const READ_BYTES = 256 << 10;

/** A file that lies ready. */
export interface Shelved {
  size: number;
  bytes: number;
  /** Its bytes, at the reader's pace. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/**
 * Bundles of the public edition, each made once for a size of the ledger and kept on the disk of this process: one of five million ballots
 * takes minutes and half a gigabyte, and everybody is given the same. One is made at a time, and who asks meanwhile waits for it. The files
 * have no name any more while they are open: they go with the last reader once a newer one is there, and with the process.
 */
export function createShelf() {
  const kept = new Map<string, { size: number; file: Promise<Shelved & { leave(): Promise<void> }> }>();
  let line: Promise<unknown> = Promise.resolve();

  return {
    /** The bundle of a ledger of this size, made if it is not there. */
    async find(slug: string, size: number, make: () => Promise<Bundle>): Promise<Shelved> {
      const known = kept.get(slug);
      if (known?.size === size) return await known.file;
      const file = line.then(async () => await write(await make()));
      line = file.catch(() => {});
      const own = { size, file };
      kept.set(slug, own);
      try {
        const made = await file;
        void known?.file.then((old) => old.leave()).catch(() => {});
        return made;
      } catch (error) {
        if (kept.get(slug) === own) kept.delete(slug);
        throw error;
      }
    },
  };
}

export type BundleShelf = ReturnType<typeof createShelf>;

async function write({ size, pieces }: Bundle): Promise<Shelved & { leave(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'zuimei-bundle-'));
  const file = await open(join(folder, 'bundle.zip'), 'wx+', 0o600);
  await rm(folder, { recursive: true });
  let bytes = 0;
  try {
    for await (const piece of pieces()) {
      await file.write(piece, 0, piece.length, bytes);
      bytes += piece.length;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  // The shelf reads it too, until a newer one is there.
  let readers = 1;
  const leave = async (): Promise<void> => {
    if (--readers === 0) await file.close();
  };
  return {
    size,
    bytes,
    leave,
    async *pieces() {
      readers++;
      try {
        yield* readAll(file, bytes);
      } finally {
        await leave();
      }
    },
  };
}

async function* readAll(file: FileHandle, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes; from += READ_BYTES) {
    const piece = new Uint8Array(Math.min(READ_BYTES, bytes - from));
    await file.read(piece, 0, piece.length, from);
    yield piece;
  }
}
