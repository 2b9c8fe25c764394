import type { Chance } from './chance.ts';

/** Everything that votes here, by what it really is. */
export const honestClasses = [
  'everyday',
  'carrier',
  'office',
  'campus',
  'broadcast',
  'family',
  'elder',
  'bad-network',
  'early',
  'holiday',
  'cloud-desk',
  'ipv6',
  'canvass',
] as const;

/** Programs: a server can tell them from people, if it looks. */
export const scriptedClasses = [
  'farm-kept',
  'farm-wiped',
  'forged-hasty',
  'forged-patient',
  'replay-device',
  'replay-varied',
] as const;

/**
 * Nothing in one such ballot tells it from a citizen's: real people who are paid, proxies in homes with figures drawn anew, a rack of
 * phones with everything wiped and random pauses. To hold them would be to hold citizens; they can only be found together afterwards.
 */
export const apartClasses = ['pulse', 'replay-home', 'farm-patient'] as const;

export const raceClasses = ['race-copies', 'race-voter'] as const;

export type HonestClass = (typeof honestClasses)[number];
export type VisitClass =
  | HonestClass
  | (typeof scriptedClasses)[number]
  | (typeof apartClasses)[number]
  | (typeof raceClasses)[number];

/** One wish to vote, from the page's opening to its last answer. All moments in ms of the simulated time. */
export interface Visit {
  class: VisitClass;
  /** Which of several attacks of one class, e.g. 'pulse-2'. */
  wave: string;
  /** Visits that share it share a cookie; else each has one of its own. */
  voter: string | null;
  /** When the cookie was issued. */
  identityAt: number;
  /** When the page was opened: its ticket is of then. */
  openedAt: number;
  castAt: number;
  address: string;
  userAgent: string;
  device: string;
  dwellMs: number;
  touches: number;
  picks: number[];
  ballotId: string;
  /** So many sendings get no answer; of every second one the server has taken the ballot all the same. */
  losses: number;
  /** Does the proof of work when it is asked to; null = gives up. How long that takes it, ms. */
  solvesInMs: number | null;
}

/** A phone as the page sees it. */
export interface Phone {
  userAgent: string;
  device: string;
}

const androids = [
  '22101316C',
  'V2199A',
  'PGT-AN00',
  'NOH-AN01',
  'RMX3350',
  'M2012K11AC',
  'SM-S9110',
  'BRA-AL00',
  'PJD110',
  'V2307A',
];
const wechats = ['8.0.47', '8.0.49', '8.0.50', '8.0.53'];

/**
 * A citizen's phone. Four in ten are iPhones of some 40 models and systems that no page can tell apart: they share the device string.
 * The page itself keeps a random name a browser, so this is harder on the policies than the field is.
 */
export function drawPhone(chance: Chance): Phone {
  const wechat = `MicroMessenger/${chance.one(wechats)} NetType/4G Language/zh_CN`;
  if (chance.next() < 0.4) {
    const model = chance.whole(1, 40);
    const system = `iPhone OS 17_${1 + (model % 5)}`;
    return {
      userAgent: `Mozilla/5.0 (iPhone; CPU ${system} like Mac OS X) Mobile/15E148 ${wechat}`,
      device: `iphone-${model}`,
    };
  }
  const model = chance.one(androids);
  return {
    userAgent: `Mozilla/5.0 (Linux; Android ${chance.whole(10, 14)}; ${model}) Mobile ${wechat}`,
    device: chance.uuid(),
  };
}
