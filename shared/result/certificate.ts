import type { ResultItem } from './act.ts';

/** What is filled in from each who is named. */
export const blanks = ['姓名', '单位', '荣誉', '活动'] as const;

/** The text of one certificate: 〔姓名〕〔单位〕〔荣誉〕〔活动〕 filled in. */
export function certificateText(
  text: string,
  { name, unit, honour }: Pick<ResultItem, 'name' | 'unit' | 'honour'>,
  title: string,
): string {
  const values: Record<string, string> = { 姓名: name, 单位: unit, 荣誉: honour, 活动: title };
  return text.replace(/〔([^〔〕]*)〕/gu, (blank, word: string) => values[word] ?? blank);
}

/** What stands in 〔〕 and is nothing that can be filled in. */
export function strangeBlanks(text: string): string[] {
  const known: readonly string[] = blanks;
  return [...text.matchAll(/〔([^〔〕]*)〕/gu)]
    .map(([, word = '']) => word)
    .filter((word) => !known.includes(word));
}
