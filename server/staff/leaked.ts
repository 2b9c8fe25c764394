import { isWorth } from '@zuimei/shared/password.ts';

/** Shorter ones stand in many honest sentences. */
const LEAST = 5;
const LONGEST = 32;
/** Two known passwords side by side are tried as one is; a sentence of three words is not. */
const MOST_TAKEN = 2;

let known: Promise<ReadonlySet<string>> | null = null;

/**
 * Is this hardly more than one or two passwords that stand in published breaches? The list (49 000, all lower case) is installed with
 * the program, takes 8 MB, and is read when the first password is set; nothing is ever asked of anybody outside.
 */
export async function hasLeaked(password: string): Promise<boolean> {
  known ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  );
  const list = await known;
  let left = password.normalize('NFKC').toLowerCase();
  for (let taken = 0; taken < MOST_TAKEN; taken++) {
    const piece = longestKnown(left, list);
    if (piece === null) return false;
    left = left.replace(piece, '');
    if (!isWorth(left)) return true;
  }
  return false;
}

function longestKnown(text: string, list: ReadonlySet<string>): string | null {
  for (let length = Math.min(text.length, LONGEST); length >= LEAST; length--)
    for (let from = 0; from + length <= text.length; from++) {
      const piece = text.slice(from, from + length);
      if (list.has(piece)) return piece;
    }
  return null;
}
