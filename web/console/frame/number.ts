import { narrow } from '@zuimei/shared/text/character.ts';

/** What was typed as a number; full-width digits and grouping commas are understood. Nothing typed is null and not wrong. */
export function parseNumber(text: string): { value: number | null; wrong: boolean } {
  const plain = narrow(text).replace(/[\s,]/g, '').replace('。', '.');
  if (plain === '') return { value: null, wrong: false };
  const value = /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(value) ? { value, wrong: false } : { value: null, wrong: true };
}
