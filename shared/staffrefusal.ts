import { photoFaults } from './picture.ts';
import type { RefusalCode } from './refusal.ts';

/**
 * What staff and reporting units can be told "no" about, beside the codes of refusal.ts. Apart from those so that a citizen's page
 * carries no word of the console: the sentences are in web/console/lib/words.ts, the statuses in server/http/answer.ts.
 */
export const staffRefusalCodes = [
  // who
  'signed_out',
  'forbidden',
  'csrf',
  'reauth_needed',
  'sign_in_failed',
  'locked_out',
  'sign_in_wait',
  'code_wrong',
  'password_wrong',
  'totp_missing',
  'invite_invalid',
  'invite_opened',
  'pass_needed',
  'pass_wrong',
  'link_invalid',
  'password_weak',
  'password_leaked',
  'roles_conflict',
  'login_taken',
  'account_altered',
  'not_yourself',
  'last_administrator',
  'second_missing',
  'auditor_missing',
  'request_open',
  'request_closed',
  'own_request',
  // a contest
  'slug_taken',
  'plan_changed',
  'plan_impossible',
  'plan_broken',
  'reason_missing',
  'not_now',
  'nothing_to_publish',
  'voting_begun',
  'shortlist_incomplete',
  // steering the voting
  'already_paused',
  'not_paused',
  'round_over',
  'not_later',
  'not_so_late',
  'too_many_announcements',
  // after it
  'archived',
  'title_differs',
  // units and nominations
  'unit_known',
  'unit_in_use',
  'form_incomplete',
  'quota_full',
  'category_full',
  'collection_closed',
  'state_changed',
  'opinion_missing',
  'consent_missing',
  'file_refused',
  ...photoFaults,
  'too_many_files',
  'number_taken',
  // judging
  'panel_missing',
  'line_missing',
  'points_out',
  'too_few_sheets',
  'not_comparable',
  'tie_open',
  'minimum_impossible',
  'caps_entangled',
  'no_quorum',
  'calendar_uncovered',
  // auditing
  'own_proposal',
  'reset_since',
  'proposal_closed',
  'nothing_to_rule',
  'too_many_ballots',
  'ledger_not_read',
  'unknown_cluster',
  'witness_known',
  'key_malformed',
] as const;

export type StaffRefusalCode = (typeof staffRefusalCodes)[number];
export type AnyRefusalCode = RefusalCode | StaffRefusalCode;
