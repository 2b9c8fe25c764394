import type { Db } from '../db.ts';
import { recordAction } from '../staff/action.ts';
import type { Person } from '../staff/session.ts';
import type { NominationRow } from './nomination.ts';

const MINUTE_MS = 60_000;
const MOST_KEPT = 10_000;

/** Writes down that a person opens a file of a nomination. */
export type Openings = (
  person: Person,
  nomination: NominationRow,
  file: { id: string; name: string },
) => Promise<void>;

/**
 * Scans hold phones and dates of birth, so each opening stands in the action log, with the file's name: written first, so that nothing is
 * given without it, and once a minute, since one look may be several requests.
 */
export function createOpenings(db: Db, clock: () => number): Openings {
  const last = new Map<string, number>();
  return async (person, nomination, file) => {
    const key = `${person.session} ${file.id}`;
    const now = clock();
    if (now - (last.get(key) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return;
    await recordAction(db, person, {
      act: 'nomination.open',
      contest: nomination.contest,
      subject: `${nomination.name}（${nomination.unit_name}）：${file.name}`,
    });
    last.delete(key);
    last.set(key, now);
    for (const [oldest] of last) {
      if (last.size <= MOST_KEPT) return;
      last.delete(oldest);
    }
  };
}
