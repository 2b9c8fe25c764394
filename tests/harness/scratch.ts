import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux's file system in memory. */
const MEMORY = '/dev/shm';
/** What a whole run keeps there is a tenth of it. */
const ROOM_BYTES = 3 * 2 ** 30;

/**
 * A new folder for what a test throws away. In memory where there is room: a database is a thousand files, and to make them costs a disk
 * up to a second each time. A process that is killed leaves the same there as on a disk; what a power cut leaves no test asks.
 */
export function scratchFolder(name: string): string {
  return mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), `zuimei-${name}-`));
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
