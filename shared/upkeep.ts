import type { Vouched } from './ledger/witness.ts';
import type { Instant } from './time.ts';

/** Why a site takes no votes until a person has looked: as the settings ask, or what it found at its start or was shown by a witness. */
export type QuarantineCause = 'copy' | 'behind' | 'fork';
export interface QuarantineView {
  cause: QuarantineCause | 'asked';
  since: Instant;
}

/** ok: as it should be. Of the others `UpkeepView` says which stop ballots. */
export interface Parts {
  /** full: its disk; readonly: a standby, or set so. */
  database: 'ok' | 'down' | 'readonly' | 'full';
  /** stuck: a write has waited for longer than a voter should. */
  writes: 'ok' | 'stuck';
  /** none: no synchronous one is asked for; missing: it is, and is not there. */
  standby: 'none' | 'ok' | 'missing';
  /** Of the data folder. */
  disk: 'ok' | 'low';
  /** off: the clocks of app and database differ by more than two seconds. */
  clock: 'ok' | 'off';
  counters: 'ok' | 'unscreened';
  sealer: 'ok' | 'late';
  /** silent: a registered witness has left a checkpoint unsigned for a quarter of an hour; few: fewer than a contest asks for have signed one for as long. */
  witnesses: 'ok' | 'silent' | 'few';
  /** old: none was finished within a day and a half. */
  backup: 'none' | 'ok' | 'old';
  quarantine: 'ok' | QuarantineView['cause'];
  server: 'ok' | 'stopping';
  /** Absent without an account in WeChat. */
  wechat?: 'ok' | 'away';
}
export type PartName = keyof Parts;

/** Without these no ballot is taken; the rest goes on and wants to be looked at. */
export const needed: readonly PartName[] = ['database', 'writes', 'quarantine', 'server'];

export const keyNames = [
  'ZUIMEI_SECRET',
  'ZUIMEI_ACCESS_SECRET',
  'DATABASE_URL',
  'REDIS_URL',
  'WX_SECRET',
  'WX_TOKEN',
  'WX_AES_KEY',
] as const;
export type KeyName = (typeof keyNames)[number];

/** GET /api/console/upkeep: nothing of it is a value of a key, or says who voted. */
export interface UpkeepView {
  now: Instant;
  parts: Parts;
  figures: {
    /** The last commit that went through, a ballot's or a probe's; null = none since the start. */
    writtenAt: Instant | null;
    /** How long the oldest ballot in the house has waited. */
    waitingMs: number;
    waiting: number;
    /** Of the disk that holds the data folder; null = not known. */
    disk: { free: number; total: number } | null;
    databaseBytes: number | null;
    /** How far the database's clock is ahead of this server's. */
    clockMs: number | null;
  };
  quarantine: QuarantineView | null;
  /** Those that left a checkpoint unsigned, for how long. */
  silent: { contest: string; name: string; forMs: number }[];
  /** Contests whose checkpoints are not official for want of witnesses, for how long. */
  few: ({ contest: string; forMs: number } & Vouched)[];
  keys: { name: KeyName; set: boolean; since: Instant | null }[];
  /** When the last was finished, and what it says of where it is; null = none is known. */
  backup: { at: Instant; note: string } | null;
}
