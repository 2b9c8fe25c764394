import { isHidden, isText } from '@zuimei/shared/answer.ts';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import type { Consent, FormValues, NominationState } from '@zuimei/shared/nomination.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { lockStored } from '../contest/lock.ts';
import type { Db } from '../db.ts';
import type { EncodedPhoto } from '../media/photo.ts';
import { keepHidden, type NominationKeys, openHidden } from '../nomination/answers.ts';
import { deleteDraft, type NominationChange, saveNomination } from '../nomination/filing.ts';
import { type NominationRow, readNomination, recordEvent } from '../nomination/nomination.ts';
import { checkMove } from '../review/decide.ts';
import { type Collecting, collecting, filingOf, isReadable } from '../review/review.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { keepPhoto } from '../upload/portrait.ts';

export interface Edit {
  /** The version that was read. */
  version: number;
  /** Answers by field key; a field not named stays as it is. */
  values?: FormValues;
  kind?: CandidateKind;
  category?: string;
  consent?: Consent | null;
  /** Encoded, kept only if the edit is. */
  photo?: EncodedPhoto;
}

/** While it is with staff. A returned one is its unit's again; a published one is corrected as a candidate. */
const withStaff: readonly NominationState[] = ['submitted', 'accepted'];

/**
 * Puts right what an organizer sees is wrong (a typo, a missing consent brought on paper). Its events name the fields, never what stood
 * there. Refuses with not_found, and with state_changed when it is its unit's turn or somebody was quicker; for another category
 * as checkQuota and an acceptance do.
 */
export async function editNomination(
  { db, keys }: { db: Db; keys: NominationKeys },
  stored: Collecting,
  actor: Actor,
  id: number,
  edit: Edit,
  now: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // Places are counted under the contest's lock, as when one is accepted.
    const held =
      edit.category === undefined ? stored : collecting(await lockStored(tx, stored.slug, 'no key update'));
    const row = await readNomination(tx, id, stored.id, { lock: true });
    const own = row.state === 'draft' && row.source === 'organizer';
    if (!own && !withStaff.includes(row.state)) throw new Refusal('state_changed', { state: row.state });
    const { kind, category, consent, photo } = edit;
    const change: NominationChange = {
      ...(kind === undefined ? {} : { kind }),
      ...(category === undefined ? {} : { category }),
      ...(consent === undefined ? {} : { consent }),
      ...(photo === undefined ? {} : { photo: await keepPhoto(tx, stored.id, photo) }),
    };
    const before = { ...row.answers, ...openHidden(keys, row) };
    const values =
      edit.values &&
      keepHidden(stored.collection.form, { ...row.answers, ...edit.values }, openHidden(keys, row));
    if (values) change.values = values;
    const changed = changedFields(stored, row, before, values ? { ...edit, values } : edit);
    const filing = filingOf(held, keys, actor, now);
    if (category !== undefined && category !== row.category)
      await checkMove(tx, filing, { ...row, category });
    await saveNomination(tx, filing, row, edit.version, change);
    await recordEvent(tx, id, actor, 'save', `修改：${changed}`);
    await recordAction(tx, actor, {
      act: 'nomination.edit',
      contest: stored.id,
      subject: `${row.name}（${row.unit_name}）：${changed}`,
    });
  });
}

/** Removes a draft that an organizer made and nobody has sent. Refuses with not_found, and with state_changed for any other. */
export async function removeDraft(db: Db, contest: number, actor: Actor, id: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const row = await readNomination(tx, id, contest, { lock: true });
    if (!isReadable(row)) throw new Refusal('not_found');
    if (row.source !== 'organizer') throw new Refusal('state_changed', { state: row.state });
    await deleteDraft(tx, row);
    await recordAction(tx, actor, {
      act: 'nomination.delete',
      contest,
      subject: `${row.name}（${row.unit_name}）`,
    });
  });
}

/** What changed, in the form's words. */
function changedFields(stored: Collecting, row: NominationRow, before: FormValues, edit: Edit): string {
  const { form } = stored.collection;
  const texts = form
    .filter((field) => isText(field) && edit.values?.[field.key] !== undefined)
    .filter((field) => (edit.values?.[field.key] ?? '') !== (before[field.key] ?? ''))
    .map((field) => (isHidden(field) ? `${field.title}（不公开）` : field.title));
  const others = [
    edit.kind !== undefined && edit.kind !== row.kind ? '类型' : '',
    edit.category !== undefined && edit.category !== row.category ? '组别' : '',
    edit.consent !== undefined ? '本人同意' : '',
    edit.photo ? '照片' : '',
  ];
  return [...texts, ...others].filter(Boolean).join('、') || '无';
}
