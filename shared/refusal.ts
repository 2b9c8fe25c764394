import type { AnyRefusalCode } from './staffrefusal.ts';

/**
 * Everything a voter can be told "no" about. The wire carries the code and plain details, never prose: the sentence for
 * each code is in shared/refusalwords.ts and its HTTP status in server/http/answer.ts, both keyed by this union, so that a new code does
 * not compile until it has both.
 */
export const refusalCodes = [
  'bad_request',
  'not_found',
  'too_large',
  'too_many_requests',
  'busy',
  'internal',
  // who
  'no_voter',
  'wechat_needed',
  'wechat_away',
  'snapshot_user',
  'follow_needed',
  'ticket_invalid',
  'ticket_expired',
  'ticket_too_fresh',
  // may they
  'no_vote',
  'not_open_yet',
  'already_closed',
  'paused',
  'quarantined',
  'quota_spent',
  'picked_already',
  'gate_refused',
  'proof_needed',
  'proof_wrong',
  // what they chose
  'unknown_candidate',
  'candidate_withdrawn',
  'duplicate_pick',
  'too_few_picks',
  'too_many_picks',
  'category_too_few',
  'category_too_many',
  // objecting
  'objection_closed',
  'objection_anonymous',
  'objection_too_many',
  'objection_file',
  'objection_unknown',
  // reading
  'not_sealed_yet',
  'sealed',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

export type RefusalDetails = Readonly<Record<string, string | number | boolean | null>>;

/** The one error class. `code` is for the program, `details` fill the sentence (limits, times, names already public). */
export class Refusal extends Error {
  readonly code: AnyRefusalCode;
  readonly details: RefusalDetails;

  constructor(code: AnyRefusalCode, details: RefusalDetails = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
