import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Db } from './db.ts';
import { openFolder } from './folder.ts';

/** Keys for every purpose from one master secret, so that one value is to be kept, backed up and shared between servers. */
export interface Secrets {
  /** 32 bytes, the same for the same purpose on every server with this secret. */
  derive(purpose: string): Buffer;
}

/**
 * Takes the secret from the configuration, else from `dataDir/secret`, which is made on first start (mode 0600) unless `made` says that there
 * must be one. It never leaves this closure except as derived keys.
 */
export async function openSecrets(
  source: { secret: string | null; dataDir: string },
  made = false,
): Promise<Secrets> {
  const master = source.secret ?? (await keptSecret(source.dataDir, made));
  return { derive: (purpose) => Buffer.from(hkdfSync('sha256', master, 'zuimei', purpose, 32)) };
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

/** Refuses to serve a database with a secret other than its own: pseudonyms, openings and the log's key would all differ. */
export async function checkSecret(db: Db, secrets: Secrets): Promise<void> {
  const fingerprint = secrets.derive('fingerprint');
  await sql`insert into installation (fingerprint) values (${fingerprint}) on conflict do nothing`.execute(
    db,
  );
  const { rows } = await sql<{ fingerprint: Uint8Array }>`select fingerprint from installation`.execute(db);
  if (!fingerprint.equals(rows[0]?.fingerprint ?? Buffer.alloc(0)))
    throw new Error(
      'this database belongs to another secret: set ZUIMEI_SECRET (or DATA_DIR/secret) to the one it was made with',
    );
}
