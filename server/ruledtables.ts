import type { ColumnType, Generated } from 'kysely';
import type { Cluster, RulingScope } from '@zuimei/shared/audit.ts';
import type { RulingVerb } from '@zuimei/shared/ledger/act.ts';
import type { WitnessPolicy } from '@zuimei/shared/ledger/witness.ts';
import type { RulingFigures, RulingPart } from '@zuimei/shared/part.ts';
import type { Count } from './judgedtables.ts';

/** Of what auditors propose to each other. */
export interface RuledTables {
  ruling_proposal: {
    id: Generated<number>;
    contest: number;
    verb: RulingVerb;
    entries: Count[];
    found: RulingScope;
    part: RulingPart;
    figures: RulingFigures;
    evidence: Cluster[];
    reason: string;
    reference: Generated<string>;
    proposed_by: number;
    proposed_at: Generated<Date>;
    lapses_at: Date;
    state: Generated<'open' | 'confirmed' | 'declined' | 'withdrawn'>;
    decided_by: number | null;
    decided_at: Date | null;
    decided_why: Generated<string>;
    rulings: Generated<Count[]>;
  };
  witness_proposal: {
    id: Generated<number>;
    contest: number;
    /** Written as text. */
    policy: ColumnType<WitnessPolicy, string, never>;
    reason: string;
    proposed_by: number;
    proposed_at: Generated<Date>;
    lapses_at: Date;
    state: Generated<'open' | 'done' | 'declined' | 'withdrawn' | 'lapsed'>;
    decided_by: number | null;
    decided_at: Date | null;
    decided_why: Generated<string>;
    entry: Count | null;
  };
  ruling_opening: { proposal: number; staff: number; digest: Buffer; at: Date };
  ruling_remark: { id: Generated<number>; proposal: number; staff: number; at: Date; text: string };
  ruling_file: {
    id: string;
    proposal: number;
    staff: number;
    at: Date;
    name: string;
    type: string;
    size: number;
    bytes: Buffer;
  };
}
