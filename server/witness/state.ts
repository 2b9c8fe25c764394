import { open, readdir, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { boolean, check, literal, nullable, object, parse, pipe, string } from 'valibot';
import { parseVerifierKey } from '@zuimei/shared/note.ts';

/** What a witness must never forget: which log it watches, by which key, and the newest tree it vouched for. */
export interface State {
  v: 1;
  /** Address of the log, e.g. https://vote.example.gov.cn/log/zuimei-2026. */
  log: string;
  /** The log's verifier key: given, or pinned when it was first seen. */
  key: string;
  /** The newest checkpoint that was checked, as the log signed it; null before the first. */
  note: string | null;
  /** Our line under it. */
  cosignature: string | null;
  /** Whether the log took that line. */
  sent: boolean;
}

const isKey = (text: string): boolean => {
  try {
    return parseVerifierKey(text) !== null;
  } catch {
    return false;
  }
};
const Kept = object({
  v: literal(1),
  log: string(),
  key: pipe(string(), check(isKey)),
  note: nullable(string()),
  cosignature: nullable(string()),
  sent: boolean(),
});

/** null = there is none yet. Throws an Error for people if it cannot be read: beginning anew would forget what was vouched for. */
export async function readState(path: string): Promise<State | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`读不了状态文件 ${path}：${(error as Error).message}`);
  }
  try {
    return parse(Kept, JSON.parse(text));
  } catch {
    throw new Error(
      `状态文件 ${path} 已损坏。它记着本机见证过什么，不能丢弃：请从备份恢复，或与审计人员一起核对。`,
    );
  }
}

/** Replaces the state whole or not at all; it is on the disk when this resolves, so what follows may be signed away. */
export async function writeState(path: string, state: State): Promise<void> {
  const draft = `${path}.new`;
  await writeDurably(draft, `${JSON.stringify(state, null, 2)}\n`, 'w');
  await rename(draft, path);
  await syncFolder(path);
}

/** Keeps the proof of a fork beside the state; gives its path. Nothing is ever written over. */
export async function writeFork(path: string, text: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').slice(0, 15);
  const file = `${path}.fork-${stamp}`;
  await writeDurably(file, text, 'wx');
  await syncFolder(file);
  return file;
}

/** A fork that was found before and nobody has put away yet, or null. */
export async function findFork(path: string): Promise<string | null> {
  const names = await readdir(dirname(path)).catch(() => []);
  const name = names.sort().find((one) => one.startsWith(`${basename(path)}.fork-`));
  return name ? join(dirname(path), name) : null;
}

async function writeDurably(path: string, text: string, flag: 'w' | 'wx'): Promise<void> {
  const file = await open(path, flag, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A renamed file is where it should be after a power cut only when its folder is on the disk, too. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
