import type { Outcome } from './judging/outcome.ts';
import { Refusal } from './refusal.ts';
import { type Instant, shanghaiDay, shanghaiDayStart } from './time.ts';

export const phases = [
  'draft',
  'nominating',
  'reviewing',
  'shortlisted',
  'voting',
  'judging',
  'notice',
  'result',
  'archived',
] as const;
export type Phase = (typeof phases)[number];

/** A phase begins at `from` and lasts until the next step begins. Steps are in order of time; a phase may be left out. */
export interface ScheduleStep {
  phase: Phase;
  from: Instant;
}

/** One span of voting, `[opens, closes)`. A contest of two rounds (20 → 10) has two, and each is counted from zero. */
export interface Round {
  opens: Instant;
  closes: Instant;
  /**
   * Numbers that stand in this round; null = every candidate; none = they come out of the round before, and a ledger entry sets them when
   * it is over. Until then nobody can be voted for.
   */
  numbers: number[] | null;
}

/** Who stands in this round is still to be found by the one before. */
export function isAwaited({ numbers }: Pick<Round, 'numbers'>): boolean {
  return numbers?.length === 0;
}

export interface PickRange {
  min: number;
  max: number;
}

/** How a voter may vote. All values are whole numbers ≥ 0. */
export interface BallotRule {
  /** Quotas start anew at 00:00 Asia/Shanghai (`day`) or hold for the whole round (`round`). */
  period: 'day' | 'round';
  ballotsPerPeriod: number;
  picks: PickRange;
  /** Bounds for every category of the contest, null = none; a category named in `categories` has its own instead. */
  perCategory: PickRange | null;
  categories: Record<string, PickRange>;
  /** May a voter pick the same candidate twice in one period (on different ballots)? */
  repeatCandidate: boolean;
}

/** When counts are shown: always; as they stood at `at` (minutes after midnight, Shanghai) each day; or not before `from`. */
export type Reveal = { kind: 'live' } | { kind: 'daily'; at: number } | { kind: 'sealed'; from: Instant };

export interface Category {
  id: string;
  name: string;
}

export type CandidateKind = 'person' | 'team' | 'case' | 'work' | 'venue';

/** What the public may see of a candidate: see PRODUCT "Names, privacy, safety" for what is never here. */
export interface Candidate {
  number: number;
  kind: CandidateKind;
  name: string;
  category: string;
  unit: string;
  post: string | null;
  /** Years of service as sent, e.g. "9年". */
  years: string | null;
  reason: string;
  deeds: Section[];
  honours: string[];
  /** Ids under /media/; the first is the portrait, or the cover. */
  photos: Shown[];
  /** A work that is watched: /media/<id>-video.mp4; the first photo is its cover. */
  video: { id: string } | null;
  withdrawn: { at: Instant; reason: string } | null;
}

export interface Section {
  title: string;
  paragraphs: string[];
}

/** Files /media/<id>-<thumb|card|full>.<avif|webp|jpg>; width and height are those of `full`. */
export interface Photo {
  id: string;
  width: number;
  height: number;
}

/** A picture, or a film of which it is the frame that stands still: /media/<id>-video.mp4 has the same id. */
export interface Shown extends Photo {
  film?: true;
}

/** Settings a bureau shows in its footer; empty = hidden. */
export interface Footer {
  icp: string;
  police: string;
  partyGovernment: boolean;
  siteCode: string;
  contact: string;
}

/** How WeChat vouches for voters. A browser by itself can be anybody; an account of WeChat is one person. */
export interface WechatRule {
  /** Who comes another way: is sent to WeChat, or votes as a browser, weighed more strictly (signal `unvouched`). */
  outside: 'refused' | 'weighed';
  /** Asks WeChat who a visitor is as the page opens; else first when they vote. Reading never waits for it. */
  early: boolean;
  /** Only followers of the account may vote; anybody may read. */
  follow: boolean;
  /** A vote by message begins with this word, e.g. '投票'; '' = no votes by message. */
  keyword: string;
}

export type PolicyName = 'loose' | 'standard' | 'strict';

/** cidr: IPv4 or IPv6, e.g. '203.0.113.0/24'. */
export interface KnownNetwork {
  cidr: string;
  kind: 'office' | 'campus' | 'carrier';
  name: string;
}

export interface Contest {
  slug: string;
  /** Grows by one with every change that bears on voting; a ballot is committed only under the version it was checked with. */
  version: number;
  title: string;
  slogan: string;
  organizers: string[];
  /** What a candidate is called and counted with: 位/人物, 个/案例. */
  noun: { measure: string; name: string };
  intro: string[];
  /** Rules in plain words, in addition to those the page writes from `rule`. */
  notes: string[];
  schedule: ScheduleStep[];
  /** By acts of the ledger, whatever the schedule plans. */
  announced: Announced;
  rounds: Round[];
  paused: { since: Instant; reason: string } | null;
  rule: BallotRule;
  /** How counts and points become a choice; null = the vote is the whole contest: the page says nothing of a total, and none is computed. */
  outcome: Outcome | null;
  reveal: Reveal;
  /** 排名不分先后: no ranking is shown, ever. */
  hideOrder: boolean;
  order: 'number' | 'shuffled';
  policy: PolicyName;
  /** null = every browser is a voter of its own. */
  wechat: WechatRule | null;
  /** Numbers of the policy that this contest changes, by path (shared/threshold.ts); -1 = never. Not on the public page. */
  thresholds: Record<string, number>;
  /** Regions that citizens are expected from, as the address data names them ('重庆市', '浙江省杭州市', '浙江省'); empty = anywhere. */
  area: string[];
  /** Networks that the organizer knows, e.g. the bureau's own office. Not on the public page. */
  networks: KnownNetwork[];
  /** Residents of the district, for votes per 万人; null = not said. */
  population: number | null;
  categories: Category[];
  candidates: Candidate[];
  footer: Footer;
  /** A picture over the banner's ground; null = the drawn one. */
  banner: Photo | null;
  /** Newest first; shown on the page while `until` has not passed. */
  announcements: Announcement[];
  /** Closings that were put off, newest first, with the reason the page shows. */
  extended: Extension[];
}

export interface Announcement {
  at: Instant;
  text: string;
  /** null = until it is taken down. */
  until: Instant | null;
}

export interface Extension {
  at: Instant;
  /** Index in `rounds`. */
  round: number;
  /** When it would have closed. */
  from: Instant;
  reason: string;
}

/** When the first notice and the first result were published; null = not yet. */
export interface Announced {
  notice: Instant | null;
  result: Instant | null;
}

export const nothingAnnounced: Announced = { notice: null, result: null };

/** What of a contest, published or planned, says in which phase it is. */
export type Scheduled = Pick<Contest, 'schedule' | 'announced'> & { outcome: Weighed | null };
type Weighed = Pick<Outcome, 'weights'>;

/**
 * The phase at `now` (ms). Before the first step: draft. A phase begins by its date only where it has something to show: nobody judges
 * where no panel has a weight, and notice and result begin when they are published. Their dates are a plan, and a page that claims them because
 * a day has come would say what is not so.
 */
export function phaseAt({ schedule, outcome, announced }: Scheduled, now: number): Phase {
  let phase: Phase = 'draft';
  for (const step of schedule)
    if (!isPlan(step.phase, outcome) && Date.parse(step.from) <= now) phase = step.phase;
  if (outcome === null || phase === 'archived') return phase;
  return publishedOf({ outcome, announced }) ?? phase;
}

function isPlan(phase: Phase, outcome: Weighed | null): boolean {
  return phase === 'notice' || phase === 'result' || (phase === 'judging' && !isJudged(outcome));
}

/** Whether anybody gives points. */
export function isJudged(outcome: Weighed | null): boolean {
  return outcome !== null && outcome.weights.vote < 100;
}

/** What of the end is published, where an outcome is worked out: it has a page of its own. Also of a contest that is archived since. */
export function publishedOf({
  outcome,
  announced,
}: Pick<Contest, 'announced'> & { outcome: unknown }): 'notice' | 'result' | null {
  if (outcome === null) return null;
  return announced.result ? 'result' : announced.notice ? 'notice' : null;
}

/** Whether anybody votes. Where there is no round the list is the end of it: it is on show from its publication to the archive. */
export function hasVote({ rounds }: { rounds: readonly unknown[] }): boolean {
  return rounds.length > 0;
}

/** Index of the round open at `now` (ms), or -1. A round includes its opening instant and excludes its closing instant. */
export function openRound(contest: Pick<Contest, 'rounds'>, now: number): number {
  return contest.rounds.findIndex(
    (round) => Date.parse(round.opens) <= now && now < Date.parse(round.closes),
  );
}

/** The round to show at `now`: the open one, else the last that has begun, else the first. */
export function roundToShow(contest: Pick<Contest, 'rounds'>, now: number): number {
  const open = openRound(contest, now);
  if (open >= 0) return open;
  return Math.max(
    0,
    contest.rounds.findLastIndex((round) => Date.parse(round.opens) <= now),
  );
}

/**
 * The quota period of a moment, one number for the database and for both sides:
 * round × 1 000 000 + (day since 1970 in Shanghai, or 0 when the quota is for the round). server/vote/commit.sql computes the same.
 */
export function periodOf(rule: Pick<BallotRule, 'period'>, round: number, now: number): number {
  return round * 1_000_000 + (rule.period === 'day' ? shanghaiDay(now) : 0);
}

/** When a voter whose quota is spent may vote again (ms), or null if not in this round. */
export function nextPeriodAt(contest: Pick<Contest, 'rule' | 'rounds'>, now: number): number | null {
  const round = contest.rounds[openRound(contest, now)];
  if (!round || contest.rule.period === 'round') return null;
  const next = shanghaiDayStart(shanghaiDay(now) + 1);
  return next < Date.parse(round.closes) ? next : null;
}

/** Whether counts are shown as they grow. While they are not, whatever hangs on the picks of newer ballots is a count in another dress. */
export function isShownLive(reveal: Reveal, now: number): boolean {
  return reveal.kind === 'live' || (reveal.kind === 'sealed' && now >= Date.parse(reveal.from));
}

/** When counts that are hidden at `now` are next shown or renewed (ms); null when they are live. */
export function nextRevealAt(reveal: Reveal, now: number): number | null {
  if (reveal.kind === 'live') return null;
  if (reveal.kind === 'sealed') {
    const from = Date.parse(reveal.from);
    return now < from ? from : null;
  }
  const today = shanghaiDayStart(shanghaiDay(now), reveal.at);
  return now < today ? today : shanghaiDayStart(shanghaiDay(now) + 1, reveal.at);
}

/** The moment up to which ballots may be shown counted at `now`: `now` itself, the last daily reveal, or null = nothing yet. */
export function revealedUpTo(reveal: Reveal, now: number): number | null {
  if (reveal.kind === 'live') return now;
  if (reveal.kind === 'sealed') return now < Date.parse(reveal.from) ? null : now;
  const today = shanghaiDayStart(shanghaiDay(now), reveal.at);
  return now < today ? shanghaiDayStart(shanghaiDay(now) - 1, reveal.at) : today;
}

/** When a ballot cast at `castAt` (ms) is first counted in what is shown (ms). */
export function shownAt(reveal: Reveal, castAt: number): number {
  return isShownLive(reveal, castAt) ? castAt : (nextRevealAt(reveal, castAt) ?? castAt);
}

/** What a voter has already done in this period. */
export interface Used {
  ballots: number;
  picks: readonly number[];
}

export const nothingUsed: Used = { ballots: 0, picks: [] };

/**
 * May these picks be cast at `now` (ms) by someone who has `used` this much? Resolves silently or throws a Refusal.
 * The server calls it with `nothingUsed` before the pool (the quota itself is decided in the commit); the page calls it with
 * the voter's own record to say what is missing before anything is sent.
 */
export function checkBallot(
  contest: Pick<Contest, 'rounds' | 'paused' | 'rule' | 'candidates' | 'categories'>,
  picks: readonly number[],
  used: Used,
  now: number,
): void {
  checkPicks(contest, picks, checkOpen(contest, now).numbers);
  if (used.ballots >= contest.rule.ballotsPerPeriod)
    throw new Refusal('quota_spent', { limit: contest.rule.ballotsPerPeriod });
  if (!contest.rule.repeatCandidate) {
    const again = picks.find((pick) => used.picks.includes(pick));
    if (again !== undefined) throw new Refusal('picked_already', { number: again });
  }
}

/** The round that is open at `now` (ms). Throws no_vote, not_open_yet, already_closed or paused. */
export function checkOpen(contest: Pick<Contest, 'rounds' | 'paused'>, now: number): Round {
  const round = contest.rounds[openRound(contest, now)];
  if (!hasVote(contest)) throw new Refusal('no_vote');
  if (!round) {
    const next = contest.rounds.find((one) => now < Date.parse(one.opens));
    if (next) throw new Refusal('not_open_yet', { opens: next.opens });
    throw new Refusal('already_closed', { closed: contest.rounds.at(-1)?.closes ?? null });
  }
  if (contest.paused) throw new Refusal('paused', { reason: contest.paused.reason });
  return round;
}

/** Are these picks a well-formed ballot under the rule, whoever casts it and whenever? */
export function checkPicks(
  contest: Pick<Contest, 'rule' | 'candidates' | 'categories'>,
  picks: readonly number[],
  numbers: readonly number[] | null,
): void {
  const { rule } = contest;
  if (new Set(picks).size !== picks.length) throw new Refusal('duplicate_pick');
  if (picks.length > rule.picks.max) throw new Refusal('too_many_picks', { max: rule.picks.max });
  const perCategory = new Map<string, number>();
  for (const pick of picks) {
    const candidate = contest.candidates.find((one) => one.number === pick);
    if (!candidate || (numbers && !numbers.includes(pick)))
      throw new Refusal('unknown_candidate', { number: pick });
    if (candidate.withdrawn) throw new Refusal('candidate_withdrawn', { number: pick, name: candidate.name });
    perCategory.set(candidate.category, (perCategory.get(candidate.category) ?? 0) + 1);
  }
  if (picks.length < rule.picks.min) throw new Refusal('too_few_picks', { min: rule.picks.min });
  for (const category of contest.categories) {
    const range = rule.categories[category.id] ?? rule.perCategory;
    if (!range) continue;
    const count = perCategory.get(category.id) ?? 0;
    if (count < range.min) throw new Refusal('category_too_few', { category: category.name, min: range.min });
    if (count > range.max)
      throw new Refusal('category_too_many', { category: category.name, max: range.max });
  }
}
