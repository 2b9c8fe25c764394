import { close, open, read, write } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BundleState } from '@zuimei/shared/bundle/state.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Bundle } from './bundle.ts';

// By their numbers: an open FileHandle that nobody holds any more, as that of a reply which is never read to its end, ends the process.
const files = {
  open: promisify(open),
  write: promisify(write),
  read: promisify(read),
  close: promisify(close),
};
const READ_BYTES = 256 << 10;
/** Bundles that lie ready; beyond them the one that nobody asked for longest goes. */
const MOST_KEPT = 8;
/** Bundles in line behind the one that is written. */
const MOST_WAITING = 4;

const underWay: readonly BundleState['state'][] = ['waiting', 'writing'];

/** A file that lies ready. */
export interface Shelved {
  size: number;
  bytes: number;
  /** Its bytes, at the reader's pace. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** A bundle on its way to the shelf, or there. */
interface Place {
  size: number;
  file: Promise<Shelved & { leave(): Promise<void> }>;
  state(): BundleState;
}

/**
 * Bundles of both editions, each made once for a size of the ledger and kept on the disk of this process: one of five million ballots
 * takes minutes and half a gigabyte, and everybody is given the same. One is made at a time, and who asks meanwhile waits for it. The files
 * have no name any more while they are open: they go with the last reader once a newer one is there, and with the process.
 * `report` hears why one failed that nobody waits for.
 */
export function createShelf(report: (error: unknown) => void) {
  const kept = new Map<string, Place>();
  let line: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  /** What is there is kept on; what failed is made anew. Refuses with busy where too many wait in line. */
  function take(name: string, size: number, make: () => Promise<Bundle>): Place {
    const known = kept.get(name);
    const stands = known?.size === size && known.state().state !== 'failed';
    const place = stands ? known : begin(size, make);
    if (!stands) void place.file.catch(() => {}).then(() => leave(known));
    // The last of the map is who was asked for last.
    kept.delete(name);
    kept.set(name, place);
    const [oldest] = [...kept].filter(([, { state }]) => !underWay.includes(state().state));
    if (kept.size > MOST_KEPT && oldest) {
      kept.delete(oldest[0]);
      void leave(oldest[1]);
    }
    return place;
  }

  function begin(size: number, make: () => Promise<Bundle>): Place {
    if (waiting >= MOST_WAITING) throw new Refusal('busy', { retryAfterMs: 10_000 });
    waiting++;
    let state: BundleState = { ...absent(size), state: 'waiting' };
    const file = line.then(async () => {
      waiting--;
      state = { ...absent(size), state: 'writing' };
      try {
        const made = await lay(await make(), (entries) => {
          state = { ...absent(size), state: 'writing', percent: Math.floor((entries * 100) / size) };
        });
        state = { ...absent(size), state: 'ready', percent: 100, bytes: made.bytes };
        return made;
      } catch (error) {
        state = {
          ...absent(size),
          state: 'failed',
          fault: error instanceof Refusal ? error.code : 'internal',
        };
        throw error;
      }
    });
    line = file.catch(() => {});
    return { size, file, state: () => state };
  }

  return {
    /** The bundle of a ledger of this size, made if it is not there. `name`: of the contest and the edition. */
    find: (name: string, size: number, make: () => Promise<Bundle>): Promise<Shelved> =>
      take(name, size, make).file,
    /** Begins to make it, where it is neither there nor under way, and tells how far it is. */
    start(name: string, size: number, make: () => Promise<Bundle>): BundleState {
      const known = kept.get(name);
      const place = take(name, size, make);
      if (place !== known) place.file.catch(report);
      return place.state();
    },
    /** How far it is. */
    look(name: string, size: number): BundleState {
      const place = kept.get(name);
      return place?.size === size ? place.state() : absent(size);
    },
  };
}

function absent(size: number): BundleState {
  return { state: 'none', entries: size, percent: 0, bytes: null, fault: null };
}

/** Once it is made; what failed holds nothing. */
async function leave(place: Place | undefined): Promise<void> {
  const file = await place?.file.catch(() => null);
  await file?.leave();
}

/** `wrote` hears how many entries of the ledger are in it. */
async function lay(
  { size, pieces }: Bundle,
  wrote: (entries: number) => void,
): Promise<Shelved & { leave(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'zuimei-bundle-'));
  const file = await files.open(join(folder, 'bundle.zip'), 'wx+', 0o600);
  await rm(folder, { recursive: true });
  let bytes = 0;
  try {
    for await (const piece of pieces(wrote)) {
      for (let from = 0; from < piece.length; ) {
        const { bytesWritten } = await files.write(file, piece, from, piece.length - from, bytes + from);
        from += bytesWritten;
      }
      bytes += piece.length;
    }
  } catch (error) {
    await files.close(file);
    throw error;
  }
  // The shelf reads it too, until a newer one is there.
  let readers = 1;
  const left = async (): Promise<void> => {
    if (--readers === 0) await files.close(file);
  };
  return {
    size,
    bytes,
    leave: left,
    async *pieces() {
      readers++;
      try {
        yield* readAll(file, bytes);
      } finally {
        await left();
      }
    },
  };
}

async function* readAll(file: number, bytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes; from += READ_BYTES) {
    const piece = new Uint8Array(Math.min(READ_BYTES, bytes - from));
    const { bytesRead } = await files.read(file, piece, 0, piece.length, from);
    if (bytesRead !== piece.length) throw new Error('a bundle on the shelf is shorter than it was written');
    yield piece;
  }
}
