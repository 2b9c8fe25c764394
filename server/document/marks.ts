import type { Archive } from './archive.ts';
import { type Anchored, cellPictures, worksheetPictures } from './drawing.ts';
import { relationsOf } from './relation.ts';
import { tableLimits } from './table.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

/** What the sheet reader does not tell of a sheet. Rows and columns count from 0. */
export interface WorksheetMarks {
  hiddenRows: Set<number>;
  hiddenColumns: Set<number>;
  /** "row:column" of cells whose whole text is struck out. */
  struck: Set<string>;
  pictures: Anchored[];
}

export interface BookMarks {
  /** By the sheet's name. */
  sheets: Map<string, WorksheetMarks>;
  /** Pictures that WPS keeps inside cells, by the name in their formula. */
  inCells: Map<string, Uint8Array>;
  /** Do some of its texts have struck-out words? */
  strikes: boolean;
  /** Picture parts that nothing we understand points to. */
  lost: number;
}

export const noMarks: BookMarks = { sheets: new Map(), inCells: new Map(), strikes: false, lost: 0 };

export const strike = /<(?:\w+:)?strike\b/u;

export function noWorksheetMarks(): WorksheetMarks {
  return { hiddenRows: new Set(), hiddenColumns: new Set(), struck: new Set(), pictures: [] };
}

/** Of an .xlsx. `texts`: its worksheets, styles and shared texts as read already. */
export function readMarks(archive: Archive, texts: ReadonlyMap<string, string>): BookMarks {
  const main = relationsOf(archive, '').find((one) => one.type.endsWith('/officeDocument'))?.part ?? '';
  const relations = relationsOf(archive, main);
  const styles = relations.find((one) => one.type.endsWith('/styles'))?.part ?? '';
  const struck = struckStyles(texts.get(styles) ?? '');
  const used = new Set<string>();
  const inCells = cellPictures(archive, used);
  const partOf = new Map(relations.map((one) => [one.id, one.part]));
  const byPart = new Map<string, WorksheetMarks>();
  const sheets = new Map<string, WorksheetMarks>();
  scanXml(xmlText(archive.read(main) ?? new Uint8Array(0)), {
    open(name, attributes) {
      if (!/(^|:)sheet$/u.test(name)) return;
      const part = partOf.get(attribute(attributes, '\\w+:id') ?? '') ?? '';
      const text = texts.get(part);
      if (text === undefined) return;
      // However many sheets say that they are this part, it is gone through once.
      const marks = byPart.get(part) ?? marksOf(archive, part, text, struck, used);
      byPart.set(part, marks);
      sheets.set(attribute(attributes, 'name') ?? '', marks);
    },
    close() {},
    text() {},
  });
  const pictures = archive.names.filter((name) =>
    /\/media\/[^/]+\.(jpe?g|png|gif|bmp|webp|tiff?)$/iu.test(name),
  );
  const strings = relations.find((one) => one.type.endsWith('/sharedStrings'))?.part ?? '';
  const strikes = strike.test(texts.get(strings) ?? '');
  return { sheets, inCells, strikes, lost: pictures.filter((name) => !used.has(name)).length };
}

/** By expressions, not by a scan: a sheet may have tens of thousands of cells, and the sheet reader goes through them anyway. */
function marksOf(
  archive: Archive,
  part: string,
  text: string,
  struck: ReadonlySet<number>,
  used: Set<string>,
): WorksheetMarks {
  const marks = noWorksheetMarks();
  const heights = new Map<number, number>();
  const drawn = archive.names.some((name) => name.includes('/drawings/'));
  if (!drawn && struck.size === 0 && !/hidden=|ht="0"|width="0"/u.test(text)) return marks;
  const tags = struck.size > 0 ? /<(?:\w+:)?(row|col|c)\b([^>]*)>/gu : /<(?:\w+:)?(row|col)\b([^>]*)>/gu;
  let row = -1;
  let column = -1;
  for (const [, tag, attributes = ''] of text.matchAll(tags)) {
    if (row > tableLimits.rows) break;
    if (tag === 'row') {
      row = Number(attribute(attributes, 'r') ?? row + 2) - 1;
      column = -1;
      const height = attribute(attributes, 'ht');
      if (height !== null) heights.set(row, Number(height));
      if (isYes(attributes, 'hidden') || Number(height ?? 1) === 0) marks.hiddenRows.add(row);
    } else if (tag === 'c') {
      const letters = /^[A-Z]+/u.exec(attribute(attributes, 'r') ?? '')?.[0];
      column = letters ? columnAt(letters) : column + 1;
      if (struck.has(Number(attribute(attributes, 's') ?? 0))) marks.struck.add(`${row}:${column}`);
    } else if (isYes(attributes, 'hidden') || attribute(attributes, 'width') === '0') {
      const last = Math.min(Number(attribute(attributes, 'max') ?? 0), tableLimits.columns);
      for (let at = Math.max(1, Number(attribute(attributes, 'min') ?? 1)); at <= last; at++)
        marks.hiddenColumns.add(at - 1);
    }
  }
  marks.pictures = worksheetPictures(archive, part, heights, used);
  return marks;
}

function isYes(attributes: string, name: string): boolean {
  return /^(1|true)$/u.test(attribute(attributes, name) ?? '');
}

function columnAt(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** The cell formats whose font is struck through, by their number. */
function struckStyles(text: string): Set<number> {
  const struck = new Set<number>();
  if (!strike.test(text)) return struck;
  const fonts = new Set<number>();
  let font = -1;
  let format = -1;
  scanXml(text, {
    open(name, attributes, above) {
      const within = above.at(-1)?.replace(/^\w+:/u, '');
      const plain = name.replace(/^\w+:/u, '');
      if (plain === 'font' && within === 'fonts') font++;
      else if (
        plain === 'strike' &&
        within === 'font' &&
        !/^(0|false)$/u.test(attribute(attributes, 'val') ?? '')
      )
        fonts.add(font);
      else if (plain === 'xf' && within === 'cellXfs') {
        format++;
        if (fonts.has(Number(attribute(attributes, 'fontId') ?? 0))) struck.add(format);
      }
    },
    close() {},
    text() {},
  });
  return struck;
}

/** Of an .ods, whose only part with cells this is. Repeated rows and columns count as often as they are repeated. */
export function readOdsMarks(text: string): BookMarks {
  const sheets = new Map<string, WorksheetMarks>();
  if (!/visibility="(collapse|filter)"/u.test(text)) return { ...noMarks, sheets };
  let marks = noWorksheetMarks();
  let row = 0;
  let column = 0;
  scanXml(text, {
    open(name, attributes) {
      const hidden = /^(collapse|filter)$/u.test(attribute(attributes, 'table:visibility') ?? '');
      const times = (kind: string): number =>
        Number(attribute(attributes, `table:number-${kind}-repeated`) ?? 1);
      if (name === 'table:table') {
        marks = noWorksheetMarks();
        sheets.set(attribute(attributes, 'table:name') ?? '', marks);
        row = 0;
        column = 0;
      } else if (name === 'table:table-column') {
        const last = column + times('columns');
        for (; column < last && column < tableLimits.columns; column++)
          if (hidden) marks.hiddenColumns.add(column);
        column = last;
      } else if (name === 'table:table-row') {
        const last = row + times('rows');
        for (; row < last && row <= tableLimits.rows; row++) if (hidden) marks.hiddenRows.add(row);
        row = last;
      }
    },
    close() {},
    text() {},
  });
  return { ...noMarks, sheets };
}
