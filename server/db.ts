import { PGlite } from '@electric-sql/pglite';
import { type Generated, Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Candidate, CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { Consent, FormValues, NominationState } from '@zuimei/shared/nomination.ts';
import type { Collection, ContestPlan, ContestSettings } from '@zuimei/shared/plan/plan.ts';
import type { Role, StaffChange } from '@zuimei/shared/staff.ts';
import { shutFolder } from './folder.ts';

/** Tables as the queries see them; migrations/*.sql say what each is for. */
export interface Tables {
  contest: {
    id: Generated<number>;
    slug: string;
    settings: ContestSettings;
    version: Generated<number>;
    created_at: Generated<Date>;
    collection: Collection | null;
    draft: ContestPlan | null;
    draft_version: Generated<number>;
    /** When and by whom the draft was last saved. */
    draft_at: Date | null;
    draft_by: string | null;
    /** null = does not exist for the public. */
    published_at: Generated<Date | null>;
    archived_at: Date | null;
    /** When private values were erased. */
    erased_at: Date | null;
  };
  candidate: {
    contest: number;
    number: number;
    body: Candidate;
    private: Buffer | null;
    source: string;
    created_at: Generated<Date>;
  };
  media: { id: string; name: string; contest: number; type: string; bytes: Buffer; made_at: Generated<Date> };
  staff: {
    id: Generated<number>;
    login: string;
    name: string;
    roles: Role[];
    unit: number | null;
    /** Ids; null = all. */
    contests: Generated<number[] | null>;
    password: string | null;
    totp: Buffer | null;
    totp_step: Generated<string | number>;
    recovery: Generated<Buffer[]>;
    disabled_at: Date | null;
    reset_at: Date | null;
    created_at: Generated<Date>;
    seal: Buffer;
  };
  staff_invite: {
    digest: Buffer;
    staff: number;
    expires_at: Date;
    used_at: Date | null;
    seal: Buffer;
    opened: Buffer | null;
    opened_at: Date | null;
    opened_from: Generated<string>;
    chosen: Generated<boolean>;
    pass: Buffer | null;
    pass_left: Generated<number>;
  };
  staff_request: {
    id: Generated<number>;
    act: StaffChange['act'];
    staff: number | null;
    given: StaffChange;
    second: 'keeper' | 'auditor';
    reason: string;
    pass: Buffer | null;
    asked_by: number;
    asked_at: Date;
    expires_at: Date;
    state: Generated<'open' | 'granted' | 'refused' | 'withdrawn'>;
    decided_by: number | null;
    decided_at: Date | null;
    decided_why: Generated<string>;
  };
  staff_event: {
    id: Generated<string | number>;
    staff: number;
    at: Date;
    act: string;
    actor: string;
    detail: string;
    session: string;
    seen_at: Date | null;
  };
  session: {
    digest: Buffer;
    staff: number | null;
    unit: number | null;
    address: Generated<string>;
    agent: Generated<string>;
    created_at: Date;
    seen_at: Date;
    proved_at: Date;
    seal: Buffer;
  };
  attempt: { login: Buffer; source: Buffer; failures: number; since: Date; until: Date | null };
  action_log: {
    id: Generated<string | number>;
    at: Generated<Date>;
    actor: string;
    staff: number | null;
    unit: number | null;
    act: string;
    contest: number | null;
    subject: Generated<string>;
    reason: Generated<string>;
  };
  unit: {
    id: Generated<number>;
    contest: number;
    name: string;
    kind: string;
    quota: number | null;
    link_version: Generated<number>;
    contact: Buffer | null;
    created_at: Generated<Date>;
  };
  nomination: {
    id: Generated<number>;
    contest: number;
    unit: number;
    state: Generated<NominationState>;
    source: Generated<'online' | 'document' | 'organizer'>;
    kind: CandidateKind;
    category: Generated<string>;
    name: Generated<string>;
    answers: Generated<FormValues>;
    private: Buffer | null;
    photo: Photo | null;
    consent: Consent | null;
    returned: Generated<string>;
    returned_at: Date | null;
    saved_by: Generated<string>;
    twin: Generated<string[]>;
    number: number | null;
    version: Generated<number>;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    submitted_at: Date | null;
  };
  nomination_event: {
    id: Generated<string | number>;
    nomination: number;
    at: Generated<Date>;
    actor: string;
    act: string;
    reason: Generated<string>;
  };
  attachment: {
    id: string;
    nomination: number;
    field: string;
    name: string;
    type: string;
    bytes: Buffer;
    created_at: Generated<Date>;
  };
  opinion: {
    nomination: number;
    step: string;
    verdict: 'agree' | 'disagree';
    words: Generated<string>;
    signer: Generated<string>;
    /** The two drivers give a date differently: select it as text. */
    on_date: string;
    file: string | null;
    entered_by: string;
    at: Generated<Date>;
  };
  screening: {
    nomination: number;
    staff: number;
    points: string | number;
    remark: Generated<string>;
    at: Generated<Date>;
  };
}

export type Db = Kysely<Tables>;

export interface Database {
  db: Db;
  /** 'server' = Postgres by DATABASE_URL; 'embedded' = PGlite in the data folder, one process only. */
  kind: 'server' | 'embedded';
  close(): Promise<void>;
}

/** `name`: what the connections are called in pg_stat_activity; servers are 'zuimei'. */
export type DatabaseSource =
  | { url: string; schema?: string; max?: number; name?: string }
  | { folder: string };

/** Opens Postgres (url) or the embedded PGlite (folder; 'memory://' keeps nothing). Nothing is migrated here. */
export async function openDatabase(source: DatabaseSource): Promise<Database> {
  if ('folder' in source) {
    const pglite = await PGlite.create(source.folder);
    // What it unpacks at the first start is open to everybody, whatever the umask says; what it writes later is not.
    if (!source.folder.includes('://')) await shutFolder(source.folder);
    const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
    return { db, kind: 'embedded', close: () => db.destroy() };
  }
  const pool = new pg.Pool({
    connectionString: source.url,
    max: source.max ?? 8,
    // A database that cannot be reached is an error within seconds: what waits is told `busy` and the page sends it again.
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: source.name ?? 'zuimei command',
    ...(source.schema ? { options: `-c search_path=${source.schema}` } : {}),
  });
  // A connection that breaks (the database restarted) rejects the query that was on it, is dropped by the pool, and the next query
  // opens another. Without a listener Node would end the process for it: the pool listens to connections at rest, the other one to
  // those in use.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, kind: 'server', close: () => db.destroy() };
}
