import {
  Document,
  HeightRule,
  ImageRun,
  type ITableCellOptions,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  WidthType,
} from 'docx';
import {
  borders,
  center,
  left,
  margins,
  middle,
  paragraph,
  TITLE_SIZE,
  textFont,
  titleFont,
} from './docx.ts';
import type { Card } from './paper.ts';

const PAGE = { width: 11_906, height: 16_838 };
const MARGIN = 1_247;
const ROOM = PAGE.width - 2 * MARGIN;
/** Label, value, label, value, portrait. */
const WIDTHS = [0.17, 0.22, 0.17, 0.22, 0.22].map((share) => Math.floor(share * ROOM));
/** The portrait stands within the small two-inch print of the notices, 33 × 48 mm, in pixels of 96 an inch. */
const PHOTO = { width: 125, height: 181 };
const PHOTO_HINT = '照片';
const LEAST_PHOTO_ROWS = 5;

/** A 报送表 of one nominee, with the portrait in its cell. */
export async function writeCard(card: Card): Promise<Buffer> {
  const table = new Table({
    width: { size: ROOM, type: WidthType.DXA },
    columnWidths: WIDTHS,
    layout: TableLayoutType.FIXED,
    borders,
    rows: [...pairRows(card), ...card.long.map(longRow)],
  });
  const document = new Document({
    styles: { default: { document: { run: { font: textFont } } } },
    sections: [
      {
        properties: {
          page: { size: PAGE, margin: { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN } },
        },
        children: [
          ...(card.annex
            ? [paragraph(card.annex, { size: 28, font: { ...textFont, eastAsia: '黑体' } })]
            : []),
          paragraph(
            card.title,
            { font: titleFont, size: TITLE_SIZE },
            { alignment: center, spacing: { before: 120, after: 200 } },
          ),
          ...(card.contact ? [paragraph(card.contact, {}, { spacing: { after: 100 } })] : []),
          table,
          ...card.remarks.map((remark) => paragraph(remark, { size: 18 }, { spacing: { before: 100 } })),
        ],
      },
    ],
  });
  return await Packer.toBuffer(document);
}

/** Two pairs a row beside the portrait, which spans them all; a form without a portrait uses the whole width. */
function pairRows(card: Card): TableRow[] {
  const rows: [string, string][][] = [];
  for (let at = 0; at < card.pairs.length; at += 2) rows.push(card.pairs.slice(at, at + 2));
  while (rows.length > 0 && card.photo && rows.length < LEAST_PHOTO_ROWS) rows.push([]);
  return rows.map(
    (pairs, at) =>
      new TableRow({
        height: { value: 560, rule: HeightRule.ATLEAST },
        cantSplit: true,
        children: [0, 1]
          .flatMap((side) => {
            const [label, value] = pairs[side] ?? ['', ''];
            const wide = card.photo === null && side === 1 ? { columnSpan: 2 } : {};
            return [
              cell(label, 2 * side, { label: true }),
              cell(value, 2 * side + 1, { centered: true }, wide),
            ];
          })
          .concat(at === 0 && card.photo ? [photoCell(card.photo, rows.length)] : []),
      }),
  );
}

function longRow([label, value]: [string, string]): TableRow {
  return new TableRow({
    height: { value: 800, rule: HeightRule.ATLEAST },
    children: [cell(label, 0, { label: true }), cell(value, 1, {}, { columnSpan: 4 })],
  });
}

function cell(
  text: string,
  column: number,
  { label = false, centered = false }: { label?: boolean; centered?: boolean },
  more: Partial<ITableCellOptions> = {},
): TableCell {
  return new TableCell({
    width: { size: WIDTHS[column] ?? 0, type: WidthType.DXA },
    verticalAlign: middle,
    margins,
    ...more,
    children: [
      paragraph(text, label ? { bold: true } : {}, { alignment: label || centered ? center : left }),
    ],
  });
}

function photoCell(photo: NonNullable<Card['photo']>, rows: number): TableCell {
  const scale = Math.min(PHOTO.width / photo.width, PHOTO.height / photo.height);
  const size = { width: Math.round(photo.width * scale), height: Math.round(photo.height * scale) };
  const child =
    photo.bytes.length > 0
      ? new Paragraph({
          alignment: center,
          children: [new ImageRun({ type: 'jpg', data: Buffer.from(photo.bytes), transformation: size })],
        })
      : paragraph(PHOTO_HINT, {}, { alignment: center });
  return new TableCell({
    width: { size: WIDTHS[4] ?? 0, type: WidthType.DXA },
    verticalAlign: middle,
    margins,
    rowSpan: rows,
    children: [child],
  });
}
