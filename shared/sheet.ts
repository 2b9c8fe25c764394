import type { CandidateKind, Section, Shown } from './contest.ts';
import type { Criterion, PanelId } from './judging/outcome.ts';
import { checkLine } from './judging/sheet.ts';
import type { AttachmentView } from './nomination.ts';
import { Refusal } from './refusal.ts';
import type { Instant } from './time.ts';

/** What a judge has given one candidate so far. */
export interface SheetLine {
  /** By criterion, in units: a point is 10 ** decimals of them. What is not given yet is not there. */
  points: Record<string, number>;
  /** 弃权: the judge gives this candidate nothing, and no line of theirs counts. */
  abstained: boolean;
  /** For the judge alone: it goes with no sheet. At most 500 characters. */
  note: string;
}

/** By candidate. Whom nothing was given is not there. */
export type SheetLines = Record<number, SheetLine>;

export const NOTE_MOST = 500;

/** unit: of the same unit as the judge · declared: by the judge · ordered: by the organizer. */
export type RecusalGround = 'unit' | 'declared' | 'ordered';

export interface RecusalView {
  number: number;
  ground: RecusalGround;
  at: Instant;
}

/** seated: judges · absent: will not, and the sheet is none · removed: not of the panel any more. */
export type SeatState = 'seated' | 'absent' | 'removed';
/** trial: to try the sheet; it counts nowhere and writes no entry. */
export type SeatKind = 'full' | 'trial';

/** A candidate as a judge reads it. */
export interface JudgedCandidate {
  number: number;
  kind: CandidateKind;
  name: string;
  category: string;
  /** null = judged blind. */
  unit: string | null;
  post: string | null;
  years: string | null;
  reason: string;
  deeds: Section[];
  honours: string[];
  photos: Shown[];
  video: { id: string } | null;
  /** Of the nomination, where judges may see them. */
  files: AttachmentView[];
  /** As the public sees it now, where the rules show judges the count; else null. */
  votes: number | null;
  withdrawn: boolean;
}

/** What a judge is to do; it does not change while they do it, but for who has withdrawn. */
export interface SheetTask {
  slug: string;
  title: string;
  organizers: string[];
  noun: { measure: string; name: string };
  categories: { id: string; name: string }[];
  seat: { code: string; panel: PanelId; kind: SeatKind };
  criteria: Criterion[];
  decimals: number;
  /** In the order in which this seat is shown them: each seat has its own. */
  candidates: JudgedCandidate[];
  /** Sheets are taken from … until before; null = not said. */
  opens: Instant | null;
  closes: Instant | null;
}

/** A lock as the ledger has it; kept by the judge like a voter's receipt. */
export interface SheetReceipt {
  revision: number;
  at: Instant;
  /** Index in the ledger; null = of a trial seat. */
  entry: number | null;
  /** Hex; what the ledger says of the sheet until it is opened. */
  digest: string;
}

/** What changes. */
export interface SheetState {
  state: SeatState;
  lines: SheetLines;
  /** Grows with every save. */
  version: number;
  savedAt: Instant | null;
  recusals: RecusalView[];
  /** Of the judge's own unit, and not yet recused. */
  conflicts: number[];
  /** Such a recusal is a rule; else a suggestion. */
  mustRecuse: boolean;
  locked: SheetReceipt | null;
  /** The judge asked for the sheet back. */
  asked: { at: Instant; reason: string } | null;
  /** It was locked, was given back, and is to be locked again. */
  reopened: boolean;
  /** Sheets of this seat are taken after the end, as the organizer allowed with a reason. */
  late: boolean;
}

/** GET /api/console/contests/:slug/sheet */
export interface SheetView extends SheetState {
  task: SheetTask;
  now: Instant;
}

export type LineState = 'open' | 'begun' | 'done' | 'abstained' | 'recused' | 'withdrawn';

/** Where a candidate stands on a sheet: begun = some criteria are missing. */
export function lineState(
  { criteria, candidates }: Pick<SheetTask, 'criteria' | 'candidates'>,
  { lines, recusals }: Pick<SheetState, 'lines' | 'recusals'>,
  number: number,
): LineState {
  if (candidates.some((one) => one.number === number && one.withdrawn)) return 'withdrawn';
  if (recusals.some((one) => one.number === number)) return 'recused';
  const line = lines[number];
  if (line?.abstained) return 'abstained';
  const given = criteria.filter(({ id }) => line?.points[id] !== undefined).length;
  return given === 0 ? 'open' : given < criteria.length ? 'begun' : 'done';
}

/**
 * May this sheet be locked: is every candidate that stands scored, recused or abstained from? Refuses with line_missing {n} where n candidates
 * are not, and with points_out {criterion, number}.
 */
export function checkSheet(
  task: Pick<SheetTask, 'criteria' | 'decimals'> & {
    candidates: readonly Pick<JudgedCandidate, 'number' | 'withdrawn'>[];
  },
  { lines, recusals }: Pick<SheetState, 'lines' | 'recusals'>,
): void {
  const due = task.candidates
    .filter(({ withdrawn }) => !withdrawn)
    .filter(({ number }) => !recusals.some((one) => one.number === number) && !lines[number]?.abstained);
  const open = due.filter(({ number }) =>
    task.criteria.some(({ id }) => lines[number]?.points[id] === undefined),
  );
  if (open.length > 0) throw new Refusal('line_missing', { n: open.length });
  for (const { number } of due) checkLine(task.criteria, lines[number]?.points ?? {}, 10 ** task.decimals);
}
