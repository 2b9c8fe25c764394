import type { Attention } from '@zuimei/shared/live.ts';
import { policyOf } from '@zuimei/shared/threshold.ts';
import type { StoredContest } from '../contest/contest.ts';
import { weighTrend } from '../gate/weigh.ts';
import { picksFrom, type Sums, sumFrom } from './arrivals.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** Candidates whose part of the last 60 minutes stands out against the day before, by the policy's own measure. */
export function surges(contest: StoredContest, sums: Sums, now: number): Attention[] {
  const minute = now / MINUTE_MS;
  const [hour, day] = [picksFrom(sums, minute - 60), picksFrom(sums, minute - DAY_MINUTES)];
  const [ballots, dayBallots] = [
    sumFrom(sums.minutes, minute - 60),
    sumFrom(sums.minutes, minute - DAY_MINUTES),
  ];
  const totals = (picks: Map<number, number>, all: number) =>
    new Map([['ballots', all], ...[...picks].map(([n, count]): [string, number] => [`picks ${n}`, count])]);
  const { surging } = weighTrend(
    totals(hour, ballots),
    totals(day, dayBallots),
    hour.keys(),
    policyOf(contest),
  );
  return contest.candidates
    .filter((one) => surging.has(one.number))
    .map(({ number, name }) => {
      const lastHour = hour.get(number) ?? 0;
      const before = ((day.get(number) ?? 0) - lastHour) / Math.max(1, dayBallots - ballots);
      const times = before > 0 ? lastHour / ballots / before : 0;
      return { kind: 'surge' as const, number, name, lastHour, tenths: Math.round(times * 10) };
    });
}
