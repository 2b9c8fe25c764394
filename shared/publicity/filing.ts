import { countChars } from '../text/character.ts';
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
  /** Of one contributor on one day. */
  aDay: 200,
  /** Lines of a list in one answer. */
  page: 30,
} as const;

/** What the contributor writes of a filing; days as YYYY-MM-DD, null = not said yet. */
export interface FilingDraft {
  kind: FilingKind;
  /** For commissioned alone. */
  commission: number | null;
  filer: number | null;
  title: string;
  event: Day | null;
  words: string;
  head: string;
  leader: string;
}

/** What a filing still lacks before it can be sent. `short`: a 综合性原创文章 with too few characters. */
export const filingGapKinds = [
  'title',
  'titleLong',
  'event',
  'commission',
  'body',
  'wordsLong',
  'short',
  'head',
  'leader',
] as const;
export type FilingGap = (typeof filingGapKinds)[number];

/** In the order of the form. `characters` as the server counts them (charactersIn); `files`: how many come with it. */
export function filingGaps(
  draft: FilingDraft,
  { characters, files }: { characters: number; files: number },
): FilingGap[] {
  const { title, words } = draft;
  const gaps: Record<FilingGap, boolean> = {
    title: title.trim() === '',
    titleLong: countChars(title) > filingLimits.titleChars,
    event: draft.event === null,
    commission: draft.kind === 'commissioned' && draft.commission === null,
    body: words.trim() === '' && files === 0,
    wordsLong: countChars(words) > filingLimits.wordsChars,
    short:
      draft.kind === 'article' &&
      (words.trim() !== '' || files > 0) &&
      characters < filingLimits.articleChars,
    head: draft.head.trim() === '',
    leader: draft.leader.trim() === '',
  };
  return filingGapKinds.filter((gap) => gaps[gap]);
}

/**
 * Characters of a filing, blanks not counted: of its text, or of the Word file that has more. Not their sum, since a text is often pasted
 * beside the file it stands in.
 */
export function charactersIn(words: string, fileCharacters: number): number {
  return Math.max(countChars(words), fileCharacters);
}

const DAY_MS = 86_400_000;

/** Sent more than so many calendar days after the event: it earns nothing for being sent. The same as filingPoints asks. */
export function isLate(event: Day | null, filed: Day | null, days: number): boolean {
  return event !== null && filed !== null && Date.parse(filed) - Date.parse(event) > days * DAY_MS;
}

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

/** As its own contributor has it. */
export interface OwnFiling extends FilingView {
  filerId: number | null;
  /** Of the Word file that has most (charactersIn). */
  fileCharacters: number;
}
