import type { CandidateKind } from '@zuimei/shared/contest.ts';
import type { Consent, FormValues } from '@zuimei/shared/nomination.ts';

/** What a person types of a nomination, as it goes to the server. Private answers are there only when written anew: else they stay. */
export interface Typed {
  kind: CandidateKind;
  category: string;
  values: FormValues;
  consent: Consent | null;
}

/** What this browser keeps: until the server has it, and for the unit that typed it alone. */
interface Kept {
  version: number;
  typed: string;
  unit: number;
  /** ms. */
  at: number;
}

const STEM = 'zuimei.entry.';
const keyOf = (id: number): string => `${STEM}${id}`;
/** As long as a unit's session rests (server/staff/session.ts): then whoever sits here may be another. */
const REST_MS = 2 * 3_600_000;

/**
 * Keeps what was typed in this browser until the server has it, private answers excepted: those are never written to a disk in clear.
 * Where the browser keeps nothing (private mode), nothing is lost but that. Gives whether all of it is kept now.
 */
export function keepTyped(
  { id, unit, version }: { id: number; unit: number; version: number },
  typed: Typed,
  hidden: ReadonlySet<string>,
): boolean {
  const all = Object.entries(typed.values);
  const open = all.filter(([key]) => !hidden.has(key));
  const kept: Kept = {
    version,
    typed: JSON.stringify({ ...typed, values: Object.fromEntries(open) }),
    unit,
    at: Date.now(),
  };
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(kept));
    return open.length === all.length;
  } catch {
    // Full or forbidden.
    return false;
  }
}

export function readTyped(id: number): { version: number; typed: string } | null {
  const kept = parseKept(keyOf(id));
  return kept && isTyped(JSON.parse(kept.typed)) ? kept : null;
}

export function forgetTyped(id: number): void {
  remove(keyOf(id));
}

/**
 * Forgets what others left in this browser: everything but what this unit typed; without a unit, when nobody is signed in, what has rested
 * longer than a session; `all`, when somebody signs out, everything.
 */
export function forgetOthers(unit: number | null, all = false): void {
  for (const key of keys()) {
    const kept = parseKept(key);
    const stays = unit === null ? Date.now() - (kept?.at ?? 0) < REST_MS : kept?.unit === unit;
    if (all || !stays) remove(key);
  }
}

function keys(): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(STEM));
  } catch {
    return [];
  }
}

function parseKept(key: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    const { version, typed, unit, at } = kept as Partial<Record<string, unknown>>;
    return typeof version === 'number' &&
      typeof typed === 'string' &&
      typeof unit === 'number' &&
      typeof at === 'number'
      ? { version, typed, unit, at }
      : null;
  } catch {
    return null;
  }
}

function remove(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Forbidden: then nothing was kept.
  }
}

function isTyped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'values' in value && 'kind' in value;
}
