import {
  AlignmentType,
  Document,
  Footer,
  type IParagraphOptions,
  Packer,
  PageNumber,
  Paragraph,
  TextRun,
} from 'docx';
import { center, paragraph, TITLE_SIZE, textFont, titleFont } from './docx.ts';
import { tableOf } from './landscape.ts';
import type { Bulletin } from './paper.ts';

/** A4 upright with the edges of GB/T 9704, texts in 3 号仿宋, tables smaller. In twentieths of a point. */
const PAGE = { width: 11_906, height: 16_838 };
const MARGIN = { top: 1_701, bottom: 1_417, left: 1_417, right: 1_304 };
const ROOM = PAGE.width - MARGIN.left - MARGIN.right;
const SIZE = 32;
const CHAR = SIZE * 10;
const LINE = { line: 560, lineRule: 'exact' } as const;
const body = { ...textFont, eastAsia: '仿宋_GB2312' };
const heading = { ...textFont, eastAsia: '黑体' };

/** A 通报: title, texts, tables, who signs it and when. */
export async function writeBulletin({ title, parts, signed, date }: Bulletin): Promise<Buffer> {
  const text = (words: string, layout: IParagraphOptions = {}, font = body): Paragraph =>
    paragraph(words, { font, size: SIZE }, { indent: { firstLine: 2 * CHAR }, spacing: LINE, ...layout });
  const right = (words: string, layout: IParagraphOptions): Paragraph =>
    text(words, { alignment: AlignmentType.RIGHT, indent: { right: 2 * CHAR }, keepLines: true, ...layout });
  const document = new Document({
    styles: { default: { document: { run: { font: body, size: SIZE } } } },
    sections: [
      {
        properties: { page: { size: PAGE, margin: MARGIN } },
        footers: { default: footer() },
        children: [
          paragraph(
            title,
            { font: titleFont, size: TITLE_SIZE },
            { alignment: center, spacing: { after: 400, line: 700, lineRule: 'exact' } },
          ),
          ...parts.flatMap((part) => {
            if ('heading' in part) return [text(part.heading, { keepNext: true }, heading)];
            if ('text' in part) return [text(part.text, { alignment: AlignmentType.BOTH })];
            const { table } = part;
            return [
              paragraph(
                table.title,
                { bold: true, size: 24 },
                { alignment: center, keepNext: true, spacing: { before: 160, after: 80 } },
              ),
              tableOf(table, ROOM),
              ...table.remarks.map((remark) => paragraph(remark, {}, { spacing: { before: 80, after: 80 } })),
            ];
          }),
          ...(signed ? [right(signed, { spacing: { ...LINE, before: 560 }, keepNext: true })] : []),
          right(date, signed ? {} : { spacing: { ...LINE, before: 560 } }),
        ],
      },
    ],
  });
  return await Packer.toBuffer(document);
}

function footer(): Footer {
  const style = { font: textFont, size: 28 };
  return new Footer({
    children: [
      new Paragraph({
        alignment: center,
        children: [
          new TextRun({ ...style, text: '— ' }),
          new TextRun({ ...style, children: [PageNumber.CURRENT] }),
          new TextRun({ ...style, text: ' —' }),
        ],
      }),
    ],
  });
}
