import { sql } from 'kysely';
import type { Db } from '../db.ts';
import { passed } from '../patience.ts';

/** A commit that takes longer than this is told as stuck; the voters behind it wait as long. */
const PATIENCE_MS = 3_000;
/** Nothing written for so long: a commit of our own says whether one goes through. */
const PROBE_AFTER_MS = 10_000;

export type WriteFault = 'down' | 'readonly' | 'full';

/** Whether a commit goes through, known from the last that did. */
export interface Writes {
  /** A batch of ballots was committed. Costs an assignment. */
  noted(): void;
  /** ms; null = none since the start. */
  lastAt(): number | null;
  /** Commits a row of its own if nothing was written of late. `stuck`: that has not come back; `fault`: why it was refused. */
  look(): Promise<{ stuck: boolean; fault: WriteFault | null }>;
}

export function createWrites(db: Db, clock: () => number): Writes {
  let lastAt: number | null = null;
  let probe: Promise<WriteFault | null> | null = null;
  const noted = (): void => {
    lastAt = clock();
  };

  async function write(): Promise<WriteFault | null> {
    try {
      await sql`
        insert into write_probe (at) values (clock_timestamp()) on conflict (one) do update set at = excluded.at`.execute(
        db,
      );
      noted();
      return null;
    } catch (error) {
      return faultOf(error);
    } finally {
      probe = null;
    }
  }

  return {
    noted,
    lastAt: () => lastAt,
    async look() {
      if (lastAt !== null && clock() - lastAt < PROBE_AFTER_MS) return { stuck: false, fault: null };
      // One at a time: where commits hang, every look would take another connection from the ballots.
      probe ??= write();
      const ended = await Promise.race([probe, passed(PATIENCE_MS).then(() => 'late' as const)]);
      return ended === 'late' ? { stuck: true, fault: null } : { stuck: false, fault: ended };
    },
  };
}

function faultOf(error: unknown): WriteFault {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (code === '25006') return 'readonly';
  return code === '53100' || /No space left/i.test(message) ? 'full' : 'down';
}
