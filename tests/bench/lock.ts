import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { PostgresServer } from '../harness/postgres.ts';
import { median } from './figures.ts';
import { batchesOf, drive, openLaned, withSettings } from './lane.ts';

/** One batch at a time on one head, nobody beside it, by size of the batch; ms. */
export interface Held {
  batch: number;
  /** Processor time of the connection's process in Postgres, from reading the statement to the end of its commit. */
  cpuMs: number;
  /** As Postgres's own log has it: from the lock to the last row, without the commit that follows. */
  executeMs: number;
  /** Around the call: hashing here, the way there and back, the statement, its commit and fsync. */
  callMs: number;
}

/** Of ms = fixedMs + ballotUs · ballots / 1000. */
export interface Line {
  fixedMs: number;
  ballotUs: number;
}

const EXECUTED = /duration: ([\d.]+) ms {2}execute commit_ballots:/g;

/** How long a head is locked for batches of these sizes, each size `times` times, in turn: the median of each. */
export async function measureLock(
  server: PostgresServer,
  sizes: readonly number[],
  times: number,
): Promise<Held[]> {
  const laned = await openLaned('alone', [withSettings(server, '-c log_min_duration_statement=0')]);
  try {
    const [lane] = laned.lanes;
    if (!lane) return [];
    await drive(laned, batchesOf(1, 200, times), 10, 1);
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(lane.database.db);
    const order = Array.from({ length: times }, () => sizes).flat();
    const from = server.log().length;
    const taken: { batch: number; cpuMs: number; callMs: number }[] = [];
    for (const batch of order) {
      const [ballots = []] = batchesOf(1, batch, 1)[0] ?? [];
      const [began, used] = [performance.now(), ranMs(rows[0]?.pid)];
      await lane.ledger.commit(lane.contest, ballots);
      taken.push({ batch, callMs: performance.now() - began, cpuMs: ranMs(rows[0]?.pid) - used });
    }
    const executed = [...server.log().slice(from).matchAll(EXECUTED)].map(([, ms]) => Number(ms));
    if (executed.length !== taken.length) throw new Error('Postgres has not logged each statement once');
    return sizes.map((batch) => {
      const own = taken.filter((one) => one.batch === batch);
      return {
        batch,
        cpuMs: round(median(own.map((one) => one.cpuMs)), 2),
        executeMs: round(median(executed.filter((_, i) => order[i] === batch)), 2),
        callMs: round(median(own.map((one) => one.callMs)), 2),
      };
    });
  } finally {
    await laned.close();
  }
}

/** Processor time of a process, ms, from the kernel's accounting (Linux). */
function ranMs(pid = 0): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

/** By least squares. */
export function lineOf(held: readonly Held[], of: 'cpuMs' | 'executeMs' | 'callMs'): Line {
  const mean = (part: (one: Held) => number): number =>
    held.reduce((sum, one) => sum + part(one), 0) / held.length;
  const [x, y] = [mean((one) => one.batch), mean((one) => one[of])];
  const slope = mean((one) => (one.batch - x) * (one[of] - y)) / mean((one) => (one.batch - x) ** 2);
  return { fixedMs: round(y - slope * x, 2), ballotUs: round(slope * 1000) };
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
