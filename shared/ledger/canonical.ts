import { utf8 } from '../bytes.ts';
import { Refusal } from '../refusal.ts';

/** What may be hashed as JSON. Numbers are safe integers: a float has more than one spelling, an integer only one. */
export type Canonical =
  | string
  | number
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [key: string]: Canonical };

const MAX_DEPTH = 32;

/**
 * The one JSON text of a value: no spaces, keys in order of their UTF-16 code units, the shortest escapes (as RFC 8785, of
 * which this is the part without floats). Takes anything; refuses with `bad_request` {part: 'canonical', fault} what is not
 * Canonical: floats, NaN, undefined, bigint, lone surrogates, class instances, cycles and nesting deeper than 32.
 */
export function canonicalText(value: unknown): string {
  return textOf(value, 0);
}

export function canonical(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8(textOf(value, 0));
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw refused('number');
    return String(value);
  }
  if (typeof value !== 'object') throw refused('type');
  if (depth >= MAX_DEPTH) throw refused('depth');
  if (Array.isArray(value))
    return `[${Array.from(value, (one: unknown) => textOf(one, depth + 1)).join(',')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused('type');
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${quoted(key)}:${textOf(field, depth + 1)}`).join(',')}}`;
}

function quoted(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw refused('surrogate');
  return JSON.stringify(text);
}

function refused(fault: string): Refusal {
  return new Refusal('bad_request', { part: 'canonical', fault });
}
