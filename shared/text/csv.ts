/** Quoted where it must be; a text that a table program could take for a formula is made plain by an apostrophe (OWASP). */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const plain = /^[=+\-@\t\r\n＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export function csvRow(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** What a .csv begins with, so that office programs read it in Chinese: a byte order mark and its head. */
export function csvHead(titles: readonly string[]): string {
  return `\uFEFF${csvRow(titles)}`;
}

/** "2026-04-02 09:05:07.123", Shanghai. */
export function csvMoment(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ');
}
