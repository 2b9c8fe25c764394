import type { AnswerFault } from './answer.ts';
import type { CandidateKind, Photo } from './contest.ts';
import type { Instant } from './time.ts';

/**
 * draft → submitted → accepted | returned (→ submitted again) | declined (not chosen at the screening); accepted → published when the
 * shortlist is; withdrawn: taken back by its unit before it was accepted.
 */
export const nominationStates = [
  'draft',
  'submitted',
  'returned',
  'accepted',
  'declined',
  'published',
  'withdrawn',
] as const;
export type NominationState = (typeof nominationStates)[number];

/** Values of the form by field key; lists (honours, proofs) are one text with a line each. */
export type FormValues = Record<string, string>;

export interface Consent {
  /** Who agreed: the nominee, or for a team or a work who speaks for it. */
  by: string;
  /** Date (YYYY-MM-DD) of the signature. */
  on: string;
  /** Attachment id of the signed paper, if there is one. */
  file: string | null;
}

export interface AttachmentView {
  id: string;
  field: string;
  name: string;
  type: string;
  bytes: number;
  /** What a page shows of it: the picture itself, or a film's frame; null of papers. */
  photo: Photo | null;
}

/** The document that a nomination was read from, as its unit sent it. */
export interface OriginalView {
  name: string;
  type: string;
  bytes: number;
}

export interface OpinionView {
  step: string;
  verdict: 'agree' | 'disagree';
  words: string;
  signer: string;
  /** Date, YYYY-MM-DD. */
  on: string;
  file: AttachmentView | null;
  enteredBy: string;
  at: Instant;
}

/** One thing that happened to a nomination: submitted, returned with its reason, accepted … */
export interface NominationEvent {
  at: Instant;
  actor: string;
  act: NominationAct;
  reason: string;
}

/** A nomination in a list. Holds nothing private. */
/** What a recommendation from below proved: this contest of the unit's own chose whoever had this name. */
export interface Verified {
  title: string;
  name: string;
  honour: string;
  serial: string;
  at: Instant;
}

export interface NominationLine {
  id: number;
  unit: { id: number; name: string };
  state: NominationState;
  kind: CandidateKind;
  category: string;
  name: string;
  /** What stands on its card. */
  summary: string;
  photo: Photo | null;
  number: number | null;
  /** Grows with every change; sent back with an edit so that two people do not overwrite each other. */
  version: number;
  source: 'online' | 'document' | 'organizer';
  /** null: none came with it, or it has another name by now. */
  verified: Verified | null;
  /** It was returned, and handed in again since. */
  again: boolean;
  submittedAt: Instant | null;
  updatedAt: Instant;
}

/** A nomination whole. `hidden` = private values, masked for everybody; `hiddenFaults` = which of them cannot be so. */
export interface NominationView extends NominationLine {
  answers: FormValues;
  hidden: FormValues;
  hiddenFaults: AnswerFault[];
  consent: Consent | null;
  attachments: AttachmentView[];
  opinions: OpinionView[];
  events: NominationEvent[];
  /** Why it was returned last; '' if it was not. */
  returned: string;
}

/** What can happen to a nomination, as its events name it. */
export const nominationActs = [
  'create',
  'save',
  'submit',
  'withdraw',
  'reopen',
  'return',
  'accept',
  'unaccept',
  'decline',
  'publish',
  'number',
  'opinion',
  'file',
] as const;
export type NominationAct = (typeof nominationActs)[number];

/** States that take a place of the unit's quota. */
export const countedStates: readonly NominationState[] = ['submitted', 'accepted', 'published'];

/** States in which its unit may change it. */
export const editableStates: readonly NominationState[] = ['draft', 'returned'];

/** A nomination returned shortly before or after the deadline may be sent again for this long, whatever the deadline says. */
export const RETURNED_GRACE_MS = 3 * 86_400_000;

export const nominationLimits = {
  /** Of one answer, whatever its field says. */
  answerChars: 20_000,
  /** Of one unit, all states together. */
  nominations: 300,
  files: 10,
  fileBytes: 20 << 20,
  videoBytes: 200 << 20,
  /** Of all films of one unit, those on their way included. */
  unitFilmBytes: 1 << 30,
  /** As it comes from a phone of 108 megapixels. */
  photoBytes: 50 << 20,
};
