import type { Panel, PanelId } from './judging/outcome.ts';
import type { RecusalView, SeatKind, SeatState, SheetReceipt } from './sheet.ts';
import type { Instant } from './time.ts';

/** What a panel is called, and the letter of its seats: the only public name of a judge is E1, M2 … */
export const panelWords: Record<PanelId, { name: string; judge: string; letter: string }> = {
  expert: { name: '专家评审组', judge: '专家', letter: 'E' },
  media: { name: '媒体评审组', judge: '媒体评委', letter: 'M' },
  merit: { name: '工作成效评审组', judge: '成效评委', letter: 'W' },
};

/** A seat as its organizer sees it: how far it is, and never what it gave. */
export interface SeatView {
  id: number;
  code: string;
  kind: SeatKind;
  state: SeatState;
  /** Of the judge; sealed for everybody but the organizer. */
  name: string;
  unit: string;
  /** Until when an unused link is good; null = there is none. */
  invitedUntil: Instant | null;
  joined: boolean;
  seenAt: Instant | null;
  /** Candidates dealt with, of those that are to be. */
  done: number;
  of: number;
  locked: SheetReceipt | null;
  /** How often it was locked. */
  revisions: number;
  recusals: RecusalView[];
  /** The judge asked for the sheet back. */
  asked: { at: Instant; reason: string } | null;
  /** Reopening it waits for an auditor, since counts are public. */
  reopening: { at: Instant; reason: string; by: string } | null;
  late: boolean;
  /** On paper, entered once: another clerk repeats it. */
  paper: { by: string; at: Instant; mine: boolean } | null;
}

export interface PanelView {
  id: PanelId;
  rule: Panel;
  seats: SeatView[];
  /** Of the full seats that are not removed: how many have locked, and how many must. */
  quorum: { locked: number; needed: number; appointed: number };
  /** Candidates that cannot get as many sheets as the rule asks, as recusals stand. */
  gaps: { number: number; sheets: number; least: number }[];
}

/** GET /api/console/contests/:slug/panels. For auditors and reviewers without names; auditors are shown them with a reason. */
export interface PanelsView {
  slug: string;
  title: string;
  panels: PanelView[];
  decimals: number;
  candidates: { number: number; name: string; unit: string; withdrawn: boolean }[];
  opens: Instant | null;
  closes: Instant | null;
  now: Instant;
  /** When the first count could be read by anybody; null = not yet. */
  countsAt: Instant | null;
  /** The standing was computed: sheets are open from here on. */
  standingAt: Instant | null;
}

/** Who is invited. */
export interface SeatDraft {
  panel: PanelId;
  name: string;
  /** '' = of none; candidates of the same unit are not theirs to judge. */
  unit: string;
  kind: SeatKind;
}

/** A seat with its one-time link, shown once. */
export interface SeatLink {
  id: number;
  code: string;
  name: string;
  /** Whole address of the page. */
  link: string;
  login: string;
  until: Instant;
}
