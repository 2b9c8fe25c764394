import type { Candidate } from '@zuimei/shared/contest.ts';
import type { Db } from '../db.ts';
import { readDocuments, type SentFile } from '../document/documents.ts';
import type { Problem } from '../document/problem.ts';
import { readerLimits } from '../document/reader.ts';
import { saveNominations } from './save.ts';

export interface ImportOptions {
  /** Seals the private fields: 32 bytes, from outside the database. */
  key: Uint8Array;
  /** Any error anywhere: nothing is saved. Without it, every nominee without an error is. */
  strict?: boolean;
  dryRun?: boolean;
}

/**
 * Documents → candidates of a contest, for the command line and the console. Never half an import: one transaction adds all
 * that are right (or, strict and something wrong, none), and every file, row and field that is wrong is in `problems`.
 */
export async function importDocuments(
  db: Db,
  contest: { id: number },
  files: readonly SentFile[],
  { key, strict = false, dryRun = false }: ImportOptions,
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  // An operator's own files, one command at a time.
  const read = await readDocuments(files, { limits: { ...readerLimits, requestMs: 300_000 } });
  const saved = await saveNominations(db, contest.id, read.nominations, {
    key,
    strict,
    dryRun,
    problems: read.problems,
  });
  return { candidates: saved.candidates, problems: [...read.problems, ...saved.problems] };
}
