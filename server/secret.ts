import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from './db.ts';
import { openFolder } from './folder.ts';

/**
 * What a key made anew replaces: whatever it sealed is sealed again, ended or made void by rotation.ts. These come from ZUIMEI_ACCESS_SECRET
 * once there is one.
 */
const renewed = [
  'access fingerprint',
  'page ticket',
  'proof of work: bond',
  'proof of work: challenge',
  'proof of work: key',
  'question token',
  'question dice',
  'wechat state',
  'wechat shelf',
  'csrf',
  'sign-in',
  'sign-in attempts',
  'device cookie',
  'account seal',
  'session seal',
  'link seal',
  'totp-enrol',
  'totp-ticket',
  'totp-renewal',
  'totp-recovery',
  'staff-pass',
  'unit link',
  'contributor link',
  'private-fields',
  'objections',
  'nomination twin',
] as const;

/**
 * What lasts as long as its contests, always from ZUIMEI_SECRET: who a voter is, what a ballot's commitment opens with, what a log is signed
 * with. Another key would make every voter a new one, or every ballot unverifiable.
 */
type Lasting =
  | 'fingerprint'
  | 'voter cookie'
  | 'wechat person'
  | 'message ballots'
  | 'action log'
  | 'objection codes'
  | 'keys seen'
  | `voter of ${string}`
  | `openings of ${string}`
  | `log of ${string}`
  | `faded addresses of ${string}`
  | `quotas of ${string}`;

export type Purpose = (typeof renewed)[number] | Lasting;

/** Keys for every purpose from one master secret, so that one value is to be kept, backed up and shared between servers. */
export interface Secrets {
  /** 32 bytes, the same for the same purpose on every server with this secret. A new purpose is declared above: does it last? */
  derive(purpose: Purpose): Buffer;
}

export interface SecretSource {
  secret: string | null;
  /** Absent = nothing was renewed yet. */
  accessSecret?: string | null;
  dataDir: string;
}

/**
 * Takes the secret from the configuration, else from `dataDir/secret`, which is made on first start (mode 0600) unless `made` says that there
 * must be one. It never leaves this closure except as derived keys.
 */
export async function openSecrets(source: SecretSource, made = false): Promise<Secrets> {
  const master = source.secret ?? (await keptSecret(source.dataDir, made));
  const access = source.accessSecret ?? master;
  const isRenewed = new Set<string>(renewed);
  return {
    derive: (purpose) =>
      Buffer.from(hkdfSync('sha256', isRenewed.has(purpose) ? access : master, 'zuimei', purpose, 32)),
  };
}

async function keptSecret(dataDir: string, made: boolean): Promise<string> {
  const path = join(dataDir, 'secret');
  if (made) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.trim() === '')
      throw new Error(`没有密钥：请设置 ZUIMEI_SECRET，与服务器的相同（${path} 也不存在）`);
    return text.trim();
  }
  await openFolder(dataDir);
  try {
    await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

/**
 * Refuses to serve a database with secrets other than its own: pseudonyms, openings and the log's key would all differ, or private values
 * would not open.
 */
export async function checkSecret(db: Db, secrets: Secrets): Promise<void> {
  const fingerprint = secrets.derive('fingerprint');
  const access = secrets.derive('access fingerprint');
  await sql`
    insert into installation (fingerprint, access) values (${fingerprint}, ${access}) on conflict do nothing`.execute(
    db,
  );
  const { rows } = await sql<{ fingerprint: Uint8Array; access: Uint8Array }>`
    select fingerprint, access from installation`.execute(db);
  if (!fingerprint.equals(rows[0]?.fingerprint ?? Buffer.alloc(0)))
    throw new Error(
      'this database belongs to another secret: set ZUIMEI_SECRET (or DATA_DIR/secret) to the one it was made with',
    );
  if (!access.equals(rows[0]?.access ?? Buffer.alloc(0)))
    throw new Error(
      'this database has another access secret: set ZUIMEI_ACCESS_SECRET to the one of the last `zuimei secret rotate`, or to none if there was none',
    );
}
