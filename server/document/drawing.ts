import type { Archive } from './archive.ts';
import { createPictures, relationsOf } from './relation.ts';
import { tableLimits } from './table.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

/** A picture and the cell that most of it lies on, counted from 0. */
export interface Anchored {
  row: number;
  column: number;
  bytes: Uint8Array;
}

/** English Metric Units: what drawings are measured in. */
const EMU_PER_POINT = 12_700;
const ROW_POINTS = 15;

/** Pictures that WPS keeps inside cells (`=DISPIMG("ID_…",1)`), by that name. The parts read are added to `used`. */
export function cellPictures(archive: Archive, used: Set<string>): Map<string, Uint8Array> {
  const part = 'xl/cellimages.xml';
  const found = new Map<string, Uint8Array>();
  const bytes = archive.names.includes(part) ? archive.read(part) : null;
  if (!bytes) return found;
  const pictureOf = createPictures(archive, part);
  const parts = new Map(relationsOf(archive, part).map((one) => [one.id, one.part]));
  let name = '';
  scanXml(xmlText(bytes), {
    open(tag, attributes) {
      if (/(^|:)cNvPr$/u.test(tag)) name = attribute(attributes, 'name') ?? '';
      if (!/(^|:)blip$/u.test(tag) || found.size >= tableLimits.pictures) return;
      const id = attribute(attributes, '\\w+:embed') ?? '';
      const picture = pictureOf(id);
      if (picture && name) found.set(name, picture);
      if (picture) used.add(parts.get(id) ?? '');
    },
    close() {},
    text() {},
  });
  return found;
}

/** Pictures that float over a sheet. `heights`: of its rows in points, where they are not the usual. The parts read are added to `used`. */
export function worksheetPictures(
  archive: Archive,
  sheet: string,
  heights: ReadonlyMap<number, number>,
  used: Set<string>,
): Anchored[] {
  // A sheet has one drawing, and a drawing one sheet.
  const part = relationsOf(archive, sheet).find(({ type }) => type.endsWith('/drawing'))?.part;
  if (part === undefined || used.has(part)) return [];
  used.add(part);
  const bytes = archive.read(part);
  return bytes ? readDrawing(archive, part, bytes, heights, used) : [];
}

type Corner = Record<'row' | 'col' | 'rowOff' | 'colOff', number>;

function readDrawing(
  archive: Archive,
  part: string,
  bytes: Uint8Array,
  heights: ReadonlyMap<number, number>,
  used: Set<string>,
): Anchored[] {
  const pictures: Anchored[] = [];
  const pictureOf = createPictures(archive, part);
  const parts = new Map(relationsOf(archive, part).map((one) => [one.id, one.part]));
  let from = corner();
  let to: Corner | null = null;
  let tall = 0;
  let ids: string[] = [];
  scanXml(xmlText(bytes), {
    open(tag, attributes) {
      const name = tag.replace(/^\w+:/u, '');
      if (/^(one|two)CellAnchor$/u.test(name)) {
        from = corner();
        to = null;
        tall = 0;
        ids = [];
      } else if (name === 'to') to = corner();
      else if (name === 'ext') tall = Number(attribute(attributes, 'cy') ?? 0) || tall;
      else if (name === 'blip') ids.push(attribute(attributes, '\\w+:embed') ?? '');
    },
    text(text, above) {
      const name = above.at(-1)?.replace(/^\w+:/u, '') ?? '';
      const at = above.at(-2)?.replace(/^\w+:/u, '') === 'to' ? to : from;
      if (at && (name === 'row' || name === 'col' || name === 'rowOff' || name === 'colOff'))
        at[name] = Math.max(0, Math.trunc(Number(text.trim()) || 0));
    },
    close(tag) {
      if (!/(^|:)(one|two)CellAnchor$/u.test(tag)) return;
      for (const id of ids) {
        const picture = pictures.length < tableLimits.pictures ? pictureOf(id) : null;
        if (!picture) continue;
        used.add(parts.get(id) ?? '');
        pictures.push({
          row: middleRow(from, to, tall, heights),
          column: middleColumn(from, to),
          bytes: picture,
        });
      }
    },
  });
  return pictures;
}

function corner(): Corner {
  return { row: 0, col: 0, rowOff: 0, colOff: 0 };
}

/** Photos are put down by hand, a little above or below the row they belong to: what counts is where their middle is. */
function middleRow(
  from: Corner,
  to: Corner | null,
  tall: number,
  heights: ReadonlyMap<number, number>,
): number {
  const heightOf = (row: number): number => (heights.get(row) ?? ROW_POINTS) * EMU_PER_POINT;
  let height = tall;
  if (to) {
    height = to.rowOff - from.rowOff;
    for (let row = from.row; row < to.row && row < tableLimits.rows; row++) height += heightOf(row);
  }
  let left = from.rowOff + Math.max(0, height) / 2;
  let row = from.row;
  while (row < tableLimits.rows && left >= heightOf(row)) left -= heightOf(row++);
  return row;
}

function middleColumn(from: Corner, to: Corner | null): number {
  const last = to ? (to.colOff > 0 ? to.col : to.col - 1) : from.col;
  return Math.floor((from.col + Math.max(from.col, last)) / 2);
}
