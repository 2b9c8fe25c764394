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

/** A document is lines and tables in the order a person reads them, and pictures that stand outside every table. */
export interface Document {
  parts: ({ line: string } | { table: Table })[];
  pictures: Uint8Array[];
}

export type DocumentKind = 'docx' | 'xlsx' | 'xls' | 'ods' | 'csv';

/** `chars`: of all cells together; one text may stand in many of them without making the file any larger. */
export const tableLimits = { rows: 5000, columns: 64, cellChars: 20_001, chars: 16 << 20, pictures: 200 };

export function textCell(text: string): Cell {
  return { text, number: null, dated: false, formula: false, pictures: [] };
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
