import { type CellObject, CFB, type Range, read, SSF, type WorkBook, type WorkSheet } from '@e965/xlsx';
import { zipSync } from 'fflate';
import { clip } from '../text.ts';
import type { Archive } from './archive.ts';
import {
  type BookMarks,
  noMarks,
  noWorksheetMarks,
  readMarks,
  readOdsMarks,
  strike,
  type WorksheetMarks,
} from './marks.ts';
import { refuseFile } from './problem.ts';
import {
  type Cell,
  type Document,
  nothingUnread,
  type Table,
  tableLimits,
  textCell,
  type Unread,
} from './table.ts';
import { attribute, checkXml, scanXml, xmlText } from './xml.ts';

const options = {
  dense: true,
  cellFormula: true,
  cellHTML: false,
  cellNF: true,
  sheetRows: tableLimits.rows + 1,
} as const;

/**
 * .xlsx and .ods: every part is inflated under archive.ts's limits, checked, and handed to the sheet reader in a stored zip,
 * so that the reader itself never inflates anything. Macros and outside links are left behind; pictures are found by marks.ts.
 */
export function readWorkbook(archive: Archive): Document {
  const parts: Record<string, Uint8Array> = {};
  const texts = new Map<string, string>();
  let odsMarks = noMarks;
  for (const name of archive.names) {
    if (!/\.(xml|rels)$/iu.test(name) && name !== 'mimetype' && name !== '[Content_Types].xml') continue;
    const bytes = archive.read(name);
    if (!bytes) continue;
    const text = xmlText(bytes);
    checkXml(text);
    if (/\/(worksheets\/[^/]+|styles|sharedStrings)\.xml$/u.test(name)) texts.set(name, text);
    else if (name === 'content.xml') odsMarks = readOdsMarks(text);
    parts[name] = bytes;
  }
  const ods = archive.names.includes('content.xml');
  const open = (): WorkBook => read(zipSync(parts, { level: 0 }), { ...options, type: 'array' });
  const document = tablesOf(open, ods ? odsMarks : readMarks(archive, texts));
  if (ods && archive.names.some((name) => /^Pictures\/./u.test(name))) tellPictures(document);
  return document;
}

function tellPictures(document: Document): void {
  document.unread.push({ ...nothingUnread(null), pictures: 1 });
}

/** .xls and .et of WPS: a compound file. Refuses: old_doc, encrypted, macro, not_a_document, broken_file. */
export function readOldWorkbook(bytes: Uint8Array): Document {
  const paths = compoundPaths(bytes);
  const holds = (name: RegExp): boolean => paths.some((path) => name.test(path));
  if (holds(/^WordDocument$/iu)) refuseFile('old_doc');
  if (holds(/^Encrypted(Package|Summary)$/iu)) refuseFile('encrypted');
  if (holds(/^(_VBA_PROJECT_CUR|_VBA_PROJECT|Macros)$/iu)) refuseFile('macro');
  if (!holds(/^(Workbook|Book)$/iu)) refuseFile('not_a_document');
  // Its columns are told only with styles; in a file of records there are never more than it has.
  const document = tablesOf(() => read(bytes, { ...options, cellStyles: true, type: 'array' }), noMarks);
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (pictureStarts.some((start) => file.includes(start))) tellPictures(document);
  return document;
}

/** How a PNG and the two kinds of JPEG begin. */
const pictureStarts = ['89504e470d0a1a0a', 'ffd8ffe0', 'ffd8ffe1'].map((hex) => Buffer.from(hex, 'hex'));

function compoundPaths(bytes: Uint8Array): string[] {
  try {
    return CFB.read(bytes, { type: 'array' }).FullPaths.flatMap((path: string) =>
      path.split('/').filter(Boolean),
    );
  } catch {
    return refuseFile('broken_file');
  }
}

function tablesOf(open: () => WorkBook, marks: BookMarks): Document {
  let book: WorkBook;
  try {
    book = open();
  } catch (error) {
    return refuseFile(/password|encrypt/iu.test(String(error)) ? 'encrypted' : 'broken_file');
  }
  const shared = {
    shift: book.Workbook?.WBProps?.date1904 ? 1462 : 0,
    inCells: marks.inCells,
    struckTexts: marks.strikes ? new Map<string, string>() : null,
  };
  const whole = nothingUnread(null);
  whole.pictures = marks.lost;
  const document: Document = { parts: [], pictures: [], unread: [whole] };
  let rows = 0;
  let chars = 0;
  book.SheetNames.forEach((name, at) => {
    const sheet = book.Sheets[name];
    if (!sheet) return;
    // Hidden sheets hold drop-down lists or last year's table; nobody who looks at the file sees them.
    if ((book.Workbook?.Sheets?.[at]?.Hidden ?? 0) > 0) {
      whole.sheets++;
      return;
    }
    const unread = nothingUnread(name);
    const own = marks.sheets.get(name) ?? hiddenIn(sheet);
    const table = tableOf(name, sheet, { ...shared, marks: own, unread });
    rows += table.rows.length;
    if (rows > tableLimits.rows) refuseFile('too_many_rows');
    for (const { cells } of table.rows) for (const cell of cells) chars += cell?.text.length ?? 0;
    if (chars > tableLimits.chars) refuseFile('zip_bomb');
    if (table.rows.length > 0) document.parts.push({ table });
    document.unread.push(unread);
  });
  return document;
}

/** What the reader of .xls tells by itself. */
function hiddenIn(sheet: WorkSheet): WorksheetMarks {
  const marks = noWorksheetMarks();
  (sheet['!rows'] ?? []).forEach((row, at) => row?.hidden && marks.hiddenRows.add(at));
  (sheet['!cols'] ?? []).forEach((column, at) => column?.hidden && marks.hiddenColumns.add(at));
  return marks;
}

interface Sheet {
  /** Days from the workbook's own calendar to that of 1900. */
  shift: number;
  marks: WorksheetMarks;
  inCells: ReadonlyMap<string, Uint8Array>;
  /** Shared texts with struck-out words: their runs → what is left. Null when the workbook has none. */
  struckTexts: Map<string, string> | null;
  unread: Unread;
}

function tableOf(name: string, sheet: WorkSheet, told: Sheet): Table {
  // `!data` holds only rows that exist; a sheet's declared range may be the whole grid. Borders drawn below the table
  // make rows without a value, which are no rows.
  const data: (CellObject[] | undefined)[] = sheet['!data'] ?? [];
  const source = data.slice(0, data.findLastIndex((row) => row?.some((cell) => cell?.v !== undefined)) + 1);
  if (source.length > tableLimits.rows) refuseFile('too_many_rows');
  const { struck } = told.marks;
  const isStruck = (row: number, column: number): boolean =>
    struck.size > 0 && struck.has(`${row}:${column}`);
  const rows = Array.from({ length: source.length }, (_, at) => ({
    row: at + 1,
    cells: Array.from({ length: Math.min(source[at]?.length ?? 0, tableLimits.columns) }, (_, column) =>
      cellOf(source[at]?.[column], told, isStruck(at, column)),
    ),
  }));
  spread(rows, sheet['!merges'] ?? []);
  putPictures(rows, told);
  return { sheet: name, rows: visible(rows, told) };
}

/** A picture belongs to the cell it lies on, also to an empty one. */
function putPictures(rows: Table['rows'], { marks, unread }: Sheet): void {
  for (const { row, column, bytes } of marks.pictures) {
    const cells = rows[row]?.cells;
    if (!cells || column >= tableLimits.columns) {
      unread.pictures++;
      continue;
    }
    while (cells.length <= column) cells.push(null);
    const cell = (cells[column] ??= textCell(''));
    cell.pictures.push(bytes);
  }
}

/** Without hidden rows and columns; those that held something are counted. */
function visible(rows: Table['rows'], { marks, unread }: Sheet): Table['rows'] {
  const { hiddenRows, hiddenColumns } = marks;
  if (hiddenRows.size === 0 && hiddenColumns.size === 0) return rows;
  const held = (cell: Cell | null | undefined): boolean => Boolean(cell?.text.trim());
  unread.rows = rows.filter((line, at) => hiddenRows.has(at) && line.cells.some(held)).length;
  const seen = rows.filter((_, at) => !hiddenRows.has(at));
  unread.columns = [...hiddenColumns].filter((column) =>
    seen.some((line) => held(line.cells[column])),
  ).length;
  return seen.map((line) => ({
    ...line,
    cells: line.cells.map((cell, column) => (hiddenColumns.has(column) ? null : cell)),
  }));
}

/** Merges of a real table do not overlap, so together they cover no more cells than the table has: what goes beyond is passed over. */
function spread(rows: Table['rows'], merges: readonly Range[]): void {
  let left = rows.length * tableLimits.columns;
  for (const merge of merges) {
    const first = rows[merge.s.r]?.cells[merge.s.c] ?? null;
    if (!first) continue;
    const lastRow = Math.min(merge.e.r, rows.length - 1);
    const lastColumn = Math.min(merge.e.c, tableLimits.columns - 1);
    left -= (lastRow - merge.s.r + 1) * (lastColumn - merge.s.c + 1);
    if (left < 0) return;
    for (let r = merge.s.r; r <= lastRow; r++)
      for (let c = merge.s.c; c <= lastColumn; c++) {
        const cells = rows[r]?.cells;
        while (cells && cells.length < c) cells.push(null);
        if (cells) cells[c] = first;
      }
  }
}

function cellOf(
  source: CellObject | undefined,
  { shift, inCells, struckTexts, unread }: Sheet,
  struck: boolean,
): Cell | null {
  if (!source) return null;
  const picture = pictureIn(source);
  if (picture !== undefined) {
    const bytes = inCells.get(picture);
    if (!bytes) unread.pictures++;
    return { ...textCell(''), pictures: bytes ? [bytes] : [] };
  }
  const number = source.t === 'n' && typeof source.v === 'number' ? source.v : null;
  const dated = number !== null && typeof source.z === 'string' && SSF.is_date(source.z);
  // A whole number of this size under a birth date is a day, also when no format says so.
  const day = number !== null && (dated || (Number.isInteger(number) && number > 9999 && number < 60_000));
  const written = textOf(source, number);
  const text = struck ? '' : unstruck(source, written, struckTexts);
  unread.struck += written.length - text.length;
  return {
    text: clip(text, tableLimits.cellChars),
    number: struck ? null : number !== null && day ? number + shift : number,
    dated,
    formula: source.f !== undefined || (source.t === 's' && /^=\S/u.test(String(source.v))),
    pictures: [],
  };
}

/** The name in a formula with which WPS shows a picture in a cell; programs without the formula keep its text. */
function pictureIn({ f, t, v }: CellObject): string | undefined {
  const formula = f ?? (t === 's' && typeof v === 'string' && v.length < 200 ? v : '');
  return /DISPIMG\("([^"]{1,80})"/u.exec(formula)?.[1];
}

/** A number as shown, unless the column's width or the format made 1.38E+10 or #### of it. */
function textOf(source: CellObject, number: number | null): string {
  if (source.t === 'e' || source.t === 'z') return '';
  if (number === null) return String(source.v ?? '');
  const shown = source.w ?? '';
  return shown && !/^[\d.]+E[+-]?\d+$|^#+$/iu.test(shown) ? shown : String(number);
}

/** A text of which single characters are struck out is kept as runs; what is left of it. One text may stand in every cell. */
function unstruck({ r: runs }: CellObject, written: string, known: Sheet['struckTexts']): string {
  if (typeof runs !== 'string' || !known) return written;
  const left = known.get(runs) ?? leftOf(runs, written);
  known.set(runs, left);
  return left;
}

function leftOf(runs: string, written: string): string {
  if (!strike.test(runs)) return written;
  let text = '';
  let struck = false;
  scanXml(`<si>${runs}</si>`, {
    open(tag, attributes) {
      const name = tag.replace(/^\w+:/u, '');
      if (name === 'r') struck = false;
      else if (name === 'strike') struck = !/^(0|false)$/u.test(attribute(attributes, 'val') ?? '');
    },
    text(part, above) {
      const [around = '', inner = ''] = above.slice(-2).map((name) => name.replace(/^\w+:/u, ''));
      if (!struck && inner === 't' && around !== 'rPh') text += part;
    },
    close() {},
  });
  return text;
}
