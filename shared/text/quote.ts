/** A title as it stands in a sentence: between marks, unless it has its own (2026 年度“最美应急人”), which no others may go around. */
export function quoted(title: string): string {
  return /[“”]/u.test(title) ? title : `“${title}”`;
}
