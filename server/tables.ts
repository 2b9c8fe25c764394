import type { Generated } from 'kysely';
import type { AccountAct, ActCode } from '@zuimei/shared/action.ts';
import type { BallotState } from '@zuimei/shared/ballot.ts';
import type { CandidateKind, Photo } from '@zuimei/shared/contest.ts';
import type { ImportHow } from '@zuimei/shared/intake.ts';
import type { Act, EntryKind } from '@zuimei/shared/ledger/act.ts';
import type {
  Consent,
  FormValues,
  NominationAct,
  NominationState,
  Verified,
} from '@zuimei/shared/nomination.ts';
import type { Role, StaffChange } from '@zuimei/shared/staff.ts';
import type { QuarantineCause } from '@zuimei/shared/upkeep.ts';
import type { WebhookEvent } from '@zuimei/shared/webhook.ts';
import type { Count, JudgedTables } from './judgedtables.ts';
import type { PublicityTables } from './publicitytables.ts';
import type { RuledTables } from './ruledtables.ts';

/** A document as it is kept: only contest/document.ts knows what it says. */
type Kept = unknown;

/** Tables as the queries see them; migrations/*.sql say what each is for, and tests/server/tables.test.ts holds this against the database. */
export interface Tables extends JudgedTables, RuledTables, PublicityTables {
  migration: { name: string; at: Generated<Date> };
  function_file: { name: string; digest: string; at: Generated<Date> };
  contest: {
    id: Generated<number>;
    slug: string;
    settings: Kept;
    version: Generated<number>;
    created_at: Generated<Date>;
    collection: Kept | null;
    draft: Kept | null;
    draft_version: Generated<number>;
    /** When and by whom the draft was last saved. */
    draft_at: Date | null;
    draft_by: string | null;
    /** null = does not exist for the public. */
    published_at: Date | null;
    archived_at: Date | null;
    noticed_at: Date | null;
    resulted_at: Date | null;
    /** When private values were erased. */
    erased_at: Date | null;
    /** When the addresses of its ballots were turned into digests. */
    faded_at: Date | null;
  };
  candidate: {
    contest: number;
    number: number;
    body: Kept;
    private: Buffer | null;
    source: string;
    created_at: Generated<Date>;
  };
  erasing: {
    id: Generated<number>;
    contest: number;
    trace: boolean;
    reason: string;
    asked_by: number;
    asked_at: Date;
    due_at: Date;
    state: Generated<'open' | 'done' | 'declined'>;
    decided_by: number | null;
    decided_at: Date | null;
  };
  media: { id: string; name: string; contest: number; type: string; bytes: Buffer; made_at: Generated<Date> };
  staff: {
    id: Generated<number>;
    login: string;
    name: string;
    roles: Role[];
    unit: number | null;
    /** Ids; null = all. */
    contests: number[] | null;
    password: string | null;
    totp: Buffer | null;
    totp_step: Generated<Count>;
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
    id: Generated<Count>;
    staff: number;
    at: Date;
    act: AccountAct;
    actor: string;
    detail: string;
    session: string;
    seen_at: Date | null;
  };
  session: {
    digest: Buffer;
    staff: number | null;
    unit: number | null;
    contributor: number | null;
    address: Generated<string>;
    agent: Generated<string>;
    created_at: Date;
    seen_at: Date;
    proved_at: Date;
    seal: Buffer;
  };
  attempt: { login: Buffer; source: Buffer; failures: number; since: Date; until: Date | null };
  action_log: {
    id: Generated<Count>;
    at: Generated<Date>;
    actor: string;
    staff: number | null;
    unit: number | null;
    act: ActCode;
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
    category_quota: Generated<Record<string, number>>;
    parent: number | null;
    link_version: Generated<number>;
    contact: Buffer | null;
    recommends_by: string | null;
    /** When somebody first came in by its link; null = nobody yet. */
    opened_at: Date | null;
    created_at: Generated<Date>;
  };
  webhook: {
    contest: number;
    address: Buffer;
    events: WebhookEvent[];
    enabled: boolean;
    told_until: Date;
    told_size: Count;
    next_at: Date;
    tries: number;
    sent_at: Date | null;
    problem: string;
    problem_at: Date | null;
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
    verified: Verified | null;
    before: Buffer | null;
    version: Generated<number>;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    submitted_at: Date | null;
  };
  shortlist_draw: { contest: number; times: number; at: Generated<Date>; drawn_by: string; seed: string };
  ledger_head: {
    contest: number;
    origin: string;
    size: Generated<Count>;
    last_at: Generated<Date>;
    version: number;
    opens: Date[];
    closes: Date[];
    paused: boolean;
    daily: boolean;
    ballots_per_period: number;
    repeat_candidate: boolean;
    rules: Buffer | null;
  };
  ledger_entry: {
    index: Count;
    at: Date;
    contest: number;
    signals: Generated<number>;
    round: Generated<number>;
    unscreened: Generated<boolean>;
    kind: EntryKind;
    state: BallotState | null;
    ballot_id: string | null;
    commitment: Buffer;
    voter: Buffer | null;
    picks: number[] | null;
    ip: Buffer | null;
    device: Buffer | null;
    act: Act | null;
    channel: number | null;
    tag: Buffer | null;
  };
  intake: {
    id: Generated<number>;
    contest: number;
    what: 'nominations' | 'units';
    files: string;
    proposal: Buffer | null;
    by: string;
    at: Date;
    taken_at: Date | null;
    undone_at: Date | null;
    undone_by: Generated<string>;
  };
  intake_file: {
    intake: number;
    name: string;
    type: string;
    bytes: Buffer;
  };
  intake_line: {
    intake: number;
    line: number;
    how: ImportHow;
    name: string;
    unit_name: string;
    nomination: number | null;
    unit: number | null;
    mark: string;
    was: Buffer | null;
    photo: Photo | null;
    back: Generated<boolean>;
  };
  nomination_event: {
    id: Generated<Count>;
    nomination: number;
    at: Generated<Date>;
    actor: string;
    act: NominationAct;
    reason: Generated<string>;
  };
  film: {
    id: string;
    contest: number;
    nomination: number | null;
    field: string;
    name: string;
    size: number;
    modified: Date;
    received: number;
    whole: boolean;
    begun_at: Generated<Date>;
    touched_at: Generated<Date>;
  };
  film_piece: { film: string; at: number; bytes: Buffer };
  attachment: {
    id: string;
    nomination: number;
    field: string;
    name: string;
    type: string;
    bytes: Buffer;
    photo: Photo | null;
    film: string | null;
    created_at: Generated<Date>;
  };
  original: { nomination: number; name: string; type: string; bytes: Buffer; created_at: Generated<Date> };
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
    points: Count;
    remark: Generated<string>;
    at: Generated<Date>;
  };
  installation: { one: Generated<boolean>; fingerprint: Buffer; access: Buffer; place: string | null };
  quarantine: {
    id: Generated<number>;
    began_at: Generated<Date>;
    cause: QuarantineCause;
    found: unknown;
    lifted_at: Date | null;
    lifted_by: string | null;
    reason: string | null;
  };
  write_probe: { one: Generated<boolean>; at: Date };
  key_seen: { name: string; digest: Buffer; since: Generated<Date> };
  voter_quota: {
    contest: number;
    period: number;
    ballots: number;
    voter: Buffer;
    picks: number[];
    ballot_ids: string[];
    indexes: Count[];
  };
  tally: {
    contest: number;
    round: number;
    candidate: number;
    votes: Generated<Count>;
    held: Generated<Count>;
  };
  tally_reveal: { contest: number; round: number; upto: Date; counts: unknown };
  ballot_ruling: {
    contest: number;
    index: Count;
    state: 'counted' | 'held' | 'void';
    ruling: Count;
    beneath: 'counted' | 'held';
  };
  refusal: { contest: number; minute: Date; reason: string; count: Count };
  refusal_total: { contest: number; reason: string; since: Date; count: Count };
  refusal_day: { contest: number; day: string; entry: Count };
  report_version: {
    contest: number;
    no: number;
    body: string;
    digest: string;
    made_by: number;
    made_at: Date;
    entry: Count;
    signed_by: number | null;
    signed_at: Date | null;
    signed_entry: Count | null;
  };
  log_tile: { contest: number; level: number; index: Count; hashes: Buffer };
  log_checkpoint: { contest: number; size: Count; at: Generated<Date>; root: Buffer; note: string };
  log_witness: {
    contest: number;
    key: string;
    name: string;
    added_by: string;
    added_at: Generated<Date>;
    removed_at: Date | null;
  };
  log_cosignature: { contest: number; size: Count; witness: string; line: string; at: Date };
  action_chain: { place: Count; action: Count; at: Date; mac: Buffer };
  holiday_year: {
    year: number;
    source: string;
    version: Generated<number>;
    /** null = as the program brings it. */
    edited_by: string | null;
    edited_at: Generated<Date>;
  };
  /** Read as text (to_char): a date of a driver has an hour. */
  holiday: { day: string; year: number; kind: 'off' | 'work'; name: string };
  wechat_person: { key: Buffer; subject: Buffer; follows: boolean | null; follows_at: Date | null };
}
