import type { Candidate, Category } from '@zuimei/shared/contest.ts';
import { readDocuments, type SentFile } from '../document/documents.ts';
import type { Problem } from '../document/problem.ts';
import { readerLimits } from '../document/reader.ts';
import { foreseeNominations, type Importer, type SaveOptions, saveNominations } from './save.ts';

/** A contest that does not exist yet: the categories it will have, and what makes it, under the same slug. */
export interface Coming {
  categories: readonly Category[];
  make(): Promise<void>;
}

/**
 * Documents → candidates of a contest, for the command line. Never half an import: one transaction adds all that are right (or, strict
 * and something wrong, none), and every file, row and field that is wrong is in `problems`. A contest that is to `come` is made when
 * somebody will be in it, never by a dry run. Refuses as saveNominations does.
 */
export async function importDocuments(
  importer: Importer,
  slug: string,
  files: readonly SentFile[],
  { coming, ...options }: Omit<SaveOptions, 'problems'> & { coming?: Coming | undefined },
): Promise<{ candidates: Candidate[]; problems: Problem[] }> {
  // An operator's own files, one command at a time.
  const read = await readDocuments(files, { limits: { ...readerLimits, requestMs: 300_000 } });
  const { nominations, problems } = read;
  if (coming) {
    const foreseen = await foreseeNominations(coming.categories, nominations, { ...options, problems });
    if (options.dryRun || foreseen.candidates.length === 0)
      return { candidates: foreseen.candidates, problems: [...problems, ...foreseen.problems] };
    await coming.make();
  }
  const saved = await saveNominations(importer, slug, nominations, { ...options, problems });
  return { candidates: saved.candidates, problems: [...problems, ...saved.problems] };
}
