import { formatBundleNote, parseBundleNote } from '@zuimei/shared/bundle/note.ts';
import {
  calendarDays,
  candidateLines,
  noticeRecord,
  panelRecords,
  resultRecord,
  rulesBefore,
} from '@zuimei/shared/bundle/record.ts';
import { toBase64 } from '@zuimei/shared/bytes.ts';
import type { ExportEntry, ExportHeader } from '@zuimei/shared/export/export.ts';
import type { Act } from '@zuimei/shared/ledger/act.ts';
import { canonicalText } from '@zuimei/shared/ledger/canonical.ts';
import { actCommitment, leafOf } from '@zuimei/shared/ledger/entry.ts';
import { formatCheckpoint } from '@zuimei/shared/log/checkpoint.ts';
import { createTileTree } from '@zuimei/shared/log/tree.ts';
import { type Signer, signNote } from '@zuimei/shared/note.ts';
import { type CourseEntry, courseOf, courseReads } from '@zuimei/shared/result/course.ts';
import type { Files } from './file.ts';

/** An entry that may be changed. */
export interface Entry {
  index: number;
  at: string;
  kind: string;
  commitment: string;
  tag?: string;
  act?: Record<string, unknown>;
}

/**
 * The bundle as whoever holds the log's key could have written it from another ledger: acts as `change` leaves them, with their commitments,
 * the tree, a checkpoint, the note, and all files that are read off the acts. What is not read off them stays as it is.
 */
export async function relogged(
  files: Files,
  signer: Signer,
  change: (entries: Entry[]) => void,
): Promise<Files> {
  const lines = (files['ledger.ndjson'] ?? '').trimEnd().split('\n');
  const header = JSON.parse(lines[0] ?? '') as ExportHeader;
  const entries = lines
    .filter((line) => line.startsWith('{"index"'))
    .map((line) => JSON.parse(line) as Entry);
  change(entries);
  const tree = createTileTree();
  entries.forEach((entry, index) => {
    entry.index = index;
    if (entry.act) entry.commitment = actCommitment(entry.act);
    const { at, commitment, kind, tag } = entry;
    const beside = tag === undefined ? {} : { tag };
    tree.push(leafOf({ at, commitment, contest: header.contest, kind, ...beside }), 0);
  });
  const size = entries.length;
  const root = tree.root();
  const checkpoint = await signNote(formatCheckpoint({ origin: header.origin, size, root }), signer);
  const note = parseBundleNote(files['bundle.note'] ?? '');
  if (!note) throw new Error('no note');
  const last = entries.at(-1)?.at ?? '';
  const end = { checkpoints: 1, entries: size, tally: null };
  const ledger = [{ ...header, size }, { checkpoint, at: last }, ...(entries as ExportEntry[]), { end }];
  const text = formatBundleNote({ ...note, size, root: toBase64(root) });
  return {
    ...files,
    ...derived(entries),
    'ledger.ndjson': ledger.map((line) => `${JSON.stringify(line)}\n`).join(''),
    'bundle.note': await signNote(text, signer),
  };
}

function derived(entries: readonly Entry[]): Files {
  const acts = entries.flatMap(({ index, at, kind, act }): CourseEntry[] =>
    act ? [{ index, at, kind, act: act as Act }] : [],
  );
  const reads: readonly string[] = courseReads;
  const course = courseOf(acts.filter(({ kind }) => reads.includes(kind)));
  const standing = acts.findLast(({ kind }) => kind === 'standing')?.index ?? 0;
  const values: Record<string, unknown> = {
    'rules.json': rulesBefore(acts, standing),
    'candidates.json': candidateLines(acts),
    'panels.json': panelRecords(acts),
    'calendar.json': calendarDays(course),
    'notice.json': noticeRecord(course),
    'result.json': resultRecord(course),
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, canonicalText(JSON.parse(JSON.stringify(value)))]),
  );
}
