import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Claims the data folder for this process, so that two servers never open the embedded database at once. A claim left by a process
 * that is gone (kill -9) is taken over. Resolves with the release; throws an Error a person can act on.
 */
export async function claimFolder(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
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
