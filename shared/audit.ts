import type { AuditorAct } from './action.ts';
import type { BallotState } from './ballot.ts';
import type { WechatRule } from './contest.ts';
import type { ActKind, RulingVerb } from './ledger/act.ts';
import type { Channel, Curve, RefusedView } from './live.ts';
import type { RulingPart } from './part.ts';
import type { AddressClass, Signal } from './policy.ts';
import type { Placed } from './statistics/robust.ts';
import type { Instant } from './time.ts';

/** Where a ballot stands now: as it was cast, or as the last ruling left it. */
export type Verdict = BallotState | 'void';

/** What the log can be narrowed to; every part is optional and all must hold. */
export interface BallotFilter {
  /** [from, to). */
  from?: Instant;
  to?: Instant;
  /** Number of a candidate who is picked. */
  candidate?: number;
  verdict?: Verdict;
  signal?: Signal;
  /** Only ballots that were weighed without the shared counters. */
  unscreened?: 'only';
  /** A place, or a part of its name: 杭州 is in 浙江省杭州市. */
  region?: string;
  class?: AddressClass;
  /** '203.0.113.0/24' or an IPv6 '/64', one address, or how they begin: '203.0', '2001:db8'. */
  net?: string;
  /** Hex, 16 digits. */
  device?: string;
  /** Hex, 32 digits: the pseudonym in this contest. */
  voter?: string;
  /** Only ballots of this cluster. */
  cluster?: string;
}

/** One ballot of the log. */
export interface BallotLine {
  index: number;
  at: Instant;
  round: number;
  /** null while counts are hidden: nobody is shown how candidates fare. */
  picks: number[] | null;
  castAs: BallotState;
  verdict: Verdict;
  signals: Signal[];
  /** Weighed without the shared counters. */
  unscreened: boolean;
  channel: Channel;
  region: string;
  class: AddressClass;
  /** Of the raw address, or 'faded:<hex>' once it was turned into a digest. */
  address: string;
  net: string;
  device: string;
  voter: string;
  /** Index of the last ruling on it, null = none. */
  ruling: number | null;
}

/** GET /api/console/contests/:slug/ballots?…filter…&before= : newest first. */
export interface BallotPage {
  ballots: BallotLine[];
  /** Give it as `before` for the next page; null = there is no older one. */
  next: number | null;
  /** How many ballots match in all; null while the ledger is still being read. */
  total: number | null;
  /** Parts of the filter that let no ballot through even alone, when there is none; empty: only all of them together do not. */
  missing: (keyof BallotFilter)[];
  reading: Reading;
}

/**
 * GET /api/console/contests/:slug/ballots/find?text= : every meaning that a text has in this contest. Ballots by their index, of a number, a
 * receipt's code or a ballotId; filters of a voter's or a device's mark, a network or a place. Neither: `why`.
 */
export interface BallotFound {
  ballots: number[];
  filters: BallotFilter[];
  why: FindFault | null;
}

/**
 * beyond (the ledger has `size` entries) · act (that entry is no ballot) · code (a slip in copying) · contest (a receipt of contest `slug`)
 * · leaf (the ledger has another entry at that number) · ballot (no such ballotId) · mark, net, place (nobody's, no ballot from there).
 */
export type FindFault =
  | { code: 'beyond'; size: number }
  | { code: 'act'; index: number }
  | { code: 'contest'; slug: string }
  | { code: 'leaf'; index: number }
  | { code: 'code' | 'ballot' | 'mark' | 'net' | 'place' };

/** How far the ledger has been read into memory for analysis. */
export interface Reading {
  entries: number;
  of: number;
  /** Of the newest ballot read; null before the first. */
  at: Instant | null;
}

/** device, net: many voters from one · alike: one set of picks · rhythm: equal gaps · burst: a candidate's pulse · single: picked alone. */
export const clusterKinds = ['device', 'net', 'alike', 'rhythm', 'burst', 'single'] as const;
export type ClusterKind = (typeof clusterKinds)[number];

export interface Cluster {
  /** Stable as long as its ballots are: 'device-<hex>', 'net-<hex>', 'alike-2-5-9', 'rhythm-…', 'burst-<number>-<second>', 'single-<number>-<second>'. */
  id: string;
  kind: ClusterKind;
  /** What its ballots share, in words for a heading: a device, a network, numbers of candidates. */
  about: { device?: string; net?: string; class?: AddressClass; region?: string; candidates?: number[] };
  from: Instant;
  to: Instant;
  ballots: number;
  counted: number;
  held: number;
  void: number;
  /** 0–100: how far it is from what this contest's other ballots would make it. */
  strength: number;
  /** Whom its ballots pick more than others do, most first, at most 5; null while counts are hidden. Shares in permille. */
  favours: { number: number; ballots: number; share: number; usual: number }[] | null;
  signals: { signal: Signal; ballots: number }[];
}

/** GET /api/console/contests/:slug/clusters */
export interface ClusterPage {
  clusters: Cluster[];
  reading: Reading;
  /** All ballots a minute, for the picture above the list. */
  minutes: Curve;
  /** Places in `minutes` where the rate changes. */
  changes: number[];
  ballots: number;
  /** In at least one cluster. */
  inClusters: number;
  /** Counts are hidden until then; null = they are shown. */
  hiddenUntil: Instant | null;
}

/** A quarter are below the first and a quarter above the third, however far away: one late ballot moves none of them. */
export interface Quartiles {
  lower: number;
  median: number;
  upper: number;
}

/** GET /api/console/contests/:slug/clusters/:id */
export interface ClusterView extends Cluster {
  /** Span of a step of both curves. */
  stepMs: number;
  curve: Curve;
  /** The same steps of what the contest's other ballots would let expect. */
  usual: number[];
  /** Places in `curve` where its rate changes. */
  changes: number[];
  /** Gaps between arrivals: counts between edges (ms), edges one more than counts; quartiles: ms, null without a gap. */
  gaps: { edges: number[]; counts: number[]; quartiles: Quartiles | null };
  regions: { name: string; ballots: number }[];
  nets: { net: string; class: AddressClass; ballots: number }[];
  devices: { device: string; ballots: number }[];
  voters: number;
  /** Shares its ballots with. */
  overlaps: { id: string; ballots: number }[];
  newest: BallotLine[];
}

/** How far a place holds, whatever is ruled on what is held or flagged (shared/statistics/robust.ts). */
export type Hold = Pick<Placed, 'least' | 'most' | 'best' | 'worst' | 'robust' | 'seat'>;

/** One place of the ranking, with and without the ballots in question. */
export interface WhatIfLine extends Hold {
  number: number;
  name: string;
  unit: string;
  category: string;
  votes: number;
  held: number;
  /** Votes that would fall. */
  falling: number;
  rank: number;
  rankWithout: number;
  /** Votes per 10 000 residents, in tenths; null without a population. */
  perTenThousand: number | null;
}

/** POST /api/console/contests/:slug/whatif */
export interface WhatIf {
  round: number;
  lines: WhatIfLine[];
  /** Ballots that would fall, and how many of them count now. */
  ballots: number;
  counted: number;
  /** Who would be among the chosen instead of whom. */
  enters: number[];
  leaves: number[];
  chosen: number | null;
}

/** Which ballots a ruling is about. */
export type RulingScope =
  | { by: 'entries'; entries: number[] }
  | { by: 'clusters'; clusters: string[] }
  | { by: 'filter'; filter: BallotFilter }
  /** The ballots of an earlier proposal: to undo what came of it. */
  | { by: 'proposal'; proposal: number };

/** POST /api/console/contests/:slug/rulings */
export interface RulingRequest {
  verb: RulingVerb;
  scope: RulingScope;
  part: RulingPart;
  reason: string;
  /** Number of the document it rests on, or ''. */
  reference: string;
}

export interface RulingProposal {
  id: number;
  verb: RulingVerb;
  /** How its ballots were found; of `entries` the first 20. */
  scope: RulingScope;
  part: RulingPart;
  /** Found when it was proposed. */
  ballots: number;
  /** Moved when it was confirmed: others may have been ruled on in between. null = not confirmed. */
  moved: number | null;
  reason: string;
  reference: string;
  proposedBy: string;
  proposedAt: Instant;
  /** Proposed by who asks: they may withdraw it, and not decide it. */
  mine: boolean;
  /** lapsed: nobody decided it before lapsesAt. */
  state: 'open' | 'confirmed' | 'declined' | 'withdrawn' | 'lapsed';
  lapsesAt: Instant;
  remarks: number;
  files: number;
  decidedBy: string | null;
  decidedAt: Instant | null;
  decidedWhy: string;
  /** Ledger entries it became. */
  rulings: number[];
}

/** GET /api/console/contests/:slug/rulings */
export interface RulingPage {
  /** Open ones first, then newest first. */
  proposals: RulingProposal[];
  held: number;
  voided: number;
  /** What happened lately to accounts that audit: set up anew, given, disabled. Newest first. */
  accounts: AuditorEvent[];
}

export interface AuditorEvent {
  name: string;
  at: Instant;
  /** As the action log has it. */
  act: AuditorAct;
  /** Who did it; '' = whoever holds the account. */
  by: string;
  detail: string;
}

/** GET /api/contests/:slug/acts (public): what staff did that bears on the result, newest first, at most 200. */
export interface PublicAct {
  index: number;
  at: Instant;
  kind: ActKind;
  reason: string;
  reference: string;
  /** Of a ruling. */
  ruling: { verb: RulingVerb; ballots: number } | null;
}

/** With the ledger indexes of its ballots, first and last of each run; `moreRuns`: runs that are not listed. */
export interface ReportCluster extends Cluster {
  runs: [number, number][];
  moreRuns: number;
}

export interface ReportRank extends Hold {
  number: number;
  name: string;
  unit: string;
  asCast: number;
  rankAsCast: number;
  votes: number;
  rank: number;
  perTenThousand: number | null;
}

/** GET /api/console/contests/:slug/report: 异常情况说明, everything on one page. */
export interface AuditReport {
  slug: string;
  title: string;
  organizers: string[];
  round: number;
  rounds: { opens: Instant; closes: Instant }[];
  now: Instant;
  policy: string;
  /** How WeChat vouches for voters; null = every browser is one. */
  wechat: WechatRule | null;
  /** The numbers of the policy that this contest changes; -1 = never. */
  thresholds: { path: string; value: number; usual: number }[];
  population: number | null;
  ballots: number;
  counted: number;
  held: number;
  void: number;
  unscreened: number;
  /** What was not taken into the ledger; worst: the minute with most of it. */
  refused: RefusedView & { worst: { at: Instant; count: number } | null };
  signals: { signal: Signal; ballots: number }[];
  /** All of them, strongest first. */
  clusters: ReportCluster[];
  proposals: RulingProposal[];
  /** Before any ruling, and as it stands; null while counts are hidden. */
  ranks: ReportRank[] | null;
  /** How many are chosen by count; null = not by count alone. */
  chosen: number | null;
  checkpoint: { size: number; root: string; at: Instant; witnesses: string[] } | null;
}
