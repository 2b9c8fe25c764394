import type { ReportCluster } from '@zuimei/shared/audit.ts';

/** Runs of neighbours, as a page can list them; the first and the last are always among them. */
const MOST_RUNS = 40;

export function runsOf(rows: ArrayLike<number>): Pick<ReportCluster, 'runs' | 'moreRuns'> {
  const runs: [number, number][] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const last = runs.at(-1);
    if (last?.[1] === row - 1) last[1] = row;
    else runs.push([row, row]);
  }
  const moreRuns = Math.max(0, runs.length - MOST_RUNS);
  return { runs: [...runs.slice(0, MOST_RUNS - 1), ...runs.slice(moreRuns + MOST_RUNS - 1)], moreRuns };
}
