import type { PolicyName } from './contest.ts';

/** What happens to a ballot, from least to most. A challenge is a proof of work; `hold` is counted only when an auditor releases it. */
export const steps = ['admit', 'challenge', 'hold', 'refuse'] as const;
export type Step = (typeof steps)[number];

/**
 * Bits of a ballot's signals, as the ledger keeps them (bits 0–23). A bit never changes its meaning; new ones are added. Those that hang on
 * picks are noted only of ballots whose counts are shown as they grow.
 */
export const signalBits = {
  /** One voter tries often. */
  attempts: 1 << 0,
  /** Many voters on one device. Devices of one model can look alike: never a reason by itself. */
  device: 1 << 1,
  /** Many voters at one address. */
  ip: 1 << 2,
  /** Many voters in one network (/24 of IPv4, /64 of IPv6). */
  net: 1 << 3,
  /** The page was open too briefly to read it. */
  dwell: 1 << 4,
  /** No touch, key or pointer was noticed on the page, or the page said nothing at all. */
  silent: 1 << 5,
  /** The voter's identity is only seconds old. */
  newcomer: 1 << 6,
  /** A candidate picked gets a much larger part of the contest's ballots in this hour than in the day before it. */
  surge: 1 << 7,
  /** The only pick is a candidate who is picked alone far more often than the others are in the same hour. */
  single: 1 << 8,
  /** Ballots from this device or network, or of this browser with these picks, arrive at almost equal gaps; of this browser alone while counts are hidden. */
  rhythm: 1 << 9,
  /** The same set of several picks comes much more often than sets do in this contest. */
  alike: 1 << 10,
  /** The address lies outside the region of the contest (Contest.area). */
  outside: 1 << 11,
  /** The address belongs to a data centre or a cloud. */
  datacentre: 1 << 12,
  /** The address lies abroad. */
  abroad: 1 << 13,
  /** A proof of work (or the question in its place) was asked of this ballot and was brought. */
  proven: 1 << 14,
  /** The identity is a browser's own, in a contest for which WeChat vouches (Contest.wechat). */
  unvouched: 1 << 15,
} as const;
export type Signal = keyof typeof signalBits;

/** How the candidates picked fare, whoever picks them: as hidden as the counts themselves. */
export const FORTUNE = signalBits.surge | signalBits.single | signalBits.alike;

export function signalsIn(mask: number): Signal[] {
  return (Object.keys(signalBits) as Signal[]).filter((signal) => (mask & signalBits[signal]) !== 0);
}

/** Whether the points of these signals reach the policy's doubt; where it has none, whether they have any. */
export function isDoubtful({ weights, score }: Pick<Policy, 'weights' | 'score'>, signals: number): boolean {
  const points = signalsIn(signals).reduce((sum, one) => sum + weights[one], 0);
  return points >= (score.doubt > 0 ? score.doubt : 1);
}

/** Each step is taken by a count *above* its number within the policy's window; an absent number never. */
export interface Limit {
  /** The signal is noted on the ballot, and nothing else happens. */
  note: number;
  challenge?: number;
  /** Held if the ballot's own score also reaches `score.doubt`. */
  holdInDoubt?: number;
  hold?: number;
  refuse?: number;
}

/**
 * What an address is known to be, by the offline address data, a better data file, or the networks a contest declares:
 * carrier: many phones share it · campus, office: many people share it at the same hour · datacentre: no citizen sits there.
 */
export const addressClasses = ['unknown', 'carrier', 'campus', 'office', 'datacentre', 'abroad'] as const;
export type AddressClass = (typeof addressClasses)[number];

/** Whole numbers only, so that a policy can be frozen in the ledger. */
export interface Policy {
  /** ms. The longest must be a multiple of the others. */
  windows: { attempts: number; device: number; ip: number; net: number };
  /** Tries of one voter, whatever became of them. A page that retries on a bad network sends at most about 40 in ten minutes. */
  attempts: Limit;
  /** Distinct voters on one device. Devices of one model look alike: never a reason by itself to refuse. */
  device: Limit;
  /** Distinct voters at one address, by what the address is. */
  ip: Record<AddressClass, Limit>;
  /** Distinct voters in one network (/24 of IPv4, /64 of IPv6); all data centres and foreign addresses of the contest count as one. */
  net: Record<AddressClass, Limit>;
  /** Shorter visits are noted. A ballot needs a ticket two seconds old, so less than that is the page's own report. */
  dwellMs: number;
  /** Younger identities are noted. */
  newcomerMs: number;
  /** The candidate has at least so many ballots this hour, the contest as many in the day before it; the part is above so many percent of what it was. */
  surge: { ballots: number; percent: number };
  /** The candidate has at least so many ballots this hour, and so many percent points more of them are single picks than elsewhere. */
  single: { ballots: number; points: number };
  /** So many arrivals in a row whose gaps differ from their mean by less than so many percent of it. */
  rhythm: { arrivals: number; percent: number };
  /** Sets of at least `picks` picks: one that came at least `ballots` times this hour and is above so many percent of the hour's ballots. */
  alike: { picks: number; ballots: number; percent: number };
  /** Points that each signal adds to a ballot's score; 0 = it is noted and never weighs. */
  weights: Record<Signal, number>;
  /** A ballot whose points reach these is in doubt, is asked for a proof of work, is held. 0 = never. */
  score: { doubt: number; challenge: number; hold: number };
  /**
   * Work of a challenge: iterations of the key derivation times guesses. About 1000 × 1000 is 0.7 s on a phone. `afterMs`: a question
   * in its place costs a person a few seconds and a program this time: sooner no answer is taken.
   */
  proof: { cost: number; guesses: number; afterMs: number };
}

const TEN_MINUTES = 600_000;
const DAY = 86_400_000;

// What normal crowds look like, for the numbers below: a family shares a phone (3–5 voters a device and day); a hall or an office
// votes together (200 voters at one address in 10 minutes); a carrier's address serves hundreds of phones at any moment, and
// 20 000 citizens called up by a county's broadcast in 10 minutes come from some ten such addresses (2 000 each). None of them may
// be held. A rented batch comes from few addresses, from a cloud, at equal gaps, or with pages that nobody touches. tests/attack measures
// what the numbers do to both.
const windows = { attempts: TEN_MINUTES, device: DAY, ip: TEN_MINUTES, net: TEN_MINUTES };

/** The same limit for wherever people are; those who vote from a cloud or from abroad are few. */
function byClass(people: Limit, datacentre: Limit, abroad: Limit): Record<AddressClass, Limit> {
  return { unknown: people, carrier: people, campus: people, office: people, datacentre, abroad };
}

const weights: Record<Signal, number> = {
  attempts: 1,
  device: 1,
  ip: 0,
  net: 0,
  dwell: 2,
  silent: 2,
  newcomer: 2,
  surge: 0,
  single: 0,
  // Ten or more arrivals in a row at equal gaps happen to people once in millions of ballots.
  rhythm: 6,
  alike: 0,
  outside: 0,
  datacentre: 2,
  abroad: 1,
  proven: 0,
  // With one mark of a machine: a proof; with two: held. By itself nothing.
  unvouched: 3,
};

export const policies: Record<PolicyName, Policy> = {
  // 宽松: notes much and holds nothing but floods that no crowd makes. For small contests among people who know each other.
  loose: {
    windows,
    // Above 600: one a second for ten minutes, which only a program does.
    attempts: { note: 60, refuse: 600 },
    // A terminal in a service hall has some dozens of voters a day.
    device: { note: 20 },
    ip: byClass(
      { note: 1000, holdInDoubt: 10_000, hold: 50_000 },
      { note: 30, challenge: 100, holdInDoubt: 300, hold: 1000 },
      { note: 100, challenge: 300, holdInDoubt: 1000, hold: 3000 },
    ),
    net: byClass(
      { note: 5000, holdInDoubt: 50_000, hold: 250_000 },
      { note: 30, challenge: 100, holdInDoubt: 300, hold: 1000 },
      { note: 100, challenge: 300, holdInDoubt: 1000, hold: 3000 },
    ),
    dwellMs: 1000,
    newcomerMs: 3000,
    surge: { ballots: 500, percent: 400 },
    single: { ballots: 500, points: 60 },
    rhythm: { arrivals: 30, percent: 10 },
    alike: { picks: 3, ballots: 200, percent: 20 },
    weights,
    // Asks for a proof what looks made by machine in three ways; holds nothing by its score.
    score: { doubt: 4, challenge: 6, hold: 0 },
    proof: { cost: 1000, guesses: 1000, afterMs: 12_000 },
  },
  // 标准: holds what looks made by machine and comes in a crowd; a crowd of people passes.
  standard: {
    windows,
    // Above 120: one each five seconds for ten minutes; a page's own retries end far below.
    attempts: { note: 40, refuse: 120 },
    // A family ends at 5. Above 50 doubtful pages of one device is a farm, or one phone whose cookies are wiped.
    device: { note: 6, holdInDoubt: 50 },
    // An office (200) is not even noted. Three times the broadcast's 2 000 a carrier address is held whatever it looks like.
    ip: byClass(
      { note: 300, challenge: 2500, holdInDoubt: 1000, hold: 6000 },
      { note: 1, challenge: 1, holdInDoubt: 2, hold: 4 },
      { note: 1, challenge: 1, holdInDoubt: 2, hold: 4 },
    ),
    // A /24 may be the carrier's whole exit for a county: all 20 000 of the broadcast. Clouds and abroad: a person or two in ten minutes.
    net: byClass(
      { note: 1500, challenge: 20_000, holdInDoubt: 5000, hold: 50_000 },
      { note: 2, challenge: 2, holdInDoubt: 3, hold: 4 },
      { note: 2, challenge: 2, holdInDoubt: 3, hold: 4 },
    ),
    dwellMs: 1500,
    newcomerMs: 5000,
    surge: { ballots: 200, percent: 300 },
    single: { ballots: 200, points: 40 },
    rhythm: { arrivals: 10, percent: 15 },
    alike: { picks: 3, ballots: 100, percent: 10 },
    weights,
    // Two marks of a machine are noted: an old web view that says nothing, a young cookie. With a third sign: a proof. Three, or a rhythm: held.
    score: { doubt: 4, challenge: 5, hold: 6 },
    proof: { cost: 1000, guesses: 1000, afterMs: 12_000 },
  },
  // 严格: rather holds a ballot too many, for auditors to release. For contests that were brushed before.
  strict: {
    windows,
    // Above 60: fifty copies of a ballot on a bad network still pass.
    attempts: { note: 20, refuse: 60 },
    device: { note: 5, challenge: 30, holdInDoubt: 8 },
    // Twice an office is noted; a carrier's busy address still passes, the broadcast's is held and released by an auditor.
    ip: byClass(
      { note: 200, challenge: 1500, holdInDoubt: 300, hold: 3000 },
      { note: 0, challenge: 0, holdInDoubt: 1, hold: 2 },
      { note: 0, challenge: 0, holdInDoubt: 1, hold: 2 },
    ),
    net: byClass(
      { note: 1000, challenge: 8000, holdInDoubt: 1500, hold: 20_000 },
      { note: 0, challenge: 0, holdInDoubt: 1, hold: 2 },
      { note: 0, challenge: 0, holdInDoubt: 1, hold: 2 },
    ),
    dwellMs: 2000,
    newcomerMs: 8000,
    surge: { ballots: 100, percent: 200 },
    single: { ballots: 100, points: 30 },
    rhythm: { arrivals: 8, percent: 20 },
    alike: { picks: 3, ballots: 50, percent: 5 },
    weights,
    score: { doubt: 4, challenge: 4, hold: 5 },
    proof: { cost: 1000, guesses: 2000, afterMs: 12_000 },
  },
};
