import type { FieldName } from '@zuimei/shared/form.ts';

/*
 * Answers given by ticking: "□个人 ☑团队", "男□ 女√", "个人（√）团队（ ）", "个人 √团队". Only for fields that are chosen from a few
 * words; in a text of one's own such marks are what begins a line.
 */

const chosen = new Set<FieldName>(['category', 'gender', 'nation', 'politics', 'post', 'opinion']);

/** Of these a round mark is a choice too; elsewhere ○○ stands for a name left out. */
const few = new Set<FieldName>(['category', 'gender', 'politics']);

/** Options are a few words: what is longer is a text. */
const LONGEST = 400;

const ticked = '☑☒✓✔√■▣◉●✅🗹';
const unticked = '☐□◻▢⬜◯○';
const marks = new RegExp(`[${ticked}${unticked}]`, 'gu');
const isTick = (mark: string): boolean => ticked.includes(mark);

/** The choices that a form prints without boxes: nobody answers 男/女. */
const printed: Partial<Record<FieldName, RegExp>> = {
  gender: /^[男女]$/u,
  category: /^(先进|优秀)?(个人|人物|团队|集体|队伍|组织)类?$/u,
};

/**
 * A text as the one option ticked in it; null when it is to be filled in still: nothing is ticked, or more than one option. A text
 * without options stays as it is. In an opinion, lines without boxes stay.
 */
export function tickedIn(field: FieldName, text: string): string | null {
  if (!chosen.has(field) || text.length > LONGEST) return text;
  if (field !== 'opinion') return tickedOf(field, text);
  const lines = text.split('\n').map((line) => (line.search(marks) < 0 ? line : tickedOf(field, line)));
  return lines.includes(null) ? null : lines.join('\n');
}

function tickedOf(field: FieldName, text: string): string | null {
  if (!few.has(field) && /[◉●◯○]/u.test(text)) return text;
  const plain = boxesIn(text.replace(/\n/gu, ' '));
  const found = [...plain.matchAll(marks)];
  const first = found[0];
  if (!first) return isPrinted(field, plain) ? null : text;
  const options = found.some(([mark]) => !isTick(mark)) ? boxed(plain, found) : besideTicks(plain, found);
  // An empty pair of brackets behind one word is no choice.
  if (options.length === 0 || (options.length === 1 && text.search(marks) < 0 && !options[0]?.ticked))
    return text;
  const [only, ...more] = options.filter((one) => one.ticked);
  return only && more.length === 0 ? only.words : null;
}

/** Brackets to tick in become boxes: （√）, [v], （ ）. A cross among them is no tick. */
function boxesIn(text: string): string {
  const open = '[（(\\[【〔]\\s*';
  const close = '\\s*[）)\\]】〕]';
  return text
    .replace(/[（(](?=[^（）()]{0,30}[打勾选划填])[^（）()]{2,30}[)）]/gu, '')
    .replace(new RegExp(`${open}([${ticked}]|[vV对勾])${close}`, 'gu'), '☑')
    .replace(new RegExp(`${open}([${unticked}]|[×xX✗✘])?${close}`, 'gu'), '☐')
    .replace(/[✗✘]/gu, '☐');
}

function isPrinted(field: FieldName, text: string): boolean {
  const words = text.split(/[\s/／、|｜或]+/u).filter(Boolean);
  const option = printed[field];
  return option !== undefined && words.length > 1 && words.every((word) => option.test(word));
}

interface Option {
  words: string;
  ticked: boolean;
}

/** Each option has its box, all before or all behind the words. */
function boxed(text: string, found: RegExpExecArray[]): Option[] {
  const before = isBefore(text, found);
  return found
    .map((match, at) => {
      const from = before ? match.index + match[0].length : endOf(found[at - 1]);
      const to = before ? found[at + 1]?.index : match.index;
      return { words: wordsOf(text.slice(from, to)), ticked: isTick(match[0]) };
    })
    .filter(({ words }) => words !== '');
}

/** Only what was chosen bears a mark: the word beside it. */
function besideTicks(text: string, found: RegExpExecArray[]): Option[] {
  const before = isBefore(text, found);
  return found
    .map((match) => {
      const part = before ? text.slice(match.index + match[0].length) : text.slice(0, match.index);
      const words = part.split(/[\s/／、，,;；|｜☑]+/u).filter(Boolean);
      return { words: wordsOf((before ? words[0] : words.at(-1)) ?? ''), ticked: true };
    })
    .filter(({ words }) => words !== '');
}

/** A box stands before its words if the text begins with one, behind them if it ends with one; else on the side it touches. */
function isBefore(text: string, found: RegExpExecArray[]): boolean {
  const [first, last] = [found[0], found.at(-1)];
  if (!first || text.slice(0, first.index).trim() === '') return true;
  if (text.slice(endOf(last)).trim() === '') return false;
  return /[\s：:、，/]/u.test(text[first.index - 1] ?? ' ');
}

function endOf(match: RegExpExecArray | undefined): number {
  return match ? match.index + match[0].length : 0;
}

function wordsOf(text: string): string {
  return text.replace(/^[\s/／、，,;；|｜:：]+|[\s/／、，,;；|｜]+$/gu, '');
}
