import type { Kysely, Transaction } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { clip } from '../text.ts';

/** Who does something: a person of staff, a unit, or the system itself. `name` is what the action log and the ledger show. */
export interface Actor {
  name: string;
  staff: number | null;
  unit: number | null;
}

/** The account of who acts; for what a unit and the system itself may not do. Refuses with forbidden. */
export function staffOf({ staff }: Pick<Actor, 'staff'>): number {
  if (staff === null) throw new Refusal('forbidden');
  return staff;
}

export interface Action {
  act: ActCode;
  /** Id of the contest it belongs to. */
  contest?: number | null;
  /** What it was done to, as people call it. Never a private value. */
  subject?: string;
  reason?: string;
}

const MOST_SUBJECT = 200;
const MOST_REASON = 500;

/** Writes one line of the action log. Given a transaction, the line stands or falls with what was done in it. */
export async function recordAction(
  db: Kysely<Tables> | Transaction<Tables>,
  actor: Actor,
  { act, contest = null, subject = '', reason = '' }: Action,
): Promise<void> {
  await db
    .insertInto('action_log')
    .values({
      actor: actor.name,
      staff: actor.staff,
      unit: actor.unit,
      act,
      contest,
      subject: clip(subject, MOST_SUBJECT),
      reason: clip(reason, MOST_REASON),
    })
    .execute();
}
