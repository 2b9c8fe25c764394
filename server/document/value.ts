import { narrow, repairName, repairText } from '@zuimei/shared/text/character.ts';

/*
 * From what people type to what is kept. Texts stay as written except for what no reader sees: control characters, invisible
 * marks (also those that turn the direction of writing), stray blanks, characters under the number of another.
 */

/** Lines without control or invisible characters; blanks of every width become one. */
export function cleanText(raw: string): string {
  return repairText(raw.toWellFormed())
    .replace(/\r\n?|[\u2028\u2029\v\f]/gu, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '')
    .split('\n')
    .map((line) => line.replace(/[\t\p{Zs}]+/gu, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** One line: a line break beside a Chinese character or a mark was only there to fit the cell; any other is a blank. */
export function cleanLine(raw: string): string {
  return cleanText(raw)
    .replace(/(?<=[\p{Script=Han}\p{P}])\n|\n(?=[\p{Script=Han}\p{P}])/gu, '')
    .replace(/\n/gu, ' ');
}

/** A name as it is read out: "林 立 夏" is 林立夏, "艾力江 • 吐尔逊" 艾力江·吐尔逊; blanks between other letters stay. */
export function cleanName(raw: string): string {
  return repairName(cleanLine(raw)).replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
}

/** "9" → "9年"; anything else as sent. */
export function yearsText(text: string): string {
  const years = narrow(text);
  return /^\d{1,2}(\.\d)?$/u.test(years) ? `${years}年` : text;
}

/**
 * A text as paragraphs: by lines, and by running numbers (`1. … 2. …`, `1、`, `（1）`, `一、`) when they run from one without
 * a gap, which then go. A figure such as "1.4万" is no number of a list.
 */
export function paragraphsOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const whole = lines.join('\n');
  const starts = listStarts(whole);
  if (starts.length < 2) return lines;
  const before = whole.slice(0, starts[0]?.at ?? 0);
  const listed = starts.map((start, i) => whole.slice(start.at + start.length, starts[i + 1]?.at));
  return [before, ...listed]
    .flatMap((part) => part.split('\n'))
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const chinese = '一二三四五六七八九十';

function listStarts(text: string): { at: number; length: number }[] {
  for (const mark of [
    (n: number) => `${n}(?:、|\\.(?!\\d)|．)`,
    (n: number) => `[（(]${n}[）)]`,
    (n: number) => `[（(]?${chinese[n - 1]}[）)]?、`,
    (n: number) => `[${String.fromCodePoint(0x245f + n)}]`,
  ]) {
    const starts: { at: number; length: number }[] = [];
    for (let n = 1, from = 0; n <= 10; n++) {
      const pattern = new RegExp(`(?<=^|[\\n\\s。；;！])${mark(n)}\\s*`, 'gu');
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      if (!match) break;
      starts.push({ at: match.index, length: match[0].length });
      from = match.index + match[0].length;
    }
    if (starts.length >= 2) return starts;
  }
  return [];
}
