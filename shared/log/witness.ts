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
  archived: boolean;
}
