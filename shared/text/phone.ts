import { narrow } from './character.ts';

const MOBILE = /(?:^|\D)(1[3-9]\d{9})(?!\d)/u;
const APART = /(?:^|\D)(1[3-9]\d(?:[ -]?\d{4}){2})(?!\d)/u;
const LANDLINE = /(?:^|\D)(0\d{9,11}|[2-8]\d{6,7})(?!\d)/u;

/** The first telephone number in a text, digits only (a landline keeps its hyphen out too), or null. */
export function parsePhone(text: string): string | null {
  const digits = joined(text);
  const found = MOBILE.exec(digits)?.[1] ?? LANDLINE.exec(digits)?.[1];
  if (found) return found;
  // Two numbers with but a blank between them.
  return APART.exec(narrow(text))?.[1]?.replace(/\D/gu, '') ?? null;
}

/** The text as a telephone number when it is one and nothing else: digits only; null when it is not. A landline needs its area code. */
export function phoneOf(text: string): string | null {
  const digits = joined(text);
  return /^(1[3-9]\d{9}|0\d{9,11})$/u.test(digits) ? digits : null;
}

/** A mobile number, or a landline with its area code, as people write them: +86, brackets, blanks, hyphens, full-width digits. */
export function isPhone(text: string): boolean {
  return phoneOf(text) !== null;
}

/** Digits that belong together stand together; China's own code is left out. */
function joined(text: string): string {
  return narrow(text)
    .replace(/[\s\p{Pd}\p{Cf}\u2212_.]/gu, '')
    .replace(/\(((?:\+|00)?86|0\d{0,3})\)/gu, '$1')
    .replace(/(^|[^\d+])(?:\+|00)?86(?=1[3-9]\d{9}(?!\d))/gu, '$1')
    .replace(/(^|[^\d+])(?:\+|00)860?(?=[1-9]\d{8,10}(?!\d))/gu, '$10');
}
