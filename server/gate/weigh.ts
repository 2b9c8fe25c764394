import {
  type AddressClass,
  FORTUNE,
  type Limit,
  type Policy,
  type Signal,
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
  /** Which browser it says it is: equal for equal user agents, in this process. */
  agent: number;
  /** When the ballot arrived, ms since 1970. */
  at: number;
  ticketAgeMs: number;
  /** As the page reports: null when it does not. */
  dwellMs: number | null;
  touches: number | null;
  /** Known only as a browser, where WeChat vouches for the others. */
  unvouched: boolean;
  /** Since the voter's cookie was issued. */
  identityAgeMs: number;
  /** None while counts are hidden: then nothing of what the gate finds, answers or notes can hang on them. */
  picks: readonly number[];
  class: AddressClass;
  /** In another country. */
  abroad: boolean;
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
 * What a ballot deserves. Only a voter's own flood is ever refused: a device, an address or a network that many share never is, whatever
 * the policy says. A crowd is held when it is beyond what people make, or large and its ballots are in doubt; a ballot by itself is asked
 * for a proof, or held, by its score. A proof answers a challenge, nothing more. pattern: bits of what was found in how ballots follow each
 * other (rhythm.ts, alike.ts).
 */
export function weigh(crowd: Crowd, facts: Facts, trend: Trend, pattern: number, policy: Policy): Weight {
  const ip = policy.ip[facts.class];
  const net = policy.net[facts.class];
  const signals =
    marksOfVisit(facts, policy) |
    marksOfTrend(facts.picks, trend) |
    pattern |
    (crowd.attempts > policy.attempts.note ? signalBits.attempts : 0) |
    (crowd.device > policy.device.note ? signalBits.device : 0) |
    (crowd.ip > ip.note ? signalBits.ip : 0) |
    (crowd.net > net.note ? signalBits.net : 0);
  const points = scoreOf(signals, policy);
  const { score } = policy;
  const doubtful = score.doubt > 0 && points >= score.doubt;
  const step = Math.max(
    reach(policy.attempts, crowd.attempts, doubtful, REFUSE),
    reach(policy.device, crowd.device, doubtful, HOLD),
    reach(ip, crowd.ip, doubtful, HOLD),
    reach(net, crowd.net, doubtful, HOLD),
    score.hold > 0 && points >= score.hold ? HOLD : 0,
    score.challenge > 0 && points >= score.challenge ? CHALLENGE : 0,
  );
  if (step === CHALLENGE && facts.proven) return { step: 'admit', signals: signals | signalBits.proven };
  return { step: steps[step] ?? 'admit', signals: facts.proven ? signals | signalBits.proven : signals };
}

const CHALLENGE = steps.indexOf('challenge');
const HOLD = steps.indexOf('hold');
const REFUSE = steps.indexOf('refuse');

/**
 * Points of a ballot. To be popular, to vote for one's colleague alone or as many others do is no fault of a citizen: such signals add at
 * most as much as the visit itself brings, so by themselves they never move a step, however they weigh.
 */
function scoreOf(signals: number, policy: Policy): number {
  const own = sumOf(signals & ~FORTUNE, policy);
  if (own === 0 || (signals & FORTUNE) === 0) return own;
  return own + Math.min(own, sumOf(signals & FORTUNE, policy));
}

const names = Object.keys(signalBits) as Signal[];
/** Of every policy object: the weights in the order of the bits. Policies are few and live as long as their contest. */
const weightsOf = new WeakMap<Policy, Uint32Array>();

function sumOf(signals: number, policy: Policy): number {
  if (signals === 0) return 0;
  let weights = weightsOf.get(policy);
  if (!weights) {
    weights = new Uint32Array(32);
    for (const name of names) weights[31 - Math.clz32(signalBits[name])] = policy.weights[name];
    weightsOf.set(policy, weights);
  }
  let sum = 0;
  for (let rest = signals; rest !== 0; rest &= rest - 1) sum += weights[31 - Math.clz32(rest & -rest)] ?? 0;
  return sum;
}

function marksOfVisit(facts: Facts, policy: Policy): number {
  return (
    ((facts.dwellMs ?? facts.ticketAgeMs) < policy.dwellMs ? signalBits.dwell : 0) |
    ((facts.touches ?? 0) === 0 ? signalBits.silent : 0) |
    (facts.identityAgeMs < policy.newcomerMs ? signalBits.newcomer : 0) |
    (facts.class === 'datacentre' ? signalBits.datacentre : 0) |
    (facts.abroad ? signalBits.abroad : 0) |
    (facts.outside ? signalBits.outside : 0) |
    (facts.unvouched ? signalBits.unvouched : 0)
  );
}

function marksOfTrend(picks: readonly number[], { surging, single }: Trend): number {
  let marks = 0;
  if (surging.size > 0 && picks.some((pick) => surging.has(pick))) marks |= signalBits.surge;
  if (single.size > 0 && picks.length === 1 && picks.some((pick) => single.has(pick)))
    marks |= signalBits.single;
  return marks;
}

/** Index in `steps`, at most `most`. */
function reach(limit: Limit, count: number, doubtful: boolean, most: number): number {
  if (limit.refuse !== undefined && count > limit.refuse) return most;
  if (limit.hold !== undefined && count > limit.hold) return HOLD;
  if (doubtful && limit.holdInDoubt !== undefined && count > limit.holdInDoubt) return HOLD;
  return limit.challenge !== undefined && count > limit.challenge ? CHALLENGE : 0;
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
