/**
 * What people read of an entry, on every screen, paper and table and in a receipt's code: 第 N 号, counted from 1. The log, the API and the
 * export count from 0, as tiles do (C2SP tlog-tiles), and call it `index`. Nothing else turns one into the other.
 */
export function entryNumber(index: number): number {
  return index + 1;
}

/** The other way. */
export function entryIndex(number: number): number {
  return number - 1;
}

const FORM = /^(?:账本)?\s*(?:第\s*|#)?(\d{1,3}(?:[,，]\d{3})+|\d{1,16})(?:\s*号(?:选票|账目)?)?$/u;

/** The index that somebody means who writes 第 4,707 号, 4707号, #4707 or 4707; null for what is no number of an entry. */
export function parseEntryNumber(text: string): number | null {
  const number = Number(FORM.exec(text.trim())?.[1]?.replaceAll(/[,，]/g, '') ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? entryIndex(number) : null;
}
