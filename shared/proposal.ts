import type { BallotLine, Cluster, RulingProposal, RulingScope } from './audit.ts';
import type { RulingVerb } from './ledger/act.ts';
import type { RulingFigures, RulingPart } from './part.ts';
import type { Instant } from './time.ts';

/** Limits of what stands beside a proposal. */
export const proposalLimits = { remark: 500, remarks: 100, files: 5, fileBytes: 10 << 20 };

/**
 * Working days that a proposal waits for its second auditor. Evidence grows old while people vote on: three days reach over a weekend and a
 * day of leave, and who comes later proposes it anew on what stands then.
 */
export const TERM_WORKING_DAYS = 3;

/** POST /api/console/contests/:slug/rulings/preview: what would be proposed. `before`: for the next page of lines. */
export interface RulingDraft {
  verb: RulingVerb;
  scope: RulingScope;
  part: RulingPart;
  before?: number;
}

export interface RulingPreview {
  /** What would be proposed. */
  ballots: number;
  counted: number;
  held: number;
  /** Of all that stand as asked, those left out too. */
  figures: RulingFigures;
  /** Of the same, newest first. */
  lines: BallotLine[];
  next: number | null;
}

/** The ranking now, and as it would be once this is confirmed. */
export interface RulingEffect {
  round: number;
  /** So many are chosen; null = not said. */
  places: number | null;
  lines: {
    number: number;
    name: string;
    unit: string;
    votes: number;
    after: number;
    rank: number;
    rankAfter: number;
  }[];
}

export interface RulingRemark {
  id: number;
  by: string;
  at: Instant;
  text: string;
}

export interface RulingFile {
  id: string;
  name: string;
  size: number;
  by: string;
  at: Instant;
}

/** GET /api/console/contests/:slug/rulings/:id: all that a second auditor signs. That it was shown is kept. */
export interface ProposalView {
  proposal: RulingProposal;
  figures: RulingFigures;
  /** The clusters it rests on, as they were shown to who proposed. */
  evidence: Cluster[];
  /** Ballots that can still be moved; others were ruled on since. */
  movable: number;
  /** null while counts are hidden, and once it is closed. */
  effect: RulingEffect | null;
  /** Counts are hidden until then; null = they are shown. */
  hiddenUntil: Instant | null;
  remarks: RulingRemark[];
  files: RulingFile[];
  /** Who was shown this page, and when last. */
  openings: { by: string; at: Instant }[];
  /** Hex, SHA-256 of all that is signed: who confirms sends it back. */
  digest: string;
}

/** GET …/rulings/:id/ballots: those that were frozen, newest first. */
export interface ProposalBallots {
  ballots: BallotLine[];
  next: number | null;
}
