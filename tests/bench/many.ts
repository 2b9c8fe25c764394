import { readOptions } from '../harness/options.ts';
import { measureContests } from './contests.ts';
import { cpuSum, type Goal, median, printFigures, ratios, say, writeFigures } from './figures.ts';
import { measureGrowth } from './growth.ts';
import { measurePhones } from './phones.ts';
import { measureProcesses } from './processes.ts';
import { createWorld, type Measured, type World } from './world.ts';

/** Many of what a site usually has few of, each against few in turn in the same run, so that the ratios hold on a busy machine too. */
const values = readOptions(
  'npm run bench:many -- [--quick] [--only processes,contests,phones,entries] [--rounds N] [--json FILE]',
  {
    json: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
);
const { quick } = values;
const rounds = Number(values.rounds ?? (quick ? 1 : 3));
const seconds = quick ? 0.5 : 5;

const GOALS: Record<string, Goal> = {
  cpu2Ratio: { goal: 1.1, at: 'most' },
  cpu4Ratio: { goal: 1.1, at: 'most' },
  cpu2HalfRatio: { goal: 1.1, at: 'most' },
  cpu4HalfRatio: { goal: 1.1, at: 'most' },
  sealedSeconds: { goal: 5, at: 'most' },
  phonesP99Ratio: { goal: 1.1, at: 'most' },
  entriesRatio: { goal: 0.9, at: 'least' },
  entriesCpuRatio: { goal: 1.1, at: 'most' },
};
const figures: Record<string, number> = {};
const raw: Record<string, unknown> = {};
const ratio = (some: Measured[], to: Measured[], of: (one: Measured) => number): number =>
  median(ratios(some, to, of));

const PARTS: Record<string, (world: World) => Promise<unknown>> = {
  async processes(world) {
    const found = await measureProcesses(world, { rounds, seconds, warm: quick ? 500 : 8_000 });
    const [one] = found;
    for (const { processes, full, half } of found) {
      figures[`batch${processes}`] = median(full.map(({ batch }) => batch));
      figures[`batch${processes}Half`] = median(half.map(({ batch }) => batch));
      if (!one || processes === 1) continue;
      figures[`cpu${processes}Ratio`] = ratio(full, one.full, cpuSum);
      figures[`cpu${processes}HalfRatio`] = ratio(half, one.half, cpuSum);
    }
    return found;
  },
  async contests(world) {
    const sizes = quick
      ? { all: 60, voting: 6, idle: 1, restMs: 500, connections: [128] }
      : { all: 1_000, voting: 50, idle: 10, restMs: 3_000, connections: [128, 1_280] };
    const found = await measureContests(world, { ...sizes, rounds, seconds });
    for (const { connections: each, one, many } of found.loads) {
      figures[`contestsCpu${each}`] = ratio(many, one, cpuSum);
      figures[`contests${each}`] = ratio(many, one, ({ perSecond }) => perSecond);
      figures[`contestsBatch${each}`] = median(many.map(({ batch }) => batch));
    }
    figures['sealedSeconds'] = Math.max(...found.sealedSeconds);
    for (const [when, idle] of Object.entries(found.idle))
      for (const [name, of] of Object.entries(idle)) figures[`${when} ${name}`] = of;
    return found;
  },
  async phones(world) {
    const sizes = quick ? { phones: 1_000, rate: 200 } : { phones: 20_000, rate: 800 };
    const found = await measurePhones(world, { ...sizes, voters: 200, rounds, seconds });
    figures['phones'] = found.phones;
    figures['phoneKb'] = median(found.bytesEach) / 1024;
    figures['phonesP50Ratio'] = ratio(found.beside, found.alone, ({ p50Ms }) => p50Ms);
    figures['phonesP99Ratio'] = ratio(found.beside, found.alone, ({ p99Ms }) => p99Ms);
    return found;
  },
  async entries(world) {
    const filled = quick ? 200_000 : 5_000_000;
    const found = await measureGrowth(world, { filled, rounds, seconds });
    figures['entriesRatio'] = ratio(found.full, found.empty, ({ perSecond }) => perSecond);
    figures['entriesCpuRatio'] = ratio(found.full, found.empty, cpuSum);
    figures['fillSeconds'] = found.fillSeconds;
    figures['sealSeconds'] = found.sealSeconds;
    figures['entryBytes'] = found.bytes / filled;
    return found;
  },
};

for (const [name, part] of Object.entries(PARTS)) {
  if (values.only && !values.only.split(',').includes(name)) continue;
  say(name);
  const world = await createWorld();
  try {
    raw[name] = await part(world);
  } finally {
    await world.close();
  }
}
printFigures(figures, GOALS, 17);
writeFigures(values.json, { figures, raw });
