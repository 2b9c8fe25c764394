import { type Frozen, sameFrozen } from '../ledger/frozen.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from '../note.ts';
import { aboutOf, type ExportHeader } from './export.ts';

/**
 * The key that a file is verified with: the reader's (`given`), else its own. fault, '' = none: unreadable or contest: what the reader gave is no key,
 * or another contest's, and then none is taken · missing: the file has none · other: the file has another · origin: it is not this contest's.
 */
export function chooseKey(
  own: ExportHeader,
  given: string | undefined,
): { key: VerifierKey | null; fault: string } {
  const theirs = parsedKey(own.verifierKey);
  const key = given === undefined ? theirs : parsedKey(given);
  if (!key) return { key: null, fault: given === undefined ? 'missing' : 'unreadable' };
  if (given !== undefined && key.name !== own.origin && theirs?.name === own.origin)
    return { key: null, fault: 'contest' };
  if (!theirs) return { key, fault: 'missing' };
  if (formatVerifierKey(key) !== formatVerifierKey(theirs)) return { key, fault: 'other' };
  const fits = key.name === own.origin && own.origin.endsWith(`/${own.contest}`);
  return { key, fault: fits ? '' : 'origin' };
}

/** A key as somebody wrote it; null for what is none, as one that was mistyped. */
export function parsedKey(text: string): VerifierKey | null {
  try {
    return parseVerifierKey(text.trim());
  } catch {
    return null;
  }
}

/** Where a header says otherwise than the rules that the ledger froze last, or than the file holds. */
export function headerFaults(
  own: ExportHeader,
  frozen: Frozen | null,
): { code: 'rules' | 'title' | 'about'; detail: string }[] {
  const faults: ReturnType<typeof headerFaults> = [];
  // A file made when the contest had moved on from what the ledger froze last may differ from it.
  const current = frozen?.version === own.version;
  if (frozen && (own.version < frozen.version || (current && !sameFrozen(own, frozen))))
    faults.push({ code: 'rules', detail: '' });
  if (current && frozen.title !== null && frozen.title !== own.title)
    faults.push({ code: 'title', detail: frozen.title });
  if (own.about !== aboutOf(own.withheld)) faults.push({ code: 'about', detail: '' });
  return faults;
}
