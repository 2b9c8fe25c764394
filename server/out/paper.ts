import type { Instant } from '@zuimei/shared/time.ts';

/*
 * A paper before it is a file: plain values only, so that it can be sent to the thread that makes the file (worker.ts).
 */

/** A text is a text whatever it begins with: nothing here ever becomes a formula. `at` is shown in Shanghai's time. */
export type CellValue = string | number | { at: Instant } | null;

export interface Column {
  title: string;
  /** In halves of a Chinese character, as worksheets count. */
  width: number;
  align?: 'center' | 'right';
  /** What stands above it and those beside it that have the same; in a worksheet alone. */
  over?: string;
}

export interface PaperTable {
  /** On its tab; unique within the paper. */
  name: string;
  title: string;
  /** In the middle under the title; in a worksheet alone. */
  subtitle?: string;
  /** Lines between the title and the head. */
  notes: string[];
  columns: Column[];
  rows: CellValue[][];
  /** Totals, in bold under the rows. */
  foot: CellValue[][];
  /** Lines below the table. */
  remarks: string[];
}

/** A 报送表: pairs of label and value beside the portrait, then long rows. */
export interface Card {
  annex: string;
  title: string;
  contact: string;
  pairs: [label: string, value: string][];
  long: [label: string, value: string][];
  /** No bytes: there is none, but its cell stands. null: the form has no place for one. */
  photo: { bytes: Uint8Array; width: number; height: number } | null;
  remarks: string[];
}

/** An official document under a red head. */
export interface Letter {
  /** Whose head it is, one a line. */
  organs: string[];
  /** 发文字号; '' = it has none. */
  document: string;
  title: string;
  before: string[];
  lists: { head: string; names: { name: string; unit: string }[] }[];
  after: string[];
  signed: string[];
  /** As it is printed. */
  date: string;
}

/** A document without a red head: a title, then texts, headings and tables in their order. */
export interface Bulletin {
  title: string;
  parts: ({ heading: string } | { text: string } | { table: PaperTable })[];
  /** Who signs it, '' = nobody is named; and when, as it is printed. */
  signed: string;
  date: string;
}

/** What the thread is asked for. `annex`: the line above a 汇总表's title, e.g. 附件3. */
export type PressAsk =
  | { kind: 'workbook'; tables: PaperTable[]; bordered: boolean }
  | { kind: 'landscape'; annex: string; tables: PaperTable[]; footer: string }
  | { kind: 'card'; card: Card }
  | { kind: 'letter'; letter: Letter }
  | { kind: 'bulletin'; bulletin: Bulletin };

/** Many cards, one file each. */
export interface CardsAsk {
  kind: 'cards';
  cards: Card[];
}

/** Longest text a worksheet's cell can hold. */
const CELL_CHARS = 32_000;

/** A text as a file can hold it: no control characters, no half of a surrogate pair, which XML does not know. */
export function paperText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/gu, '\n')
    .replace(/[^\P{Cc}\n\t]|[\u{FFFE}\u{FFFF}]/gu, '')
    .slice(0, CELL_CHARS)
    .toWellFormed();
}
