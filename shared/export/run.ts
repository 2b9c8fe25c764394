import { BATCH, createReopener, type Reopened } from '../ledger/reopen.ts';
import { type ExportEntry, MOST_LINE_CHARS, parseLine } from './export.ts';

/** Entries of an export in a row, none of them with anything wrong in itself. */
export interface Run {
  /** Index of the first. */
  first: number;
  /** At most BATCH each. */
  parts: Reopened[];
}

/**
 * Opens whole lines of an export of this contest, in whatever thread. Null unless every line is an entry, written as an export is, that
 * follows the one before and is what its opening says: what is odd is left to the check (check.ts), which has the words for it.
 */
export function createRunOpener(contest: string): (bytes: Uint8Array) => Run | null {
  const reopener = createReopener(contest);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  const read = (bytes: Uint8Array): ExportEntry[] | null => {
    const lines = decoder.decode(bytes).split('\n');
    if (lines.pop() !== '') return null;
    const entries: ExportEntry[] = [];
    for (const text of lines) {
      const line = text.length > MOST_LINE_CHARS ? null : parseLine(text);
      if (line?.kind !== 'entry' || !line.plain) return null;
      if (entries.length > 0 && line.entry.index !== (entries[0]?.index ?? 0) + entries.length) return null;
      entries.push(line.entry);
    }
    return entries;
  };

  return (bytes) => {
    try {
      const entries = read(bytes);
      const first = entries?.[0]?.index;
      if (!entries || first === undefined) return null;
      const parts: Reopened[] = [];
      for (let from = 0; from < entries.length; from += BATCH) {
        const part = reopener.run(entries.slice(from, from + BATCH));
        if (part.faults.size > 0) return null;
        parts.push(part);
      }
      return { first, parts };
    } catch {
      return null;
    }
  };
}
