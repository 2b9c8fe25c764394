import { isShownLive, nextRevealAt, revealedUpTo } from '@zuimei/shared/contest.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { StoredContest } from '../contest/contest.ts';
import type { Progress } from './reader.ts';

/** ms: picks of ballots from then on are hidden from everybody; -Infinity = all are, Infinity = none. */
export function shownUpTo({ reveal }: Pick<StoredContest, 'reveal'>, now: number): number {
  return isShownLive(reveal, now) ? Infinity : (revealedUpTo(reveal, now) ?? -Infinity);
}

/** Whether the picks of every ballot read are shown: then figures by candidate may be, too. */
export function allShown(contest: StoredContest, { reading }: Progress, now: number): boolean {
  return (reading.at === null ? -Infinity : Date.parse(reading.at)) < shownUpTo(contest, now);
}

/** When hidden counts are next shown; null = they are shown. */
export function hiddenUntil({ reveal }: StoredContest, now: number): string | null {
  const from = nextRevealAt(reveal, now);
  return from === null ? null : new Date(from).toISOString();
}

export function sealed(contest: StoredContest, now: number): Refusal {
  const from = hiddenUntil(contest, now);
  return new Refusal('sealed', from === null ? {} : { from });
}
