import { outcomeFaultCodes } from '../judging/check.ts';
import { foldText } from '../text/fold.ts';

/**
 * What can be wrong with a plan. The words for each are in words.ts, keyed by this union. An error is a
 * setting under which the contest could not be held as written; a warning is one that most bureaux would regret.
 */
export const planFaultCodes = [
  // texts, numbers and lists
  'text_missing',
  'text_too_long',
  'text_unshown',
  'too_many',
  'number_out',
  'id_malformed',
  'name_twice',
  'id_twice',
  // dates
  'moment_missing',
  'schedule_empty',
  'phase_twice',
  'schedule_order',
  'voting_missing',
  'round_missing',
  'round_order',
  'rounds_overlap',
  'voting_apart',
  'phase_during_voting',
  'round_past',
  'voting_short',
  'judging_missing',
  'notice_short',
  'collection_order',
  'deadline_after_shortlist',
  'review_before_deadline',
  'deadline_off',
  'deadline_uncovered',
  // the ballot
  'picks_order',
  'picks_more_than_candidates',
  'picks_never_full',
  'category_order',
  'category_unknown',
  'category_sum_low',
  'category_sum_high',
  'category_more_than_candidates',
  'ballots_never_spent',
  'reveal_hour',
  'reveal_before_voting',
  'reveal_before_close',
  'reveal_after_result',
  // what comes of the count
  'weights_none',
  'outcome_without_vote',
  'vote_mentioned',
  'vote_heavy',
  ...outcomeFaultCodes,
  // the form and the units
  'link_malformed',
  'kinds_missing',
  'form_empty',
  'field_needed',
  'field_must_be_private',
  'field_must_be_public',
  'kind_unknown',
  'choices_missing',
  'unit_kinds_missing',
  'opinion_owner',
  'quota_order',
  'places_above_total',
  'places_below_total',
  'announcement_over',
  // against fraud
  'threshold_out',
  'threshold_order',
  'picks_unseen',
  'network_malformed',
  'network_wide',
  // WeChat
  'wechat_unconnected',
  'messages_untaken',
  'follow_outside',
  'keyword_malformed',
  'keyword_many_picks',
  // the footer
  'icp_malformed',
  'police_malformed',
  'site_code_malformed',
  // once voting has begun
  'round_started_moved',
  'round_shortened',
  'round_ended',
  'round_removed',
  'category_in_use',
  'reveal_taken_back',
  'reveal_earlier',
  'reveal_daily_kept',
  'order_promised',
  'outcome_kept',
] as const;

export type PlanFaultCode = (typeof planFaultCodes)[number];

export interface PlanFault {
  code: PlanFaultCode;
  level: 'error' | 'warning';
  /** Where: 'settings.rule.picks', 'collection.form.3.title'. */
  path: string;
  /** What its words need: names, numbers, instants. */
  details: Readonly<Record<string, string | number>>;
}

/** Notes an error at a place of the plan. */
export type Say = (code: PlanFaultCode, path: string, details?: PlanFault['details']) => void;

/** Collects faults in the order in which they are found. */
export function createFaults(): { found: PlanFault[]; error: Say; warn: Say } {
  const found: PlanFault[] = [];
  const sayAs =
    (level: PlanFault['level']): Say =>
    (code, path, details = {}) => {
      found.push({ code, level, path, details });
    };
  return { found, error: sayAs('error'), warn: sayAs('warning') };
}

/** Characters as a form counts them: blanks do not. */
export function lengthOf(text: string): number {
  return Array.from(text.replace(/\s/gu, '')).length;
}

/** A text within bounds; `least` 0 lets it be empty. */
export function checkText(say: Say, path: string, text: string, most: number, least: 0 | 1 = 1): void {
  const length = lengthOf(text);
  if (length < least) say('text_missing', path);
  else if (length > most) say('text_too_long', path, { length, most });
}

export function checkCount(say: Say, path: string, list: readonly unknown[], most: number): void {
  if (list.length > most) say('too_many', path, { count: list.length, most });
}

export function checkNumber(say: Say, path: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    say('number_out', path, { value, least, most });
}

/** Ids that are well formed and stand once, and names that are there and stand once. */
export function checkNamed(
  say: Say,
  path: string,
  list: readonly { id?: string; name: string }[],
  most: number,
): void {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const [at, { id, name }] of list.entries()) {
    checkText(say, `${path}.${at}.name`, name, most);
    const folded = foldText(name);
    if (folded !== '' && names.has(folded)) say('name_twice', `${path}.${at}.name`, { name: name.trim() });
    names.add(folded);
    if (id === undefined) continue;
    if (!ID.test(id)) say('id_malformed', `${path}.${at}.id`, { id });
    else if (ids.has(id)) say('id_twice', `${path}.${at}.id`, { id });
    ids.add(id);
  }
}

const ID = /^[a-z][a-z0-9-]{0,31}$/u;

/** The moment in ms; noted and null when there is none. */
export function checkMoment(say: Say, path: string, moment: string): number | null {
  const ms = Date.parse(moment);
  if (Number.isFinite(ms)) return ms;
  say('moment_missing', path);
  return null;
}
