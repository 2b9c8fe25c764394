import { type FieldName, fieldOf, isPlainLabel } from '@zuimei/shared/form.ts';
import { parsePhone } from '@zuimei/shared/phone.ts';
import { clip } from '../text.ts';
import { answerIn, type Contact, type Draft } from './draft.ts';
import { type Place, type Problem, problemAt } from './problem.ts';
import { type Cell, cellRightOf, type Table } from './table.ts';
import { cleanLine, cleanText } from './value.ts';

interface Block {
  place: Place;
  labels: Set<FieldName>;
  draft: Draft;
}

/** Labels that open a form; seeing one again means that the next form of the same table begins. */
const openers = new Set<FieldName>(['name', 'subject', 'sender']);
const enough = (labels: Set<FieldName>): boolean =>
  labels.size >= 3 && (labels.has('name') || labels.has('subject'));

/**
 * Reads a grid of labels and values, one form or several below one another: 报送表 and 线索征集表. A value stands right of
 * its label, below a label that ends its row, or in the label's own cell after a colon.
 */
export function readCards(
  table: Table,
  file: string,
  contact: Contact,
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
        if (!readInline(block, cell, place)) block.draft.pictures.push(...cell.pictures);
        return;
      }
      block.labels.add(field);
      const value = answerOf(table, at, column, seen);
      if (value) seen.add(value.cell);
      put(block, field, value?.cell ?? null, { ...place, row: value?.row ?? row });
    });
  });
  const forms = blocks.filter((block) => enough(block.labels));
  const filled = forms.filter((block) => Object.keys(block.draft.values).some((field) => field !== 'sender'));
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
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
    pictures: [],
    otherPictures: 0,
    contact: { ...contact },
  };
  const block = { place, labels: new Set<FieldName>(), draft };
  blocks.push(block);
  return block;
}

function answerOf(
  table: Table,
  at: number,
  column: number,
  seen: Set<Cell>,
): { cell: Cell; row: number } | null {
  const line = table.rows[at];
  if (!line) return null;
  const label = line.cells[column];
  const right = cellRightOf(line.cells, column);
  if (right) {
    const free = right.cell && !seen.has(right.cell) && !isPlainLabel(cleanText(right.cell.text));
    return free && right.cell ? { cell: right.cell, row: line.row } : null;
  }
  const under = table.rows.slice(at + 1).find((next) => next.cells[column] !== label);
  const below = under?.cells[column];
  return below && under && !seen.has(below) && fieldOf(cleanText(below.text)) === null
    ? { cell: below, row: under.row }
    : null;
}

function readInline(block: Block, cell: Cell, place: Place): boolean {
  const match = /^([^：:]{1,24})[：:]\s*([\s\S]+)$/u.exec(cleanText(cell.text));
  const field = match ? fieldOf(match[1] ?? '') : null;
  if (!match || !field || block.draft.values[field]) return false;
  block.labels.add(field);
  put(block, field, { ...cell, text: match[2] ?? '' }, place);
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
  const value = answerIn(cell, place);
  if (value && field !== 'other' && field !== 'photo') draft.values[field] ??= value;
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
