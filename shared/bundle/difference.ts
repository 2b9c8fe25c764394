import { type Canonical, canonicalText } from '../ledger/canonical.ts';

export interface Difference {
  /** Names and places from 1, from the outside inwards: `notices 1 days 3`; '' = the whole. */
  path: string;
  /** As JSON, cut short; 空 = not there. */
  kept: string;
  anew: string;
}

const MOST_CHARS = 80;
type Fields = { readonly [key: string]: Canonical };

/** Where a value as it was kept first departs from the same made anew; null = nowhere. Takes what JSON.parse gives. */
export function firstDifference(kept: unknown, anew: unknown): Difference | null {
  return find(kept as Canonical | undefined, anew as Canonical | undefined, []);
}

function find(
  kept: Canonical | undefined,
  anew: Canonical | undefined,
  path: readonly string[],
): Difference | null {
  if (Array.isArray(kept) && Array.isArray(anew)) {
    const [one, other]: (readonly Canonical[])[] = [kept, anew];
    const length = Math.max(one?.length ?? 0, other?.length ?? 0);
    for (let i = 0; i < length; i++) {
      const found = find(one?.[i], other?.[i], [...path, `${i + 1}`]);
      if (found) return found;
    }
    return null;
  }
  if (isFields(kept) && isFields(anew)) {
    for (const key of [...new Set([...Object.keys(anew), ...Object.keys(kept)])].sort()) {
      const found = find(own(kept, key), own(anew, key), [...path, key]);
      if (found) return found;
    }
    return null;
  }
  if (kept !== undefined && anew !== undefined && textOf(kept) === textOf(anew)) return null;
  return { path: path.join(' '), kept: shown(kept), anew: shown(anew) };
}

function isFields(value: Canonical | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(fields: Fields, key: string): Canonical | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** Floats, which a canonical text has none of, differ from everything. */
function textOf(value: Canonical): string {
  return typeof value === 'number' ? `${value}` : canonicalText(value);
}

function shown(value: Canonical | undefined): string {
  if (value === undefined) return '空';
  const text = JSON.stringify(value);
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text;
}
