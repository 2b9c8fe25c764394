import { readdirSync, readFileSync } from 'node:fs';

const TICK_US = 10_000;

/** CPU time in µs of these processes and all their descendants, the ended ones included, from the kernel's own accounting (Linux). */
export function cpuOf(pids: readonly number[]): number {
  const parents = new Map<number, number[]>();
  const times = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      const parent = Number(fields[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), pid]);
      // utime, stime, and cutime, cstime: what ended children used.
      times.set(pid, [11, 12, 13, 14].reduce((sum, i) => sum + Number(fields[i]), 0) * TICK_US);
    } catch {
      // It ended between the listing and the reading.
    }
  }
  const sum = (pid: number): number =>
    (times.get(pid) ?? 0) + (parents.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return pids.reduce((total, pid) => total + sum(pid), 0);
}

/** What a process holds in memory now, in bytes (Linux). */
export function memoryOf(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) * 1024;
}
