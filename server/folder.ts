import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { chmod, link, lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What everybody else may do with a file: nothing. */
const OTHERS = 0o077;
const OTHERS_WRITE = 0o022;

/**
 * Makes the data folder if there is none, for us alone (0700). Refuses, with a sentence, one that others may write: what lies there may not
 * be ours.
 */
export async function openFolder(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { mode, uid } = await lstat(dataDir);
  if (mode & OTHERS_WRITE)
    throw new Error(
      `others may write into ${dataDir}, where the secret and the ballots are kept: look at what is in it, then chmod 700 ${dataDir}`,
    );
  if (uid === process.getuid?.() && mode & OTHERS) await chmod(dataDir, 0o700);
}

/**
 * Takes group's and others' rights from a folder and all in it that belongs to us; links are not followed. A database is a thousand
 * files, which are looked at in one go before anybody is served: to wait for each alone costs a start ten times as long.
 */
export function shutFolder(path: string): void {
  shut(path);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) shutFolder(inner);
    else if (entry.isFile()) shut(inner);
  }
}

function shut(path: string): void {
  const { mode, uid } = lstatSync(path);
  if (uid === process.getuid?.() && mode & OTHERS) chmodSync(path, mode & 0o7700);
}

/**
 * Claims the data folder for this process, so that two servers never open the embedded database at once. A claim left by a process
 * that is gone (kill -9) is taken over. Resolves with the release; throws an Error a person can act on.
 */
export async function claimFolder(dataDir: string): Promise<() => Promise<void>> {
  await openFolder(dataDir);
  return await claimFile(
    join(dataDir, 'server.pid'),
    (pid) => `process ${pid} already serves ${dataDir}: stop it, or set DATA_DIR or DATABASE_URL`,
  );
}

/** Claims by a file that holds our process id; `busy` says what is wrong when another process that lives holds it. */
export async function claimFile(path: string, busy: (pid: number) => string): Promise<() => Promise<void>> {
  for (let tries = 0; tries < 3; tries++) {
    // Written elsewhere first and then linked: nobody ever reads a claim without its owner.
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${process.pid}`);
    try {
      await link(draft, path);
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
    const pid = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isAlive(pid)) throw new Error(busy(pid));
    await rm(path, { force: true });
  }
  throw new Error(`cannot claim ${path}`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
