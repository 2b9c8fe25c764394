import type { Generated } from 'kysely';
import type { PanelId } from '@zuimei/shared/judging/outcome.ts';
import type { Effect, FindingVerdict } from '@zuimei/shared/result/act.ts';
import type { RecusalGround, SeatKind, SeatState, SheetLines } from '@zuimei/shared/sheet.ts';

/** What a bigint or a numeric comes as: the two drivers differ. */
export type Count = string | number;

/** Of the panels, and of what leads from the choice to the result. */
export interface JudgedTables {
  closing: {
    id: Generated<number>;
    contest: number;
    reason: string;
    reference: string;
    digest: Buffer;
    proposed_by: number;
    /** By the database's clock, as a reset of an account has its time. */
    proposed_at: Generated<Date>;
    state: Generated<'open' | 'done' | 'declined'>;
    decided_by: number | null;
    decided_at: Date | null;
    entry: Count | null;
  };
  seat: {
    id: Generated<number>;
    contest: number;
    panel: PanelId;
    code: string;
    kind: SeatKind;
    state: Generated<SeatState>;
    staff: number;
    /** null = erased. */
    who: Buffer | null;
    asked_at: Date | null;
    asked_why: Generated<string>;
    late: Generated<string>;
    created_at: Generated<Date>;
  };
  sheet_draft: { seat: number; lines: SheetLines; version: Generated<number>; saved_at: Generated<Date> };
  sheet: {
    seat: number;
    revision: number;
    lines: SheetLines;
    recused: number[];
    digest: Buffer;
    entry: Count | null;
    paper: Generated<string>;
    locked_at: Date;
    reopened_at: Date | null;
  };
  recusal: { seat: number; number: number; ground: RecusalGround; reason: Generated<string>; at: Date };
  sheet_paper: { seat: number; staff: number; lines: SheetLines; at: Date };
  reopening: {
    id: Generated<number>;
    seat: number;
    reason: string;
    asked_by: number;
    asked_at: Date;
    state: Generated<'open' | 'granted' | 'refused'>;
    decided_by: number | null;
    decided_at: Date | null;
  };
  held_signed: { contest: number; ballots: Count; reason: string; staff: number; at: Date };
  verdict: {
    contest: number;
    entry: Count;
    kind: 'standing' | 'tie' | 'choice';
    document: unknown;
    digest: Buffer;
    actor: string;
    at: Date;
  };
  objection_officer: { contest: number; staff: number; named_by: string; at: Date };
  objection: {
    id: Generated<number>;
    contest: number;
    no: number;
    entry: Count;
    code: Buffer;
    source: Buffer | null;
    who: Buffer | null;
    what: Buffer | null;
    received_at: Date;
    erased_at: Date | null;
  };
  objection_file: {
    id: string;
    objection: number;
    type: string;
    size: number;
    bytes: Buffer;
    created_at: Generated<Date>;
  };
  finding: {
    id: Generated<number>;
    objection: number;
    verdict: FindingVerdict;
    effect: Effect;
    numbers: number[];
    text: Buffer | null;
    proposed_by: number;
    proposed_at: Date;
    state: Generated<'open' | 'confirmed' | 'declined'>;
    decided_by: number | null;
    decided_at: Date | null;
    reason: Generated<string>;
    entry: Count | null;
  };
  approval_scan: { contest: number; digest: Buffer; name: string; type: string; bytes: Buffer };
  revocation: {
    id: Generated<number>;
    contest: number;
    serial: string;
    reason: string;
    asked_by: number;
    asked_at: Date;
    state: Generated<'open' | 'granted' | 'refused'>;
    decided_by: number | null;
    decided_at: Date | null;
  };
}
