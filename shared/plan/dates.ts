import { type Phase, phases } from '../contest.ts';
import { shanghaiDay } from '../time.ts';
import { checkCount, checkMoment, type Say } from './fault.ts';
import type { Collection, ContestSettings } from './plan.ts';

const HOUR_MS = 3_600_000;
const SHORT_VOTING_MS = 72 * HOUR_MS;
const MOST_ROUNDS = 5;

/** Phases in their order and apart, rounds inside the voting phase. */
export function checkSchedule(settings: ContestSettings, now: number, error: Say, warn: Say): void {
  const { schedule, rounds } = settings;
  const weights = settings.outcome?.weights;
  if (schedule.length === 0) error('schedule_empty', 'settings.schedule');
  let before: { phase: Phase; ms: number } | null = null;
  const seen = new Set<Phase>();
  for (const [at, { phase, from }] of schedule.entries()) {
    const path = `settings.schedule.${at}`;
    if (seen.has(phase)) error('phase_twice', path, { phase });
    seen.add(phase);
    const ms = checkMoment(error, path, from);
    if (ms === null) continue;
    if (before && (ms <= before.ms || phases.indexOf(phase) < phases.indexOf(before.phase)))
      error('schedule_order', path, { phase, before: before.phase });
    before = { phase, ms };
  }
  const voting = schedule.findIndex((step) => step.phase === 'voting');
  if (voting < 0 && rounds.length > 0) error('voting_missing', 'settings.schedule');
  if (voting >= 0 && rounds.length === 0) error('round_missing', 'settings.rounds');
  checkRounds(settings, now, error, warn);
  const opens = Date.parse(rounds[0]?.opens ?? '');
  const begins = Date.parse(schedule[voting]?.from ?? '');
  if (Number.isFinite(opens) && Number.isFinite(begins) && opens !== begins)
    error('voting_apart', 'settings.rounds.0.opens', { opens: rounds[0]?.opens ?? '' });
  const closes = Date.parse(rounds.at(-1)?.closes ?? '');
  for (const [at, step] of schedule.entries())
    if (voting >= 0 && at > voting && Date.parse(step.from) < closes)
      error('phase_during_voting', `settings.schedule.${at}`, {
        phase: step.phase,
        closes: rounds.at(-1)?.closes ?? '',
      });
  const judged = weights ? weights.expert + weights.media + weights.merit : 0;
  if (judged > 0 && !seen.has('judging')) warn('judging_missing', 'settings.schedule', { percent: judged });
}

function checkRounds({ rounds }: ContestSettings, now: number, error: Say, warn: Say): void {
  checkCount(error, 'settings.rounds', rounds, MOST_ROUNDS);
  let total = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [at, round] of rounds.entries()) {
    const path = `settings.rounds.${at}`;
    const opens = checkMoment(error, `${path}.opens`, round.opens);
    const closes = checkMoment(error, `${path}.closes`, round.closes);
    if (opens === null || closes === null) continue;
    if (closes <= opens) error('round_order', `${path}.closes`);
    else total += closes - opens;
    if (opens < last) error('rounds_overlap', `${path}.opens`, { round: at + 1 });
    last = Math.max(last, closes);
  }
  if (total > 0 && total < SHORT_VOTING_MS && last > now)
    warn('voting_short', 'settings.rounds.0.closes', { hours: Math.floor(total / HOUR_MS) });
}

/** When nominations may come, against the phases that build on them; and whether the notice lasts as long as it must. */
export function checkDeadlines(
  { schedule, outcome }: ContestSettings,
  collection: Collection,
  now: number,
  error: Say,
  warn: Say,
): void {
  const from = (phase: Phase): number =>
    Date.parse(schedule.find((step) => step.phase === phase)?.from ?? '');
  const opens = checkMoment(error, 'collection.opens', collection.opens);
  const closes = checkMoment(error, 'collection.closes', collection.closes);
  if (opens !== null && closes !== null && closes <= opens) error('collection_order', 'collection.closes');
  if (closes !== null) {
    const shortlist = schedule.find((step) => step.phase === 'shortlisted' || step.phase === 'voting');
    if (closes > Date.parse(shortlist?.from ?? ''))
      error('deadline_after_shortlist', 'collection.closes', { from: shortlist?.from ?? '' });
    else if (closes > from('reviewing')) warn('review_before_deadline', 'collection.closes');
    if (closes > now && isWeekend(shanghaiDay(closes))) warn('deadline_weekend', 'collection.closes');
  }
  const notice = from('notice');
  const result = from('result');
  if (!outcome || !(result > notice)) return;
  const { days } = outcome.notice;
  const between = daysBetween(notice, result);
  const details = { days, span: between.all };
  if (between.all < days) error('notice_short', 'settings.outcome.notice.days', details);
  else if (between.weekdays < days && result > now)
    warn('notice_short', 'settings.outcome.notice.days', details);
}

function daysBetween(from: number, to: number): { all: number; weekdays: number } {
  const first = shanghaiDay(from);
  const all = Math.min(shanghaiDay(to) - first, 400);
  let weekdays = 0;
  for (let day = first; day < first + all; day++) if (!isWeekend(day)) weekdays++;
  return { all, weekdays };
}

/** Of a Shanghai day; 1970-01-01 was a Thursday. */
export function isWeekend(day: number): boolean {
  const weekday = (((day + 4) % 7) + 7) % 7;
  return weekday === 0 || weekday === 6;
}
