import { createHmac } from 'node:crypto';
import {
  type AnswerFault,
  answerFault,
  fieldsFor,
  identityOf,
  isHidden,
  isText,
  masked,
  settled,
} from '@zuimei/shared/answer.ts';
import type { CandidateKind } from '@zuimei/shared/contest.ts';
import { type FormValues, nominationLimits } from '@zuimei/shared/nomination.ts';
import type { Collection, FormField } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { foldText } from '@zuimei/shared/text/fold.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { cleanLine, cleanName, cleanText } from '../document/value.ts';
import type { Secrets } from '../secret.ts';
import { clip } from '../text.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';

/** What seals private answers and digests twins. */
export interface NominationKeys {
  private: Uint8Array;
  twin: Uint8Array;
}

export function nominationKeys(secrets: Secrets): NominationKeys {
  return { private: privateKey(secrets), twin: secrets.derive('nomination twin') };
}

/** The field whose answer is the nominee's name: 姓名, or the subject of a case or a work. */
export function nameIn(values: FormValues): string {
  return clip(cleanName(values['name'] || values['subject'] || values['title'] || ''), 80);
}

/**
 * Values as sent, parted into what the public may see and what is sealed, cleaned of what no reader sees. Only keys of the form are
 * kept, those of other kinds too, so that changing the kind loses nothing.
 */
export function partAnswers(
  form: readonly FormField[],
  values: FormValues,
): { answers: FormValues; hidden: FormValues } {
  const answers: FormValues = {};
  const hidden: FormValues = {};
  for (const field of form) {
    const sent = values[field.key];
    if (sent === undefined || !isText(field)) continue;
    const many = field.type === 'text' || field.key === 'honours' || field.key === 'proof';
    const clean = field.key === 'name' ? cleanName : many ? cleanText : cleanLine;
    const text = clip(settled(field, clean(sent)), nominationLimits.answerChars + 1);
    if (text !== '') (isHidden(field) ? hidden : answers)[field.key] = text;
  }
  return { answers, hidden };
}

/** The sealed cell of a nomination's private answers; null when there are none. */
export function sealHidden(keys: NominationKeys, id: number, hidden: FormValues): Buffer | null {
  return Object.keys(hidden).length > 0 ? sealPrivate(keys.private, hidden, `nomination/${id}`) : null;
}

/** Private answers in clear. Only for a reveal or a paper that is recorded, for checks and for comparing. */
export function openHidden(
  keys: Pick<NominationKeys, 'private'>,
  row: { id: number; private: Uint8Array | null },
): FormValues {
  return row.private ? (openPrivate(keys.private, row.private, `nomination/${row.id}`) as FormValues) : {};
}

/** Private answers as they are shown: the key of every field that has one, its value masked. */
export function maskHidden(collection: Pick<Collection, 'form'>, hidden: FormValues): FormValues {
  const entries = Object.entries(hidden).map(([key, value]) => {
    const field = collection.form.find((one) => one.key === key);
    return [key, masked(field ?? { key, type: 'line' }, value)] as const;
  });
  return Object.fromEntries(entries);
}

/** What is wrong with private answers that are there, said without them: who fills in the form sees nothing but masks. */
export function hiddenFaults(
  collection: Pick<Collection, 'form'>,
  kind: CandidateKind,
  hidden: FormValues,
): AnswerFault[] {
  return fieldsFor(collection.form, kind).flatMap((field) => {
    const value = hidden[field.key];
    return value === undefined ? [] : (answerFault(field, value) ?? []);
  });
}

/**
 * Values as sent, private answers as they shall stand: one that was left out, or comes back as the mask it was shown as, stays what it is.
 * Refuses with bad_request {field} any other mask: no answer is ever overwritten with asterisks.
 */
export function keepHidden(form: readonly FormField[], sent: FormValues, stored: FormValues): FormValues {
  const values = { ...sent };
  for (const field of form.filter((one) => isText(one) && isHidden(one))) {
    const { key } = field;
    const given = sent[key];
    if (given === undefined || given === masked(field, stored[key] ?? '')) {
      if (stored[key] === undefined) delete values[key];
      else values[key] = stored[key];
    } else if (isMask(given)) throw new Refusal('bad_request', { field: field.title });
  }
  return values;
}

/** Was this value masked somewhere? What was read from a masked paper is no answer. */
export const isMask = (value: string): boolean => value.includes('****');

/**
 * Keyed digests under which the same nominee is found again: `n:` of the name, `p:` of name and phone, `i:` of the identity number.
 * Without the key they tell nothing.
 */
export function twinTags(keys: NominationKeys, name: string, hidden: FormValues): string[] {
  const folded = foldText(name);
  if (folded === '') return [];
  const digest = (kind: string, text: string): string =>
    `${kind}:${createHmac('sha256', keys.twin).update(`${kind}:${text}`).digest('hex').slice(0, 32)}`;
  const phone = parsePhone(hidden['phone'] ?? '');
  const identity = identityOf(hidden['idNumber'] ?? '');
  return [
    digest('n', folded),
    ...(phone ? [digest('p', `${folded} ${phone}`)] : []),
    ...(identity ? [digest('i', identity)] : []),
  ];
}

/** The public answers that this kind of nominee is asked for: what its page may show. */
export function publicFields(
  collection: Pick<Collection, 'form'>,
  kind: CandidateKind,
  answers: FormValues,
): { field: FormField; text: string }[] {
  return fieldsFor(collection.form, kind)
    .filter((field) => isText(field) && !isHidden(field))
    .map((field) => ({ field, text: answers[field.key] ?? '' }))
    .filter(({ text }) => text !== '');
}
