import type { Vouched, WitnessPolicy } from '../ledger/witness.ts';
import type { Instant } from '../time.ts';

/** GET /log/:slug/days (public), newest first: the last checkpoint of each Shanghai day. */
export interface DayCheckpoint {
  /** YYYY-MM-DD. */
  day: string;
  /** Entries under it. */
  size: number;
  /** Base64, as the note prints it. */
  root: string;
  at: Instant;
  /** The signed note with its cosignatures. */
  note: string;
  /** Who cosigned exactly this checkpoint, as registered. */
  witnesses: string[];
  /** If nobody did: the first later checkpoint that somebody cosigned. It holds all of this one's entries. */
  within: { size: number; at: Instant; witnesses: string[] } | null;
  /** By the policy of the entries under it, and by all who have signed since. */
  vouched: Vouched;
}

/** A witness as a contest knows it. */
export interface WitnessLine {
  /** Verifier key: what names it in requests. */
  key: string;
  name: string;
  addedBy: string;
  addedAt: Instant;
  /** null = its cosignatures are taken. */
  removedAt: Instant | null;
  /** The largest checkpoint it cosigned. */
  latest: { size: number; at: Instant } | null;
  /** How long it has left a checkpoint unsigned, ms; null = it has signed the newest, or is not asked any more. */
  behindMs: number | null;
}

/** A policy that one auditor proposed and another has to confirm. */
export interface WitnessProposal extends WitnessPolicy {
  id: number;
  by: string;
  at: Instant;
  /** Not to be confirmed from then on. */
  lapsesAt: Instant;
  reason: string;
  own: boolean;
}

/** The last proposal that came to nothing, or was done. */
export interface WitnessDecision {
  state: 'done' | 'declined' | 'withdrawn' | 'lapsed';
  by: string;
  at: Instant;
  decidedBy: string | null;
  why: string;
}

/** What an office downloads to be a witness. */
export interface WitnessProgram {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** GET /api/console/contests/:slug/witnesses */
export interface WitnessPage {
  title: string;
  origin: string;
  /** The log's own. */
  verifierKey: string;
  /** Entries of the ledger now, sealed or not. */
  entries: number;
  newest: DayCheckpoint | null;
  days: DayCheckpoint[];
  /** Active ones first, then by when they were added. */
  witnesses: WitnessLine[];
  /** What holds now, of the ledger. */
  policy: WitnessPolicy;
  /** The largest checkpoint that is official; null = none. */
  official: ({ size: number; at: Instant } & Vouched) | null;
  proposal: WitnessProposal | null;
  decided: WitnessDecision | null;
  /** null on a site whose pages were not built. */
  program: WitnessProgram | null;
  published: boolean;
  archived: boolean;
}
