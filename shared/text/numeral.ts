import { narrow } from './character.ts';

const DIGITS = '零一二三四五六七八九';
const RUN = /[零〇○一二两三四五六七八九十廿卅百千]+/gu;
const WHOLE =
  /^(?:([一二三四五六七八九])千)?零?(?:([一二三四五六七八九]?)百)?零?(?:([一二三四五六七八九]?)十)?([一二三四五六七八九]?)$/u;

/** 1–99 as it is read: 7 → 七, 10 → 十, 14 → 十四, 60 → 六十, 85 → 八十五. */
export function numeral(value: number): string {
  const [tens, ones] = [Math.floor(value / 10), value % 10];
  const unit = ones === 0 ? '' : DIGITS.charAt(ones);
  if (tens === 0) return unit;
  return `${tens === 1 ? '' : DIGITS.charAt(tens)}十${unit}`;
}

/** What a person writes for a number up to 9999 (42, ４２, 四十二, 四二, 一百零三, with blanks or a full stop); null = it is none. */
export function parseNumeral(text: string): number | null {
  const bare = narrow(text)
    .replace(/[\s。.,，、]/gu, '')
    .replace(/[〇○]/gu, '零')
    .replace(/两/gu, '二')
    .replace(/廿/gu, '二十')
    .replace(/卅/gu, '三十');
  if (/^\d{1,4}$/.test(bare)) return Number(bare);
  if (/^[零一二三四五六七八九]{1,4}$/u.test(bare))
    return Number([...bare].map((digit) => DIGITS.indexOf(digit)).join(''));
  const [, thousand, hundred, ten, ones = ''] = WHOLE.exec(bare) ?? [];
  if (thousand === undefined && hundred === undefined && ten === undefined) return null;
  // 三百二 is 320 to some and 302 to others.
  if (ones !== '' && ten === undefined && !bare.includes('零')) return null;
  const value = (digit: string | undefined): number =>
    digit === undefined ? 0 : digit === '' ? 1 : DIGITS.indexOf(digit);
  return 1000 * value(thousand) + 100 * value(hundred) + 10 * value(ten) + (ones === '' ? 0 : value(ones));
}

/** A text with its Chinese numerals as figures: 一九八一年四月 → 1981年4月. What is no number up to 9999 stays. */
export function inFigures(text: string): string {
  return text.replace(RUN, (run) => String(parseNumeral(run) ?? run));
}
