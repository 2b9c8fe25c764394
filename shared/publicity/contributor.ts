import type { Day, Instant } from '../time.ts';
import type { ContributorKind, FilingLine } from './filing.ts';
import type { KindTarget } from './season.ts';
import type { Sent } from './target.ts';

export const contributorLimits = {
  contributors: 500,
  nameChars: 80,
  lineChars: 160,
  /** 宣传员 of one contributor at a time, and with those before them. */
  filers: 20,
  filersEver: 200,
  postChars: 60,
  remarkChars: 120,
  /** Rows of one file. */
  rows: 300,
  /** Of a cell, before it is judged. */
  cellChars: 200,
} as const;

/** What is typed in of a 宣传员. An empty phone keeps the one there is. */
export interface FilerDraft {
  name: string;
  post: string;
  phone: string;
  remark: string;
}

/** A 宣传员, from one day until another took over; until = null: still. */
export interface FilerView {
  id: number;
  name: string;
  post: string;
  /** Masked; '' = none. */
  phone: string;
  remark: string;
  since: Day;
  /** The last day. */
  until: Day | null;
  /** Who took over. */
  successor: string;
}

/** 交接: the last day of one who goes, and who takes over: one who is there, or a new one. */
export interface Handover {
  last: Day;
  successor: number | null;
  fresh: FilerDraft | null;
}

export interface ContributorDraft {
  kind: ContributorKind;
  name: string;
  /** The row of the 统计表 it is counted in; '' = one of its own. */
  line: string;
}

/** One contributor in the editor's list. */
export interface ContributorLine {
  id: number;
  kind: ContributorKind;
  name: string;
  line: string;
  /** Somebody came in by its link. */
  opened: boolean;
  ended: Instant | null;
  filers: FilerView[];
}

/** Whoever has it files for the contributor. Given when it is made or renewed, or for a reason that is recorded. */
export interface ContributorLink {
  id: number;
  name: string;
  link: string;
}

export interface ContributorsView {
  /** 板块 first, each kind in the order of its 统计表; ended ones too. */
  contributors: ContributorLine[];
  today: Day;
}

/** 约稿, as who is asked for it sees it. */
export interface CommissionTask {
  id: number;
  title: string;
  brief: string;
  due: Day;
  /** The contributor's own filing for it, the latest; null = none yet. */
  filing: { id: number; state: FilingLine['state'] } | null;
}

/** As it is named where a filing or a task is about it. */
export type ContributorName = Pick<ContributorView, 'id' | 'name' | 'kind'>;

/** GET /api/console/contributor: what a contributor sees first. */
export interface ContributorView {
  id: number;
  name: string;
  kind: ContributorKind;
  now: Instant;
  today: Day;
  /** Of this year: sent later than so many days after the event a filing earns nothing, unless an outlet uses it (lateUsed). */
  days: number;
  lateUsed: boolean;
  targets: KindTarget;
  /** Of the week, the month and the quarter of today. */
  recent: Sent[];
  /** Since when filings are asked of it. */
  since: Day;
  filers: FilerView[];
  commissions: CommissionTask[];
  /** Drafts and what came back, newest first. */
  waiting: (FilingLine & { reason: string })[];
  /** What was sent, newest first; more of it by GET …/filings. */
  sent: FilingLine[];
  more: boolean;
}

/** How a row of a file stands to what is there. unit: it names a contributor and nobody. */
export type RosterHow = 'new' | 'update' | 'same' | 'unit' | 'wrong';

/** One row of a file, read and judged; nothing is written. */
export interface RosterRow extends FilerDraft {
  row: number;
  /** The contributor as the file has it. */
  unit: string;
  /** The one that is meant, where that is sure; null = none of this name. */
  contributor: number | null;
  /** What the file says it is. */
  kind: ContributorKind | null;
  how: RosterHow;
  problems: string[];
}

/** `problem`: why the file could not be read at all. */
export interface RosterList {
  rows: RosterRow[];
  problem: string | null;
}

/** A row as it is taken: into a contributor that is there, or (to = null) a new one of this name and kind. */
export interface RosterTake extends FilerDraft {
  to: number | null;
  unit: string;
  kind: ContributorKind;
}
