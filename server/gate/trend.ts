import type { Policy } from '@zuimei/shared/policy.ts';
import { type Alikes, createAlikes } from './alike.ts';
import type { Sum } from './visits.ts';
import { type Facts, type Trend, weighTrend } from './weigh.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Totals need no better than this: they are gathered here and sent with the next batch after it, not with every one. */
const GATHER_MS = 250;
const CALM: Trend = { surging: new Set(), single: new Set() };

/** How the candidates of one contest, and sets of them, fare this hour, as far as the counters know. */
export interface Trends {
  /** Takes note of the ballots of a batch; gives the sums to send with it, often none. */
  note(ballots: readonly Facts[], policy: Policy, now: number): Sum[];
  /** Takes the totals that came back for those sums. */
  learn(sums: readonly Sum[], totals: readonly number[], policy: Policy): void;
  trend(): Trend;
  alikes: Pick<Alikes, 'has'>;
}

export function createTrends(): Trends {
  let gathered = new Map<string, number>();
  let sentAt = Number.NEGATIVE_INFINITY;
  let hourOfTotals = -1;
  const hour = new Map<string, number>();
  const day = new Map<string, number>();
  let trend = CALM;
  const alikes = createAlikes();

  function add(name: string, by: number): void {
    gathered.set(name, (gathered.get(name) ?? 0) + by);
  }

  return {
    note(ballots, policy, now) {
      const thisHour = Math.floor(now / HOUR_MS);
      if (thisHour !== hourOfTotals) {
        hourOfTotals = thisHour;
        hour.clear();
        day.clear();
        alikes.clear();
      }
      let singles = 0;
      let fresh = 0;
      for (const { picks, proven } of ballots) {
        // It was noted when the proof was asked for; or counts are hidden, and there is nothing to note.
        if (proven || picks.length === 0) continue;
        fresh++;
        alikes.note(picks, policy);
        for (const pick of picks) add(`picks ${pick}`, 1);
        if (picks.length === 1) {
          singles++;
          add(`singles ${picks[0]}`, 1);
        }
      }
      add('ballots', fresh);
      add('singles', singles);
      if (Math.abs(now - sentAt) < GATHER_MS) return [];
      sentAt = now;
      const sums = alikes.gather();
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
      const ballots = hour.get('ballots') ?? 0;
      sums.forEach(({ name }, i) => {
        alikes.learn(name, totals[i] ?? 0, ballots, policy);
      });
      trend = weighTrend(hour, day, candidates, policy);
    },
    trend: () => trend,
    alikes,
  };
}
