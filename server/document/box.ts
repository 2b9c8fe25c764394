import { isOn } from './look.ts';
import { TICKED, UNTICKED } from './symbol.ts';
import { attribute } from './xml.ts';

/** A content control. `box`: it is a box to tick, and whether it is; its character is then ours, once. */
interface Control {
  placeholder: boolean;
  box: boolean | null;
  drawn: boolean;
}

/** A field of an old form: a box to tick, or a list whose choice stands in the field itself. */
interface OldField {
  choice: string;
  /** It has a result, or is a box that was drawn. */
  known: boolean;
  shown: boolean;
  entries: string[];
  at: number;
  ticked: boolean;
}

/** What content controls and the fields of old forms show, where that is not plain text. */
export interface Boxes {
  /** For every element that opens; what the paper shows in its place, null where it shows something that is not known (a field without a result). */
  open(name: string, attributes: string, above: readonly string[]): string | null;
  /** For every element that closes; likewise. */
  close(name: string): string;
  /** The text of a run as it counts: of a box its own mark, once; of a placeholder nothing. */
  textOf(text: string): string;
  /** Is what stands here only what the template says to the person who fills it in? */
  isPlaceholder(): boolean;
}

export function createBoxes(): Boxes {
  const controls: Control[] = [];
  const fields: OldField[] = [];
  let placeholders = 0;

  const fieldMark = (type: string | null): string | null => {
    if (type === 'begin')
      fields.push({ choice: '', known: false, shown: false, entries: [], at: 0, ticked: false });
    const last = fields.at(-1);
    if (type === 'separate' && last) last.known = true;
    const ended = type === 'end' ? fields.pop() : undefined;
    if (!ended || ended.shown) return '';
    return ended.known || ended.choice !== '' ? ended.choice : null;
  };
  const setting = (name: string, attributes: string): void => {
    const field = fields.at(-1);
    if (!field) return;
    const value = attribute(attributes, 'w:val');
    if (name === 'w:default' || name === 'w:checked') field.ticked = isOn(attributes);
    if (name === 'w:default' || name === 'w:result') field.at = Number(value ?? 0);
    else if (name === 'w:listEntry') field.entries.push(value ?? '');
  };

  return {
    open(name, attributes, above) {
      const control = controls.at(-1);
      if (name === 'w:sdt') controls.push({ placeholder: false, box: null, drawn: false });
      else if (name === 'w:showingPlcHdr' && control && !control.placeholder && isOn(attributes)) {
        control.placeholder = true;
        placeholders++;
      } else if (name === 'w14:checkbox' && control) control.box = false;
      else if (name === 'w14:checked' && control)
        control.box = /^(1|true|on)$/u.test(attribute(attributes, 'w14:val') ?? '1');
      else if (name === 'w:fldChar') return fieldMark(attribute(attributes, 'w:fldCharType'));
      else if (above.at(-1) === 'w:checkBox' || above.at(-1) === 'w:ddList') setting(name, attributes);
      return '';
    },
    close(name) {
      const field = fields.at(-1);
      if (name === 'w:sdt') placeholders -= controls.pop()?.placeholder ? 1 : 0;
      else if (name === 'w:checkBox') {
        if (field) field.known = true;
        return field?.ticked ? TICKED : UNTICKED;
      } else if (name === 'w:ddList' && field) field.choice = field.entries[field.at] ?? '';
      return '';
    },
    textOf(text) {
      const [control, field] = [controls.at(-1), fields.at(-1)];
      if (field && text.trim()) field.shown = true;
      if (!control || control.box === null) return text;
      const mark = control.drawn ? '' : control.box ? TICKED : UNTICKED;
      control.drawn = true;
      return mark;
    },
    isPlaceholder: () => placeholders > 0,
  };
}
