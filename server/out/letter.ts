import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  type IParagraphOptions,
  type ISpacingProperties,
  LineRuleType,
  Packer,
  PageNumber,
  Paragraph,
  Tab,
  TextRun,
} from 'docx';
import { center, paragraph, TITLE_SIZE, textFont, titleFont } from './docx.ts';
import { type Letter, paperText } from './paper.ts';

/*
 * The measures of GB/T 9704—2012: A4, a text area of 156 × 225 mm that begins 37 mm from the top and 28 mm from the left; texts in 3 号仿宋,
 * 22 lines a page and 28 characters a line; titles in 2 号小标宋; the red head 35 mm below the edge of the text area.
 */
const PAGE = { width: 11_906, height: 16_838 };
const mm = (length: number): number => Math.round((length * 1_440) / 25.4);
const ROOM_POINTS = (156 / 25.4) * 72;
const RED = 'E60012';
const SIZE = 32;
/** One character of 3 号, and one line, in twentieths of a point. */
const CHAR = SIZE * 10;
const LINE = 579;
const body = { ...textFont, eastAsia: '仿宋_GB2312' };
const heading = { ...textFont, eastAsia: '黑体' };

/** A document under a red head: head, number, red rule, title, text, lists of names, signature and date over the place of the seal. */
export async function writeLetter(letter: Letter): Promise<Buffer> {
  const document = new Document({
    styles: { default: { document: { run: { font: body, size: SIZE } } } },
    evenAndOddHeaderAndFooters: true,
    sections: [
      {
        properties: {
          page: { size: PAGE, margin: { top: mm(37), bottom: mm(35), left: mm(28), right: mm(26) } },
        },
        footers: { default: footerOf(AlignmentType.RIGHT), even: footerOf(AlignmentType.LEFT) },
        children: [
          ...headOf(letter),
          paragraph(
            letter.title,
            { font: titleFont, size: TITLE_SIZE },
            {
              alignment: center,
              spacing: { before: 2 * LINE, after: LINE, line: 700, lineRule: LineRuleType.EXACT },
            },
          ),
          ...letter.before.map((text) => line(text)),
          ...letter.lists.flatMap(listOf),
          ...letter.after.map((text) => line(text)),
          ...signatureOf(letter),
        ],
      },
    ],
  });
  return await Packer.toBuffer(document);
}

function headOf({ organs, document }: Letter): Paragraph[] {
  const longest = Math.max(1, ...organs.map((organ) => [...organ].length));
  // As large as one line allows; never so small that it is no head any more.
  const size = 2 * Math.max(22, Math.min(48, Math.floor((ROOM_POINTS / longest) * 0.96)));
  return [
    ...organs.map((organ, at) =>
      paragraph(
        organ,
        { font: titleFont, size, color: RED },
        { alignment: center, spacing: { before: at === 0 ? mm(35) : 60 } },
      ),
    ),
    paragraph(
      document,
      { font: body, size: SIZE },
      {
        alignment: center,
        spacing: { before: 2 * LINE },
        border: { bottom: { style: BorderStyle.SINGLE, size: 18, color: RED, space: 11 } },
      },
    ),
  ];
}

const exact: ISpacingProperties = { line: LINE, lineRule: LineRuleType.EXACT };

function line(text: string, layout: IParagraphOptions = {}, font = body): Paragraph {
  return paragraph(
    text,
    { font, size: SIZE },
    { indent: { firstLine: 2 * CHAR }, spacing: exact, alignment: AlignmentType.BOTH, ...layout },
  );
}

/** Names under each other, their units in a column behind them. */
function listOf({ head, names }: Letter['lists'][number]): Paragraph[] {
  const widest = Math.min(12, Math.max(3, ...names.map(({ name }) => [...name].length)));
  const column = (2 + widest + 1) * CHAR;
  return [
    ...(head === '' ? [] : [line(head, { keepNext: true }, heading)]),
    ...names.map(
      ({ name, unit }) =>
        new Paragraph({
          indent: { left: column, hanging: column - 2 * CHAR },
          tabStops: [{ type: 'left', position: column }],
          spacing: exact,
          children: [
            new TextRun({ font: body, size: SIZE, children: [paperText(name), new Tab(), paperText(unit)] }),
          ],
        }),
    ),
  ];
}

/** The date four characters from the right, each organ over the middle of it, where the seal will stand. */
function signatureOf({ signed, date }: Letter): Paragraph[] {
  const wide = (text: string): number =>
    [...text].reduce((sum, char) => sum + (char < '\u2000' ? 0.5 : 1), 0);
  const right = (text: string): number => Math.round(Math.max(0, 4 + (wide(date) - wide(text)) / 2) * CHAR);
  const placed = (text: string, space = 0): Paragraph =>
    line(text, {
      alignment: AlignmentType.RIGHT,
      indent: { right: right(text) },
      spacing: { ...exact, before: space },
      keepNext: text !== date,
      keepLines: true,
    });
  return [...signed.map((organ, at) => placed(organ, at === 0 ? 2 * LINE : 0)), placed(date)];
}

function footerOf(alignment: (typeof AlignmentType)['LEFT' | 'RIGHT']): Footer {
  const style = { font: { ...textFont, eastAsia: '宋体' }, size: 28 };
  return new Footer({
    children: [
      new Paragraph({
        alignment,
        indent: alignment === AlignmentType.RIGHT ? { right: 280 } : { left: 280 },
        children: [
          new TextRun({ ...style, text: '— ' }),
          new TextRun({ ...style, children: [PageNumber.CURRENT] }),
          new TextRun({ ...style, text: ' —' }),
        ],
      }),
    ],
  });
}
