import { narrow } from '@zuimei/shared/text/character.ts';
import { readNumber } from '@zuimei/shared/text/fold.ts';

/** What a text to the account asks for. */
export type Command =
  /** word: the keyword it began with, in small letters; '' = numbers by themselves. */
  | { kind: 'vote'; word: string; numbers: number[] }
  /** How many votes a candidate has. */
  | { kind: 'count'; number: number }
  /** What the sender has voted. */
  | { kind: 'mine' }
  /** What came of a contest: its notice, its result. */
  | { kind: 'outcome' }
  | { kind: 'help' }
  | { kind: 'unclear' };

/** WeChat lets nobody type more. */
const MOST_CHARACTERS = 600;
const HELP = /^(?:帮助|help|\?)$/;
const OUTCOME = /^(?:查询?|看)?(?:评选|获奖|入选|最终)?(?:公示|结果|名单)$/u;
const COUNT = /^查票?[\s:+]*(.*)$/u;
/** Said for 查 too, unless it is a contest's own word. */
const QUERY = '查询';
/** What people write before a number without meaning more by it. */
const BEFORE = /^我?要?(?:投票?|选)?[给:#\s]*/u;
const BETWEEN = /[\s,，、。.;:和与及+/]+/u;
/** As in '第 12 号', 'No. 3'. */
const INNER_SPACE = /(?<=第|编号|候选|no)[\s.:]+|\s+(?=[号位])/gu;
/** Where the next number may begin at once. */
const AFTER = /(?<=[\d零〇一二两三四五六七八九十百千][号位])(?=.)/gu;
/** In Chinese numerals only where something says that it is a number of theirs: 一 alone is said for many things. */
const SAID = /\d|号|^编号|^候选/u;
const QUOTES = /["'“”‘’()[\]【】《》「」<>]/gu;
/** Marks that are not seen: of digits drawn as keys, of direction and joining. */
const UNSEEN = /\p{Cf}|\uFE0F|\u20E3/gu;

/**
 * A text as people type it: full-width digits, 号 or no 号, No. or 第, Chinese numerals, any spaces, brackets and marks between. `words`: the keywords of the contests that take
 * votes by message. Only words and numbers that are understood as a whole count, so that no chance remark is a vote.
 */
export function readCommand(text: string, words: readonly string[]): Command {
  if (text.length > MOST_CHARACTERS) return { kind: 'unclear' };
  const plain = narrow(text)
    .replace(UNSEEN, '')
    .replace(QUOTES, ' ')
    .trim()
    .replace(/[!~。.]+$/u, '')
    .toLowerCase();
  if (HELP.test(plain)) return { kind: 'help' };
  if (OUTCOME.test(plain)) return { kind: 'outcome' };
  const query = plain.startsWith(QUERY) && !words.includes(QUERY);
  const asked = COUNT.exec(query ? `查${plain.slice(QUERY.length)}` : plain)?.[1];
  if (asked === '') return { kind: 'mine' };
  const [number, ...more] = asked === undefined ? [] : (readNumbers(asked, true) ?? []);
  if (number !== undefined && more.length === 0) return { kind: 'count', number };
  const word = words
    .map((one) => one.toLowerCase())
    .filter((one) => restAfter(plain, one) !== null)
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
  const rest = word === '' ? plain : (restAfter(plain, word) ?? '').trim();
  const numbers = readNumbers(rest.replace(BEFORE, ''), word !== '');
  if (numbers === null || (word === '' && numbers.length === 0)) return { kind: 'unclear' };
  return { kind: 'vote', word, numbers };
}

/** What follows a word that the text begins with, blanks between its characters or not; null when it begins otherwise. */
function restAfter(text: string, word: string): string | null {
  let at = 0;
  for (const character of word) {
    while (/\s/u.test(text.charAt(at))) at++;
    if (!text.startsWith(character, at)) return null;
    at += character.length;
  }
  return text.slice(at);
}

/** `called`: a word before them says that they are numbers of candidates. */
function readNumbers(text: string, called: boolean): number[] | null {
  const numbers: number[] = [];
  for (const piece of text.replace(INNER_SPACE, '').replace(AFTER, ' ').split(BETWEEN)) {
    if (piece === '') continue;
    const number = called || SAID.test(piece) ? readNumber(piece) : null;
    if (number === null) return null;
    numbers.push(number);
  }
  return numbers;
}
