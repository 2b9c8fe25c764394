import type { Instant } from './time.ts';

/** What the page sends. `seen` is what it noticed of the visit; it is a signal for the gate and may be left out. */
export interface BallotRequest {
  ballotId: string;
  picks: number[];
  ticket: string;
  proof?: string;
  seen?: { device?: string; dwellMs?: number; touches?: number };
}

export type BallotState = 'counted' | 'held';

/** Proof of acceptance: the ballot is committed in the database when this is sent. It says that, never for whom. */
export interface Receipt {
  ballotId: string;
  /** Position in the contest's ledger, from 0. */
  index: number;
  at: Instant;
  state: BallotState;
}

/** What the voter's own session and auditors may open: with it, an entry's commitment can be recomputed. */
export interface Opening {
  ballotId: string;
  /** Hex, 32 bytes. */
  salt: string;
  /** Hex, 16 bytes: the voter's pseudonym in this contest. */
  voter: string;
  picks: number[];
  state: BallotState;
  /** Hex, 16 bytes: the digest of what the server noticed of it (evidence.ts), which tells nothing by itself. */
  evidence: string;
}

/** As a voter gets it: with what else the published entry holds of the ballot, so that its leaf can be recomputed. */
export interface OwnOpening extends Opening {
  /** Hex, 16 bytes: the entry's quota tag (ledger/quota.ts). */
  tag: string;
}
