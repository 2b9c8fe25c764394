import type { Context } from 'hono';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import type { Journal } from '../journal.ts';
import { recordAction } from './action.ts';
import type { Person } from './session.ts';

const AGAIN_MS = 60_000;
const MOST_KEPT = 2_000;

/**
 * Writes into the action log that somebody who is signed in was refused what is not theirs: another role's door, a contest of others, an
 * act without their page's token. Once a minute for a session and a door, so that nobody fills the log by knocking.
 */
export type NoteDenied = (c: Context, error: unknown) => Promise<void>;

export function createDenied(parts: { db: Db; clock: () => number; log: Journal }): NoteDenied {
  const { db, clock, log } = parts;
  const noted = new Map<string, number>();

  function isNew(key: string): boolean {
    const now = clock();
    const before = noted.get(key);
    if (before !== undefined && now - before < AGAIN_MS) return false;
    noted.delete(key);
    noted.set(key, now);
    const [oldest] = noted.keys();
    if (noted.size > MOST_KEPT && oldest !== undefined) noted.delete(oldest);
    return true;
  }

  return async (c, error) => {
    const person = c.get('person') as Person | undefined;
    if (!person || !(error instanceof Refusal)) return;
    if (error.code !== 'forbidden' && error.code !== 'csrf' && !c.get('foreign')) return;
    const { method, path } = c.req;
    if (!isNew(`${person.session} ${method} ${path}`)) return;
    await recordAction(db, person, {
      act: 'staff.denied',
      // Not which contest: administrators read this, who know of none.
      subject: `${method} ${path.replace(/(\/contests\/)[^/]+/, '$1:slug')}`,
      reason: error.code,
    }).catch((fault: unknown) => log('error', { part: 'staff', error: String(fault) }));
  };
}
