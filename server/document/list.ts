import { type FieldName, fieldOf } from '@zuimei/shared/form.ts';
import { answerIn, type Contact, contactOf, type Draft, type Value } from './draft.ts';
import { type Place, type Problem, problemAt } from './problem.ts';
import type { Cell, Table } from './table.ts';
import { cleanLine, cleanText } from './value.ts';

type Line = Table['rows'][number];
type Columns = Map<number, FieldName>;

const closing =
  /^(合计|总计|小计|共计|总数|共\d+|注|说明|备注|填表说明|填报人|填表人|审核人|负责人|单位负责人|制表人)([：:\s\d共]|$)/u;

/**
 * Reads a 汇总表: the head is the first row of labels that stand side by side, wherever it is; rows above it are titles and
 * contacts, a total or note below it is no nominee. Returns null when the table has no such row.
 */
export function readList(
  table: Table,
  file: string,
  before: Contact,
): { forms: number; drafts: Draft[]; problems: Problem[] } | null {
  const head = table.rows.findIndex((line) => isHead(line.cells));
  if (head < 0) return null;
  let columns = columnsOf(table.rows[head]);
  let contact = before;
  for (const line of table.rows.slice(0, head)) contact = contactOf(lineText(line)) ?? contact;
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  let section: Value | null = null;
  for (const line of table.rows.slice(head + 1)) {
    const place: Place = { file, ...(table.sheet === null ? {} : { sheet: table.sheet }), row: line.row };
    if (isHead(line.cells) || isSecondHead(line, drafts.length)) {
      columns = new Map([...columns, ...columnsOf(line)]);
      continue;
    }
    if (isBanner(line)) {
      section = sectionOf(line, place) ?? section;
      continue;
    }
    const values = valuesOf(line, columns, place);
    const told = Object.keys(values).filter((field) => field !== 'serial' && field !== 'category');
    if (told.length === 0) continue;
    if (section) values.category ??= section;
    const named = line.cells.find((cell, at) => cell && columns.get(at) === 'name');
    const pictures = line.cells
      .filter((cell, at) => cell && cell !== named && line.cells.indexOf(cell) === at)
      .flatMap((cell) => cell?.pictures ?? []);
    const draft: Draft = { form: 'list', place, values, pictures, otherPictures: 0, contact: { ...contact } };
    if (named?.gap) draft.unread = true;
    if (values.sender) draft.contact.unit = cleanLine(values.sender.text);
    if (values.name) drafts.push(draft);
    else if (told.length > 1) problems.push(problemAt('missing_name', place, {}, 'name'));
  }
  return { forms: 1, drafts, problems };
}

/** Three labels of which at least two pairs stand side by side; in a form, an answer stands between two labels. */
function isHead(cells: readonly (Cell | null)[]): boolean {
  const distinct = cells.filter((cell, at) => cell === null || cells.indexOf(cell) === at);
  const found = distinct.map((cell) => (cell ? fieldOf(cleanText(cell.text)) : null));
  const pairs = found.filter((field, at) => field !== null && (found[at + 1] ?? null) !== null).length;
  return found.includes('name') && new Set(found.filter((field) => field !== null)).size >= 3 && pairs >= 2;
}

/** The lower row of a head that takes two rows: labels only, before any nominee. */
function isSecondHead(line: Line, nominees: number): boolean {
  const texts = line.cells.map((cell) => cleanText(cell?.text ?? '')).filter((text) => text !== '');
  return nominees === 0 && texts.length >= 2 && texts.every((text) => fieldOf(text) !== null);
}

function columnsOf(line: Line | undefined): Columns {
  const columns: Columns = new Map();
  const taken = new Map<FieldName, Cell>();
  line?.cells.forEach((cell, column) => {
    const field = cell ? fieldOf(cleanText(cell.text)) : null;
    if (!cell || !field || field === 'other') return;
    // Of two columns with the same head the first counts; one head may span several columns.
    if ((taken.get(field) ?? cell) !== cell) return;
    taken.set(field, cell);
    columns.set(column, field);
  });
  return columns;
}

function valuesOf(line: Line, columns: Columns, place: Place): Draft['values'] {
  const values: Draft['values'] = {};
  const used = new Map<FieldName, Set<Cell>>();
  for (const [column, field] of columns) {
    const cell = line.cells[column] ?? null;
    const value = answerIn(cell, place);
    if (!cell || !value || field === 'photo' || used.get(field)?.has(cell)) continue;
    used.set(field, (used.get(field) ?? new Set()).add(cell));
    const earlier = values[field];
    values[field] = earlier ? { ...earlier, text: `${earlier.text}\n${value.text}`, number: null } : value;
  }
  return values;
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
function sectionOf(line: Line, place: Place): Value | null {
  const text = cleanLine(line.cells.find((cell) => cell?.text.trim())?.text ?? '');
  const name = /(个人|团队|集体|人物|队伍)/u.exec(text)?.[0];
  return name && !closing.test(text) && text.length <= 30
    ? { text: name, number: null, dated: false, formula: false, place }
    : null;
}

function lineText(line: Line): string {
  return line.cells
    .filter((cell, at) => cell && line.cells.indexOf(cell) === at)
    .map((cell) => cell?.text ?? '')
    .join('    ');
}
