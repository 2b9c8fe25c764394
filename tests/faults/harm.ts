import { statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from '@zuimei/server/db.ts';
import type { Chance } from '../attack/chance.ts';
import type { Stage } from './stage.ts';

/** Something that happens to a site; gives what a person, or time, does about it. */
export interface Harm {
  name: string;
  /** What it happens to: two at once happen to different things. */
  to: 'app' | 'database' | 'redis' | 'network' | 'clock';
  /** Absent = always. */
  can?(stage: Stage): boolean;
  strike(stage: Stage, chance: Chance): Promise<() => Promise<void>>;
}

const HOUR_MS = 3_600_000;

/** By its pid, as a machine does that is too busy to answer. */
const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
};

async function receiverOf({ standby }: Stage): Promise<number> {
  const database = await openDatabase({ url: standby.url, max: 1 });
  try {
    const { rows } = await sql<{ pid: number }>`select pid from pg_stat_wal_receiver`.execute(database.db);
    return rows[0]?.pid ?? 0;
  } finally {
    await database.close();
  }
}

export const harms: readonly Harm[] = [
  {
    name: 'an app is killed',
    to: 'app',
    async strike(stage, chance) {
      const nth = chance.whole(0, 1);
      await stage.apps[nth]?.kill9();
      return () => stage.startApp(nth);
    },
  },
  {
    name: 'the primary is killed and started again',
    to: 'database',
    async strike({ primary }) {
      await primary.kill9();
      return () => primary.restart();
    },
  },
  {
    name: 'the primary is killed and the standby promoted',
    to: 'database',
    async strike(stage) {
      await stage.primary.kill9();
      await stage.standby.promote();
      return () => stage.rebuild();
    },
  },
  {
    name: 'the standby is killed',
    to: 'database',
    async strike({ standby }) {
      await standby.kill9();
      return () => standby.restart();
    },
  },
  {
    name: 'a disk is slow',
    to: 'database',
    async strike(stage, chance) {
      // Each commit waits for what the standby has flushed.
      const pid = await receiverOf(stage);
      for (let i = 0; i < 5 && pid > 0; i++) {
        signal(pid, 'SIGSTOP');
        await sleep(chance.whole(100, 600));
        signal(pid, 'SIGCONT');
        await sleep(50);
      }
      return async () => {};
    },
  },
  {
    name: 'the disk is full',
    to: 'database',
    can: ({ disk, primary }) => disk?.holds === primary,
    async strike({ disk, primary }) {
      const folder = disk?.folder ?? '';
      const file = join(folder, 'filler');
      writeFileSync(file, '');
      for (let size = 64 << 20; size >= 4096; ) {
        const { bavail, bsize } = statfsSync(folder);
        if (bavail * bsize < size) size >>= 1;
        else writeFileSync(file, Buffer.alloc(size, 1), { flag: 'a' });
      }
      return async () => {
        truncateSync(file);
        await rm(file);
        // It may have given up on its own log.
        await primary.restart();
      };
    },
  },
  {
    name: 'all connections are taken',
    to: 'database',
    async strike({ primary }) {
      const taken: pg.Client[] = [];
      const direct = await openDatabase({ url: primary.url, max: 1 });
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'zuimei_app'`.execute(
        direct.db,
      );
      await direct.close();
      for (let full = false; !full; ) {
        const client = new pg.Client({ connectionString: primary.url.replace('zuimei@', 'zuimei_app@') });
        client.on('error', () => {});
        full = await client.connect().then(
          () => false,
          () => true,
        );
        if (!full) taken.push(client);
      }
      return async () => void (await Promise.all(taken.map((client) => client.end())));
    },
  },
  {
    name: 'Redis is killed',
    to: 'redis',
    async strike({ redis }) {
      await redis.kill9();
      return () => redis.restart();
    },
  },
  {
    name: 'connections to the databases are cut',
    to: 'network',
    async strike({ cables }, chance) {
      for (let i = 0; i < 3; i++) {
        for (const cable of cables) cable.cut();
        await sleep(chance.whole(20, 400));
      }
      return async () => {};
    },
  },
  {
    name: 'the databases cannot be reached and nobody says so',
    to: 'network',
    async strike({ cables }) {
      for (const cable of cables) cable.hold();
      return async () => {
        for (const cable of cables) cable.release();
      };
    },
  },
  {
    name: 'the clocks go an hour forward',
    to: 'clock',
    async strike(stage) {
      await stage.shift(HOUR_MS);
      return () => stage.shift(0);
    },
  },
  {
    name: 'the clocks go an hour back',
    to: 'clock',
    async strike(stage) {
      await stage.shift(-HOUR_MS);
      return () => stage.shift(0);
    },
  },
];
