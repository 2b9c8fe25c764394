import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

test('the bench measures durable ballots against the bare route and writes its figures as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zuimei-bench-test-'));
  const file = join(folder, 'figures.json');
  const args = ['tests/bench/bench.ts', '--', '--quick', '--only', 'castRatio', '--json', file];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  const { figures, raw, machine } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  expect(figures.castRatio).toBeGreaterThan(0);
  expect(figures.cpuRatio).toBeGreaterThan(0);
  // Every request of the measured run was acknowledged: a figure of refusals would be no figure.
  for (const run of raw.cast.cast) expect(run.statuses).toEqual({ '201': run.sent });
  expect(machine.cores).toBeGreaterThan(0);
  expect(stdout).toMatch(
    /^castRatio {5}\d+\.\d{3} \(\d\.\d{2}–\d\.\d{2}\) {2}goal ≥ 0\.6 {2}(reached|missed)$/m,
  );
}, 90_000);

// Its database of sixty contests takes a quarter of a minute.
test.runIf(inject('full'))(
  'of a thousand contests, here sixty, the bench says what an idle second costs and that those which vote are sealed',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zuimei-bench-test-'));
    const file = join(folder, 'figures.json');
    const args = ['tests/bench/many.ts', '--', '--quick', '--only', 'contests', '--json', file];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    const { figures, raw } = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(folder, { recursive: true, force: true });
    const [{ one, many }] = raw.contests.loads;
    for (const run of [...one, ...many]) expect(run.statuses).toEqual({ '201': run.sent });
    expect(figures['many memoryMb']).toBeGreaterThan(0);
    expect(raw.contests.sealedSeconds).toHaveLength(1);
    expect(stdout).toMatch(/^sealedSeconds {5}\d+\.\d{3} {2}goal ≤ 5 {2}(reached|missed)$/m);
  },
  90_000,
);
