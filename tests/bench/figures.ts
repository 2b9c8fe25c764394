import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Measured } from './world.ts';

export interface Goal {
  goal: number;
  at: 'least' | 'most';
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What each round of `ours` is to its neighbour among `theirs`. */
export function ratios<T>(ours: readonly T[], theirs: readonly T[], of: (one: T) => number): number[] {
  return ours.map((one, i) => of(one) / of(theirs[i] as T));
}

/** What is said on the way, beside the figures on standard output. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function brief(one: Measured): string {
  const cpu = Object.entries(one.cpuUs).map(([name, us]) => `${name} ${us.toFixed(1)}`);
  return `${Math.round(one.perSecond)}/s p50 ${one.p50Ms.toFixed(1)} ms p99 ${one.p99Ms.toFixed(1)} ms CPU µs: ${cpu.join(', ')}${one.ok === one.sent ? '' : ` ${JSON.stringify(one.statuses)}`}`;
}

/** CPU of all parts per answered request, µs. */
export const cpuSum = (one: Measured): number => Object.values(one.cpuUs).reduce((sum, us) => sum + us, 0);

/** One line a figure: the number, or the median of what each round gave, with their span. One without a goal is only said. */
export function printFigures(
  figures: Readonly<Record<string, number | readonly number[]>>,
  goals: Readonly<Record<string, Goal>>,
  width = 13,
): void {
  for (const [name, found] of Object.entries(figures)) {
    const value = typeof found === 'number' ? found : median(found);
    const span =
      typeof found === 'number' ? '' : ` (${Math.min(...found).toFixed(2)}–${Math.max(...found).toFixed(2)})`;
    const set = goals[name];
    const reached = set && (set.at === 'least' ? value >= set.goal : value <= set.goal);
    const goal = set
      ? `  goal ${set.at === 'least' ? '≥' : '≤'} ${Number(set.goal.toFixed(3))}  ${reached ? 'reached' : 'missed'}`
      : '';
    process.stdout.write(`${name.padEnd(width)} ${value.toFixed(3)}${span}${goal}\n`);
  }
}

export function writeFigures(file: string | undefined, found: { figures: object; raw: object }): void {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: loadavg()[0],
  };
  if (file) writeFileSync(file, JSON.stringify({ ...found, machine }, null, 1));
}
