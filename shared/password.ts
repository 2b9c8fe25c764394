import type { Role } from './staff.ts';

/** What a password must be, the same on the page (as it is typed) and on the server; that also knows leaked ones (staff/leaked.ts). */
export const passwordRule = { min: 12, max: 128 };

/** short · long · own: hardly more than one's login or name · common: hardly more than words and runs that are tried first. */
export type PasswordFault = 'short' | 'long' | 'own' | 'common';

/** What attackers try first; with digits and marks around it, still tried first. */
const COMMON = [
  'password',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'administrator',
  'admin',
  'root',
  'user',
  'test',
  'guest',
  'welcome',
  'letmein',
  'iloveyou',
  'woaini',
  'wodemima',
  'mima',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'asdfgh',
  'asdf',
  'zxcvbnm',
  'zxcvbn',
  '1qaz2wsx3edc',
  '1qaz2wsx',
  '1q2w3e4r5t',
  '1q2w3e4r',
  'abc',
  'aaa',
  'dragon',
  'monkey',
  'zuimei',
  'console',
  'yingji',
  'anquan',
  'beijing',
  'china',
  'zhongguo',
  '最美',
  '应急',
  '控制台',
  '管理员',
  '投票',
  '密码',
  '5201314',
  '1314',
  '520',
];
/** Years and what is left after a known word is taken out carry little. */
const YEAR = /(?:19|20)\d\d/g;
const LEAST_LEFT = 6;
const LEAST_DIFFERENT = 4;
const PIN_LEFT = 4;
const PIN_DIFFERENT = 3;

/**
 * Whoever only judges may sign in on a phone with a PIN of so many digits: what it opens is one sheet, and a few wrong ones close the account
 * for a while.
 */
export const pinRule = { min: 6, max: 12 };

export function mayUsePin(roles: readonly Role[]): boolean {
  return roles.length === 1 && roles[0] === 'expert';
}

/** Is this a PIN, good or bad, rather than a password? */
export function isPin(text: string): boolean {
  return /^\d{1,12}$/.test(text.normalize('NFKC'));
}

/** What is wrong with a password for this person, or null. Whoever leaves `login` and `name` out gets no 'own'. */
export function passwordFault(
  password: string,
  person: { login?: string; name?: string; roles?: readonly Role[] } = {},
): PasswordFault | null {
  // However it was typed: the same text composed differently is the same password.
  const plain = password.normalize('NFKC');
  const characters = [...plain];
  if (mayUsePin(person.roles ?? []) && isPin(plain)) {
    if (characters.length < pinRule.min) return 'short';
    return withoutRuns(plain).length >= PIN_LEFT && new Set(characters).size >= PIN_DIFFERENT
      ? null
      : 'common';
  }
  if (characters.length < passwordRule.min) return 'short';
  if (characters.length > passwordRule.max) return 'long';
  const text = plain.toLowerCase();
  const own = [person.login, person.name].filter((word): word is string => (word?.length ?? 0) >= 2);
  const strange = without(text, own);
  if (strange !== text && !carries(strange)) return 'own';
  return isWorth(without(strange, COMMON)) ? null : 'common';
}

/** Is this enough to make a password, when all that is tried first was taken out of it? Years and runs are tried first, too. */
export function isWorth(text: string): boolean {
  return carries(withoutRuns(text.replace(YEAR, '')));
}

function carries(text: string): boolean {
  const characters = [...text];
  return characters.length >= LEAST_LEFT && new Set(characters).size >= LEAST_DIFFERENT;
}

function without(text: string, words: readonly string[]): string {
  return words.reduce((left, word) => left.replaceAll(word.toLowerCase(), ''), text);
}

/** Takes out runs of three or more that go up, down or repeat: 123456, cba, 8888. */
function withoutRuns(text: string): string {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  let kept = '';
  for (let at = 0; at < codes.length; ) {
    const length = runFrom(codes, at);
    if (length < 3) kept += String.fromCodePoint(...codes.slice(at, at + 1));
    at += length < 3 ? 1 : length;
  }
  return kept;
}

function runFrom(codes: readonly number[], from: number): number {
  const step = (codes[from + 1] ?? Number.NaN) - (codes[from] ?? 0);
  if (!(Math.abs(step) <= 1)) return 1;
  let at = from + 1;
  while ((codes[at + 1] ?? Number.NaN) - (codes[at] ?? 0) === step) at += 1;
  return at - from + 1;
}
