import type { Policy } from '@zuimei/shared/policy.ts';
import type { Sum } from './visits.ts';
import { type Trend, weighTrend } from './weigh.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Totals need no better than this: they are gathered here and sent with the next batch after it, not with every one. */
const GATHER_MS = 250;
const CALM: Trend = { surging: new Set(), single: new Set() };

/** How the candidates of one contest fare this hour, as far as the counters know. */
export interface Trends {
  /** Takes note of the ballots of a batch; gives the sums to send with it, often none. */
  note(ballots: readonly { picks: readonly number[] }[], now: number): Sum[];
  /** Takes the totals that came back for those sums. */
  learn(sums: readonly Sum[], totals: readonly number[], policy: Policy): void;
  trend(): Trend;
}

export function createTrends(): Trends {
  let gathered = new Map<string, number>();
  let sentAt = Number.NEGATIVE_INFINITY;
  let hourOfTotals = -1;
  const hour = new Map<string, number>();
  const day = new Map<string, number>();
  let trend = CALM;

  function add(name: string, by: number): void {
    gathered.set(name, (gathered.get(name) ?? 0) + by);
  }

  return {
    note(ballots, now) {
      let singles = 0;
      for (const { picks } of ballots) {
        for (const pick of picks) add(`picks ${pick}`, 1);
        if (picks.length === 1) {
          singles++;
          add(`singles ${picks[0]}`, 1);
        }
      }
      add('ballots', ballots.length);
      add('singles', singles);
      if (Math.abs(now - sentAt) < GATHER_MS) return [];
      sentAt = now;
      const thisHour = Math.floor(now / HOUR_MS);
      if (thisHour !== hourOfTotals) {
        hourOfTotals = thisHour;
        hour.clear();
        day.clear();
      }
      const sums: Sum[] = [];
      for (const [name, by] of gathered) {
        sums.push({ name, windowMs: HOUR_MS, by });
        if (!name.startsWith('singles')) sums.push({ name, windowMs: DAY_MS, by });
      }
      gathered = new Map();
      return sums;
    },
    learn(sums, totals, policy) {
      const candidates = new Set<number>();
      sums.forEach(({ name, windowMs }, i) => {
        (windowMs === HOUR_MS ? hour : day).set(name, totals[i] ?? 0);
      });
      for (const name of hour.keys()) if (name.startsWith('picks ')) candidates.add(Number(name.slice(6)));
      trend = weighTrend(hour, day, candidates, policy);
    },
    trend: () => trend,
  };
}
