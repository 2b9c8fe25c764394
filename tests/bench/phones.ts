import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ballotRequests, getRequest } from './ballots.ts';
import { memoryOf } from './cpu.ts';
import type { Crowded, CrowdOrder } from './crowd.ts';
import { brief, say } from './figures.ts';
import { CANDIDATES, type Measured, SECRET, type World } from './world.ts';

export interface Phones {
  /** How many there were: as wanted, or as many as this machine lets a process open. */
  phones: number;
  /** Memory of the app for one connected phone at rest. */
  bytesEach: number[];
  alone: Measured[];
  beside: Measured[];
}

const SLUG = 'phones';
/** Files of a process that are no phones. */
const OTHER_FILES = 500;
const SETTLE_MS = 2_000;

/**
 * Ballots on a timetable over `voters` connections, without and with `phones` more that have asked for contest and tally once and keep
 * their connection. All in less than the 65 s after which the server closes one at rest.
 */
export async function measurePhones(
  world: World,
  order: { phones: number; voters: number; rate: number; rounds: number; seconds: number },
): Promise<Phones> {
  const { rate, seconds, voters } = order;
  await world.contest(SLUG);
  const found: Phones = { phones: order.phones, bytesEach: [], alone: [], beside: [] };

  async function vote(): Promise<Measured> {
    const count = Math.ceil((seconds + 1) * rate);
    const requests = await ballotRequests({ slug: SLUG, secret: SECRET, candidates: CANDIDATES, count });
    const load = { expect: 201, connections: voters, durationMs: seconds * 1000, rate };
    return await world.drive('app', requests, load);
  }

  for (let i = 0; i < order.rounds; i++) {
    // What connections of an earlier round have used stays with the process: a new one says what they cost.
    await world.restartApps();
    const crowd = fork(fileURLToPath(new URL('./crowd.ts', import.meta.url)));
    const most = Math.min(...[world.app.pid, crowd.pid ?? 0].map((pid) => allowFiles(pid, 2 * order.phones)));
    const count = Math.min(order.phones, most - OTHER_FILES);
    if (count < order.phones) say(`  a process may open ${most} files here: ${count} phones`);
    await vote();
    found.alone.push(await vote());
    const before = memoryOf(world.app.pid);
    const asked = [`/api/contests/${SLUG}`, `/api/contests/${SLUG}/tally`].map((path) =>
      getRequest(path, 'br').toString(),
    );
    crowd.send({ port: world.app.port, count, requests: asked } satisfies CrowdOrder);
    const [crowded] = (await once(crowd, 'message')) as [Crowded];
    await sleep(SETTLE_MS);
    found.phones = crowded.open;
    found.bytesEach.push((memoryOf(world.app.pid) - before) / crowded.open);
    found.beside.push(await vote());
    crowd.send('how many');
    const [later] = (await once(crowd, 'message')) as [Crowded];
    crowd.kill();
    if (later.open < count) throw new Error(`of ${count} phones ${later.open} were still connected`);
    say(
      `  ${count} phones in ${crowded.seconds.toFixed(1)} s, ${Math.round((found.bytesEach.at(-1) ?? 0) / 1024)} KB each\n` +
        `  without: ${brief(found.alone.at(-1) as Measured)}\n  with:    ${brief(found.beside.at(-1) as Measured)}`,
    );
  }
  return found;
}

/** Lets a process of ours have so many files open where we may; gives how many it may have now. */
function allowFiles(pid: number, wanted: number): number {
  const now = (): number =>
    Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1]);
  if (now() >= wanted) return now();
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${wanted}:${wanted}`], { stdio: 'pipe' });
  } catch {
    // Only root may go over the hard limit: then it stays as it is.
  }
  return now();
}
