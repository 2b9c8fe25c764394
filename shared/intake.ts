import type { AnswerFault } from './answer.ts';
import type { CandidateKind, Category, Photo } from './contest.ts';
import type { FieldName } from './form.ts';
import type { FormValues, NominationState } from './nomination.ts';
import type { FormField, UnitKind } from './plan/plan.ts';
import type { Instant } from './time.ts';
import type { IntakeProblem } from './unit.ts';

/** A column of a list: what its head says, and what it was taken for; null = it was not used. `key`: the label without what varies. */
export interface ListColumn {
  key: string;
  label: string;
  field: FieldName | null;
}

/** How a line is taken: a new nomination; what is empty in the one that is there filled in; what the line says put in its place. */
export const takings = ['new', 'merge', 'replace'] as const;
export type Taking = (typeof takings)[number];

/** What documents would come to. Nothing of it is there before it is taken. */
export interface ProposalView {
  id: number;
  lines: ProposedLine[];
  /** Of the list, for lines whose unit is in none of it. */
  units: { id: number; name: string }[];
  columns: ListColumn[];
  /** What belongs to no line. */
  problems: IntakeProblem[];
  terms: { form: FormField[]; categories: readonly Category[]; unitKinds: UnitKind[]; consent: boolean };
}

export interface ProposedLine {
  /** Its place in the proposal. */
  at: number;
  file: string;
  row: number | null;
  name: string;
  kind: CandidateKind;
  category: string;
  /** Private ones masked. */
  values: FormValues;
  /** `id` null = in no list of units. */
  unit: { id: number | null; name: string };
  /** Unit and post as they stood in one cell; they were cut by a guess. */
  unitPost: string | null;
  photo: Photo | null;
  faults: AnswerFault[];
  /** Sentences to look at. */
  notes: string[];
  there: There | null;
}

/** The same nominee, already there. */
export interface There {
  id: number;
  unit: string;
  state: NominationState;
  /** May it be merged or replaced? Not while it is with its unit, nor once it was published. */
  open: boolean;
  /** Titles of what is empty there and would be filled in, and of what differs. Of one that is not open: none. */
  fills: string[];
  differs: string[];
}

/** What is taken of a proposal: each line that is named; the others are left out. `values` puts right what was read. */
export interface Taken {
  /** Where lines of these unknown units go: to one of the list, or to a new one of this kind. */
  units: { name: string; unit: number | null; kind: string | null }[];
  lines: { at: number; how: Taking; category?: string; values?: FormValues }[];
}

/** One that was taken. `missing`: keys of fields that are wrong or empty still; `consent` for the nominee's own. */
export interface TakenLine {
  id: number;
  name: string;
  unit: string;
  how: Taking;
  missing: string[];
}

/** `unit`: one that was made; `amend`: one that was changed. */
export type ImportHow = Taking | 'unit' | 'amend';

/** Why a line of an import stays when the rest is taken back: it was changed or sent on; a unit that reports or whose link was opened. */
export type Stay = 'changed' | 'used';

/** One import, in the list of them. */
export interface ImportView {
  id: number;
  at: Instant;
  by: string;
  what: 'nominations' | 'units';
  /** Names of the files it came from. */
  files: string;
  /** Taken back, and by whom; null = it stands. */
  undone: { at: Instant; by: string } | null;
  lines: ImportLine[];
}

export interface ImportLine {
  how: ImportHow;
  name: string;
  unit: string;
  /** The nomination it made or changed, while that is there. */
  nomination: number | null;
  back: boolean;
  /** null = can be taken back. */
  stays: Stay | null;
}
