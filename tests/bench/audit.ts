import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { sql } from 'kysely';
import { openAddresses } from '@zuimei/server/address/address.ts';
import { type Analyst, createAnalyst } from '@zuimei/server/analyst/analyst.ts';
import { readContest, type StoredContest } from '@zuimei/server/contest/contest.ts';
import { type Db, openDatabase } from '@zuimei/server/db.ts';
import { migrate } from '@zuimei/server/schema.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createLedger } from '@zuimei/server/vote/ledger.ts';
import type { BallotFilter } from '@zuimei/shared/audit.ts';
import { readOptions } from '../harness/options.ts';
import { startPostgres } from '../harness/postgres.ts';
import { seedContest, settingsOf } from '../harness/site.ts';

/** What an auditor waits for on a ledger of millions: how long it takes to read, how much memory it keeps, and how long each answer takes. */
const values = readOptions('npm run audit:bench -- [--quick] [--entries N] [--json FILE]', {
  json: { type: 'string' },
  entries: { type: 'string' },
  quick: { type: 'boolean', default: false },
});
const entries = values.entries ? Number(values.entries) : values.quick ? 50_000 : 5_000_000;
const goals: Record<string, number> = { coldLogMs: 300, filterMs: 300, clustersMs: 5_000 };
const figures: Record<string, number> = {};
const SLUG = 'audit';
const CANDIDATES = 20;
const STEP = 250_000;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, performance.now() - began];
}

/**
 * Ballots of ten days, sixteen hours each: six picks on average in up to a million sets, a quarter of the phones of 2000 models, six
 * in ten behind a carrier's ten exits; a hundred pulses of some 300 single picks, and a farm of phones that nobody touches.
 */
async function fill(db: Db, contest: number, from: Date): Promise<void> {
  const pick = (n: number) =>
    sql`case when random() < ${0.1 + (n % 7) * 0.07}::float8 then ${n}::smallint end`;
  const picks = Array.from({ length: CANDIDATES }, (_, i) => pick(i + 1));
  for (let first = 1; first <= entries; first += STEP) {
    const last = Math.min(entries, first + STEP - 1);
    await sql`
      with part as (
        select i, (i::float8 / ${entries}::float8) * 10 as day, i % 50000 < 6000 and i % 20 = 0 as bought, i % 2500 = 7 as farmed,
          sha256(int8send(i)) as commitment, random() as where_from, (random() * 255)::int as a, (random() * 255)::int as b,
          array_remove(array[${sql.join(picks)}], null) as picks
        from generate_series(${first}::bigint, ${last}::bigint) i
      )
      insert into ledger_entry (index, at, contest, kind, state, ballot_id, commitment, voter, picks, ip, device, signals, channel, tag)
      select i, ${from.toISOString()}::timestamptz + make_interval(secs => (floor(day) * 86400 + (day - floor(day)) * 57600)),
        ${contest}, 'ballot', case when farmed then 'held' else 'counted' end, gen_random_uuid(), commitment, substr(commitment, 1, 16),
        case when bought then '{7}'::smallint[] when farmed or picks = '{}' then '{3,9}'::smallint[] else picks end,
        '\\x00000000000000000000ffff'::bytea || case
          when farmed then set_byte('\\xc6336400'::bytea, 3, a)
          when where_from < 0.6 then set_byte(set_byte('\\xdf680000'::bytea, 2, a % 10), 3, b)
          else set_byte(set_byte(set_byte('\\x3c000000'::bytea, 0, 60 + a % 60), 1, b), 3, a) end,
        case when farmed then '\\x00000000000000ff'::bytea when where_from > 0.75 then int8send((2000 * where_from * where_from)::bigint + 256)
          else substr(commitment, 17, 8) end,
        case when farmed or random() < 0.03 then 32 else 0 end, 1, substr(commitment, 1, 16)
      from part`.execute(db);
    say(`  ${last} entries`);
  }
  await sql`update ledger_head set size = ${entries + 1} where contest = ${contest}`.execute(db);
  await sql`vacuum analyze ledger_entry`.execute(db);
}

async function filtersOf(
  analyst: Analyst,
  contest: StoredContest,
  cluster: string,
): Promise<Record<string, BallotFilter>> {
  const [line] = (await analyst.page(contest, {}, null, 1)).ballots;
  const at = (share: number): string =>
    new Date(Date.parse(contest.rounds[0]?.opens ?? '') + share * 10 * 86_400_000).toISOString();
  return {
    candidate: { candidate: 7 },
    'nobody picked': { candidate: 32_000 },
    held: { verdict: 'held' },
    signal: { signal: 'silent' },
    region: { region: line?.region ?? '' },
    class: { class: 'carrier' },
    net: { net: '223.104.3.0/24' },
    address: { net: '198.51.100.9' },
    device: { device: line?.device ?? '' },
    hours: { from: at(0.5), to: at(0.6) },
    all: { candidate: 7, signal: 'silent', net: '223.104.3.0/24', from: at(0.1), to: at(0.9) },
    cluster: { cluster },
  };
}

/** Of this process and its workers. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function measure(db: Db, contest: StoredContest): Promise<void> {
  const memory = () => process.memoryUsage();
  const before = memory();
  const analyst = createAnalyst({
    db,
    clock: Date.now,
    log: (_level, event) => say(JSON.stringify(event)),
    stopping: () => false,
    addresses: openAddresses(null),
    addressFile: null,
    // A busy machine is measured, not given up.
    limits: { answerMs: 600_000 },
  });
  const [, coldLogMs] = await timed(() => analyst.page(contest, {}, null, 50));
  figures['coldLogMs'] = coldLogMs;
  const reading = process.cpuUsage();
  const [, loadMs] = await timed(async () => {
    for (;;) {
      const { reading } = await analyst.page(contest, { candidate: 1 }, null, 1);
      if (reading.entries >= reading.of) return;
    }
  });
  figures['loadMs'] = loadMs;
  figures['loadCpuMs'] = cpuMsSince(reading);
  const after = memory();
  figures['buffersMb'] =
    (after.arrayBuffers + after.external - before.arrayBuffers - before.external) / 2 ** 20;
  figures['bytesABallot'] = (analyst.memory(contest) ?? 0) / entries;
  const cpu = process.cpuUsage();
  const [page, clustersMs] = await timed(() => analyst.clusters(contest));
  figures['clustersMs'] = clustersMs;
  // On a machine that does other things, too, this says more.
  figures['clustersCpuMs'] = cpuMsSince(cpu);
  say(`  ${page.clusters.length} clusters: ${[...new Set(page.clusters.map((one) => one.kind))].join(', ')}`);
  const [again, againMs] = await timed(() => analyst.clusters(contest));
  figures['clustersAgainMs'] = againMs;
  const id = again.clusters.find((one) => one.kind === 'burst')?.id ?? again.clusters[0]?.id ?? '';
  figures['clusterMs'] = (await timed(() => analyst.cluster(contest, id)))[1];
  const without = { clusters: [id], signals: ['silent' as const], held: false, flagged: false, filter: null };
  figures['whatIfMs'] = (await timed(() => analyst.whatIf(contest, without)))[1];
  figures['reportMs'] = (await timed(() => analyst.report(contest, [])))[1];
  figures['plainMs'] = (await timed(() => analyst.page(contest, {}, null, 50)))[1];
  let slowest = 0;
  for (const [name, filter] of Object.entries(await filtersOf(analyst, contest, id))) {
    await analyst.page(contest, filter, null, 50);
    const [{ total }, ms] = await timed(() => analyst.page(contest, filter, null, 50));
    say(`  ${name}: ${total} ballots, ${ms.toFixed(0)} ms`);
    slowest = Math.max(slowest, ms);
  }
  figures['filterMs'] = slowest;
  analyst.close();
}

const postgres = await startPostgres({
  onDisk: true,
  settings: { shared_buffers: '1GB', synchronous_commit: 'off' },
});
try {
  const { db, close } = await openDatabase({ url: postgres.url });
  try {
    await migrate(db);
    const opens = Date.now() - 11 * 86_400_000;
    const rounds = [
      {
        opens: new Date(opens).toISOString(),
        closes: new Date(opens + 20 * 86_400_000).toISOString(),
        numbers: null,
      },
    ];
    const id = await seedContest(db, SLUG, settingsOf(Date.now(), { rounds }), CANDIDATES);
    await createLedger(
      db,
      await openSecrets({ secret: 'for the measure only', dataDir: '' }),
      (slug) => slug,
    ).open(SLUG);
    const [, fillMs] = await timed(() => fill(db, id, new Date(opens)));
    figures['fillMs'] = fillMs;
    const contest = await readContest(db, SLUG);
    if (contest) await measure(db, contest);
  } finally {
    await close();
  }
} finally {
  await postgres.stop();
}

for (const [name, value] of Object.entries(figures)) {
  const goal = goals[name];
  const verdict = goal === undefined ? '' : `goal ≤ ${goal}  ${value <= goal ? 'reached' : 'missed'}`;
  process.stdout.write(`${name.padEnd(16)} ${value.toFixed(1).padStart(10)}  ${verdict}\n`);
}
if (values.json)
  writeFileSync(
    values.json,
    JSON.stringify({ figures, entries, machine: { cpu: cpus()[0]?.model, cores: cpus().length } }, null, 1),
  );
