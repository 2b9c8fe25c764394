/** One cell as read. A merged cell is the same object at every position it covers, so that neighbours are easy to find. */
export interface Cell {
  text: string;
  /** The stored number when a sheet holds one (dates, phones); text files and .docx have none. */
  number: number | null;
  /** The number is shown as a date. */
  dated: boolean;
  formula: boolean;
  pictures: Uint8Array[];
  /** Among its words stands what is drawn or computed: a picture, a symbol, a formula, a field without a result. */
  gap?: boolean;
}

export interface Table {
  /** The sheet's name, or null in a text document. */
  sheet: string | null;
  rows: { row: number; cells: (Cell | null)[] }[];
}

/** What a document holds and a reader of the paper does not see, or sees struck out: it was not read. */
export interface Unread {
  /** The sheet's name, or null in a text document. */
  sheet: string | null;
  /** Hidden rows, columns and sheets with something in them. */
  rows: number;
  columns: number;
  sheets: number;
  /** Characters of hidden text, and of struck-out text. */
  hidden: number;
  struck: number;
  /** Pictures that are seen, but in a way that this reader cannot follow. */
  pictures: number;
}

/** A document is lines and tables in the order a person reads them, pictures that stand outside every table, and what was not read. */
export interface Document {
  parts: ({ line: string } | { table: Table })[];
  pictures: Uint8Array[];
  unread: Unread[];
}

export type DocumentKind = 'docx' | 'xlsx' | 'xls' | 'ods' | 'csv';

/** `chars`: of all cells together; one text may stand in many of them without making the file any larger. */
export const tableLimits = { rows: 5000, columns: 64, cellChars: 20_001, chars: 16 << 20, pictures: 200 };

export function textCell(text: string): Cell {
  return { text, number: null, dated: false, formula: false, pictures: [] };
}

export function nothingUnread(sheet: string | null): Unread {
  return { sheet, rows: 0, columns: 0, sheets: 0, hidden: 0, struck: 0, pictures: 0 };
}

/** A merged cell once, empty places not at all. */
export function distinctCells(cells: readonly (Cell | null)[]): Cell[] {
  return [...new Set(cells)].filter((cell) => cell !== null);
}

/** The next cell to the right that is another cell than the one at `column`, with its column; null at the row's end. */
export function cellRightOf(
  cells: readonly (Cell | null)[],
  column: number,
): { cell: Cell | null; column: number } | null {
  const here = cells[column];
  for (let at = column + 1; at < cells.length; at++) {
    if (cells[at] !== here || cells[at] === null) return { cell: cells[at] ?? null, column: at };
  }
  return null;
}
