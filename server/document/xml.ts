import { refuseFile } from './problem.ts';

/**
 * What a scan calls, in document order. `attributes` is the raw text between the name and the end of the tag; `above` are the names of
 * the elements around it, the innermost last.
 */
export interface XmlVisitor {
  open(name: string, attributes: string, above: readonly string[]): void;
  close(name: string): void;
  text(text: string, above: readonly string[]): void;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** UTF-8 or UTF-16 by its byte order mark; anything else reads as UTF-8 with replacement marks. */
export function xmlText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}

/** Office never writes a DOCTYPE; whoever does is after entities (expansion, outside files). Refuses with `xml_entities`. */
export function checkXml(text: string): void {
  if (/<!\s*(DOCTYPE|ENTITY)/iu.test(text)) refuseFile('xml_entities');
}

/**
 * One pass over XML, no tree kept; namespaces are left as written. Refuses with `xml_entities`, and with `broken_file` when tags
 * do not pair up: half a document must not pass for a short one.
 */
export function scanXml(text: string, visitor: XmlVisitor): void {
  checkXml(text);
  const unclosed: string[] = [];
  const paired: Paired = {
    open(name, attributes) {
      visitor.open(name, attributes, unclosed);
      unclosed.push(name);
    },
    close(name) {
      if (unclosed.pop() !== name) refuseFile('broken_file');
      visitor.close(name);
    },
    text: (inner) => visitor.text(inner, unclosed),
  };
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('<', at);
    if (start < 0) break;
    if (start > at) paired.text(decodeXml(text.slice(at, start)));
    at = tag(text, start, paired);
  }
  if (unclosed.length > 0) refuseFile('broken_file');
}

interface Paired {
  open(name: string, attributes: string): void;
  close(name: string): void;
  text(text: string): void;
}

function tag(text: string, start: number, visitor: Paired): number {
  if (text.startsWith('<!--', start)) return after(text, '-->', start + 4);
  if (text.startsWith('<![CDATA[', start)) {
    const end = after(text, ']]>', start + 9);
    visitor.text(text.slice(start + 9, end - 3));
    return end;
  }
  if (text.startsWith('<?', start)) return after(text, '?>', start + 2);
  const end = tagEnd(text, start + 1);
  const body = text.slice(start + 1, end - 1);
  if (body.startsWith('/')) {
    visitor.close(body.slice(1).trimEnd());
    return end;
  }
  const empty = body.endsWith('/');
  const inner = empty ? body.slice(0, -1) : body;
  const space = inner.search(/\s/u);
  const name = space < 0 ? inner : inner.slice(0, space);
  visitor.open(name, space < 0 ? '' : inner.slice(space));
  if (empty) visitor.close(name);
  return end;
}

function after(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? refuseFile('broken_file') : at + mark.length;
}

const END = 0x3e;
const DOUBLE = 0x22;
const SINGLE = 0x27;

/** Just past the `>` of a tag; a `>` inside quotes does not end it. */
function tagEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === END) return at + 1;
    if (code !== DOUBLE && code !== SINGLE) continue;
    at = text.indexOf(code === DOUBLE ? '"' : "'", at + 1);
    if (at < 0) break;
  }
  return refuseFile('broken_file');
}

/** Of the few names that are asked for, each for thousands of tags. */
const patterns = new Map<string, RegExp>();

/** The value of one attribute, by its name as written (prefix included; a pattern where any prefix will do), or null. */
export function attribute(attributes: string, name: string): string | null {
  let pattern = patterns.get(name);
  if (!pattern) {
    pattern = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'u');
    patterns.set(name, pattern);
  }
  const match = pattern.exec(attributes);
  return match ? decodeXml(match[1] ?? match[2] ?? '') : null;
}

function decodeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{1,8}));/giu,
    (whole, hex: string, decimal: string, name: string) => {
      if (name) return named[name] ?? whole;
      const code = hex ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
      const half = code >= 0xd800 && code <= 0xdfff;
      return code > 0 && code <= 0x10ffff && !half ? String.fromCodePoint(code) : '';
    },
  );
}
