import { type CellObject, CFB, type Range, read, SSF, type WorkBook, type WorkSheet } from '@e965/xlsx';
import { zipSync } from 'fflate';
import { clip } from '../text.ts';
import type { Archive } from './archive.ts';
import { refuseFile } from './problem.ts';
import { type Cell, type Document, type Table, tableLimits } from './table.ts';
import { checkXml, xmlText } from './xml.ts';

const options = {
  dense: true,
  cellFormula: true,
  cellHTML: false,
  cellNF: true,
  sheetRows: tableLimits.rows + 1,
} as const;

/**
 * .xlsx and .ods: every part is inflated under archive.ts's limits, checked, and handed to the sheet reader in a stored zip,
 * so that the reader itself never inflates anything. Macros, pictures and outside links are left behind.
 */
export function readWorkbook(archive: Archive): Document {
  const parts: Record<string, Uint8Array> = {};
  for (const name of archive.names) {
    if (!/\.(xml|rels)$/iu.test(name) && name !== 'mimetype' && name !== '[Content_Types].xml') continue;
    const bytes = archive.read(name);
    if (!bytes) continue;
    checkXml(xmlText(bytes));
    parts[name] = bytes;
  }
  return tablesOf(() => read(zipSync(parts, { level: 0 }), { ...options, type: 'array' }));
}

/** .xls and .et of WPS: a compound file. Refuses: old_doc, encrypted, macro, not_a_document, broken_file. */
export function readOldWorkbook(bytes: Uint8Array): Document {
  const paths = compoundPaths(bytes);
  const holds = (name: RegExp): boolean => paths.some((path) => name.test(path));
  if (holds(/^WordDocument$/iu)) refuseFile('old_doc');
  if (holds(/^Encrypted(Package|Summary)$/iu)) refuseFile('encrypted');
  if (holds(/^(_VBA_PROJECT_CUR|_VBA_PROJECT|Macros)$/iu)) refuseFile('macro');
  if (!holds(/^(Workbook|Book)$/iu)) refuseFile('not_a_document');
  return tablesOf(() => read(bytes, { ...options, type: 'array' }));
}

function compoundPaths(bytes: Uint8Array): string[] {
  try {
    return CFB.read(bytes, { type: 'array' }).FullPaths.flatMap((path: string) =>
      path.split('/').filter(Boolean),
    );
  } catch {
    return refuseFile('broken_file');
  }
}

/** .csv in UTF-8, UTF-16 with a mark, or GB 18030 (what Excel saves in China). Every value stays text; nothing is a formula. */
export function readCsv(bytes: Uint8Array): Document {
  const rows = splitCsv(csvText(bytes));
  if (rows.length > tableLimits.rows) refuseFile('too_many_rows');
  const cells = (row: string[]): Cell[] =>
    row.slice(0, tableLimits.columns).map((text) => ({
      text: clip(text, tableLimits.cellChars),
      number: null,
      dated: false,
      formula: text.startsWith('='),
      pictures: [],
    }));
  return {
    parts: [{ table: { sheet: null, rows: rows.map((row, at) => ({ row: at + 1, cells: cells(row) })) } }],
    pictures: [],
  };
}

function csvText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff || bytes[0] === 0xfe) return xmlText(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function splitCsv(text: string): string[][] {
  const comma =
    (text.slice(0, 4000).match(/\t/gu)?.length ?? 0) > (text.slice(0, 4000).match(/,/gu)?.length ?? 0)
      ? '\t'
      : ',';
  const rows: string[][] = [];
  const row: string[] = [];
  let value = '';
  let quoted = false;
  // What is beyond the limits is passed over as it is read, never gathered.
  const write = (char: string): void => {
    if (value.length < tableLimits.cellChars && row.length < tableLimits.columns) value += char;
  };
  for (let at = 0; at < text.length && rows.length <= tableLimits.rows; at++) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char !== '"') write(char);
      else if (text[at + 1] === '"') write(text[++at] ?? '');
      else quoted = false;
    } else if (char === '"' && value === '') quoted = true;
    else if (char === comma || char === '\n') {
      if (row.length < tableLimits.columns) row.push(value);
      value = '';
      if (char === '\n') rows.push(row.splice(0));
    } else if (char !== '\r') write(char);
  }
  if (value || row.length > 0) rows.push([...row, value]);
  return rows;
}

function tablesOf(open: () => WorkBook): Document {
  let book: WorkBook;
  try {
    book = open();
  } catch (error) {
    return refuseFile(/password|encrypt/iu.test(String(error)) ? 'encrypted' : 'broken_file');
  }
  const shift = book.Workbook?.WBProps?.date1904 ? 1462 : 0;
  const parts: Document['parts'] = [];
  let rows = 0;
  let chars = 0;
  book.SheetNames.forEach((name, at) => {
    const sheet = book.Sheets[name];
    // Hidden sheets hold drop-down lists or last year's table; nobody who looks at the file sees them.
    if (!sheet || (book.Workbook?.Sheets?.[at]?.Hidden ?? 0) > 0) return;
    const table = tableOf(name, sheet, shift);
    rows += table.rows.length;
    if (rows > tableLimits.rows) refuseFile('too_many_rows');
    for (const { cells } of table.rows) for (const cell of cells) chars += cell?.text.length ?? 0;
    if (chars > tableLimits.chars) refuseFile('zip_bomb');
    if (table.rows.length > 0) parts.push({ table });
  });
  return { parts, pictures: [] };
}

function tableOf(name: string, sheet: WorkSheet, shift: number): Table {
  // `!data` holds only rows that exist; a sheet's declared range may be the whole grid. Borders drawn below the table
  // make rows without a value, which are no rows.
  const data: (CellObject[] | undefined)[] = sheet['!data'] ?? [];
  const source = data.slice(0, data.findLastIndex((row) => row?.some((cell) => cell?.v !== undefined)) + 1);
  if (source.length > tableLimits.rows) refuseFile('too_many_rows');
  const rows = Array.from({ length: source.length }, (_, at) => ({
    row: at + 1,
    cells: Array.from({ length: Math.min(source[at]?.length ?? 0, tableLimits.columns) }, (_, column) =>
      cellOf(source[at]?.[column], shift),
    ),
  }));
  spread(rows, sheet['!merges'] ?? []);
  return { sheet: name, rows };
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

function cellOf(source: CellObject | undefined, shift: number): Cell | null {
  if (!source) return null;
  const number = source.t === 'n' && typeof source.v === 'number' ? source.v : null;
  const dated = number !== null && typeof source.z === 'string' && SSF.is_date(source.z);
  return {
    text: clip(textOf(source, number), tableLimits.cellChars),
    number: number !== null && dated ? number + shift : number,
    dated,
    formula: source.f !== undefined || (source.t === 's' && /^=\S/u.test(String(source.v))),
    pictures: [],
  };
}

/** A number as shown, unless the column's width or the format made 1.38E+10 or #### of it. */
function textOf(source: CellObject, number: number | null): string {
  if (source.t === 'e' || source.t === 'z') return '';
  if (number === null) return String(source.v ?? '');
  const shown = source.w ?? '';
  return shown && !/^[\d.]+E[+-]?\d+$|^#+$/iu.test(shown) ? shown : String(number);
}
