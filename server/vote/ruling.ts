import type { Transaction } from 'kysely';
import type { Ruling, RulingVerb } from '@zuimei/shared/ledger/act.ts';
import type { Tables } from '../db.ts';

/** Ballots that one ruling may be about; the head of the ledger is locked while they move. */
export const MOST_RULED = 50_000;
/** Ballots that one entry of the ledger may name. */
export const MOST_NAMED = 10_000;

/** What auditors decided: `actor` proposed it, `confirmedBy` is another person. */
export interface Order {
  verb: RulingVerb;
  /** Ledger indexes, in any order; those that the verb cannot move fall away. */
  entries: readonly number[];
  actor: string;
  confirmedBy: string;
  reason: string;
  /** Number of the document it rests on, or ''. */
  reference: string;
  /** Runs first in the same transaction; what it refuses with leaves everything as it was. */
  before?(tx: Transaction<Tables>, contestId: number): Promise<void>;
  /** Runs last, with the ballots that were moved and the entries that say so. */
  after?(tx: Transaction<Tables>, contestId: number, done: Ruled): Promise<void>;
}

export interface Ruled {
  /** Indexes of the entries of kind 'ruling', ascending. */
  rulings: number[];
  ballots: number;
}

/** The acts of the entries to append, each with its part of what was moved (ascending). */
export function actsOf(order: Order, moved: readonly number[]): Ruling[] {
  const { verb, actor, confirmedBy, reason, reference } = order;
  const acts: Ruling[] = [];
  for (let from = 0; from < moved.length; from += MOST_NAMED) {
    const entries = moved.slice(from, from + MOST_NAMED);
    acts.push({ actor, confirmedBy, reason, reference, ruling: verb, entries });
  }
  return acts;
}
