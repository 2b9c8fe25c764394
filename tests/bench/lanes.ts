import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { sql } from 'kysely';
import { readOptions } from '../harness/options.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { cpuOf } from './cpu.ts';
import { measureFsync } from './fsync.ts';
import { batchesOf, drive, type Laned, openLaned, withSettings } from './lane.ts';
import { prove } from './laneproof.ts';
import { lineOf, measureLock, round } from './lock.ts';

/**
 * One contest in lanes by voter, simulated (infra/CAPACITY.md): the product's ledger, its SQL and real Postgres servers; no HTTP, no gate, no
 * standby, and the sealer only before and after. Driver and servers share this machine's cores, so what carries over to others is the
 * processor time of a ballot and the time for which a head is locked, not the ballots a second.
 */
const values = readOptions('npm run lanes -- [--quick] [--seconds N] [--json FILE]', {
  quick: { type: 'boolean', default: false },
  seconds: { type: 'string' },
  json: { type: 'string' },
});
const { quick } = values;
const seconds = Number(values.seconds ?? (quick ? 0.3 : 6));
const FAST = [200, 500].map((batch) => ({ batch, slow: false }));
const BATCHES = quick ? FAST.slice(0, 1) : [...FAST, { batch: 200, slow: true }];
const LOCK = quick ? { sizes: [20, 200], times: 5 } : { sizes: [20, 100, 200, 350, 500], times: 60 };
/** More than any machine at hand writes down in a second. */
const MOST_A_SECOND = 60_000;
/** As from two app processes: while one batch holds the lock the next waits at it. */
const IN_FLIGHT = 2;
/** As if the disk, or a synchronous standby, took so much longer to have a commit: then the lock is the bound, and cores are idle. */
const SLOW_MS = 10;
const SLOW = `-c commit_delay=${SLOW_MS * 1000} -c commit_siblings=0`;

interface Driven {
  layout: string;
  batch: number;
  /** What each commit waits for besides, ms. */
  slowMs: number;
  ballots: number;
  perSecond: number;
  /** From one commit of a lane to its next, ms: the time that its head is locked, as long as there is a core to spare. */
  cycleMs: number;
  /** Processor time of a ballot, µs: all servers with all that they do beside, this process, and sealing afterwards in both. */
  postgresUs: number;
  driverUs: number;
  sealUs: number;
  walBytes: number;
  /** Share of the time of all cores that nobody on the machine used. */
  idle: number;
}

/** One layout at one size of batch: warmed, measured, then proven. */
async function run(
  layout: string,
  servers: readonly PostgresServer[],
  batch: number,
  slow: boolean,
): Promise<Driven> {
  const name = `${layout.replaceAll(/[^a-z]+/g, '-')}-${batch}${slow ? '-slow' : ''}`;
  const urls = servers.map((server) => withSettings(server, slow ? SLOW : ''));
  const laned = await openLaned(name, urls);
  try {
    const warm = await drive(laned, batchesOf(servers.length, batch, 8), 5, IN_FLIGHT);
    const firstNote = await laned.sign();
    const most = Math.ceil((seconds * MOST_A_SECOND) / servers.length / batch);
    const batches = batchesOf(servers.length, batch, most);
    const meter = await startMeter(laned, servers);
    const measured = await drive(laned, batches, seconds, IN_FLIGHT);
    const used = await meter();
    const sealing = await startMeter(laned, servers);
    await laned.sign();
    const sealed = await sealing();
    await prove(laned, [...warm, ...measured], firstNote);
    const ballots = measured.length * batch;
    return {
      layout,
      batch,
      slowMs: slow ? SLOW_MS : 0,
      ballots,
      perSecond: Math.round((ballots / used.wallMs) * 1000),
      cycleMs: round((used.wallMs * servers.length) / measured.length),
      postgresUs: round(used.serversUs / ballots),
      driverUs: round(used.ownUs / ballots),
      sealUs: round((sealed.serversUs + sealed.ownUs) / ballots),
      walBytes: Math.round(used.walBytes / ballots),
      idle: round(used.idleMs / used.wallMs / cpus().length, 2),
    };
  } finally {
    await laned.close();
  }
}

/** Gives what was used since. */
async function startMeter(laned: Laned, servers: readonly PostgresServer[]) {
  const pids = [...new Set(servers.map(({ pid }) => pid))];
  const read = async () => {
    const own = process.cpuUsage();
    return {
      walBytes: await walOf(laned),
      idleMs: cpus().reduce((sum, { times }) => sum + times.idle, 0),
      serversUs: cpuOf(pids),
      ownUs: own.user + own.system,
      wallMs: performance.now(),
    };
  };
  const before = await read();
  return async () => {
    const now = await read();
    for (const name of Object.keys(now) as (keyof typeof now)[]) now[name] -= before[name];
    return now;
  };
}

/** Bytes of write-ahead log that all servers of these lanes have written so far. */
async function walOf({ lanes }: Laned): Promise<number> {
  const positions = new Map<string, number>();
  for (const { database } of lanes) {
    const { rows } = await sql<{ server: string; at: number }>`
      select current_setting('port') as server, (pg_current_wal_lsn() - '0/0')::float8 as at`.execute(
      database.db,
    );
    for (const { server, at } of rows) positions.set(server, at);
  }
  return [...positions.values()].reduce((sum, at) => sum + at, 0);
}

const settings = { shared_buffers: '1GB' };
const first = await startPostgres({ settings, onDisk: true });
const second = await startPostgres({ settings, onDisk: true });
try {
  const fsyncMs = round(measureFsync(first.dataDir, LOCK.times * 5), 2);
  const held = await measureLock(first, LOCK.sizes, LOCK.times);
  const layouts = {
    'one head': [first],
    'two lanes, one server': [first, first],
    'two lanes, two servers': [first, second],
  };
  const runs: Driven[] = [];
  for (const { batch, slow } of BATCHES)
    for (const [layout, servers] of Object.entries(layouts))
      runs.push(await run(layout, servers, batch, slow));
  console.table(runs);
  console.table(held);
  for (const part of ['cpuMs', 'executeMs', 'callMs'] as const) {
    const { fixedMs, ballotUs } = lineOf(held, part);
    console.log(`${part} = ${fixedMs} ms + ${ballotUs} µs a ballot`);
  }
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg(), node: process.version };
  console.log(
    `fdatasync ${fsyncMs} ms; ${machine.cores} cores, load ${machine.load.map((one) => round(one)).join(' ')}`,
  );
  console.log('in every layout the lanes add up, and a ballot in the wrong lane was found');
  if (values.json) writeFileSync(values.json, JSON.stringify({ runs, held, fsyncMs, machine }, null, 1));
} finally {
  await first.stop();
  await second.stop();
}
