/** What a text to the account asks for. */
export type Command =
  /** word: the keyword it began with, in small letters; '' = numbers by themselves. */
  | { kind: 'vote'; word: string; numbers: number[] }
  /** How many votes a candidate has. */
  | { kind: 'count'; number: number }
  /** What the sender has voted. */
  | { kind: 'mine' }
  | { kind: 'help' }
  | { kind: 'unclear' };

/** WeChat lets nobody type more. */
const MOST_CHARACTERS = 600;
const HELP = /^(?:帮助|help|\?)$/;
const COUNT = /^查票?[\s:+]*(?:(?:编号|第)?\s*(\d{1,6})\s*[号位]?)?$/;
/** What people write before a number without meaning more by it. */
const BEFORE = /^我?要?(?:投票?|选)?[给:#\s]*/;
const BETWEEN = /[\s,，、。.;:和与及+/]+|(?<=\d[号位])(?=第?\d)/;
/** As in '第 12 号'. */
const INNER_SPACE = /(?<=第|编号)\s+|\s+(?=[号位])/g;
const NUMBER = /^(?:编号|第)?#?(\d{1,6})[号位#]?$/;
/** Marks that are not seen: of digits drawn as keys, of direction and joining. */
const UNSEEN = /\p{Cf}|\uFE0F|\u20E3/gu;

/**
 * A text as people type it: full-width digits, 号 or no 号, any spaces and marks between. `words`: the keywords of the contests that take
 * votes by message. Only words and numbers that are understood as a whole count, so that no chance remark is a vote.
 */
export function readCommand(text: string, words: readonly string[]): Command {
  if (text.length > MOST_CHARACTERS) return { kind: 'unclear' };
  const plain = text
    .normalize('NFKC')
    .replace(UNSEEN, '')
    .trim()
    .replace(/[!~。.]+$/u, '')
    .toLowerCase();
  if (HELP.test(plain)) return { kind: 'help' };
  const count = COUNT.exec(plain);
  if (count) return count[1] === undefined ? { kind: 'mine' } : { kind: 'count', number: Number(count[1]) };
  const word = words
    .map((one) => one.toLowerCase())
    .filter((one) => plain.startsWith(one))
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
  const numbers = readNumbers(plain.slice(word.length).trim().replace(BEFORE, ''));
  if (numbers === null || (word === '' && numbers.length === 0)) return { kind: 'unclear' };
  return { kind: 'vote', word, numbers };
}

function readNumbers(text: string): number[] | null {
  const numbers: number[] = [];
  for (const piece of text.replace(INNER_SPACE, '').split(BETWEEN)) {
    if (piece === '') continue;
    const number = NUMBER.exec(piece);
    if (!number) return null;
    numbers.push(Number(number[1]));
  }
  return numbers;
}
