import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { AnyRefusalCode } from '@zuimei/shared/staffrefusal.ts';
import type { Journal } from '../journal.ts';
import type { Metrics } from '../metrics.ts';

/** The HTTP status of every refusal. */
export const statusOf: Record<AnyRefusalCode, ContentfulStatusCode> = {
  bad_request: 400,
  not_found: 404,
  too_large: 413,
  too_many_requests: 429,
  busy: 503,
  internal: 500,
  no_voter: 401,
  wechat_needed: 401,
  wechat_away: 503,
  snapshot_user: 403,
  follow_needed: 403,
  ticket_invalid: 401,
  ticket_expired: 401,
  ticket_too_fresh: 429,
  not_open_yet: 403,
  no_vote: 403,
  already_closed: 403,
  paused: 403,
  quarantined: 503,
  quota_spent: 409,
  picked_already: 409,
  gate_refused: 429,
  proof_needed: 428,
  proof_wrong: 422,
  unknown_candidate: 422,
  candidate_withdrawn: 422,
  duplicate_pick: 422,
  too_few_picks: 422,
  too_many_picks: 422,
  category_too_few: 422,
  category_too_many: 422,
  objection_closed: 403,
  objection_anonymous: 422,
  objection_too_many: 429,
  objection_file: 422,
  objection_unknown: 404,
  not_sealed_yet: 404,
  sealed: 403,
  signed_out: 401,
  forbidden: 403,
  csrf: 403,
  reauth_needed: 403,
  sign_in_failed: 401,
  locked_out: 429,
  sign_in_wait: 429,
  code_wrong: 401,
  password_wrong: 403,
  totp_missing: 403,
  invite_invalid: 410,
  invite_opened: 409,
  pass_needed: 401,
  pass_wrong: 401,
  link_invalid: 401,
  password_weak: 422,
  password_leaked: 422,
  roles_conflict: 422,
  login_taken: 409,
  account_altered: 409,
  not_yourself: 409,
  last_administrator: 409,
  second_missing: 409,
  auditor_missing: 409,
  request_open: 409,
  request_closed: 409,
  own_request: 409,
  slug_taken: 409,
  plan_changed: 409,
  season_changed: 409,
  plan_impossible: 422,
  plan_broken: 409,
  reason_missing: 422,
  not_now: 409,
  voting_begun: 409,
  nothing_to_publish: 409,
  shortlist_incomplete: 409,
  places_over: 409,
  already_paused: 409,
  not_paused: 409,
  round_over: 409,
  not_later: 422,
  not_so_late: 422,
  too_many_announcements: 409,
  archived: 409,
  title_differs: 422,
  skip_untyped: 422,
  unit_known: 409,
  proposal_gone: 409,
  proposal_stale: 409,
  import_undone: 409,
  under_way: 429,
  unit_parent: 409,
  roster_stale: 409,
  quota_below: 409,
  unit_in_use: 409,
  webhook_address: 422,
  webhook_missing: 409,
  form_incomplete: 422,
  quota_full: 409,
  quota_none: 409,
  category_full: 409,
  collection_closed: 403,
  state_changed: 409,
  opinion_missing: 409,
  opinion_scan: 409,
  opinion_against: 409,
  consent_missing: 422,
  contributor_known: 409,
  contributor_ended: 409,
  filer_known: 409,
  filer_ended: 409,
  handover_day: 422,
  handover_self: 422,
  filing_changed: 409,
  filing_closed: 409,
  filing_kept: 409,
  filing_many: 409,
  filing_incomplete: 422,
  filing_short: 422,
  filing_ahead: 422,
  commission_gone: 409,
  file_refused: 422,
  film_broken: 409,
  film_codec: 422,
  film_room: 409,
  photo_none: 422,
  photo_heic: 422,
  photo_points: 422,
  photo_small: 422,
  photo_bytes: 422,
  photo_broken: 422,
  too_many_files: 422,
  number_taken: 409,
  panel_missing: 409,
  panel_frozen: 409,
  seat_taken: 409,
  seat_of_staff: 409,
  too_many_seats: 422,
  seat_closed: 409,
  recused: 409,
  recusal_missing: 409,
  sheet_changed: 409,
  sheet_locked: 409,
  lock_closed: 403,
  paper_differs: 409,
  standing_missing: 409,
  standing_done: 409,
  standing_changed: 409,
  places_unfilled: 409,
  tie_rule: 409,
  lot_wrong: 422,
  meeting_goes_on: 409,
  line_missing: 422,
  points_out: 422,
  too_few_sheets: 409,
  not_comparable: 409,
  tie_open: 409,
  minimum_impossible: 409,
  caps_entangled: 422,
  no_quorum: 409,
  calendar_uncovered: 409,
  choice_missing: 409,
  contact_missing: 422,
  approval_missing: 409,
  approval_date: 422,
  notice_running: 409,
  notice_over: 409,
  notice_none: 409,
  notice_moved: 409,
  objection_open: 409,
  objection_erased: 409,
  officer_missing: 409,
  not_officer: 403,
  officer_audits: 422,
  finding_effect: 422,
  finding_numbers: 422,
  finding_open: 409,
  finding_own: 409,
  finding_closed: 409,
  finding_final: 409,
  objection_moment: 422,
  place_filled: 409,
  result_lacks: 409,
  certificate_nameless: 422,
  count_confirmed: 409,
  closing_early: 409,
  closing_open: 409,
  closing_changed: 409,
  not_chosen: 409,
  result_missing: 409,
  bundle_early: 409,
  result_out: 409,
  key_changed: 409,
  calendar_changed: 409,
  holiday_stray: 422,
  holiday_twice: 422,
  holiday_weekday: 422,
  holiday_missing: 422,
  filing_decided: 409,
  filing_moved: 409,
  filing_used: 409,
  filing_waits: 409,
  use_link: 422,
  use_unseen: 422,
  use_day: 422,
  use_known: 409,
  outlet_day: 409,
  outlet_span: 422,
  outlet_overlap: 409,
  outlet_class: 409,
  outlet_used: 409,
  list_full: 422,
  forfeit_known: 409,
  personal_words: 422,
  own_proposal: 409,
  reset_since: 409,
  proposal_closed: 409,
  proposal_lapsed: 409,
  proposal_unopened: 409,
  proposal_changed: 409,
  proposal_full: 409,
  nothing_to_rule: 409,
  too_many_ballots: 422,
  ledger_not_read: 503,
  report_limit: 409,
  ledger_too_long: 409,
  unknown_cluster: 404,
  witness_known: 409,
  witness_open: 409,
  key_malformed: 422,
};

export interface ErrorAnswer {
  status: ContentfulStatusCode;
  body: { code: AnyRefusalCode } & Record<string, unknown>;
  headers: Record<string, string>;
}

/**
 * What Postgres took back because something else had the rows for too long (lock_timeout), or because two waited for each other: nothing
 * was done, and asked again it goes through.
 */
const contended = new Set(['55P03', '40P01', '40001']);

/**
 * The database is not there now, or not for writing: it starts, stops, or another server takes its place. Whether what was on its way was done
 * nobody knows; asked again, what has an id of its own is done once.
 */
const away = new Set([
  '08000',
  '08003',
  '08006',
  '25006',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);
/** As the driver says it, which gives no code. */
const broken =
  /^Connection terminated|^timeout exceeded when trying to connect|^Client has encountered a connection error/;

function isAway(error: { code?: string; message?: string } | null): boolean {
  return away.has(error?.code ?? '') || broken.test(error?.message ?? '');
}

/** What goes out for what was thrown: a refusal with its code and details; anything else is logged once, and is an outage, which is answered `busy`, or a bug. */
export type AnswerError = (error: unknown, where: { method: string; path: string }) => ErrorAnswer;

export function createAnswerError(log: Journal, metrics: Metrics): AnswerError {
  for (const status of new Set([500, ...Object.values(statusOf)]))
    metrics.count('zuimei_http_requests_total', { status: String(status) }, 0);
  return (thrown, where) => {
    const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
    const isOutage = isAway(thrown as { code?: string; message?: string } | null);
    if (isOutage) log('error', { ...where, error: String(thrown) });
    const passes = isOutage || contended.has((thrown as { code?: string } | null)?.code ?? '');
    const error = passes ? new Refusal('busy', { retryAfterMs: 2_000 }) : thrown;
    if (!(error instanceof Refusal)) {
      const requestId = crypto.randomUUID();
      log('error', { requestId, ...where, error: String((error as Error | undefined)?.stack ?? error) });
      metrics.count('zuimei_http_requests_total', { status: '500' });
      return { status: 500, body: { code: 'internal', requestId }, headers };
    }
    const status = statusOf[error.code];
    metrics.count('zuimei_http_requests_total', { status: String(status) });
    const wait = error.details['retryAfterMs'];
    if (typeof wait === 'number') headers['Retry-After'] = String(Math.ceil(wait / 1000));
    return { status, body: { code: error.code, ...error.details }, headers };
  };
}
