import type { Canonical } from './canonical.ts';

/**
 * What an entry of a ledger may say. The page has words for each but a ballot (web/citizen/rules/actwords.ts); a verifier takes any kind,
 * since the log of a later version is hashed alike.
 */
export type EntryKind =
  | 'ballot'
  | 'rules'
  | 'shortlist'
  | 'pause'
  | 'resume'
  | 'extension'
  | 'withdrawal'
  | 'correction'
  | 'advance'
  | 'lot'
  | 'ruling'
  | AuditKind
  | JudgingKind
  | CourseKind
  | 'closing'
  | 'witness'
  | 'archive';

/** Of the panels and what comes of them. */
export const judgingKinds = [
  'panel',
  'seat',
  'recusal',
  'sheet',
  'reopen',
  'standing',
  'tie',
  'choice',
] as const;
export type JudgingKind = (typeof judgingKinds)[number];

/** Of what leads from the choice to the result (shared/result/act.ts says what each holds). */
export const courseKinds = [
  'count',
  'approval',
  'notice',
  'objection',
  'finding',
  'promote',
  'result',
  'revoke',
  'recommend',
] as const;
export type CourseKind = (typeof courseKinds)[number];

/** Of the audit: a day's refusals by reason (system), and a version of the 异常情况说明 or its second signature. */
export const auditKinds = ['refusals', 'report'] as const;
export type AuditKind = (typeof auditKinds)[number];

/** They say nothing of who stands or of the rules, and leave the contest's version as it is; a notice and a result change what every page shows. */
export const quietKinds: readonly EntryKind[] = [
  ...auditKinds,
  ...judgingKinds,
  'closing',
  'witness',
  ...courseKinds.filter((kind) => kind !== 'notice' && kind !== 'result'),
];

/** Of entries that say what staff did. */
export type ActKind = Exclude<EntryKind, 'ballot'>;

/** A staff act that can change a result. It is public: its ledger entry commits to its canonical JSON without a salt. */
export interface Act {
  readonly actor: string;
  readonly reason: string;
  /** Number of the document or case it rests on; '' if none. */
  readonly reference: string;
  readonly [field: string]: Canonical;
}

/**
 * void: the ballots count no longer. restore: undoes void, each is again what it was. release: held ballots count from now on.
 */
export type RulingVerb = 'void' | 'restore' | 'release';

/** The act of an entry of kind 'ruling'. */
export interface Ruling extends Act {
  readonly ruling: RulingVerb;
  /** Ledger indexes of ballots, all before the ruling's own. */
  readonly entries: readonly number[];
}

export function isRuling(act: Act): act is Ruling {
  const { ruling, entries } = act;
  const known = ruling === 'void' || ruling === 'restore' || ruling === 'release';
  return (
    known &&
    Array.isArray(entries) &&
    entries.every((index) => Number.isSafeInteger(index) && Number(index) >= 0)
  );
}
