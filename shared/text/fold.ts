import { DOTS, narrow } from './character.ts';
import { parseNumeral } from './numeral.ts';

/*
 * One folding for every door: what a person types into a search, a form or a message is compared with what stands in a document or
 * in the database by the same eyes, which see no width, no blanks, no marks and no capitals.
 */

const UNCOUNTED = new RegExp(`[\\s\\p{P}\\p{Cf}${DOTS}\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]+`, 'gu');

/** A text as it is compared. What folds to the same is the same. */
export function foldText(text: string): string {
  // Without the marks between them, letters and accents may join anew.
  return narrow(text).toLowerCase().replace(UNCOUNTED, '').normalize('NFKC');
}

/** For comparing what two documents say. */
export function sameText(a: string, b: string): boolean {
  return foldText(a) === foldText(b);
}

const NUMBER =
  /^(?:编号|候选|序号)?[:#]?(?:第|no[.:]?)?#?(\d{1,6}|[零〇一二两三四五六七八九十百千]{1,8})(?:[号位名]|#)?[.,;:、。]*$/u;

/** The number of a candidate in what somebody writes for it (3, 03, ３号, 第三号, No.3, 编号 3, 3#), or null. */
export function readNumber(text: string): number | null {
  const found = NUMBER.exec(narrow(text).toLowerCase().replace(/\s/gu, ''))?.[1];
  if (found === undefined) return null;
  return /^\d/u.test(found) ? Number(found) : parseNumeral(found);
}

/**
 * A search for these words, to be asked of many: of each, its texts joined and folded (`foldText`) and its number, if it has one. It is
 * found by its number, or when the words stand in it as they were typed or one by one. No words find everything.
 */
export function createSearch(words: string): (folded: string, number?: number | null) => boolean {
  const whole = foldText(words);
  const sought = readNumber(words);
  // "林 立 夏" is one word: characters apart are a way of writing, not a list.
  const parts = narrow(words)
    .split(/\s+/u)
    .map(foldText)
    .filter((part) => part !== '');
  const apart = parts.length > 1 && parts.every((part) => part.length > 1);
  return (folded, number = null) =>
    whole === '' ||
    (sought !== null && sought === number) ||
    folded.includes(whole) ||
    (apart && parts.every((part) => folded.includes(part)));
}
