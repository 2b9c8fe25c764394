import type { CandidateKind } from '@zuimei/shared/contest.ts';
import type { Consent, FormValues } from '@zuimei/shared/nomination.ts';
import { createShelf } from '../frame/shelf.ts';

/** What a person types of a nomination, as it goes to the server. Private answers are there only when written anew: else they stay. */
export interface Typed {
  kind: CandidateKind;
  category: string;
  values: FormValues;
  consent: Consent | null;
}

const shelf = createShelf('zuimei.entry.');

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
  const text = JSON.stringify({ ...typed, values: Object.fromEntries(open) });
  return shelf.keep({ id, owner: unit, version }, text) && open.length === all.length;
}

export function readTyped(id: number): { version: number; typed: string } | null {
  const kept = shelf.read(id);
  return kept && isTyped(JSON.parse(kept.typed)) ? kept : null;
}

export const forgetTyped = shelf.forget;
export const forgetOthers = shelf.forgetOthers;

function isTyped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'values' in value && 'kind' in value;
}
