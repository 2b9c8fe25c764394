import {
  AlignmentType,
  BorderStyle,
  type IParagraphOptions,
  type IRunOptions,
  Paragraph,
  TextRun,
  VerticalAlign,
} from 'docx';
import { paperText } from './paper.ts';

/*
 * What the .docx papers of this folder share: the types of official documents. Sizes are in half points, lengths in twentieths of a
 * point (dxa). A font that is not installed falls back to one that is: titles to SimSun, texts to what stands for FangSong.
 */

/** 方正小标宋 is what GB/T 9704 titles are set in; where it is missing the named family ends in a Song face. */
export const titleFont = {
  ascii: 'Times New Roman',
  hAnsi: 'Times New Roman',
  eastAsia: '方正小标宋简体',
  hint: 'eastAsia',
};
export const textFont = {
  ascii: 'Times New Roman',
  hAnsi: 'Times New Roman',
  eastAsia: '宋体',
  hint: 'eastAsia',
};

export const TITLE_SIZE = 44;
export const TEXT_SIZE = 21;

const line = { style: BorderStyle.SINGLE, size: 4, color: '000000' } as const;
export const borders = {
  top: line,
  bottom: line,
  left: line,
  right: line,
  insideHorizontal: line,
  insideVertical: line,
};

export const margins = { top: 40, bottom: 40, left: 80, right: 80 };
export const middle = VerticalAlign.CENTER;
export const center = AlignmentType.CENTER;
export const left = AlignmentType.LEFT;

/** A text as runs; its line breaks are line breaks of the document. */
export function runs(text: string, style: IRunOptions = {}): TextRun[] {
  return paperText(text)
    .split('\n')
    .map(
      (part, at) =>
        new TextRun({
          font: textFont,
          size: TEXT_SIZE,
          ...style,
          text: part,
          ...(at > 0 ? { break: 1 } : {}),
        }),
    );
}

export function paragraph(text: string, style: IRunOptions = {}, layout: IParagraphOptions = {}): Paragraph {
  return new Paragraph({ ...layout, children: runs(text, style) });
}
