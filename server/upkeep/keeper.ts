import type { Db } from '../db.ts';
import type { Journal } from '../journal.ts';
import { keepKnown, knownFolder, readKnown, readNewest } from './known.ts';
import { inspect, type Quarantine } from './quarantine.ts';

export interface Keeper {
  /** Writes down the newest checkpoints of these contests, after each seal. Never rejects: what cannot be written costs the next start its proof. */
  keep(slugs: readonly string[]): Promise<void>;
  /** Holds a database that takes the other's place against the same: one that is behind is in quarantine at once. */
  inspect(db: Db): Promise<void>;
}

/** Holds the database against what this machine knows, before anybody is served: what is published once cannot be taken back. */
export async function openKeeper(parts: {
  db: Db;
  dataDir: string;
  quarantine: Quarantine;
  log: Journal;
}): Promise<Keeper> {
  const { db, quarantine, log } = parts;
  const folder = knownFolder(parts.dataDir);
  const keep = async (slugs: readonly string[]): Promise<void> => {
    try {
      await keepKnown(db, folder, slugs, quarantine.lost());
    } catch (error) {
      log('error', { part: 'checkpoints', error: String(error) });
    }
  };
  await inspect(db, quarantine, await readKnown(folder));
  const state = quarantine.state();
  if (state) log('note', { part: 'quarantine', ...state, see: 'infra/RUNBOOK.md, After a restore' });
  // Those that another machine has signed are known here from now on.
  else await keep((await readNewest(db)).map(({ slug }) => slug));
  return { keep, inspect: async (on) => await inspect(on, quarantine, await readKnown(folder)) };
}
