const DIGITS = '零一二三四五六七八九';

/** 1–99 as it is read: 7 → 七, 10 → 十, 14 → 十四, 60 → 六十, 85 → 八十五. */
export function numeral(value: number): string {
  const [tens, ones] = [Math.floor(value / 10), value % 10];
  const unit = ones === 0 ? '' : DIGITS.charAt(ones);
  if (tens === 0) return unit;
  return `${tens === 1 ? '' : DIGITS.charAt(tens)}十${unit}`;
}

/** What a person writes for a number up to 199 (42, ４２, 四十二, 四二, 一百零三, with blanks or a full stop); null = it is none. */
export function parseNumeral(text: string): number | null {
  const bare = text
    .normalize('NFKC')
    .replace(/[\s。.,，、]/gu, '')
    .replace(/〇/gu, '零')
    .replace(/两/gu, '二');
  if (/^\d{1,3}$/.test(bare)) return Number(bare);
  if (/^[零一二三四五六七八九]{1,3}$/u.test(bare))
    return Number([...bare].map((digit) => DIGITS.indexOf(digit)).join(''));
  const [, hundred, tens, ten, ones] =
    /^(一?百零?)?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?$/u.exec(bare) ?? [];
  if (!hundred && !ten && !ones) return null;
  const value = (digit: string | undefined): number => (digit ? DIGITS.indexOf(digit) : 0);
  return (hundred ? 100 : 0) + (ten ? 10 * (tens ? value(tens) : 1) : 0) + value(ones);
}
