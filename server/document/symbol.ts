/*
 * Boxes and ticks as characters, whatever they were drawn with: symbol fonts keep them under codes that mean something else in any
 * other font, so they become ☑ and ☐ where a document is read.
 */

export const TICKED = '☑';
export const UNTICKED = '☐';

/** Codes of symbol fonts, without the F000 that Word adds. */
const boxes: Record<string, { ticked: readonly number[]; unticked: readonly number[] }> = {
  wingdings: {
    ticked: [0x6e, 0x78, 0xfc, 0xfd, 0xfe],
    unticked: [0x6f, 0x70, 0x71, 0x72, 0xa1, 0xa8],
  },
  'wingdings 2': { ticked: [0x50, 0x51, 0x52, 0x53, 0x54], unticked: [0x30, 0xa3, 0x99] },
  webdings: { ticked: [0x61, 0x67], unticked: [0x63] },
};

const isSymbolFont = (font: string | null): font is string =>
  font !== null && /^(wing|web)dings/iu.test(font);

/** One character of a font: a box or a tick of a symbol font as ☑ or ☐, nothing for its other drawings, else the character itself. */
export function symbolOf(font: string | null, code: number): string {
  if (!isSymbolFont(font)) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  const low = code >= 0xf000 && code <= 0xf0ff ? code - 0xf000 : code;
  const drawn = boxes[font.toLowerCase()];
  if (drawn?.ticked.includes(low)) return TICKED;
  if (drawn?.unticked.includes(low)) return UNTICKED;
  return low > 0xff ? String.fromCodePoint(code) : '';
}

/** A text written in a font; only in a symbol font is it other characters than it says. */
export function textIn(font: string | null, text: string): string {
  if (!isSymbolFont(font)) return text;
  return [...text].map((char) => symbolOf(font, char.codePointAt(0) ?? 0)).join('');
}
