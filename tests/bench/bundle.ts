import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '@zuimei/server/bundle/bundle.ts';
import { type Db, openDatabase } from '@zuimei/server/db.ts';
import { fixStanding } from '@zuimei/server/judging/standing.ts';
import { createLog } from '@zuimei/server/log/log.ts';
import { createSealer } from '@zuimei/server/log/sealer.ts';
import { migrate } from '@zuimei/server/schema.ts';
import { openSecrets } from '@zuimei/server/secret.ts';
import { createLedger, type Ledger } from '@zuimei/server/vote/ledger.ts';
import { editions } from '@zuimei/shared/bundle/format.ts';
import { voteAlone } from '@zuimei/shared/judging/plain.ts';
import { readOptions } from '../harness/options.ts';
import { startPostgres } from '../harness/postgres.ts';
import { HOUR_MS, seedContest, settingsOf } from '../harness/site.ts';

/**
 * How long it takes to write the bundle of a ledger of so many ballots, to check it on the command line, and to do no more than hash as
 * many bytes: `npm run bundle:bench -- --entries 1000000`. Prints JSON.
 */
const values = readOptions('npm run bundle:bench -- [--entries N]', {
  entries: { type: 'string', default: '1000000' },
});
const entries = Number(values.entries);
const SLUG = 'bundle';
const BATCH = 2_000;
const CANDIDATES = 20;
const MB = 1 << 20;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function timed<T>(work: () => Promise<T> | T): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
}

async function fill(ledger: Ledger): Promise<void> {
  const contest = await ledger.open(SLUG);
  for (let first = 0; first < entries; first += BATCH) {
    const ballots = Array.from({ length: Math.min(BATCH, entries - first) }, (_, i) => ({
      ballotId: randomUUID(),
      voter: randomBytes(16).toString('hex'),
      picks: [1 + (i % 5), 6 + (i % 7), 13 + (i % 8)],
      device: randomBytes(8),
      ip: randomBytes(16),
      state: 'counted' as const,
      flags: 0,
    }));
    const outcome = await ledger.commit(contest, ballots);
    if (typeof outcome === 'string') throw new Error(outcome);
    if ((first / BATCH) % 50 === 0) say(`  ${first} ballots`);
  }
}

/** What the public edition asks for; whether it follows from the rest is no matter of how long it takes. */
async function publish(ledger: Ledger, db: Db): Promise<void> {
  const clock = () => Date.now() + 1_000 * HOUR_MS;
  const actor = { name: '测试人员', staff: null, unit: null };
  await fixStanding({ ledger, clock }, SLUG, actor, '计算综合得分');
  const { size } = await db.selectFrom('ledger_head').select('size').executeTakeFirstOrThrow();
  const facts = {
    count: { ledgerSize: Number(size), rounds: [] },
    result: {
      ...{ document: '', date: '2026-10-12', organizers: [], unordered: true },
      ...{ items: [], held: [], certificate: '' },
    },
  };
  for (const [kind, said] of Object.entries(facts) as ['count' | 'result', object][])
    await ledger.amend(SLUG, { kind, actor: '测试人员', reason: '测量', change: async () => said as never });
}

function hashOf(bytes: number): void {
  const piece = randomBytes(MB);
  const digest = createHash('sha256');
  for (let done = 0; done < bytes; done += MB) digest.update(piece);
  digest.digest();
}

const postgres = await startPostgres({
  onDisk: true,
  settings: { shared_buffers: '1GB', synchronous_commit: 'off' },
});
const folder = mkdtempSync(join(tmpdir(), 'bundle-bench-'));
try {
  const { db, close } = await openDatabase({ url: postgres.url });
  try {
    await migrate(db);
    const secrets = await openSecrets({ secret: 'for the measure only, and for nothing else', dataDir: '' });
    const settings = settingsOf(Date.now(), { outcome: voteAlone(3) });
    await seedContest(db, SLUG, settings, CANDIDATES);
    const ledger = createLedger(db, secrets, (slug) => `example.test/${slug}`);
    await fill(ledger);
    await publish(ledger, db);
    const sealer = createSealer(db, secrets);
    while ((await sealer.seal()).length > 0) say('  sealed');
    const parts = { db, secrets, transparency: createLog(db, Date.now) };
    for (const edition of editions) {
      const path = join(folder, `${edition}.zip`);
      const cpu = process.cpuUsage();
      let most = 0;
      const [bytes, wrote] = await timed(async () => {
        const { pieces } = await openBundle(parts, SLUG, { edition, now: Date.now() });
        const file = await open(path, 'w');
        let sum = 0;
        for await (const piece of pieces()) {
          await file.write(piece);
          sum += piece.length;
          most = Math.max(most, process.memoryUsage.rss());
        }
        await file.close();
        return sum;
      });
      const { user, system } = process.cpuUsage(cpu);
      const [said, checked] = await timed(() =>
        spawnSync(process.execPath, ['server/cli.ts', 'verify', path, '--json'], {
          encoding: 'utf8',
          maxBuffer: 64 * MB,
        }),
      );
      const report = JSON.parse(said.stdout) as {
        steps: { no: number; state: string }[];
        ledgerBytes: number;
      };
      const [, plain] = await timed(() => hashOf(report.ledgerBytes));
      const figure = (seconds: number): number => Math.round(seconds * 100) / 100;
      process.stdout.write(
        `${JSON.stringify({
          edition,
          entries,
          zipMb: Math.round(bytes / MB),
          ledgerMb: Math.round(report.ledgerBytes / MB),
          wroteSeconds: figure(wrote),
          wroteCpuSeconds: figure((user + system) / 1e6),
          mostRssMb: Math.round(most / MB),
          checkedSeconds: figure(checked),
          plainSha256Seconds: figure(plain),
          wroteRatio: figure(wrote / plain),
          checkedRatio: figure(checked / plain),
          agree: report.steps.filter(({ state }) => state === 'ok').map(({ no }) => no),
        })}\n`,
      );
    }
  } finally {
    await close();
  }
} finally {
  rmSync(folder, { recursive: true });
  await postgres.stop();
}
