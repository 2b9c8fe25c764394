import writeXlsxFile, { type CellObject, type Sheet as FileSheet, type Row } from 'write-excel-file/node';
import { type CellValue, type Column, type PaperTable, paperText } from './paper.ts';

const SHANGHAI_MS = 8 * 3_600_000;
const RULE = { borderColor: '#8C8079', borderStyle: 'thin' } as const;
const HEAD = { fontWeight: 'bold', backgroundColor: '#F6EFE8', align: 'center' } as const;
const TITLE_HEIGHT = 34;
/** A cell is drawn this high for each line of text it wraps into. */
const LINE_HEIGHT = 17;
const MOST_HEIGHT = 260;

/**
 * The tables as one .xlsx: merged title and notes, the head frozen, numbers and moments as real ones, every text marked as text ('@'),
 * so that one that begins with = + - @ is neither a formula now nor becomes one when somebody edits its cell.
 */
export async function writeWorkbook(tables: readonly PaperTable[], bordered: boolean): Promise<Buffer> {
  const pages = tables.map((table): FileSheet<Buffer> => {
    const width = table.columns.length;
    const rule = bordered ? RULE : {};
    const across = (value: string, style: Partial<CellObject> = {}): Row => [
      { ...text(value), columnSpan: width, wrap: true, alignVertical: 'center', ...style },
      ...Array.from({ length: width - 1 }, () => null),
    ];
    const head = headOf(table.columns);
    const subtitle = table.subtitle ?? '';
    return {
      sheet: tabName(table.name),
      orientation: 'landscape',
      stickyRowsCount: 1 + (subtitle ? 1 : 0) + table.notes.length + head.length,
      columns: table.columns.map((column) => ({ width: column.width })),
      data: [
        across(table.title, { fontSize: 18, fontWeight: 'bold', align: 'center', height: TITLE_HEIGHT }),
        ...(subtitle ? [across(subtitle, { fontSize: 14, align: 'center', height: 2 * LINE_HEIGHT })] : []),
        ...table.notes.map((note) =>
          across(note, {
            textColor: '#5C4F48',
            height: heightOf([note], [{ title: '', width: widthOf(table) }]),
          }),
        ),
        ...head,
        ...table.rows.map((row) => line(row, table.columns, rule)),
        ...table.foot.map((row) => line(row, table.columns, { ...rule, fontWeight: 'bold' })),
        ...table.remarks.map((remark) => across(remark, { textColor: '#5C4F48' })),
      ],
    };
  });
  const features = [
    { files: { transform: { 'xl/worksheets/sheet{id}.xml': { transform: onePageWide(tables) } } } },
  ];
  return await writeXlsxFile(pages, { fontFamily: '宋体', fontSize: 11, features }).toBuffer();
}

/** The titles of the columns; where some have one above them (`over`), in two rows whose cells are joined. */
function headOf(columns: readonly Column[]): Row[] {
  const cell = (title: string, height: number): CellObject => ({
    ...text(title),
    ...HEAD,
    ...RULE,
    alignVertical: 'center',
    wrap: true,
    height,
  });
  if (columns.every(({ over }) => over === undefined))
    return [columns.map(({ title }) => cell(title, 2 * LINE_HEIGHT + 4))];
  const height = LINE_HEIGHT + 7;
  const upper = columns.map(({ title, over }, at) => {
    if (over === undefined) return { ...cell(title, height), rowSpan: 2 };
    if (over === columns[at - 1]?.over) return null;
    const ends = columns.findIndex((other, later) => later > at && other.over !== over);
    return { ...cell(over, height), columnSpan: (ends < 0 ? columns.length : ends) - at };
  });
  const lower = columns.map(({ title, over }) => (over === undefined ? null : cell(title, height)));
  return [upper, lower];
}

/** Wider than this many halves of a Chinese character, A4 would print it too small to read. */
const A4_WIDTH = 190;
const [A3, A4] = [8, 9];

/** Printed, a table is one page wide and as many high as it takes; the library itself only knows of A4's two ways up. */
function onePageWide(tables: readonly PaperTable[]) {
  return (xml: string, _: unknown, { sheetIndex }: { sheetIndex: number }): string => {
    const table = tables[sheetIndex];
    const paper = table && widthOf(table) > A4_WIDTH ? A3 : A4;
    return xml
      .replace(/(<worksheet\b[^>]*>)/u, '$1<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')
      .replace(
        /<pageSetup paperSize="\d+"/u,
        `<pageSetup paperSize="${paper}" fitToWidth="1" fitToHeight="0"`,
      );
  };
}

function widthOf(table: PaperTable): number {
  return table.columns.reduce((sum, column) => sum + column.width, 0);
}

function line(
  row: readonly CellValue[],
  columns: readonly Column[],
  style: Partial<CellObject>,
): CellObject[] {
  const height = heightOf(row, columns);
  return columns.map((column, at) => ({
    ...cellOf(row[at] ?? null),
    alignVertical: 'center',
    wrap: true,
    height,
    ...(column.align ? { align: column.align } : {}),
    ...style,
  }));
}

function cellOf(value: CellValue): CellObject {
  if (value === null || value === '') return {};
  if (typeof value === 'number')
    return { type: Number, value, format: Number.isInteger(value) ? '#,##0' : '0.00' };
  if (typeof value === 'string') return text(value);
  // A worksheet's moments have no zone: it shows the clock on the wall in Shanghai.
  return { type: Date, value: new Date(Date.parse(value.at) + SHANGHAI_MS), format: 'yyyy-mm-dd hh:mm' };
}

function text(value: string): CellObject {
  return { type: String, value: paperText(value), format: '@' };
}

/** Sheets do not grow rows for wrapped text by themselves everywhere (WPS, LibreOffice): the height is worked out here. */
function heightOf(row: readonly CellValue[], columns: readonly Column[]): number {
  const lines = row.map((value, at) => {
    if (typeof value !== 'string') return 1;
    const room = Math.max(2, (columns[at]?.width ?? 10) - 1);
    return value.split('\n').reduce((sum, one) => sum + Math.max(1, Math.ceil(halves(one) / room)), 0);
  });
  return Math.min(MOST_HEIGHT, Math.max(1, ...lines) * LINE_HEIGHT + 4);
}

/** Width of a text in halves of a Chinese character. */
function halves(value: string): number {
  let sum = 0;
  for (const char of value) sum += char < '\u2000' ? 1 : 2;
  return sum;
}

/** At most 31 characters, none of which a worksheet's name must not have. */
function tabName(name: string): string {
  return [...paperText(name).replace(/[\\/?*[\]:：'\n\t]/gu, ' ')].slice(0, 31).join('') || '表';
}
