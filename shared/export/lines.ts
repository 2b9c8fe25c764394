import { MOST_LINE_CHARS } from './export.ts';

export interface LineSplitter {
  /** The lines that are complete with these bytes, without their newlines. */
  take(bytes: Uint8Array): string[];
  /** What is left when the bytes have ended: a last line without newline, '' if none. */
  rest(): string;
  /** Did the bytes so far end with a newline? */
  empty(): boolean;
}

/** Bytes in pieces of any length → lines of text, a mark at the beginning (BOM) among it. Throws RangeError for a line that is too long, TypeError for what is no UTF-8. */
export function createLineSplitter(): LineSplitter {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let left = '';
  const checked = (line: string): string => {
    if (line.length > MOST_LINE_CHARS) throw new RangeError('line too long');
    return line;
  };
  return {
    take(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      const lines = text.split('\n');
      lines[0] = checked(left + lines[0]);
      left = checked(lines.pop() ?? '');
      return lines.map(checked);
    },
    rest: () => left + decoder.decode(),
    empty: () => left === '',
  };
}
