import type { Why } from './judging/limits.ts';
import type { Margin } from './judging/margin.ts';
import type { Place } from './judging/order.ts';
import type { Outcome, PanelId, PartId } from './judging/outcome.ts';
import type { DecisiveLine, SeatReport } from './judging/report.ts';
import type { Instant } from './time.ts';

/** One sheet as it was opened by the standing. */
export interface OpenedSheet {
  seat: string;
  revision: number;
  entry: number;
  lockedAt: Instant;
  /** By candidate, by criterion, in units. */
  lines: Record<number, Record<string, number>>;
  totals: Record<number, number>;
  recused: number[];
  abstained: number[];
}

/** The standing as it was computed, and as its digest in the ledger says. Points in units. */
export interface StandingDocument {
  /** Entries of the ledger that it rests on. */
  ledgerSize: number;
  votes: Record<number, number>;
  /** Ballots that were held and that nobody has ruled on; signed for when not 0. */
  held: number;
  parts: Partial<Record<PartId, Record<number, number>>>;
  /** Whose line was dropped, lowest first. */
  trimmed: Partial<Record<PanelId, Record<number, string[]>>>;
  order: Place[];
  panels: Partial<Record<PanelId, OpenedSheet[]>>;
}

/** How a tie at the line was settled. */
export interface TieDocument {
  rule: 'meeting' | 'lot';
  /** Those who were tied. */
  numbers: number[];
  /** The order that came of it. */
  order: number[];
  /** lot: both secrets, hex. */
  secrets: { organizer: string; auditor: string } | null;
  /** meeting: each ballot as it was cast. */
  ballots: {
    appointed: number;
    present: number;
    places: number;
    favour: Record<number, number>;
  }[];
  reason: string;
}

export interface ChoiceDocument {
  chosen: number[];
  passed: { number: number; why: Why }[];
  /** In the order in which they would move up. */
  alternates: number[];
  unfilled: number;
}

/** A document as it was fixed: by whom, when, and where the ledger has its digest. */
export interface Found<Document> {
  document: Document;
  entry: number;
  /** Hex, of the canonical text of the document. */
  digest: string;
  by: string;
  at: Instant;
}

/** What stands between the vote and its standing. `ok` = nothing of it. */
export interface StandingCheck {
  code: 'voting_open' | 'counts_sealed' | 'seats_open' | 'quorum_missing' | 'ballots_held';
  panel: PanelId | null;
  /** How many seats, ballots … it is about; or the candidate. */
  n: number;
}

/** GET /api/console/contests/:slug/standing */
export interface StandingView {
  slug: string;
  title: string;
  noun: { measure: string; name: string };
  categories: { id: string; name: string }[];
  candidates: { number: number; name: string; unit: string; category: string; withdrawn: boolean }[];
  outcome: Outcome;
  /** Secrets for a lot may still be committed to: voting has not begun. */
  lotsOpen: boolean;
  /** What is still missing before it can be computed; empty = nothing. */
  missing: StandingCheck[];
  /** Held ballots that an auditor signed for, to stay uncounted. */
  heldSigned: { by: string; at: Instant; ballots: number; reason: string } | null;
  standing: Found<StandingDocument> | null;
  ties: Found<TieDocument>[];
  /** Tied ones for whom places are left, to be settled before the choice. */
  open: { numbers: number[]; places: number } | null;
  /** What the choice would be now, or is. */
  proposal: ChoiceDocument | null;
  choice: Found<ChoiceDocument> | null;
  /** Why nothing can be chosen, or, while nothing is missing, why it cannot be computed; in words of the refusals. */
  refused: { code: string; details: Record<string, string | number | null> } | null;
  study: Study | null;
  /** Revisions that were reopened, beside the one that counts: shown once the standing has opened the sheets. */
  reopened: ReopenedSheet[];
}

/** What a seat gave before and after a reopening, where it is another: totals in units, null = no line. */
export interface ReopenedSheet {
  seat: string;
  panel: PanelId;
  before: { revision: number; lockedAt: Instant };
  /** null = it was not locked again. */
  after: { revision: number; lockedAt: Instant } | null;
  changed: { number: number; before: number | null; after: number | null }[];
}

/** How firm a standing is, and how its seats judged. */
export interface Study {
  /** Cases in which each would be chosen or not, otherwise than now. */
  fragile: Record<number, string[]>;
  /** Per mille, what each part really moved. */
  influence: Partial<Record<PartId, number>>;
  report: Partial<Record<PanelId, SeatReport[]>>;
  /** Lines without which others would be chosen. */
  decisive: DecisiveLine[];
  /** How few votes would change who is chosen; null = that cannot be told while a tie is open. */
  margin: { more: Margin | null; fewer: Margin | null } | null;
}
