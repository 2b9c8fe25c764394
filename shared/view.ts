import type { Verdict } from './audit.ts';
import type { BallotState, OwnOpening, Receipt } from './ballot.ts';
import type { Contest, Phase } from './contest.ts';
import type { OutcomeView } from './judging/outcome.ts';
import type { Instant } from './time.ts';

/** GET /api/contests: one line of the home page. */
export interface ContestSummary {
  slug: string;
  title: string;
  slogan: string;
  organizers: string[];
  noun: Contest['noun'];
  phase: Phase;
  /** What has a page of its own by now (shared/contest.ts). */
  published: 'notice' | 'result' | null;
  /** The vote is not the whole of it: a result is worked out afterwards. */
  decides: boolean;
  /** Somebody votes on it; else `opens` and `closes` are '', and its list is on show. */
  voted: boolean;
  opens: Instant;
  closes: Instant;
  candidates: number;
  ballots: number;
}

/** GET /api/contests/:slug. The contest as published, and what is needed to check its log. Kept as bytes: nothing in it changes by itself but with the phase. */
export interface ContestView extends Omit<Contest, 'thresholds' | 'networks' | 'outcome'> {
  outcome: OutcomeView | null;
  phase: Phase;
  log: { origin: string; verifierKey: string };
  /** The bureau's account in WeChat, where the contest asks for it; null = none is connected, so nobody can be known by WeChat. */
  account: WechatAccountView | null;
}

/** The account as citizens find it. `qr`: the text of its code (weixin.qq.com/r/…), '' = not given. */
export interface WechatAccountView {
  name: string;
  qr: string;
}

/** GET /api/contests/:slug/tally. `counts` is null while sealed. Withdrawn candidates keep their line. */
export interface TallyView {
  /** Of the contest the counts belong to: a page that shows another one reads the contest anew. */
  version: number;
  asOf: Instant;
  round: number;
  ballots: number;
  held: number;
  counts: { number: number; votes: number; held: number }[] | null;
  nextRevealAt: Instant | null;
  /** Entries under the latest signed checkpoint. */
  sealedSize: number;
}

/** `state` is as it was cast and stays so, as its commitment covers it. */
export interface OwnBallot extends Receipt {
  opening: OwnOpening;
  /** Where it stands: as it was cast, or as the last ruling left it. A void ballot stays spent. */
  now: Verdict;
  /** The last ruling on it: its entry of the ledger. */
  ruling: { index: number; at: Instant; reason: string } | null;
}

/** GET /api/contests/:slug/me. Only this voter's; never cached. */
export interface MeView {
  ticket: string;
  /** Who vouches for this visitor. */
  identity: 'browser' | 'wechat';
  now: Instant;
  ballotsLeft: number;
  picksToday: number[];
  /** Newest first, at most 100. */
  ballots: OwnBallot[];
}

/** GET /api/contests/:slug/question?ballotId=. In place of a proof of work: `question:<token>:<answer>` is taken `after` ms. */
export interface QuestionView {
  token: string;
  text: string;
  after: number;
}

export type { BallotState, OwnOpening, Receipt, Verdict };

/** What WeChat's JS-SDK needs on a page. */
export interface PageSignature {
  appId: string;
  /** Seconds. */
  timestamp: number;
  nonceStr: string;
  signature: string;
}
