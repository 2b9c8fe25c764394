import type { Transaction } from 'kysely';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type Actor, staffOf } from './action.ts';

/** An auditor. What only auditors do, two of them do: one proposes, another decides. */
export interface Auditor extends Actor {
  staff: number;
}

/** Refuses with forbidden whoever has no account. */
export function auditorOf(person: Actor): Auditor {
  return { name: person.name, staff: staffOf(person), unit: person.unit };
}

/**
 * Whether this auditor may decide what was proposed. Refuses with own_proposal, and with reset_since when their account was set up anew after
 * that: it may be another person who sits there now.
 */
export async function checkSecond(
  tx: Transaction<Tables>,
  { staff }: Auditor,
  proposed: { by: number; at: Date },
): Promise<void> {
  if (proposed.by === staff) throw new Refusal('own_proposal');
  const row = await tx.selectFrom('staff').select('reset_at').where('id', '=', staff).executeTakeFirst();
  if (row?.reset_at && row.reset_at >= proposed.at) throw new Refusal('reset_since');
}
