import type { Archive } from './archive.ts';
import { createBoxes } from './box.ts';
import { holdsForm } from './form.ts';
import { both, createStyles, isOn, type Look, lookWith, plainLook } from './look.ts';
import { refuseFile } from './problem.ts';
import { createPictures, relationsOf } from './relation.ts';
import { symbolOf, textIn } from './symbol.ts';
import {
  type Cell,
  type Document,
  distinctCells,
  nothingUnread,
  type Table,
  tableLimits,
  textCell,
} from './table.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

/*
 * Reads the main part of a .docx itself rather than through an HTML converter: the grid (spans, vertical merges), the
 * place of each picture and the size limits of archive.ts all survive, and only the parts that are needed get inflated.
 */

/** Parts whose text a reader does not see: older content, phonetic guides, the second copy of a drawing, field codes. */
const unseen = new Set(['w:del', 'w:moveFrom', 'w:rt', 'mc:Fallback', 'w:instrText', 'w:delText']);
/** No form is laid out in tables within tables deeper than this. */
const DEEPEST = 12;

/** What stands in a line of text like a character and is none; a drawing beside the text (wp:anchor) is not among them. */
const drawn = new Set(['wp:inline', 'w:object', 'm:oMath']);

interface OpenTable {
  table: Table;
  cells: (Cell | null)[];
  /** The row above, hidden or not: merged cells go on from it. */
  above: (Cell | null)[];
  cell: Cell | null;
  span: number;
  continued: boolean;
  /** Its row is hidden or was deleted under review. */
  hiddenRow: boolean;
  /** Its cell only frames a form: what else stands in it is text around that form. */
  frames: boolean;
}

/**
 * The lines, tables and pictures of a .docx as a reader of the paper sees them. Ticked boxes become characters, a table inside a cell
 * the cell's text (unless it is a form of its own). Refuses: broken_file, web_page, xml_entities, too_many_rows, and what archive.ts refuses.
 */
export function readDocx(archive: Archive, mainPart: string): Document {
  const bytes = archive.read(mainPart);
  if (!bytes) return refuseFile('broken_file');
  const pictureOf = createPictures(archive, mainPart);
  const styleOf = createStyles(archive, relationsOf(archive, mainPart));
  const unread = nothingUnread(null);
  const document: Document = { parts: [], pictures: [], unread: [unread] };
  const open: OpenTable[] = [];
  const looks: Look[] = [];
  const boxes = createBoxes();
  let line = '';
  let rows = 0;
  let hidden = 0;
  /** Second copies of drawings that are open. */
  let copies = 0;
  let pictures = 0;

  const append = (text: string): void => {
    const cell = open.at(-1)?.cell;
    if (!cell) line = line.length < tableLimits.cellChars ? line + text : line;
    else if (cell.text.length < tableLimits.cellChars) cell.text += text;
  };
  const isSeen = (): boolean => hidden === 0 && !boxes.isPlaceholder() && !open.some((one) => one.hiddenRow);
  const write = (text: string): void => {
    if (text === '' || !isSeen()) return;
    const look = looks.at(-1) ?? plainLook;
    if (look.hidden) unread.hidden += text.trim().length;
    else if (look.struck) unread.struck += text.trim().length;
    else append(text);
  };
  const flushLines = (text: string): void => {
    for (const one of text.split('\n')) if (one.trim()) document.parts.push({ line: one.trim() });
  };
  const flushLine = (): void => {
    flushLines(line);
    line = '';
  };
  const picture = (id: string | null): void => {
    if (hidden > 0 || looks.at(-1)?.hidden || open.some((one) => one.hiddenRow)) return;
    if (!id || pictures >= tableLimits.pictures) return;
    const bytes = pictureOf(id);
    if (!bytes) return;
    pictures++;
    (open.at(-1)?.cell?.pictures ?? document.pictures).push(bytes);
  };
  const hideRow = (top: OpenTable | undefined): void => {
    if (!top || top.hiddenRow) return;
    if (!open.some((one) => one.hiddenRow)) unread.rows++;
    top.hiddenRow = true;
  };
  const closeTable = ({ table }: OpenTable): void => {
    const outer = open.at(-1);
    if (table.rows.length === 0) return;
    if (!outer?.cell) document.parts.push({ table });
    else if (holdsForm(table)) {
      flushLines(outer.cell.text);
      outer.cell.text = '';
      outer.frames = true;
      document.parts.push({ table });
    } else {
      for (const { cells } of table.rows) {
        const inner = distinctCells(cells);
        append(`${inner.map((cell) => cell.text.trim()).join(' ')}\n`);
        outer.cell.pictures.push(...inner.flatMap((cell) => cell.pictures));
      }
    }
  };

  const gap = (): void => {
    const cell = open.at(-1)?.cell;
    if (cell && isSeen()) cell.gap = true;
  };

  scanXml(xmlText(bytes), {
    open(name, attributes, above) {
      const top = open.at(-1);
      const shown = boxes.open(name, attributes, above);
      if (shown === null || drawn.has(name)) gap();
      else write(shown);
      const inRow = above.at(-1) === 'w:trPr';
      if (inRow && (name === 'w:hidden' || name === 'w:del') && (name === 'w:del' || isOn(attributes)))
        hideRow(top);
      if (unseen.has(name)) {
        hidden++;
        if (name === 'mc:Fallback') copies++;
      } else if (name === 'w:p') looks.push(plainLook);
      else if (name === 'w:r') looks.push(looks.at(-1) ?? plainLook);
      else if (name === 'w:pStyle' || name === 'w:rStyle') {
        const style = styleOf(attribute(attributes, 'w:val') ?? '');
        const ofRun = name === 'w:rStyle' && above.at(-2) === 'w:r';
        if (style && (ofRun || above.at(-2) === 'w:p'))
          looks[looks.length - 1] = both(looks.at(-1) ?? style, style);
      } else if (above.at(-1) === 'w:rPr' && above.at(-2) === 'w:r')
        looks[looks.length - 1] = lookWith(looks.at(-1) ?? plainLook, name, attributes);
      else if (name === 'w:br' || name === 'w:cr') write('\n');
      else if (name === 'w:tab' || name === 'w:ptab') write(above.at(-1) === 'w:tabs' ? '' : ' ');
      else if (name === 'w:noBreakHyphen') write('-');
      else if (name === 'w:sym') {
        const code = Number.parseInt(attribute(attributes, 'w:char') ?? '', 16);
        const symbol = symbolOf(attribute(attributes, 'w:font'), code);
        if (symbol === '') gap();
        else write(boxes.textOf(symbol));
      } else if (name === 'w:altChunk') refuseFile('web_page');
      else if (name === 'a:blip') picture(attribute(attributes, 'r:embed'));
      else if (name === 'v:imagedata') picture(attribute(attributes, 'r:id'));
      else if (name === 'w:tbl') {
        if (open.length === 0) flushLine();
        if (open.length >= DEEPEST) refuseFile('broken_file');
        open.push(newTable());
      } else if (!top) return;
      else if (name === 'w:tr') {
        if (++rows > tableLimits.rows) refuseFile('too_many_rows');
        top.cells = [];
      } else if (name === 'w:gridBefore') {
        for (let i = whole(attributes); i > 0 && top.cells.length < tableLimits.columns; i--)
          top.cells.push(null);
      } else if (name === 'w:tc') {
        top.cell = textCell('');
        top.span = 1;
        top.continued = false;
        top.frames = false;
      } else if (name === 'w:gridSpan') top.span = whole(attributes);
      else if (name === 'w:vMerge') top.continued = attribute(attributes, 'w:val') !== 'restart';
    },
    text(text, above) {
      if (above.at(-1) === 'w:t') write(boxes.textOf(textIn(looks.at(-1)?.font ?? null, text)));
      else if (above.at(-1) === 'w:delText' && copies === 0) unread.struck += text.trim().length;
    },
    close(name) {
      const top = open.at(-1);
      write(boxes.close(name));
      if (unseen.has(name)) {
        hidden--;
        if (name === 'mc:Fallback') copies--;
      } else if (name === 'w:r') looks.pop();
      else if (name === 'w:p') {
        looks.pop();
        write('\n');
      } else if (name === 'w:tc' && top?.cell) {
        if (top.frames) {
          flushLines(top.cell.text);
          top.cell.text = '';
        }
        closeCell(top);
      } else if (name === 'w:tr' && top) {
        const cells = top.cells.slice(0, tableLimits.columns);
        if (!top.hiddenRow) top.table.rows.push({ row: top.table.rows.length + 1, cells });
        top.above = cells;
        top.hiddenRow = false;
      } else if (name === 'w:tbl' && top) {
        open.pop();
        closeTable(top);
      }
    },
  });
  flushLine();
  return document;
}

function newTable(): OpenTable {
  return {
    table: { sheet: null, rows: [] },
    cells: [],
    above: [],
    cell: null,
    span: 1,
    continued: false,
    hiddenRow: false,
    frames: false,
  };
}

function closeCell(top: OpenTable): void {
  const above = top.above[top.cells.length] ?? null;
  const cell = top.continued && above ? above : top.cell;
  if (cell && cell !== top.cell && top.cell) {
    cell.text += top.cell.text.trim() ? `\n${top.cell.text}` : '';
    cell.pictures.push(...top.cell.pictures);
    if (top.cell.gap) cell.gap = true;
  }
  for (let i = 0; i < top.span && top.cells.length < tableLimits.columns; i++) top.cells.push(cell);
  top.cell = null;
}

function whole(attributes: string): number {
  const value = Number(attribute(attributes, 'w:val') ?? 1);
  return Number.isInteger(value) && value > 0 ? Math.min(value, tableLimits.columns) : 1;
}
