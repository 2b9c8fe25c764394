import type { BallotFilter } from '@zuimei/shared/audit.ts';
import type { KnownNetwork } from '@zuimei/shared/contest.ts';
import type { Policy } from '@zuimei/shared/policy.ts';
import type { RefusalDetails } from '@zuimei/shared/refusal.ts';
import type { AnyRefusalCode } from '@zuimei/shared/staffrefusal.ts';
import type { Page } from './columns.ts';
import type { Detail } from './detail.ts';
import type { AskedQuestion, Figures, Overview } from './study.ts';
import type { Tally } from './tally.ts';

/** What the worker of a contest is started with. */
export interface Start {
  networks: KnownNetwork[];
  addressFile: string | null;
  /** Entries to make room for. */
  expected: number;
}

/** What of a contest bears on an answer; it may change from ask to ask. */
export interface View {
  /** ms: picks of ballots from then on, and what hangs on them, are hidden; -Infinity = all, Infinity = none. */
  shownUpTo: number;
  policy: Policy;
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
  /** Study.missing and .devices. */
  missing: { ask: { filter: BallotFilter; view: View }; answer: (keyof BallotFilter)[] };
  devices: { ask: { start: string; most: number }; answer: string[] };
  /** Ascending. */
  rows: { ask: { filter: BallotFilter; view: View }; answer: Uint32Array<ArrayBuffer> };
  rowsIn: { ask: { clusters: readonly string[]; view: View }; answer: Uint32Array<ArrayBuffer> };
  overview: { ask: { view: View }; answer: Overview };
  detail: { ask: { cluster: string; view: View }; answer: Detail };
  tally: { ask: { question: AskedQuestion; round: number; view: View }; answer: Tally };
  figures: { ask: { view: View }; answer: Figures };
}

export type AskKind = keyof Asks;
export type Ask = { [Kind in AskKind]: { kind: Kind; id: number } & Asks[Kind]['ask'] }[AskKind];

export type Answer =
  | { id: number; answer: unknown }
  | { id: number; refusal: { code: AnyRefusalCode; details: RefusalDetails } }
  | { id: number; error: string };
