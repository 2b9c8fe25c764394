import { needed, type Parts, type UpkeepView } from '@zuimei/shared/upkeep.ts';
import type { Db } from '../db.ts';
import { createFresh } from '../fresh.ts';
import type { Gate } from '../gate/gate.ts';
import { readFew, readSilent, SILENT_MS } from '../log/witness/policy.ts';
import { passed } from '../patience.ts';
import type { Cast } from '../vote/cast.ts';
import type { Wechat } from '../wechat/wechat.ts';
import { readDatabase } from './database.ts';
import { readBackup, readDisk } from './disk.ts';
import { type Keys, readKeys } from './key.ts';
import type { Quarantine } from './quarantine.ts';
import type { Writes } from './write.ts';

const FRESH_MS = 1_000;
const PATIENCE_MS = 1_000;
const STUCK_MS = 10_000;
const LATE_MS = 30_000;
const CLOCK_MS = 2_000;
const BACKUP_MS = 36 * 3_600_000;
const LEAST_FREE = 500 << 20;

/** What this process is given of the machine and the settings; null where there is none, as in a test. */
export interface Machine {
  keys: Keys;
  dataDir: string | null;
  backupFile: string | null;
}

export const noMachine: Machine = {
  keys: {
    ZUIMEI_SECRET: null,
    ZUIMEI_ACCESS_SECRET: null,
    DATABASE_URL: null,
    REDIS_URL: null,
    WX_SECRET: null,
    WX_TOKEN: null,
    WX_AES_KEY: null,
  },
  dataDir: null,
  backupFile: null,
};

export type Health = Omit<UpkeepView, 'keys'>;

export interface Upkeep {
  /** At most a second old, whoever asks; never rejects: what cannot be asked is told as such. */
  health(): Promise<Health>;
  /** Ballots can be taken. */
  serves(parts: Parts): boolean;
  view(): Promise<UpkeepView>;
}

export function createUpkeep(parts: {
  db: Db;
  cast: Pick<Cast, 'waiting' | 'waitingMs'>;
  gate: Gate;
  wechat: Wechat | null;
  writes: Writes;
  quarantine: Quarantine;
  machine: Machine;
  stopping: () => boolean;
  lastSealAt: () => number | null;
  clock: () => number;
}): Upkeep {
  const { db, cast, gate, wechat, writes, quarantine, machine, stopping, lastSealAt, clock } = parts;

  async function look(): Promise<Health> {
    const [database, silent, few, disk, backup] = await Promise.all([
      within(readDatabase(db, clock)),
      within(readSilent(db, clock())),
      within(readFew(db, clock())),
      readDisk(machine.dataDir),
      readBackup(machine.backupFile),
    ]);
    // A standby refuses the probe by itself; a database that does not answer would let it wait.
    const { stuck, fault } = database ? await writes.look() : { stuck: false, fault: 'down' as const };
    const sealedAt = lastSealAt();
    const lastAt = writes.lastAt();
    const waitingMs = cast.waitingMs();
    const late = silent?.filter((one) => one.forMs > SILENT_MS) ?? [];
    const short = few?.filter((one) => one.forMs > SILENT_MS) ?? [];
    const states: Parts = {
      database: database?.readonly ? 'readonly' : (fault ?? 'ok'),
      writes: stuck || waitingMs > STUCK_MS ? 'stuck' : 'ok',
      standby: database?.standby ?? 'none',
      disk: disk && disk.free < LEAST_FREE ? 'low' : 'ok',
      clock: database && Math.abs(database.clockMs) > CLOCK_MS ? 'off' : 'ok',
      counters: gate.state() === 'screening' ? 'ok' : 'unscreened',
      sealer: sealedAt === null || clock() - sealedAt < LATE_MS ? 'ok' : 'late',
      witnesses: short.length > 0 ? 'few' : late.length > 0 ? 'silent' : 'ok',
      backup: backup === null ? 'none' : clock() - Date.parse(backup.at) > BACKUP_MS ? 'old' : 'ok',
      quarantine: quarantine.state()?.cause ?? 'ok',
      server: stopping() ? 'stopping' : 'ok',
      ...(wechat ? { wechat: wechat.state() } : {}),
    };
    return {
      now: new Date(clock()).toISOString(),
      parts: states,
      figures: {
        writtenAt: lastAt === null ? null : new Date(lastAt).toISOString(),
        waitingMs,
        waiting: cast.waiting(),
        disk,
        databaseBytes: database?.bytes ?? null,
        clockMs: database?.clockMs ?? null,
      },
      quarantine: quarantine.state(),
      silent: late,
      few: short,
      backup,
    };
  }

  const fresh = createFresh(clock, FRESH_MS, look);
  const health = async (): Promise<Health> => {
    const found = await fresh(null);
    // Known without asking, and not to be told late.
    return { ...found, parts: { ...found.parts, server: stopping() ? 'stopping' : 'ok' } };
  };
  return {
    health,
    serves: (states) => needed.every((name) => states[name] === 'ok'),
    async view() {
      const [found, keys] = await Promise.all([health(), readKeys(db, machine.keys)]);
      return { ...found, keys };
    },
  };
}

/** null: it did not come in time, or not at all. */
async function within<T>(work: Promise<T>): Promise<T | null> {
  return await Promise.race([work.catch(() => null), passed(PATIENCE_MS).then(() => null)]);
}
