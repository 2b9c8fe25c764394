import type { SheetLines, SheetState, SheetView } from '@zuimei/shared/sheet.ts';
import type { SessionView } from '@zuimei/shared/staff.ts';

/** Everything of one sheet begins with this and the contest's address. */
const STEM = 'zuimei.sheet.';
/** As long as a judge's session may last (server/staff/session.ts): so long what they typed waits for them to sign in again. */
const WAIT_MS = 7 * 24 * 3_600_000;

/** What this browser keeps of a sheet, each for the judge who typed it alone. */
interface Shelf {
  /** The task and who is signed in, to open the page without a network. */
  view: { me: SessionView; view: SheetView };
  /** What the server said last; newer than `view`. */
  state: SheetState;
  /** What the server does not have yet, and the version it was made from. */
  typed: { version: number; text: string };
  /** The duties were read. */
  duty: true;
}

interface Kept<Value> {
  staff: number;
  /** ms. */
  at: number;
  value: Value;
}

const keyOf = (slug: string, part: keyof Shelf): string => `${STEM}${slug}.${part}`;

/** Gives whether it is kept now: the browser may be full, or keep nothing (private mode). */
export function keepPart<Part extends keyof Shelf>(
  { slug, staff }: { slug: string; staff: number },
  part: Part,
  value: Shelf[Part],
): boolean {
  const kept: Kept<Shelf[Part]> = { staff, at: Date.now(), value };
  try {
    localStorage.setItem(keyOf(slug, part), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** `staff`: whose it must be; null = whoever's. */
export function readPart<Part extends keyof Shelf>(
  { slug, staff }: { slug: string; staff: number | null },
  part: Part,
): Shelf[Part] | null {
  const kept = parseKept(keyOf(slug, part));
  return kept && (staff === null || kept.staff === staff) ? (kept.value as Shelf[Part]) : null;
}

export function forgetPart(slug: string, part: keyof Shelf): void {
  remove(keyOf(slug, part));
}

/** What was typed, parsed; null = nothing was left, or it is no draft. */
export function readTyped(of: {
  slug: string;
  staff: number;
}): { version: number; lines: SheetLines } | null {
  const typed = readPart(of, 'typed');
  try {
    return typed ? { version: typed.version, lines: JSON.parse(typed.text) as SheetLines } : null;
  } catch {
    return null;
  }
}

/**
 * Forgets what is not of this judge. `staff` null: nobody is signed in; then all goes but what was typed and not sent, which waits a week for
 * its judge. `all`: somebody signed out, everything goes.
 */
export function forgetSheets(staff: number | null, all = false): void {
  for (const key of keys()) {
    const kept = parseKept(key);
    const waits = key.endsWith('.typed') && Date.now() - (kept?.at ?? 0) < WAIT_MS;
    const stays = staff === null ? waits : kept?.staff === staff;
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

function parseKept(key: string): Kept<unknown> | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return null;
    const { staff, at, value } = kept as Partial<Record<string, unknown>>;
    return typeof staff === 'number' && typeof at === 'number' && value != null ? { staff, at, value } : null;
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
