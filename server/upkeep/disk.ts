import { readFile, stat, statfs } from 'node:fs/promises';

const MOST_NOTE = 200;

/** What is left on the disk that holds a folder, in bytes, for who is not root; null where that cannot be told. */
export async function readDisk(folder: string | null): Promise<{ free: number; total: number } | null> {
  if (folder === null) return null;
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}

/**
 * When the last backup was finished: whoever makes backups writes this file at the end of each (RUNBOOK.md, Backup and restore), with where it
 * is in its first line. null = never, or nobody writes it.
 */
export async function readBackup(path: string | null): Promise<{ at: string; note: string } | null> {
  if (path === null) return null;
  try {
    const { mtime } = await stat(path);
    const text = await readFile(path, 'utf8').catch(() => '');
    return { at: mtime.toISOString(), note: (text.split('\n')[0] ?? '').trim().slice(0, MOST_NOTE) };
  } catch {
    return null;
  }
}
