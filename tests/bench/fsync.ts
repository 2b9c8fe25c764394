import { closeSync, fdatasyncSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { median } from './figures.ts';

/** The median time to have 8 KB on the disk that are written over what a file holds, ms: what a commit waits for at least. */
export function measureFsync(folder: string, times: number): number {
  const path = join(folder, 'fsync-probe');
  const page = Buffer.alloc(8192, 1);
  writeFileSync(path, Buffer.alloc(times * page.length));
  const file = openSync(path, 'r+');
  fdatasyncSync(file);
  const taken = Array.from({ length: times }, (_, i) => {
    writeSync(file, page, 0, page.length, i * page.length);
    const began = performance.now();
    fdatasyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  rmSync(path);
  return median(taken);
}
