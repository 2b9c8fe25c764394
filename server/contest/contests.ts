import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { createFresh } from '../fresh.ts';
import { readContest, readSlugs, type StoredContest } from './contest.ts';

const FRESH_MS = 1_000;
const STALE_MS = 3_000;
const MOST_UNKNOWN = 1_000;
/** As the database has it: what cannot be a slug is not looked up. */
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

export interface Contests {
  /** The contest, at most a second old. Refuses with not_found; a contest in draft does not exist for the public. */
  find(slug: string): StoredContest | Promise<StoredContest>;
  /** Reads it again now. */
  reload(slug: string): Promise<StoredContest>;
  /** All published contests, newest first. */
  list(): Promise<StoredContest[]>;
}

/** Contests as this process knows them: each is read at most once a second, however many ask. */
export function createContests(db: Db, clock: () => number): Contests {
  const known = new Map<
    string,
    { contest: StoredContest | null; readAt: number; reading: Promise<StoredContest | null> | null }
  >();
  const slugs = createFresh(clock, FRESH_MS, (_: null) => readSlugs(db));

  function read(slug: string): Promise<StoredContest | null> {
    const entry = known.get(slug) ?? { contest: null, readAt: Number.NEGATIVE_INFINITY, reading: null };
    if (entry.reading) return entry.reading;
    if (!known.has(slug) && known.size > MOST_UNKNOWN) forgetUnknown();
    known.set(slug, entry);
    const reading = readContest(db, slug).then(
      (contest) => {
        Object.assign(entry, {
          contest: sameVersion(entry.contest, contest),
          readAt: clock(),
          reading: null,
        });
        return entry.contest;
      },
      (error) => {
        entry.reading = null;
        throw error;
      },
    );
    entry.reading = reading;
    return reading;
  }

  function forgetUnknown(): void {
    for (const [slug, entry] of known) if (!entry.contest && !entry.reading) known.delete(slug);
  }

  function published(contest: StoredContest | null): StoredContest {
    if (!contest?.schedule.some((step) => step.phase !== 'draft' && Date.parse(step.from) <= clock()))
      throw new Refusal('not_found');
    return contest;
  }

  function find(slug: string): StoredContest | Promise<StoredContest> {
    const entry = known.get(slug);
    if (!entry && !SLUG.test(slug)) throw new Refusal('not_found');
    if (!entry || !Number.isFinite(entry.readAt)) return read(slug).then(published);
    const age = clock() - entry.readAt;
    if (age < FRESH_MS) return published(entry.contest);
    // The kept contest is served and refreshed behind it; after STALE_MS the reader waits for the refresh. While the database is away,
    // the last one stays readable.
    const fresh = read(slug).catch(() => entry.contest);
    if (age >= STALE_MS) return fresh.then(published);
    return published(entry.contest);
  }

  async function findOrNull(slug: string): Promise<StoredContest | null> {
    try {
      return await find(slug);
    } catch {
      return null;
    }
  }

  return {
    find,
    reload: (slug) => read(slug).then(published),
    async list() {
      const all = await Promise.all((await slugs(null)).map((slug) => findOrNull(slug)));
      return all.filter((contest) => contest !== null);
    },
  };
}

/** Keeps the object while nothing changed, so that what was built from it can be kept too. */
function sameVersion(old: StoredContest | null, fresh: StoredContest | null): StoredContest | null {
  return old && fresh && old.version === fresh.version && old.id === fresh.id ? old : fresh;
}
