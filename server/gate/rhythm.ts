import { randomInt } from 'node:crypto';
import type { Policy } from '@zuimei/shared/policy.ts';
import type { Facts } from './weigh.ts';

/**
 * Whether ballots of one device, of one network, or of one browser with one set of picks come as evenly as only a machine sends them;
 * while counts are hidden, of one browser whatever it picks.
 */
export interface Rhythms {
  /** Takes note of an arrival; true when one of its groups is in rhythm. A ballot that came before, with its proof, is not noted again. */
  beats(ballot: Facts, policy: Policy): boolean;
}

/**
 * Groups are kept in a table of fixed size, 32 768 of them in 0.8 MB a contest: each has four places that it can be in, and takes the one
 * whose group shows least (the shortest run, then the longest silence). Of this process alone: behind a balancer that takes servers in turn
 * a rhythm is a rhythm on each of them, only slower to be found.
 */
const SETS = 8_192;
const WAYS = 4;
/** A group that was silent for so long begins anew. */
const SILENT_MS = 1_800_000;
/** Gaps below this say more of the network and of this server than of who sends. */
const LEAST_GAP_MS = 250;

export function createRhythms(): Rhythms {
  const groups = new Uint32Array(SETS * WAYS);
  const last = new Float64Array(SETS * WAYS);
  const mean = new Float32Array(SETS * WAYS);
  const runs = new Uint16Array(SETS * WAYS);
  const voters = new Uint32Array(SETS * WAYS);

  /** The place of a group; `at` decides what is silent. */
  function placeOf(group: number, at: number): number {
    const from = (group & (SETS - 1)) * WAYS;
    let chosen = from;
    for (let place = from; place < from + WAYS; place++) {
      const silent = at - (last[place] ?? 0) > SILENT_MS;
      if (silent) runs[place] = 0;
      else if (groups[place] === group) return place;
      const [least, run] = [runs[chosen] ?? 0, runs[place] ?? 0];
      if (run < least || (run === least && (last[place] ?? 0) < (last[chosen] ?? 0))) chosen = place;
    }
    groups[chosen] = group;
    runs[chosen] = 0;
    return chosen;
  }

  /** How many arrivals in a row were even. A run that is long enough goes on, up to twice as long: it takes more than one odd gap to end it. */
  function runOf(group: number, voter: number, at: number, { rhythm }: Policy): number {
    const place = placeOf(group, at);
    const run = runs[place] ?? 0;
    // One voter's retries and several ballots say nothing of a machine that plays many.
    if (run > 0 && voters[place] === voter) return run;
    const gap = at - (last[place] ?? 0);
    const usual = mean[place] ?? 0;
    let next = 1;
    if (run > 0 && gap >= LEAST_GAP_MS) {
      const even = run > 1 && Math.abs(gap - usual) * 100 <= rhythm.percent * usual;
      const { arrivals } = rhythm;
      next = even ? Math.min(run + 1, 2 * arrivals) : run < arrivals ? 2 : run - (arrivals >> 1);
      mean[place] = even ? usual + (gap - usual) / run : next === 2 ? gap : usual;
    }
    runs[place] = next;
    last[place] = at;
    voters[place] = voter;
    return next;
  }

  return {
    beats(ballot, policy) {
      if (ballot.proven) return false;
      const voter = mix(ballot.voter, 1, 8);
      const { at, device, net, agent, picks } = ballot;
      const longest = Math.max(
        runOf(mix(device, 2, 8), voter, at, policy),
        runOf(mix(net, 3, 8), voter, at, policy),
        runOf(mix(picks, agent + 4, picks.length), voter, at, policy),
      );
      return longest >= policy.rhythm.arrivals;
    },
  };
}

// Secret, so that nobody can choose names that push another group out of the table.
const seed = randomInt(2 ** 32);

function mix(values: ArrayLike<number>, start: number, length: number): number {
  let hash = seed ^ Math.imul(start, 0x9e3779b1);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (values[i] ?? 0), 0x01000193) + 1;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
