import type { Why } from '../judging/limits.ts';
import type { Among } from '../judging/made.ts';
import type { Outcome, PanelId, PartId, Weights } from '../judging/outcome.ts';
import type { OpenTie } from '../judging/tie.ts';
import type { Instant } from '../time.ts';
import type { Found, TieDocument } from '../verdict.ts';
import type {
  Channel,
  Effect,
  FindingVerdict,
  Ground,
  NoticeDay,
  Office,
  ResultItem,
  RoundCount,
} from './act.ts';
import type { Course, ResultLack } from './course.ts';

/** A notice before it is published: what would stand on it if it were published now. */
export interface NoticeDraft {
  numbers: number[];
  published: string;
  days: string[];
  span: NoticeDay[];
  closes: '24:00' | '17:30';
  /** What the page would say; the organizer may change it. */
  text: string[];
  /** As of the last notice; all '' before the first. */
  office: Office;
}

/** Who would move up for one who fell; null = nobody can. `refused`: why that cannot be said, in words of the refusals. */
export interface PromotionDraft {
  fallen: number;
  promoted: number | null;
  refused: { code: string; details: Record<string, string | number | null> } | null;
}

/** GET /api/console/contests/:slug/course. */
export interface CourseView {
  slug: string;
  title: string;
  organizers: string[];
  hideOrder: boolean;
  noun: { measure: string; name: string };
  categories: { id: string; name: string }[];
  candidates: { number: number; name: string; unit: string; category: string; withdrawn: boolean }[];
  outcome: Outcome;
  now: Instant;
  course: Course;
  lacks: ResultLack[];
  /** Counts as an auditor would confirm them now; null while they are not to be read. */
  counts: RoundCount[] | null;
  /** What a notice published now would be, or why there is none, in words of the refusals. */
  notice:
    | { draft: NoticeDraft }
    | { refused: { code: string; details: Record<string, string | number | null> } };
  promotions: PromotionDraft[];
  /** Tied ones of whom one would move up, to be settled first. */
  tie: OpenTie | null;
  /** Settled on the standing in force, before the choice and after it. */
  ties: Found<TieDocument>[];
  /** What the next result would name: honours by the order, serials as they would be. */
  items: ResultItem[];
  revocations: { id: number; serial: string; reason: string; by: string; at: Instant }[];
  /** How many may be recommended upward, by whom, as the settings say; [] = they say nothing. */
  upward: { name: string; most: number }[];
}

/** One objection as the office sees it in its list. */
export interface ObjectionLine {
  no: number;
  entry: number;
  receivedAt: Instant;
  due: string;
  /** The answer is overdue at `now`. */
  late: boolean;
  numbers: number[];
  ground: Ground;
  channel: Channel;
  named: boolean;
  files: number;
  /** Findings that were confirmed, oldest first; the last is in force. */
  findings: { verdict: FindingVerdict; effect: Effect; numbers: number[]; at: Instant; entry: number }[];
  /** Waits for an auditor. `basis` and `answer` are shown to the officer and to auditors. */
  proposal: FindingProposal | null;
  /** Why the last proposal was sent back, for the officer and for auditors; null once there is another, or a finding. */
  sentBack: { by: string; at: Instant; reason: string } | null;
  /** Its texts were erased when their term was over. */
  erased: boolean;
}

/** `basis`: what was found out; `answer`: what who objected is told. */
export interface FindingDraft {
  verdict: FindingVerdict;
  effect: Effect;
  numbers: number[];
  basis: string;
  answer: string;
}

export interface FindingProposal extends FindingDraft {
  id: number;
  by: string;
  at: Instant;
}

/** GET …/objections */
export interface ObjectionList {
  slug: string;
  title: string;
  now: Instant;
  candidates: { number: number; name: string; unit: string }[];
  officer: { staff: number; name: string; at: Instant } | null;
  /** Who can be named, for organizers. */
  officers: { staff: number; name: string }[];
  /** The reader is the officer. */
  mine: boolean;
  /** Between which moments something may have been received about whom. */
  notices: { no: number; from: Instant; until: Instant; numbers: number[] }[];
  /** May one come without a name? */
  anonymous: boolean;
  /** Published by a result: nothing can fall on them any more. */
  published: number[];
  lines: ObjectionLine[];
}

/** What an objection says, for its officer; for an auditor without `who`. */
export interface ObjectionOpened {
  no: number;
  who: ObjectionWho | null;
  text: string;
  files: { id: string; name: string; type: string; bytes: number }[];
  /** What the officer answered last. */
  basis: string;
  answer: string;
}

export interface ObjectionWho {
  name: string;
  phone: string;
  address: string;
}

/** What somebody sends. A name and a phone, or neither: then it is a clue, where those are taken. */
export interface ObjectionDraft {
  /** A UUID that the browser draws: the same one sent again, after an answer that was lost, is the same objection with the same code. */
  key: string;
  numbers: number[];
  ground: Ground;
  text: string;
  who: ObjectionWho | null;
}

/** As the office writes it down. `receivedAt`: when the letter, the call or the visitor came. */
export interface ObjectionEntry extends ObjectionDraft {
  channel: Exclude<Channel, 'online'>;
  receivedAt: Instant;
}

export const objectionLimits = {
  /** Characters. */
  text: 3_000,
  leastText: 10,
  files: 5,
  fileBytes: 10 << 20,
  allBytes: 30 << 20,
  /** From one network in a day. */
  perDay: 5,
  /** Of what was found out, and of the answer. */
  finding: 2_000,
  leastFinding: 4,
  /** Numbers that one may be about. */
  numbers: 20,
} as const;

/** `code`: by which it is asked for; shown once. */
export interface ObjectionReceipt {
  no: number;
  code: string;
  receivedAt: Instant;
  due: string;
}

/** What who objected is told. */
export interface ObjectionState {
  no: number;
  receivedAt: Instant;
  due: string;
  numbers: number[];
  ground: Ground;
  named: boolean;
  finding: { verdict: FindingVerdict; effect: Effect; at: Instant; answer: string } | null;
}

/** GET /api/contests/:slug/course: everything public of it, without the names of those who did it. */
export interface PublicCourse {
  notices: PublicNotice[];
  /** Who stands on a notice and is not chosen any more: by a finding, or because they withdrew. */
  fallen: number[];
  /** How many were received, answered and upheld. */
  objections: { received: number; answered: number; upheld: number };
  /** May somebody object now, about whom, and anonymously? */
  open: { until: Instant; anonymous: boolean; numbers: number[] } | null;
  results: {
    entry: number;
    at: Instant;
    document: string;
    date: string;
    unordered: boolean;
    items: PublicItem[];
    held: number[];
  }[];
}

export interface PublicNotice {
  no: number;
  entry: number;
  at: Instant;
  published: string;
  days: string[];
  span: NoticeDay[];
  ends: Instant;
  numbers: number[];
  sorted: 'strokes' | 'number';
  text: string[];
  office: Office;
  extended: { at: Instant; reason: string; last: string }[];
  stopped: { at: Instant; reason: string } | null;
  /** Since when its list holds no longer, as the standing was computed anew. */
  lapsed: { at: Instant; reason: string } | null;
}

export interface PublicItem extends ResultItem {
  /** Why the certificate counts no longer. */
  revoked: { at: Instant; reason: string; entry: number } | null;
}

/** GET /api/contests/:slug/made/:number: 怎么来的, of one that a result names. Points in units. */
export interface Made {
  number: number;
  decimals: number;
  weights: Weights;
  /** What the vote's part is made by, in words of the rules. */
  vote: Outcome['vote'];
  votes: number;
  among: Among;
  parts: Partial<Record<PartId, number>>;
  total: number;
  /** null where the contest shows no order. */
  rank: number | null;
  of: number;
  panels: MadePanel[];
  /** Others with more points who were passed over, and why. */
  passed: { number: number; why: Why }[];
  /** Moved up for this one. */
  promotedFor: number | null;
  notice: { no: number; days: string[]; extended: boolean } | null;
  objections: { received: number; upheld: number };
  /** All sheets were locked before any count could be read. */
  lockedFirst: boolean;
  /** Where the ledger says so. */
  entries: { standing: number; choice: number; notice: number | null; result: number | null };
}

export interface MadePanel {
  panel: PanelId;
  trim: number;
  severity: boolean;
  sheets: {
    seat: string;
    /** null = recused or abstained. */
    total: number | null;
    why: 'recused' | 'abstained' | null;
    dropped: boolean;
    /** Taken out for the seat's severity, with two digits more than a figure has; null where nothing is. */
    offset: number | null;
    entry: number;
  }[];
  part: number;
}

/** GET /api/console/unit/lines: how each nominee of a unit fared, once there is a result. */
export interface UnitLine {
  number: number;
  name: string;
  state: 'chosen' | 'held' | 'fallen' | 'passed';
  /** Of the chosen that a result names and that stands. */
  honour: string | null;
  /** Why they were passed over. */
  why: Why | null;
  /** Of the one line alone: it names nobody else. */
  made: Made;
}

/** GET /api/console/contests/:slug/certificates: in the order of the results. */
export interface CertificateView {
  slug: string;
  title: string;
  certificates: Certificate[];
}

export interface Certificate {
  serial: string;
  name: string;
  unit: string;
  honour: string;
  document: string;
  date: string;
  organizers: string[];
  /** Of the result that it is of. */
  entry: number;
  /** With everything filled in. */
  text: string;
  /** What its picture code leads to. */
  link: string;
  revoked: boolean;
}
