import { type FieldName, fieldOf, labelText } from '@zuimei/shared/form.ts';
import type { ListColumn } from '@zuimei/shared/intake.ts';
import { parseBirth } from '@zuimei/shared/text/birth.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { answerIn, type Contact, contactOf, type Draft, type Value } from './draft.ts';
import { type Place, type Problem, problemAt } from './problem.ts';
import { type Cell, distinctCells, type Table } from './table.ts';
import { cleanLine, cleanText } from './value.ts';

type Line = Table['rows'][number];
type Columns = Map<number, FieldName>;

const closing =
  /^(合计|总计|小计|共计|总数|共\d+|注|说明|备注|填表说明|填报人|填表人|审核人|负责人|单位负责人|制表人)([：:\s\d共]|$)/u;

/** What the columns of a list are, so that it can go on in another table. */
export interface ListHead {
  columns: Columns;
  section: Value | null;
  width: number;
}

/** What columns are said to be, by their label (labelText), where that is not left to their words; null = not used. */
export type GivenColumns = ReadonlyMap<string, FieldName | null>;

function fieldIn(text: string, given: GivenColumns): FieldName | null {
  const said = text.length > 80 ? undefined : given.get(labelText(text));
  return said === undefined ? fieldOf(text) : said;
}

/** The columns of a list as they were taken, in order, with their labels. */
export function columnsIn(tables: readonly Table[], given: GivenColumns): ListColumn[] {
  const found = new Map<string, ListColumn>();
  for (const { rows } of tables) {
    const head = rows.find((line) => isHead(line.cells, given));
    for (const cell of head ? distinctCells(head.cells) : []) {
      const label = cleanText(cell.text).replace(/\s+/gu, '');
      const key = labelText(label);
      if (key === '' || label.length > 80 || found.has(key)) continue;
      const field = fieldIn(label, given);
      found.set(key, { key, label, field: field === 'other' ? null : field });
    }
  }
  return [...found.values()];
}

/** A title is no longer than this; what is longer may be somebody's deeds. */
const TITLE = 40;

/**
 * Reads a 汇总表: the head is the first row of labels that stand side by side, wherever it is; rows above it are titles and
 * contacts, a total or note below it is no nominee. Without a head it may go on the list `before` it. Returns null when it is neither;
 * what found a place is added to `placed`.
 */
export function readList(
  table: Table,
  file: string,
  contactBefore: Contact,
  before: ListHead | null,
  placed: Set<Cell>,
  given: GivenColumns = new Map(),
): { forms: number; drafts: Draft[]; problems: Problem[]; head: ListHead } | null {
  const headAt = table.rows.findIndex((line) => isHead(line.cells, given));
  const above = headAt < 0 ? table.rows : table.rows.slice(0, headAt);
  let head = before && goesOn(above, before) ? before : null;
  if (headAt < 0 && !head) return null;
  let contact = contactBefore;
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  let afterHead = false;
  for (const line of table.rows) {
    const place: Place = { file, ...(table.sheet === null ? {} : { sheet: table.sheet }), row: line.row };
    const labels = isHead(line.cells, given);
    if (labels || (head && (afterHead || drafts.length === 0) && isSecondHead(line))) {
      const columns = columnsOf(line, given);
      head = {
        columns: head && (afterHead || !labels) ? new Map([...head.columns, ...columns]) : columns,
        section: head?.section ?? null,
        width: line.cells.length,
      };
      afterHead = true;
      for (const cell of line.cells) if (cell && fieldIn(cleanText(cell.text), given)) placed.add(cell);
      continue;
    }
    afterHead = false;
    if (!head || isBanner(line)) {
      if (!head) contact = contactOf(lineText(line)) ?? contact;
      else head = { ...head, section: sectionIn(firstText(line), place) ?? head.section };
      const aside = !head || closing.test(firstText(line));
      for (const cell of distinctCells(line.cells))
        if (aside || cleanText(cell.text).length <= TITLE) placed.add(cell);
      continue;
    }
    const { values, open } = valuesOf(line, head.columns, place, placed);
    const told = Object.keys(values).filter((field) => field !== 'serial' && field !== 'category');
    if (told.length === 0) continue;
    if (head.section) values.category ??= head.section;
    const { columns } = head;
    const named = line.cells.find((cell, at) => cell && columns.get(at) === 'name');
    const inName = named?.pictures.length ?? 0;
    const pictures = distinctCells(line.cells).flatMap((cell) => (cell === named ? [] : cell.pictures));
    const draft: Draft = {
      form: 'list',
      place,
      values,
      open,
      pictures,
      otherPictures: inName,
      contact: { ...contact },
    };
    if (named?.gap) draft.unread = true;
    if (values.sender) draft.contact.unit = cleanLine(values.sender.text);
    if (values.name) drafts.push(draft);
    else if (told.length > 1) problems.push(problemAt('missing_name', place, {}, 'name'));
    else for (const cell of line.cells) if (cell) placed.delete(cell);
  }
  return head && { forms: 1, drafts, problems, head };
}

/** Do rows without a head fit the columns of the list before them? At least half must hold what those columns hold. */
function goesOn(lines: readonly Line[], before: ListHead): boolean {
  const told = lines.filter((line) => distinctCells(line.cells).some((cell) => cell.text.trim()));
  const rows = told.filter((line) => !isBanner(line));
  return rows.length > 0 && rows.filter((line) => fits(line, before)).length * 2 >= rows.length;
}

/** What can be told from a value alone; a column that is none of these says nothing. */
const checks: Partial<Record<FieldName, (text: string) => boolean>> = {
  serial: (text) => /^\d{1,4}[.、]?$/u.test(text),
  gender: (text) => /^[男女]$/u.test(text),
  phone: (text) => parsePhone(text) !== null,
  birth: (text) => parseBirth(text, null, false) !== null,
};

function fits({ cells }: Line, { columns, width }: ListHead): boolean {
  let right = 0;
  let wrong = 0;
  let checkable = 0;
  let named = false;
  for (const [column, field] of columns) {
    const text = cleanLine(cells[column]?.text ?? '');
    if (field === 'name') named ||= text !== '' && text.length <= 40;
    const check = checks[field];
    if (!check) continue;
    checkable++;
    if (text === '') continue;
    if (check(text)) right++;
    else wrong++;
  }
  return named && right >= wrong && (right > 0 || (checkable === 0 && cells.length === width));
}

/** Three labels of which at least two pairs stand side by side; in a form, an answer stands between two labels. */
function isHead(cells: readonly (Cell | null)[], given: GivenColumns): boolean {
  const distinct = cells.filter((cell, at) => cell === null || cells.indexOf(cell) === at);
  // What was said of a column decides what it is, never whether its row is the head.
  const found = distinct.map((cell) => (cell ? headed(cleanText(cell.text), given) : null));
  const pairs = found.filter((field, at) => field !== null && (found[at + 1] ?? null) !== null).length;
  return found.includes('name') && new Set(found.filter((field) => field !== null)).size >= 3 && pairs >= 2;
}

function headed(text: string, given: GivenColumns): FieldName | null {
  return fieldOf(text) ?? fieldIn(text, given);
}

/** The lower row of a head that takes two rows: labels only. */
function isSecondHead(line: Line): boolean {
  const texts = line.cells.map((cell) => cleanText(cell?.text ?? '')).filter((text) => text !== '');
  return texts.length >= 2 && texts.every((text) => fieldOf(text) !== null);
}

function columnsOf(line: Line | undefined, given: GivenColumns): Columns {
  const columns: Columns = new Map();
  const taken = new Map<FieldName, Cell>();
  line?.cells.forEach((cell, column) => {
    const field = cell ? fieldIn(cleanText(cell.text), given) : null;
    if (!cell || !field || field === 'other') return;
    // Of two columns with the same head the first counts; one head may span several columns.
    if ((taken.get(field) ?? cell) !== cell) return;
    taken.set(field, cell);
    columns.set(column, field);
  });
  return columns;
}

function valuesOf(
  line: Line,
  columns: Columns,
  place: Place,
  placed: Set<Cell>,
): Pick<Draft, 'values' | 'open'> {
  const values: Draft['values'] = {};
  const open: Draft['open'] = {};
  const used = new Map<FieldName, Set<Cell>>();
  for (const [column, field] of columns) {
    const cell = line.cells[column] ?? null;
    const value = answerIn(cell, field, place);
    if (!cell) continue;
    if (field !== 'photo' || value === null) placed.add(cell);
    if (value === null || field === 'photo' || used.get(field)?.has(cell)) continue;
    if (value === 'open') {
      open[field] = place;
      continue;
    }
    used.set(field, (used.get(field) ?? new Set()).add(cell));
    const earlier = values[field];
    values[field] = earlier ? { ...earlier, text: `${earlier.text}\n${value.text}`, number: null } : value;
  }
  return { values, open };
}

/** A total, a note, a contact line, or a title across the table: its first text says so, or it is the only one. */
function isBanner(line: Line): boolean {
  const distinct = line.cells.filter((cell, at) => cell?.text.trim() && line.cells.indexOf(cell) === at);
  const text = cleanLine(distinct[0]?.text ?? '');
  if (closing.test(text) || contactOf(text) !== null) return true;
  return (
    distinct.length === 1 &&
    (line.cells.filter((cell) => cell === distinct[0]).length > 2 ||
      /^[（(]?[一二三四五六七八九十]+[）)]?、/u.test(text))
  );
}

/** "一、个人（7人）" puts the rows below it into a category. */
export function sectionIn(raw: string, place: Place): Value | null {
  const text = cleanLine(raw);
  const name = /(个人|团队|集体|人物|队伍)/u.exec(text)?.[0];
  return name && !closing.test(text) && text.length <= 30
    ? { text: name, number: null, dated: false, formula: false, place }
    : null;
}

function firstText(line: Line): string {
  return cleanLine(line.cells.find((cell) => cell?.text.trim())?.text ?? '');
}

function lineText(line: Line): string {
  return distinctCells(line.cells)
    .map((cell) => cell.text)
    .join('    ');
}
