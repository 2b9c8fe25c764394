import {
  type AddressClass,
  type Limit,
  type Policy,
  type Step,
  signalBits,
  steps,
} from '@zuimei/shared/policy.ts';

/** What the gate may know of one ballot. voter: 16 bytes; device, ip, net: 8 bytes each that stand for them. Ages in ms. */
export interface Facts {
  voter: Uint8Array;
  device: Uint8Array;
  ip: Uint8Array;
  net: Uint8Array;
  ticketAgeMs: number;
  /** As the page reports: null when it does not. */
  dwellMs: number | null;
  touches: number | null;
  /** Since the voter's cookie was issued. */
  identityAgeMs: number;
  picks: readonly number[];
  class: AddressClass;
  /** Outside the region of the contest. */
  outside: boolean;
  /** Has brought a proof of work that is good for it. */
  proven: boolean;
}

/** Counts of one ballot's voter, device, address and network within the windows of the policy. */
export interface Crowd {
  attempts: number;
  device: number;
  ip: number;
  net: number;
}

/** Candidates whose ballots stand out in this hour. */
export interface Trend {
  surging: ReadonlySet<number>;
  single: ReadonlySet<number>;
}

export interface Weight {
  step: Step;
  signals: number;
}

/**
 * What a ballot deserves. Only a voter's own flood is ever refused. A crowd is held when it is beyond what people make, or large and
 * the ballot itself looks made by machine. How a candidate fares (surge, single) is noted and never moves the step: to be popular, or
 * to vote for one's colleague alone, is no fault of a citizen; auditors look at such ballots together.
 */
export function weigh(crowd: Crowd, facts: Facts, trend: Trend, policy: Policy): Weight {
  const machine = marksOfMachine(facts, policy);
  const doubtful = countBits(machine) >= 2;
  const ip = policy.ip[facts.class];
  const net = policy.net[facts.class];
  const step = Math.max(
    reach(policy.attempts, crowd.attempts, doubtful),
    reach(policy.device, crowd.device, doubtful),
    reach(ip, crowd.ip, doubtful),
    reach(net, crowd.net, doubtful),
  );
  const signals =
    machine |
    (crowd.attempts > policy.attempts.note ? signalBits.attempts : 0) |
    (crowd.device > policy.device.note ? signalBits.device : 0) |
    (crowd.ip > ip.note ? signalBits.ip : 0) |
    (crowd.net > net.note ? signalBits.net : 0) |
    marksOfTrend(facts.picks, trend);
  return { step: steps[step] ?? 'admit', signals };
}

function marksOfMachine(facts: Facts, policy: Policy): number {
  return (
    ((facts.dwellMs ?? facts.ticketAgeMs) < policy.dwellMs ? signalBits.dwell : 0) |
    ((facts.touches ?? 0) === 0 ? signalBits.silent : 0) |
    (facts.identityAgeMs < policy.newcomerMs ? signalBits.newcomer : 0)
  );
}

function marksOfTrend(picks: readonly number[], { surging, single }: Trend): number {
  let marks = 0;
  if (surging.size > 0 && picks.some((pick) => surging.has(pick))) marks |= signalBits.surge;
  if (single.size > 0 && picks.length === 1 && picks.some((pick) => single.has(pick)))
    marks |= signalBits.single;
  return marks;
}

/** Index in `steps`. */
function reach(limit: Limit, count: number, doubtful: boolean): number {
  if (count <= limit.note) return 0;
  if (limit.refuse !== undefined && count > limit.refuse) return 3;
  if (limit.hold !== undefined && count > limit.hold) return 2;
  if (doubtful && limit.holdInDoubt !== undefined && count > limit.holdInDoubt) return 2;
  return limit.challenge !== undefined && count > limit.challenge ? 1 : 0;
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Running totals of one contest, by name: `ballots`, `singles`, and of a candidate `picks 12`, `singles 12`. */
export type Totals = ReadonlyMap<string, number>;

/**
 * Which candidates stand out. Surge: the part of this hour's ballots that pick the candidate, against the part in the day before this
 * hour; a busy hour of the whole contest changes neither. Single: how often the candidate is picked alone, against the others' ballots
 * in the same hour; where the rule makes every pick a single one nobody stands out. `day` includes `hour`.
 */
export function weighTrend(hour: Totals, day: Totals, candidates: Iterable<number>, policy: Policy): Trend {
  const surging = new Set<number>();
  const single = new Set<number>();
  const ballots = hour.get('ballots') ?? 0;
  const singles = hour.get('singles') ?? 0;
  const before = (day.get('ballots') ?? 0) - ballots;
  for (const number of candidates) {
    const picks = hour.get(`picks ${number}`) ?? 0;
    const alone = hour.get(`singles ${number}`) ?? 0;
    const picksBefore = (day.get(`picks ${number}`) ?? 0) - picks;
    const { surge } = policy;
    // picks / ballots > percent × picksBefore / before, without dividing.
    if (
      Math.min(picks, before) >= surge.ballots &&
      picks * before * 100 > surge.percent * picksBefore * ballots
    )
      surging.add(number);
    const others = ballots - picks;
    const aloneElsewhere = others > 0 ? (100 * (singles - alone)) / others : 0;
    if (
      Math.min(picks, others) >= policy.single.ballots &&
      (100 * alone) / picks - aloneElsewhere >= policy.single.points
    )
      single.add(number);
  }
  return { surging, single };
}
