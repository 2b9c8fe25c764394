import { type Calendar, kindOfDay, type NamedCalendar, noticePeriod, yearOfDay } from '../calendar.ts';
import { type Phase, phases } from '../contest.ts';
import { isRefused } from '../judging/refused.ts';
import { shanghaiDate } from '../time.ts';
import { checkCount, checkMoment, type Say } from './fault.ts';
import type { Collection, ContestSettings } from './plan.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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
  settings: ContestSettings,
  collection: Collection,
  calendar: NamedCalendar,
  now: number,
  error: Say,
  warn: Say,
): void {
  const { schedule } = settings;
  const opens = checkMoment(error, 'collection.opens', collection.opens);
  const closes = checkMoment(error, 'collection.closes', collection.closes);
  if (opens !== null && closes !== null && closes <= opens) error('collection_order', 'collection.closes');
  if (closes !== null) {
    const shortlist = schedule.find((step) => step.phase === 'shortlisted' || step.phase === 'voting');
    if (closes > Date.parse(shortlist?.from ?? ''))
      error('deadline_after_shortlist', 'collection.closes', { from: shortlist?.from ?? '' });
    else if (closes > beginOf(settings, 'reviewing')) warn('review_before_deadline', 'collection.closes');
    if (closes > now) checkDeadlineDay(calendar, shanghaiDate(closes), warn);
  }
  const notice = plannedPeriod(settings, calendar);
  if (notice && notice.result > now && notice.result < notice.ends)
    error('notice_short', 'settings.outcome.notice.days', { days: notice.days, last: notice.last });
}

function checkDeadlineDay(calendar: NamedCalendar, day: string, warn: Say): void {
  const kind = kindOfDay(calendar, day);
  const year = yearOfDay(day);
  if (kind === 'holiday') warn('deadline_off', 'collection.closes', { name: `${calendar.names[day]}假期` });
  else if (kind === 'weekend') warn('deadline_off', 'collection.closes', { name: '周末' });
  else if (!calendar.years.includes(year)) warn('deadline_uncovered', 'collection.closes', { year });
}

export interface PlannedPeriod {
  /** Working days. */
  days: number;
  /** The last of them, at the earliest. */
  last: string;
  /** ms; when it is over, at the earliest. */
  ends: number;
  /** ms */
  result: number;
  /** A year whose holidays would have to be known; `last` then takes every day for a working day, since sooner it can never be. */
  uncovered: number | null;
}

/** The notice from the day on which its phase begins; null where it or the result after it is not planned. */
export function plannedPeriod(settings: ContestSettings, calendar: Calendar): PlannedPeriod | null {
  const begins = beginOf(settings, 'notice');
  const result = beginOf(settings, 'result');
  if (!settings.outcome || !(result > begins)) return null;
  const { days, first, closes } = settings.outcome.notice;
  // What is no number of days is said elsewhere.
  if (!Number.isInteger(days) || days < 1 || days > 60) return null;
  const day = shanghaiDate(begins);
  const period = noticePeriod(calendar, day, days, first);
  const soonest = shanghaiDate(begins + (days - (first === 'same' ? 1 : 0)) * DAY_MS);
  const [last, uncovered] = isRefused(period) ? [soonest, period.year] : [period.last, null];
  return { days, last, ends: endOf(last, closes), result, uncovered };
}

function beginOf({ schedule }: ContestSettings, phase: Phase): number {
  return Date.parse(schedule.find((step) => step.phase === phase)?.from ?? '');
}

function endOf(day: string, closes: '24:00' | '17:30'): number {
  return Date.parse(`${day}T00:00:00+08:00`) + (closes === '24:00' ? DAY_MS : 17.5 * HOUR_MS);
}
