import { hash } from 'node:crypto';
import { readLines } from '@zuimei/server/audit/lines.ts';
import { verifyContest } from '@zuimei/server/audit/verify.ts';
import { readContest } from '@zuimei/server/contest/contest.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { entryBytes } from '@zuimei/shared/ledger/entry.ts';
import { createReplayer } from '@zuimei/shared/ledger/replay.ts';
import { readOptions } from '../harness/options.ts';
import { ballotRequests, getRequest } from './ballots.ts';
import { brief, cpuSum, type Goal, median, printFigures, ratios, say, writeFigures } from './figures.ts';
import { measureFsync } from './fsync.ts';
import { measureGrowth } from './growth.ts';
import { CANDIDATES, createWorld, type Measured, SECRET, type World } from './world.ts';

/** The table of VOTE.md in one run: every figure is a ratio to a reference measured in turn with it. */
const values = readOptions(
  'npm run bench -- [--quick] [--only NAME] [--rounds N] [--entries N] [--json FILE]',
  {
    json: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    entries: { type: 'string' },
  },
);
const { quick, only } = values;
const rounds = values.rounds ? Number(values.rounds) : quick ? 1 : 5;
const seconds = quick ? 2 : 6;
const filled = values.entries ? Number(values.entries) : quick ? 50_000 : 5_000_000;
const wants = (name: string): boolean => !only || only.split(',').includes(name);

const GOALS: Record<string, Goal> = {
  castRatio: { goal: 0.6, at: 'least' },
  cpuRatio: { goal: 2.5, at: 'most' },
  readRatio: { goal: 0.9, at: 'least' },
  growthRatio: { goal: 0.9, at: 'least' },
  // To the bare route's, and one fsync of this disk, which the bare route does not wait for.
  p99Ratio: { goal: 3, at: 'most' },
  pageRatio: { goal: 0.7, at: 'least' },
  verifyRatio: { goal: 0.5, at: 'least' },
  // Against what somebody would write instead (plain.ts).
  plainRatio: { goal: 6, at: 'least' },
  plainCpuRatio: { goal: 1 / 6, at: 'most' },
  plainP99Ratio: { goal: 1 / 6, at: 'most' },
};
/** Of each figure what every round gave; it is their median. */
const figures: Record<string, number[]> = {};
const raw: Record<string, unknown> = {};

async function castFigures(world: World): Promise<void> {
  const slug = 'cast';
  await world.contest(slug);
  const order = { slug, secret: SECRET, candidates: CANDIDATES };
  const warm = await ballotRequests({ ...order, count: quick ? 5_000 : 30_000 });
  await world.drive('app', warm, { expect: 201, durationMs: 10_000 });
  await world.drive('bare', warm, { expect: 201, durationMs: 2_000, repeat: true });
  const cast: Measured[] = [];
  const bare: Measured[] = [];
  const plain: Measured[] = [];
  for (let i = 0; i < rounds; i++) {
    const requests = await ballotRequests({ ...order, count: seconds * 16_000 });
    bare.push(await world.drive('bare', requests, { expect: 201, durationMs: seconds * 1000, repeat: true }));
    cast.push(await world.drive('app', requests, { expect: 201, durationMs: seconds * 1000 }));
    // Other voters than ours had: its table outlives the round.
    if (wants('plainRatio'))
      plain.push(
        await world.drive('plain', await ballotRequests({ ...order, count: seconds * 4_000 }), {
          expect: 201,
          durationMs: seconds * 1000,
        }),
      );
    for (const [name, list] of Object.entries({ bare, ballots: cast, plain })) {
      const last = list.at(-1);
      if (last) say(`  ${name.padEnd(7)} ${brief(last)}`);
    }
  }
  figures['castRatio'] = ratios(cast, bare, (one) => one.perSecond);
  figures['cpuRatio'] = ratios(cast, bare, cpuSum);
  if (plain.length > 0) {
    figures['plainRatio'] = ratios(cast, plain, (one) => one.perSecond);
    figures['plainCpuRatio'] = ratios(cast, plain, cpuSum);
    figures['plainP99Ratio'] = ratios(cast, plain, (one) => one.p99Ms);
  }
  raw['cast'] = { cast, bare, plain };
  if (!wants('p99Ratio')) return;
  const rate = Math.floor(median(cast.map((one) => one.perSecond)) / 2);
  const slow: Measured[] = [];
  const easy: Measured[] = [];
  for (let i = 0; i < rounds; i++) {
    const requests = await ballotRequests({ ...order, count: (seconds + 1) * rate });
    easy.push(await world.drive('bare', requests, { expect: 201, durationMs: seconds * 1000, rate }));
    slow.push(await world.drive('app', requests, { expect: 201, durationMs: seconds * 1000, rate }));
    say(
      `  at ${rate}/s bare    ${brief(easy.at(-1) as Measured)}\n  at ${rate}/s ballots ${brief(slow.at(-1) as Measured)}`,
    );
  }
  const diskMs = measureFsync(world.postgres.dataDir, 200);
  say(`  fsync ${diskMs.toFixed(2)} ms`);
  figures['p99Ratio'] = slow.map((one, i) => one.p99Ms / ((easy[i] as Measured).p99Ms + diskMs));
  raw['p99'] = { slow, bare: easy, rate, diskMs };
}

/** Reads of a path against a bare text route that answers as many bytes: one ratio a round. As phones ask for it: compressed, and without a cookie yet. */
async function readRatios(world: World, path: string): Promise<number[]> {
  const own = [getRequest(path, 'br')];
  const one = await world.drive('app', own, { durationMs: 200, repeat: true });
  const size = Math.round(one.bodyBytes / one.sent);
  const text = [getRequest(`/text/${size}`)];
  await world.drive('app', own, { durationMs: 1_000, repeat: true });
  await world.drive('bare', text, { durationMs: 1_000, repeat: true });
  const [reads, texts]: [Measured[], Measured[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    texts.push(await world.drive('bare', text, { durationMs: seconds * 500, repeat: true }));
    reads.push(await world.drive('app', own, { durationMs: seconds * 500, repeat: true }));
    say(
      `  bare text of ${size} bytes ${brief(texts.at(-1) as Measured)}\n  ${path} ${brief(reads.at(-1) as Measured)}`,
    );
  }
  raw[path] = { reads, texts };
  return ratios(reads, texts, (each) => each.perSecond);
}

async function readFigures(world: World): Promise<void> {
  const [tally = [], contest = []] = [
    await readRatios(world, '/api/contests/cast/tally'),
    await readRatios(world, '/api/contests/cast'),
  ];
  figures['readRatio'] = median(tally) < median(contest) ? tally : contest;
}

async function growthFigures(world: World): Promise<void> {
  const { empty, full } = await measureGrowth(world, { filled, rounds, seconds });
  figures['growthRatio'] = ratios(full, empty, (one) => one.perSecond);
  raw['growth'] = { empty, full, filled };
}

/**
 * What anyone who was given the ledger with its openings runs (shared/ledger/replay.ts: every commitment, leaf, the root, the recount),
 * against SHA-256 of the same entry bytes in the same process. Reading it all from the database besides is in `raw`.
 */
async function verifyFigures(world: World): Promise<void> {
  const { db } = world.database;
  const secrets = await openSecrets({ secret: SECRET, dataDir: '' });
  const sealer = createSealer(db, secrets);
  while ((await sealer.seal()).length > 0);
  const contest = await readContest(db, 'cast');
  if (!contest) throw new Error('no contest to verify');
  const lines = (await Array.fromAsync(readLines(db, secrets, contest, { gap: say })))
    .flat()
    .slice(0, 200_000);
  const bytes = lines.map((line) => entryBytes({ ...line, contest: contest.slug }));
  const each: number[] = [];
  const times: object[] = [];
  for (let i = 0; i < rounds; i++) {
    const plainMs = timed(() => bytes.forEach((one) => hash('sha256', one, 'buffer')));
    const replayMs = timed(() => {
      const replayer = createReplayer({ contest: contest.slug, rounds: contest.rounds, checkpoints: [] });
      replayer.take(lines);
      if (replayer.finish().problemCount > 0) throw new Error('the ledger does not verify');
    });
    const began = performance.now();
    const found = await verifyContest(db, secrets, 'cast');
    const databaseMs = performance.now() - began;
    if (found?.problems.length !== 0) throw new Error('the stored ledger does not verify');
    each.push(plainMs / replayMs);
    times.push({ entries: lines.length, plainMs, replayMs, stored: found.entries, databaseMs });
    say(
      `  ${lines.length} entries: replay ${replayMs.toFixed(0)} ms, plain SHA-256 ${plainMs.toFixed(0)} ms; ${found.entries} from the database ${databaseMs.toFixed(0)} ms`,
    );
  }
  figures['verifyRatio'] = each;
  raw['verify'] = times;
}

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

const world = await createWorld();
try {
  if (
    ['castRatio', 'cpuRatio', 'plainRatio', 'p99Ratio', 'verifyRatio', 'readRatio', 'pageRatio'].some(wants)
  ) {
    say('ballots against a bare route');
    await castFigures(world);
  }
  if (wants('readRatio')) {
    say('reads against a bare text route');
    await readFigures(world);
  }
  if (wants('pageRatio')) {
    say('the first page against a bare text route');
    figures['pageRatio'] = await readRatios(world, '/c/cast');
  }
  if (wants('growthRatio')) {
    say('a long ledger against an empty one');
    await growthFigures(world);
  }
  if (wants('verifyRatio')) {
    say('verifying the ledger');
    await verifyFigures(world);
  }
} finally {
  await world.close();
}

printFigures(figures, GOALS);
const medians = Object.fromEntries(Object.entries(figures).map(([name, each]) => [name, median(each)]));
writeFigures(values.json, { figures: medians, raw: { ...raw, rounds: figures } });
