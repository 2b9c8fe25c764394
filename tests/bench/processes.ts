import { type Batched, castInto } from './batched.ts';
import { brief, say } from './figures.ts';
import type { World } from './world.ts';

export interface Processes {
  processes: number;
  /** As fast as replies come, and on a timetable at half of what one process does. */
  full: Batched[];
  half: Batched[];
}

const SLUG = 'processes';
const LAYOUTS = [1, 2, 4];

/**
 * The same load over one, two and four app processes on one Postgres and Redis. All are new in each turn and have warmed up with as many
 * ballots each (`warm`): what a young process spends on compiling must not look like what it costs to be many.
 */
export async function measureProcesses(
  world: World,
  { rounds, seconds, warm }: { rounds: number; seconds: number; warm: number },
): Promise<Processes[]> {
  await world.contest(SLUG);
  const cast = (count: number, durationMs: number, perSecond = 0): Promise<Batched> =>
    castInto(world, [SLUG], count, { durationMs, rate: perSecond });
  const found = LAYOUTS.map((processes): Processes => ({ processes, full: [], half: [] }));
  let rate = 0;

  for (let i = 0; i < rounds; i++)
    for (const { processes, full, half } of found) {
      await world.restartApps(processes);
      await cast(warm * processes, 60_000);
      full.push(await cast(seconds * 12_000, seconds * 1000));
      rate ||= Math.floor((full[0]?.perSecond ?? 0) / 2);
      half.push(await cast((seconds + 1) * rate, seconds * 1000, rate));
      for (const [name, one] of Object.entries({ full: full.at(-1), [`${rate}/s`]: half.at(-1) }))
        if (one) say(`  ${processes} at ${name}: ${brief(one)}; ${one.batch.toFixed(1)} a batch`);
    }
  return found;
}
