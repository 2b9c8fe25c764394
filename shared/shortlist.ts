import type { Candidate, Category, Photo, Section } from './contest.ts';
import type { NominationLine, NominationState, NominationView, OriginalView } from './nomination.ts';
import { opinionLacks } from './opinion.ts';
import type { FormField, OpinionStep, UnitKind } from './plan/plan.ts';
import type { RefusalDetails } from './refusal.ts';
import type { Revision } from './revision.ts';
import type { AnyRefusalCode } from './staffrefusal.ts';
import { createSearch, foldText } from './text/fold.ts';
import type { Instant } from './time.ts';
import type { QuotaView, TwinView } from './unit.ts';

export const warningCodes = [
  'years_few',
  'reason_long',
  'text_long',
  'leading_post',
  'photo_missing',
  'photo_small',
  'proofs_few',
  ...opinionLacks,
  'consent_missing',
  'twin',
  'namesake',
  'deeds_short',
  'phone_missing',
  'floor_below',
  'over_quota',
  'unshown',
] as const;
export type WarningCode = (typeof warningCodes)[number];

/** Something a reviewer should look at. A hint and never a verdict: only opinions, consent and quotas stop an acceptance. */
export interface Warning {
  code: WarningCode;
  /** Fills its sentence; holds nothing private. */
  details: Record<string, string | number>;
}

/** What was given at the screening: points 0–100, or a vote (1 for, 0 against). */
export interface ScreeningMark {
  name: string;
  points: number;
  remark: string;
  mine: boolean;
}

export interface ScreeningSum {
  /** How many gave. */
  given: number;
  /** Mean of the points, two decimals; null when nobody gave. For a vote: the share in favour, 0–1. */
  average: number | null;
  /** Votes in favour. */
  favour: number;
  /** One's own, null when one has not given yet. */
  mine: number | null;
}

export interface ReviewLine extends NominationLine {
  warnings: Warning[];
  screening: ScreeningSum;
}

/** What the pages of review need to know about the contest. */
export interface ReviewTerms {
  slug: string;
  title: string;
  formTitle: string;
  noun: { measure: string; name: string };
  form: FormField[];
  categories: Category[];
  unitKinds: UnitKind[];
  opinions: OpinionStep[];
  screening: 'none' | 'score' | 'vote';
  consent: string;
  /** Places on the shortlist by category id, and in all. */
  categoryPlaces: Record<string, number>;
  places: number | null;
}

/** GET …/nominations: the lines asked for, and how many there are in each state whatever was asked for. */
export interface ReviewList {
  terms: ReviewTerms;
  lines: ReviewLine[];
  counts: Record<NominationState, number>;
}

export interface ReviewFilter {
  state?: NominationState;
  unit?: number;
  category?: string;
  /** With any hint, or with this one. */
  warned?: boolean | WarningCode;
  /** Part of a name, of a unit or of the summary. */
  q?: string;
}

/** GET …/nominations/:id: everything but the private values, which are masked. */
export interface ReviewView extends NominationView {
  /** What is another since it was returned; null unless it came again. */
  revisions: Revision[] | null;
  original: OriginalView | null;
  warnings: Warning[];
  marks: ScreeningMark[];
  twins: TwinView[];
  /** Of its unit. */
  quota: QuotaView;
  /** The unit that gives an opinion, by step; null = the organizer. */
  owners: Record<string, string | null>;
}

export const verdicts = ['submit', 'accept', 'return', 'decline', 'undo'] as const;
/** submit: an organizer's own draft → submitted · accept: submitted → accepted · return: submitted → returned · decline: submitted → declined · undo: accepted or declined → submitted. */
export type Verdict = (typeof verdicts)[number];

/** What came of a verdict on many: each stands for itself. */
export interface DecideResult {
  done: { id: number; name: string; state: NominationState; version: number }[];
  refused: { id: number; name: string; code: AnyRefusalCode; details: RefusalDetails }[];
}

/** Whose lines match. */
export function sift<Line extends ReviewLine>(lines: readonly Line[], filter: ReviewFilter): Line[] {
  const finds = createSearch(filter.q ?? '');
  return lines.filter(
    (line) =>
      (filter.state === undefined || line.state === filter.state) &&
      (filter.unit === undefined || line.unit.id === filter.unit) &&
      (filter.category === undefined || line.category === filter.category) &&
      (!filter.warned ||
        line.warnings.some(({ code }) => filter.warned === true || filter.warned === code)) &&
      finds(foldText(`${line.name} ${line.unit.name} ${line.summary}`), line.number),
  );
}

/** One nominee of the shortlist, before and after it is published. */
export interface ShortlistLine {
  id: number;
  state: 'accepted' | 'published';
  number: number | null;
  name: string;
  category: string;
  unit: string;
  kind: NominationLine['kind'];
  summary: string;
  photo: Photo | null;
  consent: boolean;
  version: number;
  /** What keeps it from being published; empty = ready. */
  lacks: ShortlistLack[];
  /** What of its public texts would show as a box, with what stands around it; null = nothing. */
  unshown: string | null;
  withdrawn: boolean;
}

export const shortlistLacks = ['number', 'photo', 'consent', 'name', 'category'] as const;
export type ShortlistLack = (typeof shortlistLacks)[number];

/** A bound of the shortlist, and how many stand under it; id '' = in all. */
export interface Places {
  id: string;
  name: string;
  most: number;
  has: number;
}

/** Which bounds are passed and by how many, '' where none is: "候选总名额 20，现有 24，多 4 个". */
export function overWords(places: readonly Places[]): string {
  return places
    .filter(({ has, most }) => has > most)
    .map(({ name, has, most }) => `${name} ${most}，现有 ${has}，多 ${has - most} 个`)
    .join('；');
}

/** GET …/shortlist. */
export interface ShortlistView {
  slug: string;
  title: string;
  organizers: string[];
  noun: { measure: string; name: string };
  categories: Category[];
  places: Places[];
  lines: ShortlistLine[];
  /** Waiting for a verdict. */
  undecided: number;
  /** Path of the public page, once the public has it. */
  link: string | null;
  /** Origin of public links. */
  base: string;
  votingOpens: Instant | null;
  votingCloses: Instant | null;
  /** Votes may have been cast: nobody can be added any more. */
  votingBegan: boolean;
  draw: DrawView | null;
}

export const orderings = ['category', 'name', 'unit'] as const;
export type Ordering = (typeof orderings)[number];

/**
 * The last draw of numbers, that anyone can do again: nominations stand in ascending order of SHA-256("<seed>/<id>") in hex. `digest`
 * is the SHA-256 of the seed's hex text.
 */
export interface DrawView {
  at: Instant;
  by: string;
  seed: string;
  digest: string;
  /** How often numbers were drawn in all. */
  times: number;
}

export interface CandidateLine {
  candidate: Candidate;
  /** null while counts are sealed, or before anybody could vote. */
  votes: number | null;
  held: number | null;
  /** The nomination it came from; null when it was imported. */
  nomination: number | null;
}

/** GET …/candidates. */
export interface CandidateList {
  slug: string;
  title: string;
  noun: { measure: string; name: string };
  categories: Category[];
  lines: CandidateLine[];
  /** Why there are no votes to see. */
  counts: 'shown' | 'sealed' | 'before';
  /** Numbers that stand in the round shown; null = all. */
  inRound: number[] | null;
  /** The round that takes its candidates from the one before and has not begun; null = there is none. */
  next: NextRound | null;
}

export interface NextRound {
  /** From 0. */
  round: number;
  opens: Instant;
  /** When the round before is over: from then on it can be said who goes on. */
  from: Instant;
  over: boolean;
  /** Who goes on, as it stands; empty = not said yet. */
  numbers: number[];
}

/** What of a candidate may be put right once it is public. */
export interface Correction {
  name: string;
  unit: string;
  post: string | null;
  years: string | null;
  reason: string;
  deeds: Section[];
  honours: string[];
  /** Ids of the pictures and films after the first that stay. */
  shown: string[];
}
