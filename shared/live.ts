import type { Contest, Phase } from './contest.ts';
import { Refusal } from './refusal.ts';
import type { Instant } from './time.ts';

/** By what ballots come, in the order of the numbers the ledger keeps (0–7). `wechat`: a page inside WeChat; `message`: a message to the account. */
export const channels = ['unknown', 'wechat', 'phone', 'computer', 'message'] as const;
export type Channel = (typeof channels)[number];

/** What may be missing before voting opens, in the order the page lists it. */
export type ReadyCode =
  | 'published'
  | 'candidates'
  | 'categories'
  | 'reasons'
  | 'photos'
  | 'reported'
  | 'reviewed'
  | 'organizers'
  | 'wechat'
  | 'footer'
  | 'reveal';

export interface ReadyCheck {
  code: ReadyCode;
  ok: boolean;
  /** Voting cannot work, or is not public, without it; else it is advice. */
  must: boolean;
  /** How many are concerned, e.g. candidates without a photo. */
  count: number;
}

export type Attention =
  | { kind: 'paused'; since: Instant; reason: string }
  | { kind: 'held'; ballots: number }
  /** A candidate's part of the last hour's ballots against their part of the day before: `tenths` = ten times how many times as large. */
  | { kind: 'surge'; number: number; name: string; lastHour: number; tenths: number }
  | { kind: 'unscreened'; now: boolean; ballots: number }
  | { kind: 'sealer'; pending: number }
  | { kind: 'behind' }
  /** Has left a checkpoint unsigned for so long. */
  | { kind: 'witness'; name: string; minutes: number }
  /** Fewer witnesses have signed than are asked for, for so long. */
  | { kind: 'few'; needed: number; signed: number; minutes: number };

export interface RefusedView {
  /** Of the first; null = none yet. */
  since: Instant | null;
  total: number;
  /** Most frequent first. */
  by: { code: string; count: number }[];
}

/** A run of equal spans beginning at `from`; one number a span. */
export interface Curve {
  from: Instant;
  counts: number[];
}

/** One line of the table. Counts are those that the public sees at this moment. */
export interface LiveCandidate {
  number: number;
  name: string;
  unit: string;
  category: string;
  withdrawn: boolean;
  votes: number;
  held: number;
  /** Ballots of the last 60 minutes; null unless counts are shown live and the ledger is read. */
  lastHour: number | null;
}

/** GET /api/console/contests/:slug/live */
export interface LiveView {
  slug: string;
  title: string;
  version: number;
  published: boolean;
  phase: Phase;
  /** before: voting is still to come; between: of two rounds. */
  stage: 'before' | 'open' | 'between' | 'after';
  now: Instant;
  noun: Contest['noun'];
  schedule: Contest['schedule'];
  rounds: Contest['rounds'];
  /** Index of the round whose ballots are shown. */
  round: number;
  paused: Contest['paused'];
  reveal: Contest['reveal'];
  hideOrder: boolean;
  categories: Contest['categories'];
  announcements: NonNullable<Contest['announcements']>;
  extended: NonNullable<Contest['extended']>;
  ballots: {
    counted: number;
    held: number;
    lastMinute: number;
    lastHour: number;
    unscreened: number;
  };
  refused: RefusedView;
  /** The newest signed checkpoint; `entries`: how many the ledger has. */
  checkpoint: { size: number; entries: number; at: Instant | null };
  /** Share of the ledger that minutes, hours, regions, channels and lastHour know, 0 to 1. */
  progress: number;
  minutes: Curve;
  hours: Curve;
  /** null while counts are hidden, from organizers and auditors as from everybody. */
  candidates: LiveCandidate[] | null;
  inRound: number;
  countsAsOf: Instant | null;
  nextRevealAt: Instant | null;
  regions: { name: string; ballots: number }[];
  channels: { channel: Channel; ballots: number }[];
  health: {
    databaseMs: number;
    counters: 'ok' | 'unscreened';
    /** idle: nothing to sign. */
    sealer: 'ok' | 'late' | 'idle';
    server: 'ok' | 'stopping';
  };
  attention: Attention[];
  checks: ReadyCheck[];
}

/** The parts of a contest that an extension moves. */
type Timed = Pick<Contest, 'schedule' | 'rounds' | 'reveal'>;

/**
 * The same with round `round` closing at `closes`, later than now set. What hangs on the closing moves by as much: steps of the
 * schedule and the opening of sealed counts that stand at the old closing, or would come before the new one, and what follows them as
 * far as the order asks. Refuses with not_later, and with not_so_late when the next round would have begun.
 */
export function extendRound<T extends Timed>(contest: T, round: number, closes: Instant): T {
  const old = contest.rounds[round];
  if (!old) throw new Refusal('bad_request', { field: 'round' });
  const [from, to] = [Date.parse(old.closes), Date.parse(closes)];
  if (!(to > from)) throw new Refusal('not_later', { closes: old.closes });
  const next = contest.rounds[round + 1];
  if (next && to > Date.parse(next.opens)) throw new Refusal('not_so_late', { latest: next.opens });
  const later = (at: Instant): Instant => {
    const ms = Date.parse(at);
    return ms === from || (ms > from && ms < to) ? new Date(ms + to - from).toISOString() : at;
  };
  let latest = Number.NEGATIVE_INFINITY;
  const schedule = contest.schedule.map((step) => {
    let moved = later(step.from);
    if (Date.parse(moved) < latest) moved = new Date(Date.parse(step.from) + to - from).toISOString();
    latest = Date.parse(moved);
    return moved === step.from ? step : { ...step, from: moved };
  });
  const { reveal } = contest;
  return {
    ...contest,
    schedule,
    rounds: contest.rounds.map((one, i) => (i === round ? { ...one, closes } : one)),
    reveal: reveal.kind === 'sealed' ? { ...reveal, from: later(reveal.from) } : reveal,
  };
}
