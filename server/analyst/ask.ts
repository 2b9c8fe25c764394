import type { BallotFilter } from '@zuimei/shared/audit.ts';
import type { KnownNetwork } from '@zuimei/shared/contest.ts';
import type { RefusalDetails } from '@zuimei/shared/refusal.ts';
import type { AnyRefusalCode } from '@zuimei/shared/staffrefusal.ts';
import type { Page } from './columns.ts';

/** What the worker of a contest is started with. */
export interface Start {
  networks: KnownNetwork[];
  /** Entries to make room for. */
  expected: number;
}

/** What of a contest bears on an answer; it may change from ask to ask. */
export interface View {
  /** ms: picks of ballots from then on are hidden; -Infinity = all, Infinity = none. */
  shownUpTo: number;
}

/** Everything the worker can be asked, with what it gives. */
export interface Asks {
  take: {
    ask: { page: Page };
    answer: { entries: number; ballots: number; at: number | null; bytes: number };
  };
  page: {
    ask: { filter: BallotFilter; before: number; limit: number; view: View };
    answer: { rows: number[]; total: number };
  };
  /** Ascending. */
  rows: { ask: { filter: BallotFilter; view: View }; answer: Uint32Array<ArrayBuffer> };
}

export type AskKind = keyof Asks;
export type Ask = { [Kind in AskKind]: { kind: Kind; id: number } & Asks[Kind]['ask'] }[AskKind];

export type Answer =
  | { id: number; answer: unknown }
  | { id: number; refusal: { code: AnyRefusalCode; details: RefusalDetails } }
  | { id: number; error: string };
