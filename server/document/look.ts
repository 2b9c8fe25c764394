import type { Archive } from './archive.ts';
import type { Relation } from './relation.ts';
import { attribute, scanXml, xmlText } from './xml.ts';

/** Whether a text can be seen at all, and whether it was struck out. */
export interface Look {
  hidden: boolean;
  struck: boolean;
  font: string | null;
}

export const plainLook: Look = { hidden: false, struck: false, font: null };

/** An element such as `<w:vanish/>` says yes unless its value says no. */
export function isOn(attributes: string): boolean {
  return !/^(0|false|off|none)$/u.test(attribute(attributes, 'w:val') ?? '1');
}

/** The look of a paragraph's style and that of a run's within it. */
export function both(a: Look, b: Look): Look {
  return { hidden: a.hidden || b.hidden, struck: a.struck || b.struck, font: b.font ?? a.font };
}

/** One element of run properties, laid over what was so far. */
export function lookWith(look: Look, name: string, attributes: string): Look {
  if (name === 'w:vanish') return { ...look, hidden: isOn(attributes) };
  if (name === 'w:strike' || name === 'w:dstrike') return { ...look, struck: isOn(attributes) };
  if (name === 'w:rFonts') {
    const font = attribute(attributes, 'w:ascii') ?? attribute(attributes, 'w:hAnsi');
    return font ? { ...look, font } : look;
  }
  return look;
}

/** What the styles of a .docx hide or strike out. Read when the first is asked for: they are often larger than the document. */
export function createStyles(archive: Archive, relations: readonly Relation[]): (id: string) => Look | null {
  let looks: Map<string, Look> | null = null;
  return (id) => {
    looks ??= readLooks(archive, relations);
    return looks.get(id) ?? null;
  };
}

const telling = ['vanish', 'strike'];
/** One program writes the same styles, byte for byte, into each of its documents. */
let last: { deflated: Uint8Array; looks: Map<string, Look> } | null = null;

function readLooks(archive: Archive, relations: readonly Relation[]): Map<string, Look> {
  const part = relations.find((one) => one.type.endsWith('/styles'))?.part;
  if (part === undefined) return new Map();
  const deflated = archive.deflated(part);
  if (deflated && last && Buffer.compare(last.deflated, deflated) === 0) return last.looks;
  const looks = looksOf(archive.read(part) ?? new Uint8Array(0));
  if (deflated) last = { deflated: deflated.slice(), looks };
  return looks;
}

/** By id. A style that is based on another looks like it, unless it says otherwise. */
function looksOf(bytes: Uint8Array): Map<string, Look> {
  const looks = new Map<string, Look>();
  // Most documents hide nothing by a style: then there is nothing to gather. Anything but UTF-8 begins with a mark.
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (raw[0] === 0x3c && !telling.some((word) => raw.includes(word))) return looks;
  const text = xmlText(bytes);
  const own = new Map<string, { base: string | null; said: [string, string][] }>();
  let id: string | null = null;
  scanXml(text, {
    open(name, attributes, above) {
      if (name === 'w:style') {
        id = attribute(attributes, 'w:styleId');
        if (id) own.set(id, { base: null, said: [] });
      }
      const style = id === null ? undefined : own.get(id);
      if (!style) return;
      if (name === 'w:basedOn') style.base = attribute(attributes, 'w:val');
      else if (above.at(-1) === 'w:rPr' && above.at(-2) === 'w:style') style.said.push([name, attributes]);
    },
    close(name) {
      if (name === 'w:style') id = null;
    },
    text() {},
  });
  const lookOf = (style: string, depth: number): Look => {
    const { base, said } = own.get(style) ?? { base: null, said: [] };
    const from = base !== null && depth < 10 ? lookOf(base, depth + 1) : plainLook;
    return said.reduce((look, [name, attributes]) => lookWith(look, name, attributes), from);
  };
  for (const style of own.keys()) looks.set(style, lookOf(style, 0));
  return looks;
}
