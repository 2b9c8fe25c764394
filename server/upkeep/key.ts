import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { type KeyName, keyNames, type UpkeepView } from '@zuimei/shared/upkeep.ts';
import type { Db } from '../db.ts';
import type { Secrets } from '../secret.ts';

/** The keys of the settings as they are set; null = not. */
export type Keys = Readonly<Record<KeyName, string | null>>;

/** Writes down since when each key is what it is. Of a key nothing is kept but a digest that only this site can make. */
export async function noteKeys(db: Db, secrets: Secrets, keys: Keys): Promise<void> {
  const key = secrets.derive('keys seen');
  for (const name of keyNames) {
    const value = keys[name];
    if (value === null) continue;
    const digest = createHmac('sha256', key).update(`${name} ${value}`).digest();
    await sql`
      insert into key_seen (name, digest) values (${name}, ${digest})
      on conflict (name) do update set digest = excluded.digest, since = now() where key_seen.digest <> excluded.digest`.execute(
      db,
    );
  }
}

export async function readKeys(db: Db, keys: Keys): Promise<UpkeepView['keys']> {
  const rows = await db.selectFrom('key_seen').select(['name', 'since']).execute();
  const since = new Map(rows.map((row) => [row.name, row.since.toISOString()]));
  return keyNames.map((name) => {
    const set = keys[name] !== null;
    return { name, set, since: set ? (since.get(name) ?? null) : null };
  });
}
