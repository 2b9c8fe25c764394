import { readdirSync, readFileSync } from 'node:fs';
import { type CellObject, utils, type WorkSheet, write } from '@e965/xlsx';
import { Document, ImageRun, Packer, Paragraph, Table, TableCell, TableRow, TextRun } from 'docx';
import { strToU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import type { SentFile } from '@zuimei/server/document/documents.ts';
import { zipOf } from './zip.ts';

/** Documents as offices send them, made here so that every test shows what is odd about its own. */

const SAMPLES = new URL('../../server/demo/samples/', import.meta.url);

export function sampleFiles(folder: 'zuimei' | 'anli', pick = (_: string) => true): SentFile[] {
  const names = readdirSync(new URL(`${folder}/`, SAMPLES))
    .filter(pick)
    .sort();
  return names.map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(new URL(`${folder}/${name}`, SAMPLES))),
  }));
}

/** A flat red portrait with a head in it. */
export async function portrait(width = 413, height = 579): Promise<Buffer> {
  const head = Math.round(width / 2);
  return sharp({ create: { width, height, channels: 3, background: '#c8232c' } })
    .composite([
      {
        input: await sharp({ create: { width: head, height: head, channels: 3, background: '#f4d3bc' } })
          .png()
          .toBuffer(),
        left: head >> 1,
        top: head >> 1,
      },
    ])
    .jpeg()
    .toBuffer();
}

/** A cell of a .docx table: text (line breaks are line breaks of the document) or a picture, over `span` columns. */
export type DocxCell = string | { text?: string; span?: number; rows?: number; picture?: Buffer };

function cellOf(cell: DocxCell): TableCell {
  const {
    text = '',
    span,
    rows,
    picture,
  } = typeof cell === 'string' ? { text: cell, span: undefined, rows: undefined, picture: undefined } : cell;
  const runs = picture
    ? [new ImageRun({ type: 'jpg', data: picture, transformation: { width: 80, height: 110 } })]
    : text.split('\n').map((line, at) => new TextRun({ text: line, ...(at > 0 ? { break: 1 } : {}) }));
  return new TableCell({
    children: [new Paragraph({ children: runs })],
    ...(span ? { columnSpan: span } : {}),
    ...(rows ? { rowSpan: rows } : {}),
  });
}

/** A .docx of lines and tables in this order. */
export async function docxFile(name: string, parts: (string | DocxCell[][])[]): Promise<SentFile> {
  const children = parts.map((part) =>
    typeof part === 'string'
      ? new Paragraph(part)
      : new Table({ rows: part.map((row) => new TableRow({ children: row.map(cellOf) })) }),
  );
  const bytes = await Packer.toBuffer(new Document({ sections: [{ children }] }));
  return { name, bytes: new Uint8Array(bytes) };
}

export interface Person {
  name: string;
  gender?: string;
  birth?: string;
  unit?: string;
  post?: string;
  phone?: string;
  reason?: string;
  deeds?: string;
  honours?: string;
  photo?: Buffer;
}

/** The grid of a 报送表 as the notices print it; labels can be written otherwise. */
export function cardGrid(person: Person, label = (text: string) => text): DocxCell[][] {
  const photo: DocxCell = person.photo
    ? { picture: person.photo, rows: 4 }
    : { text: '近期小2寸红底照片，用于网上展示。', rows: 4 };
  const long = (title: string, text: string | undefined): DocxCell[] => [
    label(title),
    { text: text ?? '', span: 4 },
  ];
  return [
    [label('姓名'), person.name, label('性别'), person.gender ?? '女', photo],
    [label('出生年月'), person.birth ?? '1988年6月', label('民族'), '汉'],
    [label('现工作单位'), person.unit ?? '云岭区应急管理局', label('职务'), person.post ?? '科员'],
    [label('从事应急工作年限'), '9年', label('联系电话'), person.phone ?? '13800000011'],
    long('推荐理由\n（50字以内）', person.reason ?? '连续九年值守一线。'),
    long('主要事迹', person.deeds ?? '2024年汛期值守21天。'),
    long('表彰奖励情况', person.honours),
    long('报送单位意见', '同意推荐。\n（盖章）\n2026年3月18日'),
  ];
}

export const listHead = [
  '序号',
  '姓名',
  '性别',
  '出生年月',
  '政治面貌',
  '现工作单位及职务',
  '从事应急管理工作年限',
  '联系电话',
  '推荐理由（50字内）',
];

export type SheetValue = string | number | null | CellObject;

export function sheetOf(rows: SheetValue[][], merges: string[] = []): WorkSheet {
  const sheet = utils.aoa_to_sheet(rows);
  if (merges.length > 0) sheet['!merges'] = merges.map((range) => utils.decode_range(range));
  return sheet;
}

export function bookFile(
  name: string,
  sheets: Record<string, WorkSheet>,
  bookType: 'xlsx' | 'xls' | 'ods' | 'csv' = 'xlsx',
): SentFile {
  const book = utils.book_new();
  for (const [title, sheet] of Object.entries(sheets)) utils.book_append_sheet(book, sheet, title);
  return {
    name,
    bytes: new Uint8Array(write(book, { type: 'buffer', bookType, compression: true }) as Buffer),
  };
}

/** The same zip with some parts changed; `null` removes one. */
export function rezip(
  file: SentFile,
  change: Record<string, string | Uint8Array<ArrayBuffer> | null>,
): SentFile {
  const parts = unzipSync(file.bytes);
  for (const [name, content] of Object.entries(change)) {
    if (content === null) delete parts[name];
    else parts[name] = typeof content === 'string' ? strToU8(content) : content;
  }
  return { name: file.name, bytes: zipOf(parts) };
}

export function partOf(file: SentFile, name: string): string {
  return new TextDecoder().decode(unzipSync(file.bytes)[name]);
}

/** A PDF of so many pages, 200 by 100 points, each drawn by these operators. */
export function pdfOf(drawing: string, pages = 1): Buffer {
  const places = Array.from({ length: pages }, (_, at) => at + 4);
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${pages}/Kids[${places.map((at) => `${at} 0 R`).join(' ')}]>>`,
    `<</Length ${drawing.length}>>stream\n${drawing}\nendstream`,
    ...places.map(() => '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 3 0 R/Resources<<>>>>'),
  ];
  let text = '%PDF-1.4\n';
  const starts = objects.map((object, at) => {
    const start = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return start;
  });
  const rows = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  const end = `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF`;
  return Buffer.from(text + table + end, 'latin1');
}
