import type { CandidateKind } from './contest.ts';
import { type FormValues, nominationLimits } from './nomination.ts';
import type { FormField } from './plan/plan.ts';
import { monthIn } from './text/birth.ts';
import { countChars, narrow } from './text/character.ts';
import { foldText } from './text/fold.ts';
import { inFigures } from './text/numeral.ts';
import { isPhone, phoneOf } from './text/phone.ts';

/** Never public, whatever a form says (PRODUCT, “Names, privacy, safety”). */
const alwaysHidden: readonly string[] = [
  'phone',
  'birth',
  'nation',
  'origin',
  'politics',
  'idNumber',
  'contact',
];

/** Is the answer to this field sealed at rest and masked for staff? */
export function isHidden(field: Pick<FormField, 'key' | 'type' | 'audience'>): boolean {
  return (
    field.audience === 'private' ||
    field.type === 'phone' ||
    field.type === 'identity' ||
    alwaysHidden.includes(field.key)
  );
}

/** The fields that this kind of nominee is asked for, in order. */
export function fieldsFor(form: readonly FormField[], kind: CandidateKind): FormField[] {
  return form.filter((field) => field.kinds.length === 0 || field.kinds.includes(kind));
}

const fileTypes: readonly FormField['type'][] = ['photo', 'files', 'media', 'video'];

/** Is its answer a text, and no file? */
export function isText(field: Pick<FormField, 'type'>): boolean {
  return !fileTypes.includes(field.type);
}

/** What is wrong with one answer. */
export type AnswerFault = {
  key: string;
  code:
    | 'missing'
    | 'too_long'
    | 'not_a_choice'
    | 'not_a_month'
    | 'not_a_phone'
    | 'not_an_identity'
    | 'not_a_number';
  /** For too_long. */
  length?: number;
  limit?: number;
};

/** What an organizer must know of what was handed in, besides texts. */
export interface Handed {
  photo: boolean;
  /** Fields that a file came for. */
  files: readonly string[];
}

/**
 * Everything that stands in the way of handing in these answers, in the order of the form; empty = complete. Consent and opinions are
 * asked for apart.
 */
export function answerFaults(
  form: readonly FormField[],
  kind: CandidateKind,
  values: FormValues,
  handed: Handed,
): AnswerFault[] {
  return fieldsFor(form, kind).flatMap((field): AnswerFault[] => {
    if (field.type === 'photo')
      return field.required && !handed.photo ? [{ key: field.key, code: 'missing' }] : [];
    if (!isText(field))
      return field.required && !handed.files.includes(field.key) ? [{ key: field.key, code: 'missing' }] : [];
    const fault = answerFault(field, values[field.key] ?? '');
    return fault ? [fault] : [];
  });
}

/**
 * An answer as its field wants it written, where what was typed leaves no doubt: a telephone number and an identity number without
 * blanks, a month as YYYY-MM, a number in figures, a choice in its own words. Anything else stays as it is.
 */
export function settled(field: Pick<FormField, 'type' | 'choices'>, text: string): string {
  if (field.type === 'phone') return phoneOf(text) ?? text;
  if (field.type === 'month') return monthIn(text) ?? text;
  if (field.type === 'identity') return identityOf(text);
  if (field.type === 'number')
    return NUMBER.exec(inFigures(narrow(text)).replace(/[\s,]/gu, ''))?.[1] ?? text;
  if (field.type !== 'choice' || field.choices.includes(text)) return text;
  const same = field.choices.filter((choice) => foldText(choice) === foldText(text));
  return same.length === 1 ? (same[0] ?? text) : text;
}

/** With a word of measure at most. */
const NUMBER = /^(\d{1,9}(?:\.\d{1,2})?)(?:[年岁个人名位㎡]|平方米?|平米|m[2²])?$/iu;

/** What is wrong with the answer to one field of text, or null. */
export function answerFault(field: FormField, value: string): AnswerFault | null {
  const { key } = field;
  const text = settled(field, value.trim());
  if (text === '') return field.required ? { key, code: 'missing' } : null;
  const length = countChars(text);
  const limit = field.limit > 0 ? field.limit : nominationLimits.answerChars;
  if (length > limit) return { key, code: 'too_long', length, limit };
  if (field.type === 'choice' && !field.choices.includes(text)) return { key, code: 'not_a_choice' };
  if (field.type === 'month' && !/^(19|20)\d\d-(0[1-9]|1[0-2])$/u.test(text))
    return { key, code: 'not_a_month' };
  if (field.type === 'phone' && !isPhone(text)) return { key, code: 'not_a_phone' };
  if ((field.type === 'identity' || key === 'idNumber') && !isIdentity(text))
    return { key, code: 'not_an_identity' };
  if (field.type === 'number' && !/^\d{1,9}(\.\d{1,2})?$/u.test(text)) return { key, code: 'not_a_number' };
  return null;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An identity number (of 15 or 18 places) without blanks and full-width digits, its X a capital; a text that is none stays as it is. */
export function identityOf(text: string): string {
  const bare = narrow(text)
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase();
  return /^(\d{15}|\d{17}[\dX])$/u.test(bare) ? bare : text;
}

/** An identity number of 18 places whose last one fits the others (GB 11643). */
export function isIdentity(sent: string): boolean {
  const text = identityOf(sent);
  if (!/^\d{17}[\dXx]$/u.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(text[at]), 0);
  return '10X98765432'[sum % 11] === text[17]?.toUpperCase();
}

/** A private value as staff see it: 134****0081, 李*, 5001**********0012; of anything else nothing but that there is something. */
export function masked(field: Pick<FormField, 'type' | 'key'>, value: string): string {
  if (value === '') return '';
  const text = value.replace(/\s/gu, '');
  if (field.type === 'phone' || field.key === 'phone')
    return text.length >= 7 ? `${text.slice(0, 3)}****${text.slice(-4)}` : '****';
  if (field.type === 'identity' || field.key === 'idNumber')
    return text.length >= 15 ? `${text.slice(0, 4)}${'*'.repeat(text.length - 8)}${text.slice(-4)}` : '****';
  return '****';
}
