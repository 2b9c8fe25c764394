import { toBase64 } from '@zuimei/shared/bytes.ts';
import { parseCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import type { Mark } from '@zuimei/shared/out.ts';
import type { Log } from '../log/log.ts';

/** Where the contest's log stands: its newest signed checkpoint; null before the first. */
export async function readMark(log: Log, contest: number): Promise<Mark | null> {
  const { note } = await log.newest(contest);
  if (note === '') return null;
  // The signatures of a note follow its text behind an empty line.
  const { origin, size, root } = parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1));
  return { origin, size, root: toBase64(root) };
}

/** The line by which a paper can be checked against the ledger later. */
export function markLine(mark: Mark | null): string {
  return mark === null
    ? '账本存证点：尚未产生'
    : `账本存证点：${mark.origin}　账目 ${mark.size.toLocaleString('en-US')} 条　根哈希 ${mark.root}`;
}
