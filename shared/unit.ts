import type { CandidateKind, Category } from './contest.ts';
import type { NominationLine, NominationState, OpinionView } from './nomination.ts';
import type { Circular, Collection, FormField, OpinionStep, UnitKind } from './plan/plan.ts';
import type { Instant } from './time.ts';

/** Places of a unit, in all and by category. `most` null = no bound. */
export interface QuotaView {
  least: number;
  most: number | null;
  used: number;
  categories: { id: string; name: string; most: number | null; used: number }[];
}

/** A bound, and how much of it is used; category '' = in all. */
export interface Bound {
  category: string;
  most: number;
  used: number;
}

/** The bounds that hold for one of this category: of the category first, then in all. */
function boundsOn({ most, used, categories }: QuotaView, category: string): Bound[] {
  const own = categories.find(({ id }) => id === category);
  return [
    ...(own ? [{ category: own.name, most: own.most, used: own.used }] : []),
    { category: '', most, used },
  ].flatMap(({ most, ...other }) => (most === null ? [] : [{ ...other, most }]));
}

/** What leaves no place for one more in this category; null = there is one. */
export function fullAt(quota: QuotaView, category: string): Bound | null {
  return boundsOn(quota, category).find(({ most, used }) => used >= most) ?? null;
}

/** What has been passed already where this category is concerned; null = nothing. */
export function passedAt(quota: QuotaView, category: string): Bound | null {
  return boundsOn(quota, category).find(({ most, used }) => used > most) ?? null;
}

/** What an organizer types in for a unit. */
export interface UnitDraft {
  name: string;
  /** Id of a kind of the collection. */
  kind: string;
  /** In all; null = as its categories or its kind say. */
  quota: number | null;
  /** Its own by category id; absent = as the contest says for every unit. */
  categoryQuota: Record<string, number>;
  /** Name of the unit above it, which may stand in the same sheet; '' = none. */
  parent: string;
  contact: { name: string; phone: string };
}

/** A unit in the organizer's list, with the places that hold. */
export interface UnitLine extends QuotaView {
  id: number;
  name: string;
  kind: string;
  quota: UnitDraft['quota'];
  categoryQuota: UnitDraft['categoryQuota'];
  /** Name of the unit above it; '' = none. */
  parent: string;
  counts: Partial<Record<NominationState, number>>;
  /** Somebody came in by its link, or by its account. */
  opened: boolean;
  /** What it was asked for and has not done, of nominees it has sent; its drafts are its own. */
  lacks: { name: string; lack: 'returned' | 'consent' }[];
  /** The phone masked. */
  contact: { name: string; phone: string };
  /** Login of its account, if it was given one. */
  account: string | null;
  /** The key that its recommendations are checked with; null = none came yet. */
  recommendsBy: string | null;
}

/**
 * The way in of a unit: who has it, reports in its name. Given when it is made or renewed, or for a reason that is recorded; no list has it.
 */
export interface UnitLink {
  id: number;
  name: string;
  /** Path with its secret in the fragment, which no server ever logs. */
  link: string;
}

export interface UnitsView {
  title: string;
  kinds: UnitKind[];
  categories: Category[];
  opens: Instant;
  closes: Instant;
  now: Instant;
  /** null = nothing is collected here: the contest was made without a collection. */
  collecting: boolean;
  archived: boolean;
  /** A level above has opinions to give: who stands under whom matters. */
  leveled: boolean;
  units: UnitLine[];
}

/** What a row of a sheet says of a unit, in its own words; '' = nothing. What is put right in the preview is judged as what was read. */
export interface UnitWords {
  /** As the sheet counts. */
  row: number;
  name: string;
  kind: string;
  parent: string;
  quota: string;
  /** By category id, of each that has a column. */
  categoryQuota: Record<string, string>;
  contact: string;
  phone: string;
}

/** One fact of a unit as it was and as it is now, in words; a telephone masked. */
export interface UnitChange {
  title: string;
  was: string;
  now: string;
}

export type UnitHow = 'new' | 'update' | 'same' | 'wrong';

/** One row of a sheet of units before it is saved: what it says, and the unit that it comes to. */
export interface UnitRow extends UnitDraft {
  row: number;
  said: UnitWords;
  how: UnitHow;
  /** The unit of this name that is there already, as it was when it was compared; null = it is new. */
  there: { id: number; seen: string } | null;
  /** Of a unit that is there. */
  changes: UnitChange[];
  /** Sentences; empty = can be saved. */
  problems: string[];
  /** Sentences on what is saved as it stands and should be looked at. */
  notes: string[];
}

/** A unit that is there, as a sheet changes it. Refused when it is no longer as it was `seen`. */
export type UnitUpdate = UnitDraft & { id: number; seen: string };

export const unitLimits = { units: 1000, words: 200 };

/** What a sheet of units came to, before anything is saved. */
export interface UnitList {
  rows: UnitRow[];
  /** Its columns from the left, as the sheet calls them, with what each became; null = was not used. */
  columns: { title: string; became: string | null }[];
  /** Sentences on the sheet as a whole. */
  notes: string[];
  /** Why it could not be read at all. */
  problem: string | null;
}

/** What a unit sees when it comes in. */
export interface PortalView {
  contest: { slug: string; title: string; organizers: string[]; contact: string };
  unit: { id: number; name: string };
  circular: Circular;
  formTitle: string;
  form: FormField[];
  kinds: CandidateKind[];
  categories: Category[];
  categoryTitle: string;
  consent: string;
  photo: Collection['photo'];
  opinions: OpinionStep[];
  /** Steps that the unit gives or gathers for its own nominations, by id. */
  own: string[];
  /** Who gives each, by step: a unit's name; null = the organizer. */
  owners: Record<string, string | null>;
  /** Sent by units below it, for its opinion; those that wait for it first. */
  below: BelowLine[];
  opens: Instant;
  closes: Instant;
  now: Instant;
  open: boolean;
  quota: QuotaView;
  nominations: PortalLine[];
}

export interface PortalLine extends NominationLine {
  returned: string;
  /** Until when a returned one may be sent again although the deadline has passed; null otherwise. */
  until: Instant | null;
  /** Sent by another unit too. */
  namesake: boolean;
  /** Steps of the unit that lack something, by id. */
  lacks: string[];
}

/** A nomination from below, with the steps that are this unit's to give, and which of them lack something. */
export interface BelowLine extends NominationLine {
  steps: string[];
  lacks: string[];
}

/** How far an upload is: on its way, in line behind others, being read, `done` of `of` files, or its pictures being made ready. */
export interface UploadProgress {
  step: 'sending' | 'waiting' | 'reading' | 'pictures';
  done: number;
  of: number;
}

/** What reading documents came to: drafts made, and what is wrong, by file and row. */
export interface IntakeView {
  /** `problems`: fields to fill in or put right; the nominee's own consent, where it is asked for, is never among documents. */
  made: {
    id: number;
    name: string;
    unit: string;
    kind: CandidateKind;
    problems: number;
    consent: 'missing' | 'not asked';
  }[];
  problems: IntakeProblem[];
}

export interface IntakeProblem {
  level: 'error' | 'warning' | 'note';
  file: string;
  row: number | null;
  field: string | null;
  message: string;
}

/** The same nominee sent by another unit: `person` = same name and phone, or same identity number; `name` = only the name. */
export interface TwinView {
  id: number;
  unit: string;
  name: string;
  state: NominationState;
  same: 'person' | 'name';
}

export interface OpinionDraft extends Pick<OpinionView, 'verdict' | 'words' | 'signer' | 'on'> {
  file: string | null;
}
