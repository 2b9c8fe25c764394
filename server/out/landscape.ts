import {
  AlignmentType,
  Document,
  Footer,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
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
import type { CellValue, PaperTable } from './paper.ts';

/** A4 across, in dxa. The library swaps the two for a landscape page. */
const PAGE = { width: 11_906, height: 16_838 };
const MARGIN = 1_134;
const ROOM = PAGE.height - 2 * MARGIN;

/** A 汇总表 as the notices print it: annex, title, the sender's line, one bordered table whose head stands on every page. */
export async function writeLandscape(ask: {
  annex: string;
  tables: PaperTable[];
  footer: string;
}): Promise<Buffer> {
  const document = new Document({
    styles: { default: { document: { run: { font: textFont } } } },
    sections: ask.tables.map((table, at) => ({
      properties: {
        page: {
          size: { ...PAGE, orientation: PageOrientation.LANDSCAPE },
          margin: { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN },
        },
      },
      footers: { default: footerOf(ask.footer) },
      children: [
        ...(at === 0 && ask.annex
          ? [paragraph(ask.annex, { size: 28, font: { ...textFont, eastAsia: '黑体' } })]
          : []),
        paragraph(
          table.title,
          { font: titleFont, size: TITLE_SIZE },
          { alignment: center, spacing: { before: 120, after: 200 } },
        ),
        ...table.notes.map((note) => paragraph(note, { size: 24 }, { spacing: { after: 100 } })),
        tableOf(table, ROOM),
        ...table.remarks.map((remark) => paragraph(remark, {}, { spacing: { before: 100 } })),
      ],
    })),
  });
  return await Packer.toBuffer(document);
}

/** A bordered table as wide as `room`, whose head stands on every page. */
export function tableOf(table: PaperTable, room: number): Table {
  const sum = table.columns.reduce((total, column) => total + column.width, 0);
  const widths = table.columns.map((column) => Math.floor((column.width / sum) * room));
  const cell = (value: CellValue, at: number, head: boolean): TableCell =>
    new TableCell({
      width: { size: widths[at] ?? 0, type: WidthType.DXA },
      verticalAlign: middle,
      margins,
      children: [
        paragraph(textOf(value), head ? { bold: true } : {}, {
          alignment: head || table.columns[at]?.align === 'center' ? center : left,
        }),
      ],
    });
  const row = (values: readonly CellValue[], head = false): TableRow =>
    new TableRow({
      tableHeader: head,
      cantSplit: true,
      children: table.columns.map((_, at) => cell(values[at] ?? null, at, head)),
    });
  return new Table({
    width: { size: room, type: WidthType.DXA },
    columnWidths: widths,
    layout: TableLayoutType.FIXED,
    borders,
    rows: [
      row(
        table.columns.map((column) => column.title),
        true,
      ),
      ...table.rows.map((values) => row(values)),
    ],
  });
}

function textOf(value: CellValue): string {
  return value === null ? '' : typeof value === 'object' ? value.at : String(value);
}

function footerOf(words: string): Footer {
  const small = { size: 18, font: textFont };
  return new Footer({
    children: [
      new Paragraph({
        alignment: AlignmentType.CENTER,
        children: [
          new TextRun({ ...small, text: `${words}　第 ` }),
          new TextRun({ ...small, children: [PageNumber.CURRENT] }),
          new TextRun({ ...small, text: ' 页，共 ' }),
          new TextRun({ ...small, children: [PageNumber.TOTAL_PAGES] }),
          new TextRun({ ...small, text: ' 页' }),
        ],
      }),
    ],
  });
}
