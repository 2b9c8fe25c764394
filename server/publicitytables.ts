import type { Generated } from 'kysely';
import type { ContributorKind, FilingKind, FilingState } from '@zuimei/shared/publicity/filing.ts';
import type { Count } from './judgedtables.ts';

/** Of the filings of publicity, which belong to no contest. A `date` comes as YYYY-MM-DD (db.ts). */
export interface PublicityTables {
  contributor: {
    id: Generated<number>;
    kind: ContributorKind;
    name: string;
    line: string;
    place: number;
    link_version: Generated<number>;
    since: Generated<string>;
    opened_at: Date | null;
    ended_at: Date | null;
  };
  filer: {
    id: Generated<number>;
    contributor: number;
    name: string;
    post: Generated<string>;
    phone: Buffer | null;
    remark: Generated<string>;
    since: string;
    until: string | null;
    successor: number | null;
  };
  /** rule and targets: shared/publicity/season.ts, parsed where they are read. */
  season: {
    year: number;
    rule: unknown;
    targets: unknown;
    office: Generated<string>;
    version: Generated<number>;
  };
  outlet: { id: Generated<number>; name: string; class: number; since: string; until: string | null };
  commission: {
    id: Generated<number>;
    title: string;
    brief: Generated<string>;
    due: string;
    /** Ids; null = all. */
    contributors: number[] | null;
    asked_by: number;
    asked_at: Generated<Date>;
    closed_at: Date | null;
  };
  filing: {
    id: Generated<Count>;
    contributor: number;
    filer: number | null;
    kind: FilingKind;
    commission: number | null;
    title: Generated<string>;
    event: string | null;
    words: Generated<string>;
    characters: Generated<number>;
    head: Generated<string>;
    leader: Generated<string>;
    state: Generated<FilingState>;
    version: Generated<number>;
    made_at: Generated<Date>;
    saved_at: Generated<Date>;
    filed_at: Date | null;
    filed_on: string | null;
    decided_at: Date | null;
    decided_by: number | null;
    reason: Generated<string>;
  };
  filing_file: {
    id: string;
    filing: Count;
    name: string;
    type: string;
    size: number;
    bytes: Buffer;
    characters: number | null;
    at: Generated<Date>;
  };
  filing_use: {
    id: Generated<number>;
    filing: Count;
    outlet: number;
    day: string;
    link: Generated<string>;
    file: string | null;
    noted_by: number;
    noted_at: Generated<Date>;
  };
  forfeit: {
    id: Generated<number>;
    year: number;
    contributor: number;
    reason: string;
    proposed_by: number;
    proposed_at: Generated<Date>;
    state: Generated<'open' | 'done' | 'declined'>;
    decided_by: number | null;
    decided_at: Date | null;
    decided_why: Generated<string>;
  };
}
