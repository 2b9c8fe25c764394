import type { Archive } from './archive.ts';
import { refuseFile } from './problem.ts';
import { type Cell, type Document, type Table, tableLimits, textCell } from './table.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

/*
 * Reads the main part of a .docx itself rather than through an HTML converter: the grid (spans, vertical merges), the
 * place of each picture and the size limits of archive.ts all survive, and only the parts that are needed get inflated.
 */

/** Parts whose text a reader does not see: older content, phonetic guides, the second copy of a drawing, field codes. */
const unseen = new Set(['w:del', 'w:moveFrom', 'w:rt', 'mc:Fallback', 'w:instrText', 'w:delText']);

/** What stands in a line of text like a character and is none; a drawing beside the text (wp:anchor) is not among them. */
const drawn = new Set(['wp:inline', 'w:sym', 'w:object', 'm:oMath']);

interface OpenTable {
  table: Table;
  cells: (Cell | null)[];
  cell: Cell | null;
  span: number;
  continued: boolean;
}

/** The lines, tables and pictures of a .docx. Refuses: broken_file, xml_entities, too_many_rows, and what archive.ts refuses. */
export function readDocx(archive: Archive, mainPart: string): Document {
  const bytes = archive.read(mainPart);
  if (!bytes) return refuseFile('broken_file');
  const pictureOf = createPictures(archive, mainPart);
  const document: Document = { parts: [], pictures: [] };
  const open: OpenTable[] = [];
  let line = '';
  let rows = 0;
  let hidden = 0;
  let inText = false;
  let pictures = 0;
  /** One entry per open content control: is it still showing its placeholder? And how many are. */
  const controls: boolean[] = [];
  let placeholders = 0;
  /** One entry per open field: has its result begun? */
  const fields: boolean[] = [];

  const write = (text: string): void => {
    if (hidden > 0 || placeholders > 0) return;
    const cell = open.at(-1)?.cell;
    if (!cell) line = line.length < tableLimits.cellChars ? line + text : line;
    else if (cell.text.length < tableLimits.cellChars) cell.text += text;
  };
  const flushLine = (): void => {
    for (const one of line.split('\n')) if (one.trim()) document.parts.push({ line: one.trim() });
    line = '';
  };
  const picture = (id: string | null): void => {
    if (hidden > 0 || !id || pictures >= tableLimits.pictures) return;
    const bytes = pictureOf(id);
    if (!bytes) return;
    pictures++;
    (open.at(-1)?.cell?.pictures ?? document.pictures).push(bytes);
  };

  const gap = (): void => {
    const cell = open.at(-1)?.cell;
    if (cell && hidden === 0 && placeholders === 0) cell.gap = true;
  };
  const fieldMark = (type: string | null): void => {
    if (type === 'begin') fields.push(false);
    else if (type === 'separate') fields[fields.length - 1] = true;
    else if (type === 'end' && fields.pop() === false) gap();
  };

  scanXml(xmlText(bytes), {
    open(name, attributes) {
      const top = open.at(-1);
      if (drawn.has(name)) gap();
      else if (name === 'w:fldChar') fieldMark(attribute(attributes, 'w:fldCharType'));
      if (unseen.has(name)) hidden++;
      else if (name === 'w:t') inText = true;
      else if (name === 'w:br' || name === 'w:cr') write('\n');
      else if (name === 'w:tab' || name === 'w:ptab') write(' ');
      else if (name === 'w:noBreakHyphen') write('-');
      else if (name === 'w:sdt') controls.push(false);
      else if (name === 'w:showingPlcHdr') {
        if (controls.at(-1) === false && attribute(attributes, 'w:val') !== '0') {
          controls[controls.length - 1] = true;
          placeholders++;
        }
      } else if (name === 'a:blip') picture(attribute(attributes, 'r:embed'));
      else if (name === 'v:imagedata') picture(attribute(attributes, 'r:id'));
      else if (name === 'w:tbl') {
        flushLine();
        open.push({ table: { sheet: null, rows: [] }, cells: [], cell: null, span: 1, continued: false });
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
      } else if (name === 'w:gridSpan') top.span = whole(attributes);
      else if (name === 'w:vMerge') top.continued = attribute(attributes, 'w:val') !== 'restart';
    },
    text(text) {
      if (inText) write(text);
    },
    close(name) {
      const top = open.at(-1);
      if (unseen.has(name)) hidden--;
      else if (name === 'w:t') inText = false;
      else if (name === 'w:p') write('\n');
      else if (name === 'w:sdt') placeholders -= controls.pop() ? 1 : 0;
      else if (name === 'w:tc' && top?.cell) {
        closeCell(top);
      } else if (name === 'w:tr' && top) {
        top.table.rows.push({
          row: top.table.rows.length + 1,
          cells: top.cells.slice(0, tableLimits.columns),
        });
      } else if (name === 'w:tbl' && top) {
        open.pop();
        if (top.table.rows.length > 0) document.parts.push({ table: top.table });
      }
    },
  });
  flushLine();
  return document;
}

function closeCell(top: OpenTable): void {
  const above = top.table.rows.at(-1)?.cells[top.cells.length] ?? null;
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

/** Relationship id → the bytes of an embedded picture, inflated once however often it is shown. Links to the outside are never followed. */
function createPictures(archive: Archive, mainPart: string): (id: string) => Uint8Array | null {
  const slash = mainPart.lastIndexOf('/') + 1;
  const folder = mainPart.slice(0, slash);
  const targets = new Map(
    relationships(archive, `${folder}_rels/${mainPart.slice(slash)}.rels`)
      .filter((one) => one.type.endsWith('/image'))
      .map(({ id, target }) => [id, target.startsWith('/') ? target.slice(1) : folder + target]),
  );
  const read = new Map<string, Uint8Array | null>();
  return (id) => {
    const part = targets.get(id);
    if (part === undefined) return null;
    if (!read.has(part)) read.set(part, archive.read(part));
    return read.get(part) ?? null;
  };
}

/** The internal relationships of one part; empty when it has none. */
export function relationships(
  archive: Archive,
  part: string,
): { id: string; type: string; target: string }[] {
  const bytes = archive.read(part);
  const found: { id: string; type: string; target: string }[] = [];
  if (!bytes) return found;
  scanXml(xmlText(bytes), {
    open(name, attributes) {
      if (!/(^|:)Relationship$/u.test(name) || attribute(attributes, 'TargetMode') === 'External') return;
      const id = attribute(attributes, 'Id');
      const target = attribute(attributes, 'Target');
      if (id && target) found.push({ id, target, type: attribute(attributes, 'Type') ?? '' });
    },
    close() {},
    text() {},
  });
  return found;
}
