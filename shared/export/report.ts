import type { ReceiptCode } from '../ledger/receiptcode.ts';
import type { RoundTally } from '../ledger/recount.ts';
import type { Mark, ProblemCode } from '../ledger/replay.ts';
import type { Vouched } from '../ledger/witness.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import type { SignedFault } from '../log/signed.ts';
import type { ExportHeader } from './export.ts';

export interface ExportOptions {
  /** The log's key from a source that the reader trusts. Absent: the file's own is taken, and the report says so. */
  key?: string;
  /** Signed checkpoints kept from elsewhere, as text: a print, a photograph, a witness. */
  kept?: readonly string[];
  /** Receipts to look up. */
  codes?: readonly ReceiptCode[];
  /** Where tree and counts are looked at in passing: see replay.ts. */
  marks?: { sizes: readonly number[]; before: readonly string[] };
}

/**
 * Beside those of replay.ts: not_export: no such file · line: unreadable · order: a line where it must not be · number: not the number that
 * is due · cut: the file ends before its last line · lines: not as many lines as it says · key: not the key that was asked for, or none ·
 * checkpoint_note: a checkpoint in the file that the key did not sign · cosignature: a witness named at the head did not sign what is under one · kept: the tree is not the one that a kept checkpoint was signed for ·
 * kept_note: a kept text that is no checkpoint of this log · rules: rounds or names at the head are not those frozen in the ledger, or it
 * says that it is older than they are · title: of the head, likewise ·
 * about: its first line says otherwise than it holds · form: written as no export is, with further fields, or a field twice ·
 * tally: the database counted otherwise · counts: so does what is wrong with entries (fold.ts) · tally_missing.
 */
export type ExportProblemCode =
  | ProblemCode
  | 'not_export'
  | 'line'
  | 'order'
  | 'number'
  | 'cut'
  | 'lines'
  | 'key'
  | 'checkpoint_note'
  | 'cosignature'
  | 'kept'
  | 'kept_note'
  | 'rules'
  | 'about'
  | 'form'
  | 'counts'
  | 'title'
  | 'tally'
  | 'tally_missing';

export interface ExportProblem {
  code: ExportProblemCode;
  /** Of the entry, or a checkpoint's size; null where neither fits. */
  index: number | null;
  detail: string;
}

export type KeptOutcome =
  | { ok: true; checkpoint: Checkpoint }
  | { ok: false; why: SignedFault | 'other_tree' | 'ahead' | 'no_key'; checkpoint: Checkpoint | null };

/** there: the entry is the one in the code · other: another stands in its place · absent: no such entry · contest: of another contest. */
export type CodeOutcome = 'there' | 'other' | 'absent' | 'contest';

export interface ExportReport {
  /** null: not an export. */
  header: ExportHeader | null;
  /** Of the contest, as the ledger's rules have it, else as the head of the file has. */
  title: string;
  /** What was verified against, and whether the reader brought it. */
  key: { text: string; pinned: boolean } | null;
  entries: number;
  ballots: number;
  held: number;
  void: number;
  /** Ballots whose opening the file leaves out, as its header says. */
  withheld: number;
  /** Quota tags that stand at one ballot alone: of all of them, when none is wrong. */
  tags: number;
  /** Hex. */
  root: string;
  /** Checkpoints of the file that agree, and entries under the newest of them: what comes after is checked but not signed. */
  checkpoints: number;
  sealed: number;
  /** The largest of them that witnesses cosigned, by the names that the head of the file lists; null = none. */
  witnessed: { size: number; names: string[] } | null;
  /**
   * What the ledger's own entries ask of witnesses, at its end, and the largest checkpoint that has what was asked for where it stands; null = none.
   * Counted over the keys that those entries name, whatever the head of the file lists.
   */
  policy: { needed: number; of: number; official: ({ size: number } & Vouched) | null };
  tally: RoundTally[];
  /** As the ledger's rules have them, else as the head of the file has. */
  names: { number: number; name: string }[];
  /** In order of the options. */
  kept: KeptOutcome[];
  codes: CodeOutcome[];
  marks: Map<number, Mark>;
  /** The first 1000 or so. */
  problems: ExportProblem[];
  problemCount: number;
  /** Its lines end otherwise, or begin with a mark: done on its way, and without bearing on what it holds. */
  converted: boolean;
}

/**
 * key: what the reader gave is no key of this ledger, and so says nothing of the file · wrong: something does not agree · tail: all agrees,
 * and the newest entries are not signed yet · self: all agrees, and only the file says whose key that is · uncounted: all agrees that a
 * file without openings can show · ok: everything agrees, is signed and was counted.
 */
export type ExportVerdict = 'ok' | 'uncounted' | 'self' | 'tail' | 'key' | 'wrong';

/** Exit codes of `zuimei verify`: 0 agrees, under a key that is known; 1 does not; 2 the key given is none; 3 agrees with itself only. */
export const verdictExit: Record<ExportVerdict, 0 | 1 | 2 | 3> = {
  ok: 0,
  uncounted: 0,
  self: 3,
  tail: 1,
  key: 2,
  wrong: 1,
};

/** Did the key come another way than with the file: by itself, or under a checkpoint that was kept? */
export function isKeyKnown({ key, kept }: Pick<ExportReport, 'key' | 'kept'>): boolean {
  return key !== null && (key.pinned || kept.some((one) => one.ok));
}

export function verdictOf(report: ExportReport): ExportVerdict {
  const { problems } = report;
  if (
    problems.some(({ code, detail }) => code === 'key' && (detail === 'unreadable' || detail === 'contest'))
  )
    return 'key';
  if (report.problemCount > 0 || report.header === null) return 'wrong';
  if (report.sealed !== report.entries) return 'tail';
  if (!isKeyKnown(report)) return 'self';
  return report.header.withheld === null ? 'ok' : 'uncounted';
}

/** The report of what is no export at all. */
export const nothing: Omit<ExportReport, 'problems'> = {
  header: null,
  title: '',
  key: null,
  entries: 0,
  ballots: 0,
  held: 0,
  void: 0,
  withheld: 0,
  tags: 0,
  root: '',
  checkpoints: 0,
  sealed: 0,
  witnessed: null,
  policy: { needed: 0, of: 0, official: null },
  tally: [],
  names: [],
  kept: [],
  codes: [],
  marks: new Map(),
  problemCount: 1,
  converted: false,
};
