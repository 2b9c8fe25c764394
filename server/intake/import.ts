import type { Candidate } from '@zuimei/shared/contest.ts';
import { readDocuments, type SentFile } from '../document/documents.ts';
import type { Problem } from '../document/problem.ts';
import { readerLimits } from '../document/reader.ts';
import { type Importer, type SaveOptions, saveNominations } from './save.ts';

/**
 * Documents → candidates of a contest, for the command line. Never half an import: one transaction adds all that are right (or, strict
 * and something wrong, none), and every file, row and field that is wrong is in `problems`. Refuses as saveNominations does.
 */
export async function importDocuments(
  importer: Importer,
  slug: string,
  files: readonly SentFile[],
  options: Omit<SaveOptions, 'problems'>,
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  // An operator's own files, one command at a time.
  const read = await readDocuments(files, { limits: { ...readerLimits, requestMs: 300_000 } });
  const { problems } = read;
  const saved = await saveNominations(importer, slug, read.nominations, { ...options, problems });
  return { candidates: saved.candidates, problems: [...problems, ...saved.problems] };
}
