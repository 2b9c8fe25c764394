import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Database, openDatabase } from '@zuimei/server/db.ts';
import { startApp, type TestApp } from '../harness/app.ts';
import { moveClock } from '../harness/clock.ts';
import { freshDatabase } from '../harness/database.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { type RedisServer, startRedis } from '../harness/redis.ts';
import { scratchFolder } from '../harness/scratch.ts';
import { seedContest, settingsOf } from '../harness/site.ts';
import { type Cable, layCable } from './cable.ts';
import { behindProxy } from './crowd.ts';

export const SLUG = 'campaign';

/** A whole site as it is run on several machines, every part of which can be hurt. */
export interface Stage {
  primary: PostgresServer;
  /** Synchronous: what is acknowledged is on both. */
  standby: PostgresServer;
  redis: RedisServer;
  apps: TestApp[];
  /** Between the apps and either server. */
  cables: Cable[];
  /** As the apps see it, by both cables, under the role that owns the tables. */
  database: Database;
  /** One that can be filled, and which of the two servers is on it; null = it takes root to make one. */
  disk: { folder: string; holds: PostgresServer } | null;
  startApp(nth: number): Promise<void>;
  /** Where the primary was, a new standby of the one that was promoted. */
  rebuild(): Promise<void>;
  /** Waits for the standby from now on, at each commit. */
  waitForStandby(): Promise<void>;
  /** By how many ms the clocks of the apps and of the database are off. */
  shift(ms: number): Promise<void>;
  /** What the servers say of themselves, for who looks for a cause. */
  said(): Promise<string>;
  end(): Promise<void>;
}

const DISK_MB = 700;

/** As a person does it, or systemd: again, until it works. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

/** A disk that can be filled without filling the machine's. */
function ownDisk(): string | null {
  if (process.getuid?.() !== 0) return null;
  const folder = scratchFolder('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=0755`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
}

export async function raiseStage(): Promise<Stage> {
  const disk = ownDisk();
  // Few enough connections that somebody can take them all.
  const settings = { max_connections: '60' };
  const first = await startPostgres({ settings, ...(disk ? { within: disk } : { onDisk: true }) });
  const fresh = await freshDatabase('server', first.url);
  const { database: moved } = await moveClock(fresh);
  await seedContest(fresh.database.db, SLUG, settingsOf(Date.now()));
  const second = await startPostgres({ standbyOf: first, onDisk: true });
  const name = new URL(fresh.url ?? '').pathname;
  const cables = await Promise.all(
    [first, second].map((one) => layCable(`postgres://zuimei@127.0.0.1:${one.port}/`)),
  );
  const hosts = cables.map(({ url }) => new URL(url).host).join(',');
  const folder = scratchFolder('stage');
  const shiftFile = join(folder, 'shift');
  mkdirSync(folder, { recursive: true });
  writeFileSync(shiftFile, '0');
  await Promise.all([moved.close(), fresh.database.close(), fresh.owner.close()]);
  const redis = await startRedis();

  const stage: Stage = {
    primary: first,
    standby: second,
    redis,
    apps: [],
    cables,
    database: await openDatabase({
      url: `postgres://zuimei@${hosts}${name}`,
      schema: 'public,pg_catalog',
      max: 3,
    }),
    disk: disk === null ? null : { folder: disk, holds: first },
    async startApp(nth) {
      const before = stage.apps[nth];
      const options = {
        databaseUrl: `postgres://zuimei_app@${hosts}${name}`,
        redisUrl: redis.url,
        dataDir: join(folder, `app-${nth}`),
        ...(before ? { port: before.port } : {}),
        env: {
          ...behindProxy,
          DATABASE_SCHEMA: 'public,pg_catalog',
          SHIFT_FILE: shiftFile,
          NODE_OPTIONS: `--import=${new URL('shifted.mjs', import.meta.url).href}`,
        },
      };
      stage.apps[nth] = await insist(() => startApp(options));
    },
    async rebuild() {
      const { primary: gone, standby: promoted } = stage;
      await gone.stop();
      stage.primary = promoted;
      const { disk } = stage;
      const within = disk?.holds === gone ? { within: disk.folder } : { onDisk: true };
      stage.standby = await startPostgres({ standbyOf: promoted, port: gone.port, settings, ...within });
      if (disk?.holds === gone) disk.holds = stage.standby;
      await stage.waitForStandby();
    },
    async waitForStandby() {
      const owner = await openDatabase({ url: stage.primary.url, max: 1 });
      await sql`alter system set synchronous_standby_names = 'FIRST 1 (standby)'`.execute(owner.db);
      await sql`select pg_reload_conf()`.execute(owner.db);
      await owner.close();
    },
    async shift(ms) {
      writeFileSync(shiftFile, String(ms));
      const move = async (): Promise<void> => {
        const url = `postgres://zuimei@127.0.0.1:${stage.primary.port}${name}`;
        const direct = await openDatabase({ url, max: 1 });
        try {
          // Its standby may be away, and the clock does not wait for it.
          await sql`set synchronous_commit = local`.execute(direct.db);
          await sql`update moved_clock set shift = make_interval(secs => ${ms / 1000})`.execute(direct.db);
        } finally {
          await direct.close();
        }
      };
      // One that was killed in the same moment is not moved; but it is always put right.
      await (ms === 0 ? insist(move) : move().catch(() => {}));
    },
    async said() {
      const direct = await openDatabase({ url: stage.primary.url, max: 1 });
      const asked = [
        sql`select application_name, state, sync_state from pg_stat_replication`,
        sql`select usename, state, wait_event_type, wait_event, left(query, 60) as query, now() - query_start as since from pg_stat_activity where datname is not null`,
      ];
      const rows = await Promise.all(
        asked.map((one) => one.execute(direct.db).then((found) => found.rows, String)),
      );
      await direct.close();
      const logs = [...stage.apps, stage.primary, stage.standby].map((one) => one.log().slice(-2_000));
      return [...rows.map((one) => JSON.stringify(one)), ...logs].join('\n---\n');
    },
    async end() {
      for (const app of stage.apps) await app.kill9();
      for (const app of stage.apps) await app.stop();
      await stage.database.close().catch(() => {});
      await Promise.all(cables.map((cable) => cable.close()));
      await stage.standby.stop();
      await stage.primary.stop();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
      if (disk) execFileSync('umount', ['-l', disk]);
      if (disk) rmSync(disk, { recursive: true });
    },
  };
  await stage.waitForStandby();
  for (const nth of [0, 1]) await stage.startApp(nth);
  return stage;
}
