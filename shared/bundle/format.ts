import type { Opening } from '../ballot.ts';
import type { PanelId } from '../judging/outcome.ts';
import type { Canonical } from '../ledger/canonical.ts';
import type { NoticeDay, ResultItem, RoundCount } from '../result/act.ts';
import type { Course } from '../result/course.ts';
import type { RecusalGround, SeatState } from '../sheet.ts';
import type { ChoiceDocument, StandingDocument, TieDocument } from '../verdict.ts';

/**
 * 核验包, `zuimei-bundle@1`: a .zip from which a stranger works a result out anew. Every file of `bundleFiles` is in it, once, and no other;
 * stored or deflated, no folders, no zip64. Two editions:
 *
 *   public   for everybody. ledger.ndjson has no openings, so single ballots cannot be counted anew: the counts are those that an auditor
 *            confirmed (`count` entry of the ledger), borne out by sample.ndjson where the rules ask for a sample.
 *   full     for auditors. Every ballot is opened; the counts are the replay.
 *
 * A `.json` file is one canonical text (shared/ledger/canonical.ts: keys in order, no spaces, whole numbers only) without a newline at its
 * end; a line of an `.ndjson` file likewise, each line with its newline. Points are in units, 10 ** -decimals of a point. Entries are
 * counted from 0, as in ledger.ndjson. Records by candidate have the number as their key.
 *
 * The record is the ledger. rules, candidates, panels, calendar, notice and result .json are read off its acts and hold nothing that is not
 * in them; sheets, standing, ties, choice and earlier hold what the ledger has a digest of. So a bundle is checked against ledger.ndjson,
 * ledger.ndjson against its root, and the root against bundle.note and any checkpoint that came another way.
 */
export const BUNDLE_FORMAT = 'zuimei-bundle@1';

export const editions = ['public', 'full'] as const;
export type Edition = (typeof editions)[number];

/** In the order in which they are written: the seal comes last, since it is of all that stands before it. */
export const bundleFiles = [
  'README.txt',
  'recompute.py',
  'ledger.ndjson',
  'rules.json',
  'candidates.json',
  'tally.json',
  'sample.ndjson',
  'panels.json',
  'sheets.ndjson',
  'standing.json',
  'ties.json',
  'choice.json',
  'earlier.ndjson',
  'calendar.json',
  'notice.json',
  'result.json',
  'votes.csv',
  'scores.csv',
  'result.csv',
  'SHA256SUMS',
  'bundle.note',
] as const;
export type BundleFile = (typeof bundleFiles)[number];

export const isBundleFile = (name: string): name is BundleFile =>
  (bundleFiles as readonly string[]).includes(name);

/** What a reader takes at most, in bytes. All but the ledger are held in memory. */
export const bundleLimits = {
  /** No zip64. */
  zip: 0xffff_fffe,
  ledger: 0xffff_fffe,
  file: 64 << 20,
  /** Of a file of more than `ratioFrom` bytes: so many times what it takes in the zip. */
  ratio: 200,
  ratioFrom: 1 << 20,
} as const;

/** Moments inside an act are by the app's clock, those of entries by the database's: so much (ms) the two may lie apart. */
export const CLOCKS_MS = 300_000;

/**
 * SHA256SUMS: a line `<64 hex>  <name>` for every file but itself and bundle.note, by name; `sha256sum -c SHA256SUMS` takes it.
 *
 * bundle.note: a C2SP signed note, signed with the log's key (its name is the origin). Its text is six lines: BUNDLE_FORMAT, origin,
 * edition, SHA-256 of SHA256SUMS in hex, entries in ledger.ndjson, the root over them in base64.
 */
export interface BundleNote {
  origin: string;
  edition: Edition;
  /** Hex. */
  digest: string;
  size: number;
  /** Base64. */
  root: string;
}

/*
 * ledger.ndjson is zuimei-ledger@1 (shared/export/export.ts): public with `withheld` {from: '', why: 'asked'}, full with null. Its newest
 * checkpoint covers all of it.
 */

/** rules.json: the last act with `rules` before the standing in force, as the ledger has it: what everything is worked out by. */
export interface RulesFile {
  entry: number;
  version: number;
  rules: Canonical;
}

/** A line of candidates.json, by number: as the last act with `rules` has them. `withdrawn`: the reason, null = stands. */
export interface CandidateLine {
  number: number;
  name: string;
  unit: string;
  category: string;
  /** What the category is called. */
  categoryName: string;
  withdrawn: string | null;
}

/**
 * tally.json. `rounds`: ballots that count, are held, are void, and votes by number, of every round. count: as the last `count` entry has it,
 * `ledgerSize` is its; ballots + held + void are the ballots of that round in the ledger below it. replay (full edition): counted from the
 * openings below `ledgerSize`, which is the standing's. `count`: the entry, null before an auditor confirmed.
 */
export interface TallyFile {
  basis: 'count' | 'replay';
  ledgerSize: number;
  rounds: RoundCount[];
  count: { entry: number; at: string; by: string; reason: string } | null;
}

/**
 * First line of sample.ndjson; then a SampleLine for each ballot drawn, by index. `state`: none: the rules ask for no sample · unrevealed:
 * they do, and the secrets were not committed to before the vote or not revealed since, so nothing was drawn · whole: the full edition holds
 * every ballot · drawn.
 *
 *   size    one more than the index of the last ballot in the ledger: so every ballot is below it
 *   root    of the tree over the entries below `size`, 64 hex digits
 *   seed    SHA-256 of the texts root ‖ organizer's secret ‖ auditor's secret, hex. Each secret is 64 hex digits, and its SHA-256 (of these
 *           digits as text) stands in rules.outcome.lots, the organizer's first
 *   draw    for i = 0, 1, 2 …: x = the first 13 hex digits of SHA-256 of the text "<seed>/<i>"; passed over if x ≥ 2^52 − 2^52 mod ballots;
 *           else the (x mod ballots)-th ballot of the ledger, counted from 0, unless it was drawn before; until `drawn` are drawn
 *   drawn   min(asked, ballots, 2000)
 */
export interface SampleHead {
  state: 'none' | 'unrevealed' | 'whole' | 'drawn';
  /** rules.outcome.sample. */
  asked: number;
  /** In the ledger, whatever became of them. */
  ballots: number;
  drawn: number;
  size: number;
  root: string;
  secrets: { organizer: string; auditor: string } | null;
  seed: string;
}
export const MOST_SAMPLED = 2_000;

/** What opens one ballot's commitment: with its voter's pseudonym and its id, without which the commitment cannot be worked out. */
export interface SampleLine {
  index: number;
  opening: Opening;
}

/** panels.json: the seats of each panel as the entries `panel`, `seat`, `recusal`, `sheet` and `reopen` have them; criteria are in rules.json. */
export type PanelsFile = Partial<Record<PanelId, { seats: SeatRecord[] }>>;

/** E2 before E10. */
export interface SeatRecord {
  seat: string;
  state: SeatState;
  /** By number, then by entry. */
  recusals: { number: number; ground: RecusalGround; entry: number }[];
  /** Each time it was locked, in order. `reopened`: the entry that gave it back, null = it was not. */
  sheets: { revision: number; entry: number; reopened: number | null }[];
}

/**
 * A line of sheets.ndjson, by entry: one revision as it was locked, those given back too. Of each seat that is seated the last counts, if it
 * was not given back. What the `digest` of its entry is the hash of: salt (32 bytes) ‖ canonical {contest, panel, recused, revision, seat, sheet}.
 */
export interface SheetRecord {
  entry: number;
  panel: PanelId;
  seat: string;
  revision: number;
  salt: string;
  /** By number; points of each criterion. */
  sheet: [number, Record<string, number>][];
  recused: number[];
  totals: Record<number, number>;
}

/** standing.json: its SHA-256 is the digest of the last `standing` entry. */
export type StandingFile = StandingDocument;

/** ties.json: those settled on the standing in force, in order; the SHA-256 of a document's canonical text is the digest of its entry. */
export type TiesFile = { entry: number; document: TieDocument }[];

/** choice.json: its SHA-256 is the digest of the last `choice` entry after the standing; null = there is none. */
export type ChoiceFile = ChoiceDocument | null;

/** A line of earlier.ndjson, by entry: what was fixed and taken back by a later standing. */
export type EarlierLine =
  | { entry: number; kind: 'standing'; document: StandingDocument }
  | { entry: number; kind: 'tie'; document: TieDocument }
  | { entry: number; kind: 'choice'; document: ChoiceDocument };

/** calendar.json, by day: every day of a notice, as its last act has it, and on which notices it stands. */
export type CalendarFile = (NoticeDay & { notices: number[] })[];

/** notice.json: what became of the choice, as courseOf (shared/result/course.ts) reads it off the ledger. */
export type NoticeFile = Pick<
  Course,
  'choice' | 'approvals' | 'notices' | 'objections' | 'withdrawn' | 'promotions'
> & {
  /** Ascending. */
  fallen: number[];
  held: number[];
  /** Who is chosen now, in order. */
  chosen: number[];
};

/** result.json. `items`: published and not revoked. */
export type ResultFile = Pick<Course, 'results' | 'revoked' | 'recommended'> & { items: ResultItem[] };

/*
 * votes.csv, scores.csv and result.csv hold the same for eyes and spreadsheets; README.txt says in Chinese how it is checked and what is not
 * proven; recompute.py checks without any of this program.
 */
