import { type Reveal, revealedUpTo, shownAt } from '../contest.ts';
import { checkMoment, type Say } from './fault.ts';
import type { ContestSettings } from './plan.ts';

const PATH = 'settings.reveal';

/** The moment of revealing is there, and lies where it makes sense. */
export function checkReveal({ reveal, rounds, schedule }: ContestSettings, error: Say, warn: Say): void {
  if (reveal.kind === 'daily' && !(Number.isInteger(reveal.at) && reveal.at >= 0 && reveal.at < 1440))
    error('reveal_hour', PATH);
  if (reveal.kind !== 'sealed') return;
  const from = checkMoment(error, PATH, reveal.from);
  if (from === null) return;
  const result = schedule.find((step) => step.phase === 'result')?.from ?? '';
  const closes = rounds.at(-1)?.closes ?? '';
  if (from <= Date.parse(rounds[0]?.opens ?? '')) error('reveal_before_voting', PATH);
  else if (from < Date.parse(closes)) warn('reveal_before_close', PATH, { closes });
  if (from > Date.parse(result)) error('reveal_after_result', PATH, { result });
}

/**
 * Once voting has begun, no ballot is shown counted earlier than the rules it was cast under promise, whoever asks for it and for whatever
 * reason; what was shown is not hidden again; and an order that was never to be shown is not. `was`: what is in force.
 */
export function checkRevealKept(
  settings: ContestSettings,
  was: ContestSettings,
  now: number,
  error: Say,
): void {
  const opens = Date.parse(was.rounds[0]?.opens ?? '');
  if (!(opens <= now)) return;
  const shown = revealedUpTo(was.reveal, now);
  if (shown !== null && shown > opens && revealedUpTo(settings.reveal, now) === null)
    error('reveal_taken_back', PATH);
  const ends = [...was.rounds, ...settings.rounds].map((round) => Date.parse(round.closes));
  const closes = Math.max(...ends.filter(Number.isFinite));
  const promised = promisesOf(was.reveal, Math.max(opens, shown ?? opens), closes);
  if (promised.some(({ cast, at }) => shownAt(settings.reveal, cast) < at)) {
    const from = new Date(Math.max(...promised.map(({ at }) => at))).toISOString();
    if (settings.reveal.kind === 'sealed' || was.reveal.kind === 'sealed')
      error('reveal_earlier', PATH, { from });
    else error('reveal_daily_kept', PATH);
  }
  if (was.hideOrder && !settings.hideOrder) error('order_promised', 'settings.hideOrder');
}

/**
 * Ballots of [from, closes), whose counts are hidden yet, that have the longest to wait under this reveal, and until when: a reveal that
 * is not too early for them is for none. The first of all; and where counts come daily, those right after the last such hour.
 */
function promisesOf(reveal: Reveal, from: number, closes: number): { cast: number; at: number }[] {
  const casts = [from, (reveal.kind === 'daily' ? revealedUpTo(reveal, closes - 1) : null) ?? from];
  return casts
    .filter((cast) => cast >= from && cast < closes)
    .map((cast) => ({ cast, at: shownAt(reveal, cast) }));
}

/** Whether voting had begun by `now` (ms), by the clock: then its rules were read by somebody. */
export function hasOpened({ rounds }: Pick<ContestSettings, 'rounds'>, now: number): boolean {
  return Date.parse(rounds[0]?.opens ?? '') <= now;
}
