/** Whether a database can hold it and gives it back as it was: no NUL, no half of a character (a lone surrogate). */
export function isWhole(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** At most this many UTF-16 units from the start of a whole text; a character that would be cut in half is left out. */
export function clip(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

/** As clip, of the end. */
export function clipStart(text: string, most: number): string {
  return text.length <= most ? text : text.slice(-most).replace(/^[\udc00-\udfff]/, '');
}
