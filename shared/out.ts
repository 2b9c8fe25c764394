import type { Candidate, Phase, Photo } from './contest.ts';
import type { NominationState } from './nomination.ts';
import type { Skipped } from './result/skipped.ts';
import type { Role } from './staff.ts';
import type { AnyRefusalCode } from './staffrefusal.ts';
import type { Instant } from './time.ts';

/** 候选名单 · 报送明细 · 汇总表 · 报送表 (of one nomination) · 选票汇总 · 票数排行 · 评分表 · 评分汇总表 · 综合得分表 · 拟入选名单 · 公示 · 结果决定 · 入选汇总表 · 活动统计. */
export const paperNames = [
  'candidates',
  'nominations',
  'summary',
  'card',
  'ballots',
  'rank',
  'sheet',
  'scores',
  'totals',
  'chosen',
  'notice',
  'decision',
  'results',
  'statistics',
] as const;
export type PaperName = (typeof paperNames)[number];

export const paperFormats = ['xlsx', 'docx'] as const;
export type PaperFormat = (typeof paperFormats)[number];

export const formatsOf: Record<PaperName, readonly PaperFormat[]> = {
  candidates: ['xlsx'],
  nominations: ['xlsx'],
  summary: ['docx', 'xlsx'],
  card: ['docx'],
  ballots: ['xlsx'],
  rank: ['xlsx'],
  sheet: ['docx', 'xlsx'],
  scores: ['docx', 'xlsx'],
  totals: ['docx', 'xlsx'],
  chosen: ['docx', 'xlsx'],
  notice: ['docx'],
  decision: ['docx'],
  results: ['docx', 'xlsx'],
  statistics: ['docx', 'xlsx'],
};

/** What the file of each paper is called, and the head of its page. */
export const paperTitles: Record<PaperName, string> = {
  candidates: '候选名单',
  nominations: '报送明细',
  summary: '汇总表',
  card: '报送表',
  ballots: '选票汇总',
  rank: '票数排行',
  sheet: '评分表',
  scores: '评分汇总表',
  totals: '综合得分表',
  chosen: '拟入选名单',
  notice: '公示',
  decision: '结果决定',
  results: '入选汇总表',
  statistics: '活动统计',
};

/** Who may have each paper. What is private in it comes masked to all, and in full only to an organizer who gives a reason. */
export const paperRoles: Record<PaperName, readonly Role[]> = {
  candidates: ['organizer', 'auditor'],
  nominations: ['organizer', 'reviewer'],
  summary: ['organizer'],
  card: ['organizer'],
  ballots: ['organizer', 'auditor'],
  rank: ['organizer', 'auditor'],
  sheet: ['organizer', 'auditor'],
  scores: ['organizer', 'auditor'],
  totals: ['organizer', 'auditor'],
  chosen: ['organizer', 'auditor'],
  notice: ['organizer', 'auditor'],
  decision: ['organizer', 'auditor'],
  results: ['organizer', 'auditor'],
  statistics: ['organizer', 'auditor'],
};

/** What there is to print of a contest that nobody votes on. */
export const unvotedPapers: readonly PaperName[] = ['candidates', 'nominations', 'summary', 'card'];

/** Papers that hold private values. */
export const privatePapers: readonly PaperName[] = ['nominations', 'summary', 'card'];

/** Most rows of one paper. */
export const PAPER_ROWS = 5_000;

/** Which nominations stand on a 汇总表: every one that was handed in, or those that were accepted (and candidates brought in by import). */
export type SummaryScope = 'sent' | 'accepted';

/** POST …/parcel. `full`: private values in clear, with scans and originals; needs `reason`. */
export interface ParcelAsk {
  ids: number[];
  full?: boolean;
  reason?: string;
}

/** POST …/out/:what. */
export interface PaperAsk {
  format: PaperFormat;
  /** Private values in clear; needs `reason`. */
  full?: boolean;
  reason?: string;
  /** For 'summary'. */
  scope?: SummaryScope;
  /** For 'summary': the line under the title; absent = the first organizer, and blanks to fill in by hand. */
  sender?: { unit: string; contact: string; phone: string };
  /** For 'summary': of this reporting unit alone; absent = of all. */
  unit?: number;
  /** For 'card'. */
  nomination?: number;
  /** For 'notice' and 'decision': which; absent = the last. */
  no?: number;
}

export interface PaperLine {
  name: PaperName;
  /** Rows it would have now. For 'card': nominations that one could be made of. */
  rows: number;
  /** For 'summary': rows with everything that was handed in; `rows` counts the accepted. */
  sent?: number;
  /** For 'notice' and 'decision': those that there are, the last last. */
  of?: { no: number; words: string }[];
  /** Why it cannot be made now, with details as a refusal has them; null = it can. */
  refused: { code: AnyRefusalCode; details: Record<string, string | number> } | null;
}

/** An erasing that waits. */
export interface ErasingAsked {
  by: string;
  /** By whoever reads this: another person has to confirm. */
  own: boolean;
  at: Instant;
  due: Instant;
  reason: string;
  /** The ledger's addresses too. */
  trace: boolean;
}

/** What is kept of persons in this contest, and what may still be done about it. */
export interface Retention {
  archivedAt: Instant | null;
  erasedAt: Instant | null;
  /** May it be archived now? If not: when voting is over, or null when nothing says when. `skipped`: what would be left out. */
  archivable: { now: boolean; from: Instant | null; skipped: Skipped[] };
  /** Somebody asks that it be erased; it is done when another person confirms, or by itself at `due`. */
  asked: ErasingAsked | null;
  /** Counts of what `erase` would take away. */
  nominations: number;
  candidates: number;
  units: number;
  attachments: number;
  /** Objections whose texts are kept: all of them, those whose term is over, and when the term ends (null = it has not begun). */
  objections: { kept: number; due: number; from: Instant | null };
  /** Raw addresses in the ledger: none, kept until `from`, erasable now, or turned into keyed digests. */
  trace: { state: 'none' | 'kept' | 'due' | 'faded'; from: Instant | null };
}

/** GET …/out. Papers that the asking person may have. */
export interface OutView {
  slug: string;
  title: string;
  phase: Phase;
  published: boolean;
  now: Instant;
  /** Defaults of the line under the 汇总表's title. */
  sender: string;
  papers: PaperLine[];
  /** Nominations to choose one 报送表 from; empty for who may not have it. */
  nominations: { id: number; name: string; unit: string }[];
  /** Those that sent something, to choose whose 汇总表; empty for who may not have it. */
  units: { id: number; name: string }[];
  /** Somebody votes on it. */
  voted: boolean;
  /** null for who can neither ask for an erasing nor confirm one. */
  retention: Retention | null;
}

/** Where the ledger stood when a paper was made, so that it can be checked later. */
export interface Mark {
  origin: string;
  size: number;
  /** Base64, as in the checkpoint. */
  root: string;
}

export interface RankRow {
  /** Same votes, same place; null where no order is shown. */
  place: number | null;
  number: number;
  name: string;
  unit: string;
  category: string;
  votes: number;
  held: number;
  withdrawn: boolean;
}

export interface RankRound {
  round: number;
  ballots: number;
  held: number;
  rows: RankRow[];
}

export interface PrintHead {
  title: string;
  organizers: string[];
  at: Instant;
}

/** GET …/out/:what, for printing. Nothing private, ever. */
export type PrintView = PrintHead &
  (
    | {
        what: 'candidates';
        categories: { name: string; candidates: PrintCandidate[] }[];
      }
    | {
        what: 'summary';
        nominees: PrintNominee[];
        units: { name: string; sent: number; accepted: number }[];
      }
    | { what: 'rank'; asOf: Instant; hideOrder: boolean; rounds: RankRound[]; mark: Mark | null }
  );

export type PrintCandidate = Pick<Candidate, 'number' | 'name' | 'unit' | 'post' | 'reason'> & {
  photo: Photo | null;
  withdrawn: boolean;
};

export interface PrintNominee {
  name: string;
  unit: string;
  post: string;
  category: string;
  years: string;
  reason: string;
  state: NominationState;
}

export const printNames = ['candidates', 'summary', 'rank'] as const;
export type PrintName = (typeof printNames)[number];
