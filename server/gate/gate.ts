import { type Policy, type Step, signalBits } from '@zuimei/shared/policy.ts';
import { type BreakerEvent, type BreakerState, createBreaker } from './breaker.ts';
import { createRhythms, type Rhythms } from './rhythm.ts';
import { createTrends, type Trends } from './trend.ts';
import type { Counters, Counts, Visits } from './visits.ts';
import { type Facts, weigh } from './weigh.ts';

export type { Facts } from './weigh.ts';

export interface Verdict {
  step: Step;
  /** Bits of shared/policy.ts. */
  signals: number;
  /** Weighed by what this process alone had counted, because the shared counters were away. */
  unscreened: boolean;
}

export interface Gate {
  /**
   * May these ballots pass? One verdict each, in order; at most 1000 at once, all of one contest. One round trip to the counters, or
   * none while they are away. Never rejects: what cannot be weighed is admitted, unscreened. Every call counts as an attempt.
   */
  admit(contest: string, policy: Policy, facts: readonly Facts[]): Promise<Verdict[]>;
  state(): BreakerState;
}

export type GateEvent = BreakerEvent | { event: 'gate_failed'; reason: string };

/** counters: shared by all servers; fallback: of this process (may be the same); log: one event a change of state. */
export function createGate(parts: {
  counters: Counters;
  fallback: Counters;
  clock: () => number;
  log: (event: GateEvent) => void;
  /** How long a batch waits for the counters before it is weighed without them. */
  patienceMs?: number;
  /** How often counters that are away are asked whether they are back. */
  probeMs?: number;
}): Gate {
  const { clock, log, patienceMs = 50, probeMs = 500 } = parts;
  const breaker = createBreaker({ ...parts, patienceMs, probeMs });
  const watched = new Map<string, { trends: Trends; rhythms: Rhythms }>();
  let failing = false;

  function watch(contest: string): { trends: Trends; rhythms: Rhythms } {
    let own = watched.get(contest);
    if (!own) watched.set(contest, (own = { trends: createTrends(), rhythms: createRhythms() }));
    return own;
  }

  async function screen(contest: string, policy: Policy, facts: readonly Facts[]): Promise<Verdict[]> {
    const now = clock();
    const { trends, rhythms } = watch(contest);
    const sums = trends.note(facts, policy, now);
    const patterns = facts.map((one) => (rhythms.beats(one, policy) ? signalBits.rhythm : 0));
    const { counts, unscreened } = await breaker.bump(contest, visitsOf(facts, policy, sums), now);
    if (sums.length > 0) trends.learn(sums, counts.sums, policy);
    const trend = trends.trend();
    return facts.map((one, row) => {
      const pattern = (patterns[row] ?? 0) | (trends.alikes.has(one.picks) ? signalBits.alike : 0);
      const { step, signals } = weigh(crowdOf(counts, row), one, trend, pattern, policy);
      return { step, signals, unscreened };
    });
  }

  return {
    async admit(contest, policy, facts) {
      if (facts.length === 0) return [];
      try {
        const verdicts = await screen(contest, policy, facts);
        failing = false;
        return verdicts;
      } catch (error) {
        if (!failing)
          log({ event: 'gate_failed', reason: error instanceof Error ? error.message : String(error) });
        failing = true;
        return facts.map(() => ({ step: 'admit', signals: 0, unscreened: true }));
      }
    },
    state: breaker.state,
  };
}

function visitsOf(facts: readonly Facts[], policy: Policy, sums: Visits['sums']): Visits {
  return {
    who: facts.map((one) => one.voter),
    hitsWindowMs: policy.windows.attempts,
    places: [
      { name: 'device', windowMs: policy.windows.device, keys: facts.map((one) => one.device) },
      { name: 'ip', windowMs: policy.windows.ip, keys: facts.map((one) => one.ip) },
      { name: 'net', windowMs: policy.windows.net, keys: facts.map((one) => one.net) },
    ],
    sums,
  };
}

function crowdOf({ hits, distinct }: Counts, row: number) {
  return {
    attempts: hits[row] ?? 0,
    device: distinct[0]?.[row] ?? 0,
    ip: distinct[1]?.[row] ?? 0,
    net: distinct[2]?.[row] ?? 0,
  };
}
