import { type FieldName, fieldOf, isBlank, isHint, isPlainLabel } from '@zuimei/shared/form.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { clip } from '../text.ts';
import { answerIn, type Contact, type Draft } from './draft.ts';
import { type Place, type Problem, problemAt } from './problem.ts';
import { type Cell, cellRightOf, distinctCells, type Table } from './table.ts';
import { cleanLine, cleanText } from './value.ts';

interface Block {
  place: Place;
  labels: Set<FieldName>;
  draft: Draft;
  /** The cells whose text is a label, a kept answer, or what the form says by itself. */
  placed: Cell[];
}

/** Labels that open a form; seeing one again means that the next form of the same table begins. */
const openers = new Set<FieldName>(['name', 'subject', 'sender']);
const enough = (labels: Set<FieldName>): boolean =>
  labels.size >= 3 && (labels.has('name') || labels.has('subject'));

/**
 * Reads a grid of labels and values, one form or several below one another: 报送表 and 线索征集表. A value stands right of
 * its label, below a label that ends its row, or in the label's own cell after a colon. What found a place is added to `placed`.
 */
export function readCards(
  table: Table,
  file: string,
  contact: Contact,
  placed: Set<Cell>,
): { forms: number; drafts: Draft[]; problems: Problem[] } {
  const blocks: Block[] = [];
  const seen = new Set<Cell>();
  table.rows.forEach(({ row, cells }, at) => {
    cells.forEach((cell, column) => {
      if (!cell || seen.has(cell)) return;
      seen.add(cell);
      const place: Place = { file, ...(table.sheet === null ? {} : { sheet: table.sheet }), row };
      const field = fieldOf(cleanText(cell.text));
      const block = blockFor(blocks, field, place, contact);
      if (!field) {
        if (readInline(block, cell, place)) return;
        block.draft.pictures.push(...cell.pictures);
        if (isAside(cell, cells)) block.placed.push(cell);
        return;
      }
      block.labels.add(field);
      block.placed.push(cell);
      const value = answerOf(table, at, column, field, seen);
      if (value) seen.add(value.cell);
      put(block, field, value?.cell ?? null, { ...place, row: value?.row ?? row });
    });
  });
  const forms = blocks.filter((block) => enough(block.labels));
  const filled = forms.filter((block) => Object.keys(block.draft.values).some((field) => field !== 'sender'));
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  for (const block of forms) for (const cell of block.placed) placed.add(cell);
  for (const block of filled) {
    const draft = finish(block);
    if (draft.values.name || draft.values.subject) drafts.push(draft);
    else
      problems.push(problemAt('missing_name', draft.place, {}, draft.form === 'clue' ? 'subject' : 'name'));
  }
  return { forms: forms.length, drafts, problems };
}

function blockFor(blocks: Block[], field: FieldName | null, place: Place, contact: Contact): Block {
  const last = blocks.at(-1);
  const again = field !== null && openers.has(field) && last?.labels.has(field) && enough(last.labels);
  if (last && !again) return last;
  const draft: Draft = {
    form: 'card',
    place,
    values: {},
    open: {},
    pictures: [],
    otherPictures: 0,
    contact: { ...contact },
  };
  const block = { place, labels: new Set<FieldName>(), draft, placed: [] };
  blocks.push(block);
  return block;
}

function answerOf(
  table: Table,
  at: number,
  column: number,
  field: FieldName,
  seen: Set<Cell>,
): { cell: Cell; row: number } | null {
  const line = table.rows[at];
  if (!line) return null;
  const label = line.cells[column];
  const right = cellRightOf(line.cells, column);
  if (right) {
    const free = right.cell && !seen.has(right.cell) && !isLabel(right.cell, field);
    return free && right.cell ? { cell: right.cell, row: line.row } : null;
  }
  const under = table.rows.slice(at + 1).find((next) => next.cells[column] !== label);
  const below = under?.cells[column];
  return below && under && !seen.has(below) && [null, field].includes(fieldOf(cleanText(below.text)))
    ? { cell: below, row: under.row }
    : null;
}

/** Beside 类别, "个人/团队" is what to choose from; elsewhere it is the label of that field. */
function isLabel(cell: Cell, beside: FieldName): boolean {
  const text = cleanText(cell.text);
  return isPlainLabel(text) && fieldOf(text) !== beside;
}

/** A title or a note that has its row for itself, a hint of the template, or nothing. */
function isAside(cell: Cell, cells: readonly (Cell | null)[]): boolean {
  const text = cleanText(cell.text);
  const alone = distinctCells(cells).every((one) => one === cell || one.text.trim() === '');
  return isHint(text) || isBlank(text) || (alone && text.length <= 40);
}

function readInline(block: Block, cell: Cell, place: Place): boolean {
  const match = /^([^：:]{1,24})[：:]\s*([\s\S]+)$/u.exec(cleanText(cell.text));
  const field = match ? fieldOf(match[1] ?? '') : null;
  if (!match || !field || block.draft.values[field]) return false;
  block.labels.add(field);
  const answer = { ...cell, text: match[2] ?? '' };
  put(block, field, answer, place);
  if (block.placed.includes(answer)) block.placed.push(cell);
  return true;
}

function put(block: Block, field: FieldName, cell: Cell | null, place: Place): void {
  const { draft } = block;
  if (cell && cell.pictures.length > 0) {
    if (field === 'photo') draft.pictures.unshift(...cell.pictures);
    else draft.otherPictures += cell.pictures.length;
  }
  if (field === 'name' || field === 'subject') {
    draft.place = place;
    if (cell?.gap && cleanText(cell.text) !== '') draft.unread = true;
  }
  if (!cell) return;
  const value = answerIn(cell, field, place);
  if (value === null) block.placed.push(cell);
  else if (field === 'other' || field === 'photo') return;
  else if (value === 'open') draft.open[field] ??= place;
  else draft.values[field] ??= value;
  if (value === 'open' || draft.values[field] === value) block.placed.push(cell);
}

/** Moves what tells of the sender out of the nominee's values and settles which form it is. */
function finish(block: Block): Draft {
  const { draft } = block;
  const { sender, contact } = draft.values;
  if (sender) draft.contact.unit = cleanLine(sender.text);
  if (contact) {
    draft.contact.phone = parsePhone(contact.text) ?? draft.contact.phone;
    draft.contact.name =
      clip(contact.text.replace(/[+\d\-\s（）()]+/gu, ' ').trim(), 80) || draft.contact.name;
  }
  return { ...draft, form: block.labels.has('subject') ? 'clue' : 'card' };
}
