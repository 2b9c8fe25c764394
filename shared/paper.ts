/** A cell of a paper's table, once for all places that it covers. `pictures`: places in PaperView.pictures. */
export interface PaperCell {
  text: string;
  across: number;
  down: number;
  pictures: number[];
}

export type PaperPart = { line: string } | { sheet: string | null; rows: PaperCell[][] };

/** A file that somebody sent, as it can be read beside the form: words, tables and pictures, and nothing that could be run. */
export interface PaperView {
  name: string;
  /** pages: of a PDF, each a picture. unread: there is no reader for such a file (.doc), or it was refused: it can only be saved. */
  kind: 'text' | 'picture' | 'pages' | 'unread';
  parts: PaperPart[];
  /** Encoded anew by the server, as data: addresses. */
  pictures: string[];
  /** Longer than what is shown here. */
  cut: boolean;
}

export const paperLimits = { parts: 300, rows: 300, chars: 100_000, pictures: 12 };
