import { type FieldName, fieldOf } from '@zuimei/shared/form.ts';
import type { ListColumn } from '@zuimei/shared/intake.ts';
import { readCards } from './card.ts';
import { type Contact, contactOf, type Draft } from './draft.ts';
import { leftOver } from './left.ts';
import { columnsIn, type GivenColumns, type ListHead, readList, sectionIn } from './list.ts';
import { type Problem, problemAt } from './problem.ts';
import type { Cell, Document, Table } from './table.ts';
import { cleanText } from './value.ts';

interface Found {
  forms: number;
  drafts: Draft[];
  problems: Problem[];
}

/** One form is laid out in no more tables than this; each more is read with all before it. */
const MOST_TABLES = 20;

const nobody: Contact = { unit: null, name: null, phone: null };

/**
 * All nominees of one document, the rows that name none, and what of it was not read. Finds forms by their labels wherever they stand;
 * a list goes on in the next table without a head, and a form in the next table without a name.
 */
export function readForms(
  document: Document,
  file: string,
  given: GivenColumns = new Map(),
): { drafts: Draft[]; problems: Problem[]; columns: ListColumn[] } {
  const found: Found[] = [];
  const lists: Table[] = [];
  const placed = new Set<Cell>();
  let contact = nobody;
  let list: ListHead | null = null;
  let card: { table: Table; contact: Contact; tables: number } | null = null;
  for (const part of document.parts) {
    if ('line' in part) {
      contact = contactOf(part.line) ?? contact;
      list = inSection(list, part.line, file);
      continue;
    }
    const rows = readList(part.table, file, contact, list, placed, given);
    if (rows) {
      lists.push(part.table);
      list = rows.head;
      card = null;
      found.push(rows);
      continue;
    }
    let { table } = part;
    let tables = 1;
    let cards = readCards(table, file, contact, placed);
    if (cards.forms === 0 && card && card.tables < MOST_TABLES && table.sheet === null && holdsLabel(table)) {
      tables = card.tables + 1;
      table = { sheet: null, rows: [...card.table.rows, ...table.rows] };
      ({ contact } = card);
      cards = readCards(table, file, contact, placed);
      found.pop();
    }
    if (cards.forms > 0) card = { table, contact, tables };
    found.push(cards);
  }
  const drafts = found.flatMap((one) => one.drafts);
  const problems = found.flatMap((one) => one.problems);
  const [only] = drafts;
  // A floating portrait is anchored to a paragraph beside the table, not to a cell of it.
  if (only && drafts.length === 1 && only.form !== 'list' && only.pictures.length === 0)
    only.pictures = document.pictures;
  if (found.every((one) => one.forms === 0)) problems.push(problemAt('unknown_form', { file }));
  else {
    if (drafts.length === 0 && problems.length === 0) problems.push(problemAt('empty_form', { file }));
    problems.push(...leftOver(document, placed, drafts, file));
  }
  return { drafts, problems, columns: columnsIn(lists, given) };
}

/** "二、集体（1个）" between two tables is the section of the second. */
function inSection(list: ListHead | null, line: string, file: string): ListHead | null {
  const section = /^[（(]?[一二三四五六七八九十]+[）)]?、/u.test(line) ? sectionIn(line, { file }) : null;
  return list && section ? { ...list, section } : list;
}

/** Is this table a form or a list by itself? */
export function holdsForm(table: Table): boolean {
  const nowhere = new Set<Cell>();
  return (
    readList(table, '', nobody, null, nowhere) !== null || readCards(table, '', nobody, nowhere).forms > 0
  );
}

/** A label of a form other than the one that begins the next. */
function holdsLabel(table: Table): boolean {
  const opening: readonly (FieldName | null)[] = [null, 'name', 'subject', 'sender', 'other'];
  return table.rows.some(({ cells }) =>
    cells.some((cell) => !opening.includes(fieldOf(cleanText(cell?.text ?? '')))),
  );
}
