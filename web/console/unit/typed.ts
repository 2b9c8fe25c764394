import type { CandidateKind } from '@zuimei/shared/contest.ts';
import type { Consent, FormValues } from '@zuimei/shared/nomination.ts';

/** What a person types of a nomination, as it goes to the server. */
export interface Typed {
  kind: CandidateKind;
  category: string;
  values: FormValues;
  consent: Consent | null;
}

const keyOf = (id: number): string => `zuimei.entry.${id}`;

/** Keeps what was typed in this browser until the server has it. Where the browser keeps nothing (private mode), nothing is lost but that. */
export function keepTyped(id: number, version: number, typed: string): void {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify({ version, typed }));
  } catch {
    // Full or forbidden.
  }
}

export function readTyped(id: number): { version: number; typed: string } | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('version' in kept) || !('typed' in kept)) return null;
    const { version, typed } = kept;
    return typeof version === 'number' && typeof typed === 'string' && isTyped(JSON.parse(typed))
      ? { version, typed }
      : null;
  } catch {
    return null;
  }
}

export function forgetTyped(id: number): void {
  try {
    localStorage.removeItem(keyOf(id));
  } catch {
    // Forbidden: then nothing was kept.
  }
}

function isTyped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'values' in value && 'kind' in value;
}
