import type { Reading } from '@zuimei/shared/audit.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Db } from '../db.ts';
import { passed } from '../patience.ts';
import type { AskKind, Asks } from './ask.ts';
import { readHead, readPage } from './pages.ts';
import { openThread, type Thread } from './thread.ts';

/** How long a request waits for the ledger to be read up, and for an answer; a contest is forgotten when nobody asked for so long. */
export const readerLimits = { readMs: 3_000, answerMs: 30_000, idleMs: 30 * 60_000, contests: 3 };
const PAGE_PATIENCE_MS = 60_000;
const RETRY_MS = 2_000;

/** Contests in memory, each in a worker of its own. */
export interface Reader {
  /** Reads the ledger up as far as patience goes (0 = begins and does not wait), and on in the background. */
  read(contest: StoredContest, patienceMs?: number): Promise<Progress>;
  /** Asks the contest's worker. Refuses with ledger_not_read while the ledger is not wholly read, unless `partly`. */
  ask<Kind extends AskKind>(
    contest: StoredContest,
    kind: Kind,
    ask: Asks[Kind]['ask'],
    partly?: boolean,
  ): Promise<{ answer: Asks[Kind]['answer']; progress: Progress }>;
  /** Forgets contests nobody has asked for in the last half hour. */
  forget(): void;
  /** Bytes of a contest's columns, null when it is not in memory. */
  memory(contest: number): number | null;
  close(): void;
}

export interface Progress {
  reading: Reading;
  whole: boolean;
  ballots: number;
  /** Memory of the columns. */
  bytes: number;
}

interface Loaded {
  thread: Thread;
  key: string;
  entries: number;
  of: number;
  ballots: number;
  at: number | null;
  bytes: number;
  going: Promise<void> | null;
  usedAt: number;
}

export function createReader(parts: {
  db: Db;
  clock: () => number;
  stopping: () => boolean;
  addressFile: string | null;
  failed: (error: unknown) => void;
  limits?: Partial<typeof readerLimits>;
}): Reader {
  const { db, clock, stopping, addressFile, failed } = parts;
  const limits = { ...readerLimits, ...parts.limits };
  const kept = new Map<number, Loaded>();

  function drop(id: number): void {
    kept.get(id)?.thread.end();
    kept.delete(id);
  }

  /** What was read under other declared networks, or before addresses were faded, is read anew. */
  async function find(contest: StoredContest): Promise<Loaded> {
    const { size, erased } = await readHead(db, contest.id);
    const networks = contest.networks;
    const key = JSON.stringify([networks, erased]);
    let loaded = kept.get(contest.id);
    if (loaded && (loaded.key !== key || loaded.thread.ended)) {
      drop(contest.id);
      loaded = undefined;
    }
    if (!loaded) {
      const oldest = [...kept].sort(([, a], [, b]) => a.usedAt - b.usedAt)[0];
      if (kept.size >= limits.contests && oldest) drop(oldest[0]);
      const thread = openThread({ networks, addressFile, expected: size }, failed);
      loaded = { thread, key, entries: 0, of: 0, ballots: 0, at: null, bytes: 0, going: null, usedAt: 0 };
      kept.set(contest.id, loaded);
    }
    loaded.of = Math.max(loaded.of, size);
    loaded.usedAt = clock();
    return loaded;
  }

  /** While the worker takes one page the next is on its way. */
  async function readOn(contest: number, loaded: Loaded): Promise<void> {
    let next = readPage(db, contest, loaded.entries);
    while (loaded.entries < loaded.of && !stopping() && !loaded.thread.ended) {
      const page = await next;
      if (!page) throw new Error(`the ledger of contest ${contest} has no entry ${loaded.entries}`);
      const count = page.count;
      const more = loaded.entries + count < loaded.of;
      if (more) {
        next = readPage(db, contest, loaded.entries + count);
        // Whoever awaits it is told; until then it must not end the process.
        next.catch(() => {});
      }
      const taken = await loaded.thread.ask('take', { page }, PAGE_PATIENCE_MS, [page.records.buffer]);
      Object.assign(loaded, taken);
    }
  }

  async function bring(contest: StoredContest, patienceMs: number): Promise<Loaded> {
    const loaded = await find(contest);
    if (loaded.entries >= loaded.of) return loaded;
    loaded.going ??= readOn(contest.id, loaded).finally(() => {
      loaded.going = null;
    });
    loaded.going.catch((error: unknown) => {
      if (!(error instanceof Refusal)) failed(error);
    });
    if (patienceMs > 0) await Promise.race([loaded.going, passed(patienceMs)]);
    return loaded;
  }

  return {
    async read(contest, patienceMs = limits.readMs) {
      return progressOf(await bring(contest, patienceMs));
    },
    async ask(contest, kind, ask, partly = false) {
      const loaded = await bring(contest, limits.readMs);
      const progress = progressOf(loaded);
      if (!progress.whole && !partly)
        throw new Refusal('ledger_not_read', { ...progress.reading, retryAfterMs: RETRY_MS });
      return { answer: await loaded.thread.ask(kind, ask, limits.answerMs), progress };
    },
    forget() {
      for (const [id, { usedAt }] of kept) if (clock() - usedAt > limits.idleMs) drop(id);
    },
    memory: (contest) => kept.get(contest)?.bytes ?? null,
    close() {
      for (const id of [...kept.keys()]) drop(id);
    },
  };
}

function progressOf({ entries, of, at, ballots, bytes }: Loaded): Progress {
  const reading = { entries: Math.min(entries, of), of, at: at === null ? null : new Date(at).toISOString() };
  return { reading, whole: entries >= of, ballots, bytes };
}
