import { fieldsFor, isHidden } from '@zuimei/shared/answer.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Db } from '../db.ts';
import { checkReason } from '../http/reason.ts';
import { type NominationKeys, openHidden } from '../nomination/answers.ts';
import { readNomination } from '../nomination/nomination.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import type { Collecting } from './review.ts';

/**
 * One private answer in clear, for a reason. The log says who, of whom, which field and why, and never the value; it is written first,
 * so that nothing is ever shown without it. Refuses with reason_missing and not_found.
 */
export async function reveal(
  db: Db,
  keys: Pick<NominationKeys, 'private'>,
  stored: Collecting,
  actor: Actor,
  asked: { id: number; field: string; reason?: unknown },
): Promise<string> {
  const reason = checkReason(asked.reason);
  const row = await readNomination(db, asked.id, stored.id);
  const field = fieldsFor(stored.collection.form, row.kind).find(({ key }) => key === asked.field);
  const value = openHidden(keys, row)[asked.field];
  if (!field || !isHidden(field) || value === undefined) throw new Refusal('not_found');
  await recordAction(db, actor, {
    act: 'private.reveal',
    contest: stored.id,
    subject: `${row.name} ${field.title}`,
    reason,
  });
  return value;
}
