import { clip } from '../text.ts';
import { refuseFile } from './problem.ts';
import { type Cell, type Document, tableLimits } from './table.ts';
import { xmlText } from './xml.ts';

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
    unread: [],
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
