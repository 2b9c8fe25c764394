/** How many characters a form counts: blanks and line breaks are not counted, a rare character or an emoji is one. */
export function characters(text: string): number {
  return [...text.replace(/\s/gu, '')].length;
}
