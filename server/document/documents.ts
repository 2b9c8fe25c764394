import { createHash } from 'node:crypto';
import type { FieldName } from '@zuimei/shared/form.ts';
import type { ListColumn } from '@zuimei/shared/intake.ts';
import { clip } from '../text.ts';
import type { Draft } from './draft.ts';
import type { Nomination } from './nomination.ts';
import { type Problem, problemAt } from './problem.ts';
import { createReader, readerLimits } from './reader.ts';
import { type DocumentKind, tableLimits } from './table.ts';
import { cleanLine } from './value.ts';

export interface SentFile {
  /** Only its last part is used, and only to tell people which file is meant. */
  name: string;
  bytes: Uint8Array;
}

export const documentLimits = { files: 200, fileBytes: 20 << 20, nominees: 5000 };

const endings: Record<DocumentKind, readonly string[]> = {
  docx: ['docx', 'wps'],
  xlsx: ['xlsx', 'et'],
  xls: ['xls', 'et'],
  ods: ['ods'],
  csv: ['csv', 'txt', 'tsv'],
};

/**
 * Reads 报送表, 汇总表 and 线索征集表 into nominations, one per nominee however many documents tell of them. Nothing is
 * stored. What is wrong comes back as problems and never stops the other files; a nominee with an error is left out whole, or
 * kept as far as it could be read when somebody will look at it (`keep`). `columns` says what columns of lists are where their words do
 * not; all of them come back with what they were taken for. `onRead` hears how many files are done; `open` gives another reader than a
 * thread's.
 */
export async function readDocuments(
  files: readonly SentFile[],
  {
    keep = false,
    limits = readerLimits,
    columns = [],
    onRead,
    open = createReader,
  }: {
    keep?: boolean;
    limits?: typeof readerLimits;
    columns?: [label: string, field: FieldName | null][];
    onRead?: (done: number) => void;
    open?: typeof createReader;
  } = {},
): Promise<{ nominations: Nomination[]; problems: Problem[]; columns: ListColumn[] }> {
  const problems: Problem[] = [];
  const drafts: Draft[] = [];
  const known = new Map<string, string>();
  const heads = new Map<string, ListColumn>();
  if (files.length > documentLimits.files)
    return {
      nominations: [],
      columns: [],
      problems: [problemAt('too_many_files', { file: '' }, { limit: documentLimits.files })],
    };
  const reader = open(limits);
  try {
    for (const [at, sent] of files.entries()) {
      onRead?.(at);
      const file = fileName(sent.name);
      const refused = checkFile(sent, file, known);
      if (refused) {
        problems.push(refused);
        continue;
      }
      const ending = /\.([^.]{1,5})$/u.exec(file)?.[1]?.toLowerCase() ?? '';
      const reply = await reader.read({ bytes: sent.bytes, file, ending, columns });
      if ('refused' in reply) {
        problems.push(problemAt(reply.refused, { file }, { limit: tableLimits.rows }));
        continue;
      }
      if (!endings[reply.kind].includes(ending))
        problems.push(problemAt('renamed', { file }, { kind: `.${reply.kind}` }));
      problems.push(...reply.problems);
      for (const column of reply.columns ?? []) if (!heads.has(column.key)) heads.set(column.key, column);
      if (drafts.length + reply.drafts.length > documentLimits.nominees)
        problems.push(problemAt('too_many_nominations', { file }, { limit: documentLimits.nominees }));
      else drafts.push(...reply.drafts);
    }
    onRead?.(files.length);
    const merged = await reader.merge(drafts, keep);
    if ('refused' in merged)
      return {
        nominations: [],
        columns: [...heads.values()],
        problems: [...problems, problemAt(merged.refused, { file: '' })],
      };
    return {
      nominations: merged.nominations,
      columns: [...heads.values()],
      problems: [...problems, ...merged.problems],
    };
  } finally {
    await reader.close();
  }
}

function fileName(name: string): string {
  return clip(cleanLine(name.split(/[/\\]/u).at(-1) ?? ''), 120) || '未命名文件';
}

function checkFile(sent: SentFile, file: string, known: Map<string, string>): Problem | null {
  if (sent.bytes.length === 0) return problemAt('empty_file', { file });
  if (sent.bytes.length > documentLimits.fileBytes)
    return problemAt('too_large', { file }, { limit: documentLimits.fileBytes >> 20 });
  const digest = createHash('sha256').update(sent.bytes).digest('hex');
  const other = known.get(digest);
  known.set(digest, other ?? file);
  return other === undefined ? null : problemAt('duplicate_file', { file }, { other });
}
