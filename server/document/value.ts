/*
 * From what people type to what is kept. Texts stay as written except for what no reader sees: control characters, invisible
 * marks (also those that turn the direction of writing), stray blanks.
 */

/** Lines without control or invisible characters; blanks of every width become one. */
export function cleanText(raw: string): string {
  return raw
    .toWellFormed()
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

/** A name as it is read out: "林 立 夏" is 林立夏; blanks between other letters stay. */
export function cleanName(raw: string): string {
  return cleanLine(raw).replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
}

/** For comparing what two documents say: width, blanks and closing marks do not count. */
export function sameText(a: string, b: string): boolean {
  return foldText(a) === foldText(b);
}

export function foldText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s,.;:、。"'“”‘’()·・-]/gu, '')
    .toLowerCase();
}

/** The first telephone number in a text, digits only (a landline keeps its hyphen out too), or null. */
export function parsePhone(raw: string): string | null {
  const text = raw
    .normalize('NFKC')
    .replace(/[\s\-—–_.]/gu, '')
    .replace(/\+?86(?=1[3-9]\d{9}(?!\d))/u, '');
  return (
    /(?<!\d)1[3-9]\d{9}(?!\d)/u.exec(text)?.[0] ??
    /(?<!\d)(0\d{9,11}|[2-8]\d{6,7})(?!\d)/u.exec(text)?.[0] ??
    null
  );
}

/** A birth date as far as it was given. `month` is null when only the year is sure. */
export interface Birth {
  text: string;
  year: number;
  month: number | null;
  day: number | null;
}

/**
 * `1981.4.17`, `1981年4月`, `1979-11-03`, `1970.2`, `198104`, `19810417`, or a sheet's serial day (`dated`, or a whole number
 * that can be no year). A number 1970.1 may have been 1970.10 before the sheet dropped its zero: then the month is null.
 */
export function parseBirth(text: string, number: number | null, dated: boolean): Birth | null {
  if (text.length > 40) return null;
  if (number !== null && (dated || (number > 9999 && number < 60_000)))
    return fromSerial(text, Math.floor(number));
  const digits = text
    .normalize('NFKC')
    .replace(/\s|\(.*\)|生$|出生$/gu, '')
    .replace(/日$|月$|年$/u, '');
  const parts =
    /^(\d{4})(?:[.\-/年,、。](\d{1,2}))?(?:[.\-/月,、。](\d{1,2}))?$/u.exec(digits) ??
    /^(\d{4})(\d{2})(\d{2})?$/u.exec(digits);
  if (!parts) return null;
  const lostZero = number !== null && parts[2] === '1' && !Number.isInteger(number);
  return birthOf(text, Number(parts[1]), lostZero ? null : numberOrNull(parts[2]), numberOrNull(parts[3]));
}

function numberOrNull(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}

function fromSerial(text: string, serial: number): Birth | null {
  const date = new Date((serial - 25_569) * 86_400_000);
  return birthOf(text, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

function birthOf(text: string, year: number, month: number | null, day: number | null): Birth | null {
  if (year < 1900 || year > 2100) return null;
  if (month !== null && (month < 1 || month > 12)) return null;
  const last = new Date(Date.UTC(year, month ?? 1, 0)).getUTCDate();
  if (day !== null && (month === null || day < 1 || day > last)) return null;
  return { text, year, month, day };
}

/** Do two birth dates agree as far as both go? */
export function sameBirth(a: Birth, b: Birth): boolean {
  const agree = (x: number | null, y: number | null): boolean => x === null || y === null || x === y;
  return a.year === b.year && agree(a.month, b.month) && agree(a.day, b.day);
}

/** "9" → "9年"; anything else as sent. */
export function yearsText(text: string): string {
  return /^\d{1,2}(\.\d)?$/u.test(text) ? `${text}年` : text;
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
