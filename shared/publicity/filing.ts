import type { Day, Instant } from '../time.ts';

/** 板块: towns and zones · 科室、大队: offices and brigades. */
export const contributorKinds = ['area', 'office'] as const;
export type ContributorKind = (typeof contributorKinds)[number];

/** 工作动态 · 舆情 · 综合性原创文章 · 约稿. */
export const filingKinds = ['news', 'opinion', 'article', 'commissioned'] as const;
export type FilingKind = (typeof filingKinds)[number];

/** draft: the unit's own · filed: waits for an editor · returned: back with a reason, may be sent again · accepted: it counts. */
export const filingStates = ['draft', 'filed', 'returned', 'accepted'] as const;
export type FilingState = (typeof filingStates)[number];

export const filingLimits = {
  titleChars: 120,
  wordsChars: 20_000,
  nameChars: 40,
  files: 12,
  /** Of one file, in bytes. */
  fileBytes: 20 << 20,
  /** Fewest characters of a 综合性原创文章, blanks not counted. */
  articleChars: 800,
} as const;

export interface FilingFile {
  id: string;
  name: string;
  type: string;
  size: number;
}

/** 录用: by the outlet's class on that day, 1 = the highest. */
export interface FilingUse {
  id: number;
  outlet: string;
  class: number;
  day: Day;
  link: string;
  file: string | null;
}

/** One line of a list. */
export interface FilingLine {
  id: number;
  contributor: { id: number; name: string; kind: ContributorKind };
  kind: FilingKind;
  title: string;
  event: Day | null;
  /** The day it was first sent; null = never. */
  filedOn: Day | null;
  late: boolean;
  state: FilingState;
  /** What it earns as it stands (points.ts); 0 until it is accepted. */
  points: number;
  uses: FilingUse[];
  files: number;
}

/** One filing whole. */
export interface FilingView extends FilingLine {
  version: number;
  commission: { id: number; title: string; due: Day } | null;
  filer: string;
  words: string;
  characters: number;
  head: string;
  leader: string;
  /** Why it came back; '' = it did not. */
  reason: string;
  savedAt: Instant;
  decidedAt: Instant | null;
  decidedBy: string;
  attached: FilingFile[];
}
