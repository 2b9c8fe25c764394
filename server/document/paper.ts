import { type PaperCell, type PaperPart, paperLimits } from '@zuimei/shared/paper.ts';
import type { Cell, Document, Table } from './table.ts';

/** What was read of a document, in its own order, for a person to look at. `pictures`: as they were embedded, not yet trusted. */
export interface Paper {
  parts: PaperPart[];
  pictures: Uint8Array[];
  cut: boolean;
}

/** As much of a document as somebody reads beside a form: what passes the limits is cut, and that is said. */
export function paperOf(document: Document): Paper {
  const left = { ...paperLimits };
  const paper: Paper = { parts: [], pictures: [], cut: false };
  const take = (what: keyof typeof left, count = 1): boolean => {
    left[what] -= count;
    if (left[what] < 0) paper.cut = true;
    return left[what] >= 0;
  };
  const places = (pictures: readonly Uint8Array[]): number[] =>
    pictures.flatMap((bytes) => (take('pictures') ? paper.pictures.push(bytes) - 1 : []));

  function cellAt(rows: Table['rows'], row: number, column: number, cell: Cell | null): PaperCell | null {
    const here = rows[row]?.cells ?? [];
    if (cell && (here[column - 1] === cell || rows[row - 1]?.cells[column] === cell)) return null;
    let [across, down] = [1, 1];
    if (cell) {
      while (here[column + across] === cell) across++;
      while (rows[row + down]?.cells[column] === cell) down++;
    }
    const text = cell && take('chars', cell.text.length) ? cell.text.trim() : '';
    return { text, across, down, pictures: places(cell?.pictures ?? []) };
  }

  for (const part of document.parts) {
    if (!take('parts')) break;
    if ('line' in part) {
      if (take('chars', part.line.length)) paper.parts.push(part);
      continue;
    }
    const { sheet, rows } = part.table;
    const shown = rows.slice(0, Math.max(0, left.rows));
    take('rows', rows.length);
    const cells = shown.map((one, row) =>
      one.cells.flatMap((cell, column) => cellAt(shown, row, column, cell) ?? []),
    );
    if (cells.length > 0) paper.parts.push({ sheet, rows: cells });
  }
  places(document.pictures);
  return paper;
}
