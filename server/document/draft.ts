import type { FieldName } from '@zuimei/shared/form.ts';
import { isBlank, isHint } from '@zuimei/shared/form.ts';
import { parsePhone } from '@zuimei/shared/text/phone.ts';
import { clip } from '../text.ts';
import type { Place } from './problem.ts';
import type { Cell } from './table.ts';
import { tickedIn } from './tick.ts';
import { cleanLine, cleanText } from './value.ts';

/** One answer as it stands in a document. */
export interface Value {
  text: string;
  number: number | null;
  dated: boolean;
  formula: boolean;
  place: Place;
}

/** Who sent a document: the line "报送单位：… 联系人：… 联系电话：…". */
export interface Contact {
  unit: string | null;
  name: string | null;
  phone: string | null;
}

/** One nominee as one document tells of it; merge.ts makes one nomination of all drafts of the same nominee. */
export interface Draft {
  /** card = 报送表, list = a row of 汇总表, clue = 线索征集表. */
  form: 'card' | 'list' | 'clue';
  place: Place;
  values: Partial<Record<FieldName, Value>>;
  /** Fields with options of which none, or more than one, was ticked, and where. */
  open: Partial<Record<FieldName, Place>>;
  pictures: Uint8Array[];
  /** Pictures seen but not taken for a portrait. */
  otherPictures: number;
  /** Within the name stands what is no character (Cell.gap). */
  unread?: boolean;
  contact: Contact;
}

/**
 * A cell as the answer to a field: null when it is empty, says "无", or still holds the template's hint; `open` when it holds options and
 * not just one of them is ticked.
 */
export function answerIn(cell: Cell | null, field: FieldName, place: Place): Value | 'open' | null {
  if (!cell) return null;
  const written = withoutHints(cleanText(cell.text));
  if (written === '' || isBlank(written)) return null;
  const text = tickedIn(field, written);
  if (text === null) return 'open';
  return { text, number: cell.number, dated: cell.dated, formula: cell.formula, place };
}

/** Within a longer answer only a bracketed hint goes, e.g. "（盖章）"; a line that begins with "如：" may well be the answer. */
function withoutHints(text: string): string {
  if (isHint(text)) return '';
  return text
    .split('\n')
    .filter((line) => !(/^[（(]/u.test(line) && isHint(line)))
    .join('\n');
}

const contactLabel =
  /(报送单位|推荐单位|填报单位|申报单位|上报单位|(?<!\p{L})单位(?=\s*[（(][盖公]章[）)])|联系人|填报人|填表人|经办人|(?<!\p{L})(?:时间|日期)|联系电话|联系方式|手机|电话)(?:[（(][^（）()]*[）)])?\s*[：:]\s*/gu;

/** Is it a venue, whose list tells what it is used for and how large it is? */
export function isVenue({ values }: Pick<Draft, 'values'>): boolean {
  return Boolean(values.use ?? values.area);
}

/** Reads a contact line, or null when the text is none. */
export function contactOf(text: string): Contact | null {
  const marks = [...text.matchAll(contactLabel)];
  if (marks.length === 0) return null;
  const contact: Contact = { unit: null, name: null, phone: null };
  marks.forEach((mark, at) => {
    const raw = text.slice(mark.index + mark[0].length, marks[at + 1]?.index);
    const value = clip(cleanLine(raw).replace(/[（(]?(盖章|公章)[）)]?/u, ''), 80).trim();
    if (!value || isHint(value)) return;
    const label = mark[1] ?? '';
    if (label.endsWith('单位')) contact.unit ??= value;
    else if (label.endsWith('人')) contact.name ??= value;
    else if (!/^(时间|日期)$/u.test(label)) contact.phone ??= parsePhone(value);
  });
  return contact;
}
