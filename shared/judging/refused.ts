import { Refusal, type RefusalDetails } from '../refusal.ts';
import type { PanelId } from './outcome.ts';

/**
 * What the judging cannot go on with, as a value: a batch of what-ifs goes on when one of them is refused. Codes are those of
 * shared/staffrefusal.ts; `refuse` throws one where a person is to be told.
 */
export type Refused =
  | { refusal: 'too_few_sheets'; number: number; sheets: number; least: number; panel?: PanelId }
  /** Two groups of seats judged nobody in common, so nothing tells which of them is harsher. */
  | { refusal: 'not_comparable'; panel?: PanelId }
  /** `places` are left, and the order among `numbers` decides who gets them. */
  | { refusal: 'tie_open'; numbers: number[]; places: number }
  /** category: the id of a category or group that cannot be met by itself; null = only together they cannot. */
  | { refusal: 'minimum_impossible'; category: string | null }
  | { refusal: 'caps_entangled' }
  | { refusal: 'no_quorum'; present: number; appointed: number }
  | { refusal: 'calendar_uncovered'; year: number };

export type PanelRefused = Extract<Refused, { panel?: PanelId }>;

export function isRefused<Result extends object>(
  result: Result,
): result is Extract<Result, { refusal: Refused['refusal'] }> {
  return 'refusal' in result;
}

/** Throws the Refusal of its code and details; lists are joined as they are read: 3、4. */
export function refuse({ refusal, ...details }: Refused): never {
  const flat: [string, RefusalDetails[string]][] = Object.entries(details).map(([key, value]) => [
    key,
    Array.isArray(value) ? value.join('、') : value,
  ]);
  throw new Refusal(refusal, Object.fromEntries(flat));
}
