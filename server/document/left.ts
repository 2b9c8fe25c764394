import { fieldOf } from '@zuimei/shared/form.ts';
import type { Draft } from './draft.ts';
import { type Problem, problemAt } from './problem.ts';
import { type Cell, type Document, distinctCells, type Table } from './table.ts';
import { cleanText } from './value.ts';

/** A document of which less than this much found a place is told about: what is lost may be a kind of form nobody thought of. */
const ENOUGH = 0.9;
const MOST_TOLD = 40;

/** What a document held and nobody read: hidden and struck-out content, pictures, and text in cells that no field took. */
export function leftOver(
  document: Document,
  placed: ReadonlySet<Cell>,
  drafts: readonly Draft[],
  file: string,
): Problem[] {
  return [
    ...unreadOf(document, file),
    ...picturesLeft(document, drafts, file),
    ...textLeft(document, placed, file),
  ];
}

/** Those beside every table and in rows that are nobody's; of a nominee's own pictures the nominee is told. */
function picturesLeft({ parts, pictures }: Document, drafts: readonly Draft[], file: string): Problem[] {
  const cells = new Set(
    parts.flatMap((part) =>
      'table' in part ? part.table.rows.flatMap((row) => distinctCells(row.cells)) : [],
    ),
  );
  let count = pictures.length;
  for (const cell of cells) count += cell.pictures.length;
  for (const draft of drafts) count -= draft.pictures.length + draft.otherPictures;
  return drafts.length > 0 && count > 0 ? [problemAt('picture_left', { file }, { count })] : [];
}

/** Hidden and struck-out content and unreadable pictures, each with its number. */
export function unreadOf({ unread }: Pick<Document, 'unread'>, file: string): Problem[] {
  return unread.flatMap(({ sheet, rows, columns, sheets, hidden, struck, pictures }) => {
    const place = sheet === null ? { file } : { file, sheet };
    const what = [
      sheets > 0 ? `${sheets} 个工作表` : '',
      rows > 0 ? `${rows} 行` : '',
      columns > 0 ? `${columns} 列` : '',
      hidden > 0 ? `文字 ${hidden} 字` : '',
    ].filter(Boolean);
    return [
      ...(what.length > 0 ? [problemAt('hidden_left', place, { what: what.join('、') })] : []),
      ...(struck > 0 ? [problemAt('struck_left', place, { count: struck })] : []),
      ...(pictures > 0 ? [problemAt('picture_unread', place)] : []),
    ];
  });
}

/** Where a cell stands that nothing took. */
interface Spot {
  table: Table;
  at: number;
  column: number;
}

function textLeft(document: Document, placed: ReadonlySet<Cell>, file: string): Problem[] {
  const seen = new Set<Cell>();
  const spots: Spot[] = [];
  let all = 0;
  let left = 0;
  for (const part of document.parts) {
    if (!('table' in part)) continue;
    const { table } = part;
    table.rows.forEach(({ cells }, at) => {
      for (const [column, cell] of cells.entries()) {
        if (!cell || seen.has(cell)) continue;
        seen.add(cell);
        const chars = cell.text.replace(/\s/gu, '').length;
        all += chars;
        if (chars === 0 || placed.has(cell)) continue;
        left += chars;
        if (spots.length < MOST_TOLD) spots.push({ table, at, column });
      }
    });
  }
  const [first] = spots;
  if (!first || left <= all * (1 - ENOUGH)) return [];
  const row = first.table.rows[first.at]?.row ?? 1;
  const place = { file, ...(first.table.sheet === null ? {} : { sheet: first.table.sheet }), row };
  const names = spots.map((spot) => nameOf(spot));
  const told = new Set(
    names.map((name, at) => (name ? `“${name}”` : `第 ${spots[at]?.table.rows[spots[at].at]?.row ?? 0} 行`)),
  );
  const what = `${[...told].slice(0, 6).join('、')}${told.size > 6 ? '等' : ''}`;
  return [problemAt('text_left', place, { percent: Math.round((left / all) * 100), what })];
}

/** What may be said of a text without saying it: the label beside or above it, or itself where it is a column's head. */
function nameOf({ table, at, column }: Spot): string | null {
  const cells = table.rows[at]?.cells ?? [];
  const label = (cell: Cell | null | undefined): string | null => {
    const text = cleanText(cell?.text ?? '').replace(/\s/gu, '');
    return text.length <= 20 && fieldOf(text) !== null ? text.replace(/[：:]$/u, '') : null;
  };
  const own = cleanText(cells[column]?.text ?? '').replace(/\s/gu, '');
  const heads = distinctCells(cells).filter((cell) => label(cell) !== null).length;
  if (heads >= 3 && own.length <= 20 && !/\d/u.test(own)) return own;
  const before = cells.slice(0, column).findLast((cell) => cell && cell !== cells[column]);
  if (label(before) !== null) return label(before);
  return table.rows.slice(0, at).flatMap((line) => label(line.cells[column]) ?? [])[0] ?? null;
}
