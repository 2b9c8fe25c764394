import { createHash } from 'node:crypto';
import { readCards } from './card.ts';
import { type Contact, contactOf, type Draft } from './draft.ts';
import { readList } from './list.ts';
import { mergeDrafts } from './merge.ts';
import type { Nomination } from './nomination.ts';
import { type Problem, problemAt } from './problem.ts';
import { createReader } from './reader.ts';
import type { Document, DocumentKind } from './table.ts';
import { cleanLine } from './value.ts';

export interface SentFile {
  /** Only its last part is used, and only to tell people which file is meant. */
  name: string;
  bytes: Uint8Array;
}

export const documentLimits = { files: 200, fileBytes: 20 << 20 };

const endings: Record<DocumentKind, readonly string[]> = {
  docx: ['docx', 'wps'],
  xlsx: ['xlsx', 'et'],
  xls: ['xls', 'et'],
  ods: ['ods'],
  csv: ['csv', 'txt', 'tsv'],
};

/**
 * Reads 报送表, 汇总表 and 线索征集表 into nominations, one per nominee however many documents tell of them. Nothing is
 * stored. What is wrong comes back as problems and never stops the other files; a nominee with an error is left out whole.
 */
export async function readDocuments(files: readonly SentFile[]): Promise<{ nominations: Nomination[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const drafts: Draft[] = [];
  const known = new Map<string, string>();
  if (files.length > documentLimits.files)
    return { nominations: [], problems: [problemAt('too_many_files', { file: '' }, { limit: documentLimits.files })] };
  const reader = createReader();
  try {
    for (const sent of files) {
      const file = fileName(sent.name);
      const refused = checkFile(sent, file, known);
      if (refused) {
        problems.push(refused);
        continue;
      }
      const ending = /\.([^.]{1,5})$/u.exec(file)?.[1]?.toLowerCase() ?? '';
      const reply = await reader.read({ bytes: sent.bytes, ending });
      if ('refused' in reply) {
        problems.push(problemAt(reply.refused, { file }, { limit: 5000 }));
        continue;
      }
      if (!endings[reply.kind].includes(ending)) problems.push(problemAt('renamed', { file }, { kind: `.${reply.kind}` }));
      const found = readDrafts(reply.document, file);
      drafts.push(...found.drafts);
      problems.push(...found.problems);
    }
  } finally {
    await reader.close();
  }
  const merged = mergeDrafts(drafts);
  return { nominations: merged.nominations, problems: [...problems, ...merged.problems] };
}

function fileName(name: string): string {
  return cleanLine(name.split(/[/\\]/u).at(-1) ?? '').slice(0, 120) || '未命名文件';
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

/** All nominees of one document, and the rows that name none. Finds forms by their labels wherever they stand. */
export function readDrafts(document: Document, file: string): { drafts: Draft[]; problems: Problem[] } {
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  let contact: Contact = { unit: null, name: null, phone: null };
  let forms = 0;
  for (const part of document.parts) {
    if ('line' in part) {
      contact = contactOf(part.line) ?? contact;
      continue;
    }
    const found = readList(part.table, file, contact) ?? readCards(part.table, file, contact);
    forms += found.forms;
    drafts.push(...found.drafts);
    problems.push(...found.problems);
  }
  const [only] = drafts;
  // A floating portrait is anchored to a paragraph beside the table, not to a cell of it.
  if (only && drafts.length === 1 && only.form !== 'list' && only.pictures.length === 0) only.pictures = document.pictures;
  if (forms === 0) problems.push(problemAt('unknown_form', { file }));
  else if (drafts.length === 0 && problems.length === 0) problems.push(problemAt('empty_form', { file }));
  return { drafts, problems };
}
