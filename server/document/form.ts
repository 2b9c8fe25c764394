import { readCards } from './card.ts';
import { type Contact, contactOf, type Draft } from './draft.ts';
import { readList } from './list.ts';
import { type Problem, problemAt } from './problem.ts';
import type { Document } from './table.ts';

/** All nominees of one document, and the rows that name none. Finds forms by their labels wherever they stand. */
export function readForms(document: Document, file: string): { drafts: Draft[]; problems: Problem[] } {
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
  if (only && drafts.length === 1 && only.form !== 'list' && only.pictures.length === 0)
    only.pictures = document.pictures;
  if (forms === 0) problems.push(problemAt('unknown_form', { file }));
  else if (drafts.length === 0 && problems.length === 0) problems.push(problemAt('empty_form', { file }));
  return { drafts, problems };
}
