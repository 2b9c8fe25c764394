import type { Act, CourseKind } from '../ledger/act.ts';
import { type Day, dayClosesAt, type Instant } from '../time.ts';
import type {
  ApprovalFacts,
  CountFacts,
  CourseFacts,
  FindingFacts,
  NoticeFacts,
  ObjectionFacts,
  PromoteFacts,
  RecommendFacts,
  ResultFacts,
  RevokeFacts,
} from './act.ts';

/** An act with its place in the ledger. */
export type Said<Facts> = Facts & { entry: number; at: Instant; by: string; reason: string };

type Published = Extract<NoticeFacts, { change: 'published' }>;

/** A notice as its extensions and its stop left it. */
export interface Notice extends Omit<Said<Published>, 'change'> {
  extended: { entry: number; at: Instant; reason: string; last: Day }[];
  stopped: { entry: number; at: Instant; reason: string } | null;
  /** By the standing that took its choice back. Whoever is chosen then needs a notice anew, whether this one was over or not. */
  lapsed: { entry: number; at: Instant; reason: string } | null;
}

export interface Objection extends Said<ObjectionFacts> {
  /** In the order in which they were confirmed; the last is in force. */
  findings: Said<FindingFacts>[];
}

/** Everything between the choice and the result, as the ledger tells it. */
export interface Course {
  /** The choice in force; a new standing takes it back. */
  choice: { entry: number; at: Instant; chosen: number[]; alternates: number[] } | null;
  /** Of the standing that the choice rests on. */
  standing: { entry: number; at: Instant } | null;
  count: Said<CountFacts> | null;
  approvals: Said<ApprovalFacts>[];
  notices: Notice[];
  objections: Objection[];
  /** Who withdrew after the choice. */
  withdrawn: { number: number; entry: number; at: Instant; reason: string }[];
  promotions: Said<PromoteFacts>[];
  results: Said<ResultFacts>[];
  revoked: Said<RevokeFacts>[];
  recommended: Said<RecommendFacts>[];
}

/** An entry as the ledger has it; of other kinds only those that the course hangs on are looked at. */
export interface CourseEntry {
  index: number;
  at: Instant;
  kind: string;
  act: Act;
}

/** Kinds of entries from which a course is read. */
export const courseReads = [
  'standing',
  'choice',
  'withdrawal',
  'count',
  'approval',
  'notice',
  'objection',
  'finding',
  'promote',
  'result',
  'revoke',
  'recommend',
] as const satisfies readonly (CourseKind | 'standing' | 'choice' | 'withdrawal')[];

/** Reads the course off the entries, in their order. What an entry does not fit is left out: a verifier says so, a page shows what holds. */
export function courseOf(entries: readonly CourseEntry[]): Course {
  const course: Course = {
    choice: null,
    standing: null,
    count: null,
    approvals: [],
    notices: [],
    objections: [],
    withdrawn: [],
    promotions: [],
    results: [],
    revoked: [],
    recommended: [],
  };
  for (const entry of entries) take(course, entry);
  return course;
}

function take(course: Course, { index, at, kind, act }: CourseEntry): void {
  const { actor: by, reason } = act;
  const said = <Kind extends CourseKind>(): Said<CourseFacts[Kind]> => {
    const { actor: _, reason: __, reference: ___, ...facts } = act;
    return { ...(facts as unknown as CourseFacts[Kind]), entry: index, at, by, reason };
  };
  if (kind === 'standing') {
    course.standing = { entry: index, at };
    course.choice = null;
    for (const notice of course.notices) notice.lapsed ??= { entry: index, at, reason };
  } else if (kind === 'choice') {
    const { chosen, alternates } = act as unknown as { chosen: number[]; alternates: number[] };
    course.choice = { entry: index, at, chosen: [...chosen], alternates: [...alternates] };
  } else if (kind === 'withdrawal')
    course.withdrawn.push({ number: Number(act['number']), entry: index, at, reason });
  else if (kind === 'count') course.count = said<'count'>();
  else if (kind === 'approval') course.approvals.push(said<'approval'>());
  else if (kind === 'notice') takeNotice(course, said<'notice'>());
  else if (kind === 'objection') course.objections.push({ ...said<'objection'>(), findings: [] });
  else if (kind === 'finding') {
    const finding = said<'finding'>();
    course.objections.find(({ no }) => no === finding.no)?.findings.push(finding);
  } else if (kind === 'promote') course.promotions.push(said<'promote'>());
  else if (kind === 'result') course.results.push(said<'result'>());
  else if (kind === 'revoke') course.revoked.push(said<'revoke'>());
  else if (kind === 'recommend') course.recommended.push(said<'recommend'>());
}

function takeNotice(course: Course, facts: Said<NoticeFacts>): void {
  if (facts.change === 'published') {
    const { change: _, ...notice } = facts;
    course.notices.push({ ...notice, extended: [], stopped: null, lapsed: null });
    return;
  }
  const { entry, at, reason, no } = facts;
  const notice = course.notices.find((one) => one.no === no);
  if (!notice) return;
  if (facts.change === 'stopped') notice.stopped = { entry, at, reason };
  else {
    notice.extended.push({ entry, at, reason, last: facts.days.at(-1) ?? '' });
    [notice.days, notice.span] = [facts.days, facts.span];
  }
}

/** When a notice is over (ms): at the end of its last day, or at the hour that the rules say. */
export function noticeEnds({ days, closes }: Pick<Notice, 'days' | 'closes'>): number {
  return dayClosesAt(days.at(-1) ?? '', closes);
}

/** Whether what it says holds, be it over or not. */
export function isInForce({ stopped, lapsed }: Record<'stopped' | 'lapsed', object | null>): boolean {
  return !stopped && !lapsed;
}

export const isRunning = (notice: Notice, now: number): boolean =>
  isInForce(notice) && now < noticeEnds(notice);

/** Until when it runs, or ran (ms). */
export function ranUntil(notice: Notice): number {
  const cut = [notice.stopped, notice.lapsed].flatMap((one) => (one ? Date.parse(one.at) : []));
  return Math.min(noticeEnds(notice), ...cut);
}

/** Findings in force: the last of each objection that has one. */
export function findingsOf({ objections }: Pick<Course, 'objections'>): Said<FindingFacts>[] {
  return objections.flatMap(({ findings }) => findings.at(-1) ?? []);
}

/** Who is not published for now. */
export function heldOf(course: Course): number[] {
  const fallen = fallenOf(course);
  const held = findingsOf(course).flatMap(({ effect, numbers }) => (effect === 'hold' ? numbers : []));
  return ascending(held).filter((number) => !fallen.includes(number));
}

/** Who is not chosen any more, whatever the choice said: by a finding, or because they withdrew. */
export function fallenOf({ objections, withdrawn }: Course): number[] {
  const found = findingsOf({ objections }).flatMap(({ effect, numbers }) =>
    effect === 'fall' ? numbers : [],
  );
  return ascending([...found, ...withdrawn.map(({ number }) => number)]);
}

/** Promotions on the choice in force. */
export function promotionsOf({ choice, promotions }: Course): Said<PromoteFacts>[] {
  return promotions.filter(({ entry }) => choice !== null && entry > choice.entry);
}

/** Who is chosen now, in order: the choice, without those who fell, with those who moved up. */
export function chosenNow(course: Course): number[] {
  const last = promotionsOf(course).at(-1);
  const fallen = fallenOf(course);
  return (last?.chosen ?? course.choice?.chosen ?? []).filter((number) => !fallen.includes(number));
}

/** Whom the choice in force, and promotions on it, named before an entry: also who fell since. */
export function everChosen(course: Course, entry = Number.POSITIVE_INFINITY): number[] {
  if (!course.choice || course.choice.entry >= entry) return [];
  const promotions = promotionsOf(course).filter((one) => one.entry < entry);
  return [...course.choice.chosen, ...promotions.flatMap(({ promoted }) => promoted ?? [])];
}

/** Fallen ones of the chosen whose place nobody has decided on yet. */
export function openPlaces(course: Course): number[] {
  const [chosen, decided] = [everChosen(course), promotionsOf(course).map(({ fallen }) => fallen)];
  return fallenOf(course).filter((number) => chosen.includes(number) && !decided.includes(number));
}

/** The notice that counts for one of the chosen: the last in force that names it, since the choice in force. */
export function noticeOf({ choice, notices }: Course, number: number): Notice | null {
  const own = notices.filter(
    (notice) =>
      choice !== null && notice.entry > choice.entry && isInForce(notice) && notice.numbers.includes(number),
  );
  return own.at(-1) ?? null;
}

/** The chosen who stand on no notice yet. */
export function unnoticed(course: Course): number[] {
  return chosenNow(course).filter((number) => !noticeOf(course, number));
}

/** Published by a result and not revoked. */
export function itemsOf({ results, revoked }: Course): ResultFacts['items'] {
  const gone = revoked.map(({ serial }) => serial);
  return results.flatMap(({ items }) => items).filter(({ serial }) => !gone.includes(serial));
}

/** A finding says that the standing is wrong, and none was computed since. */
export function recomputeDue(course: Course): boolean {
  return findingsOf(course).some(
    ({ effect, entry }) => effect === 'recompute' && entry > (course.standing?.entry ?? 0),
  );
}

export type ResultLack =
  | { code: 'choice_missing' }
  | { code: 'recompute_due' }
  | { code: 'count_unconfirmed' }
  | { code: 'approval_missing'; before: 'notice' | 'result' }
  | { code: 'place_open'; number: number }
  | { code: 'notice_missing'; numbers: number[] }
  | { code: 'notice_running'; until: Instant }
  | { code: 'objection_open'; no: number }
  | { code: 'nothing_new' };

/** What a result still lacks at `now`, first what comes first; [] = it can be published. */
export function resultLacks(
  course: Course,
  { approval }: { approval: readonly ('notice' | 'result')[] },
  now: number,
): ResultLack[] {
  if (!course.choice) return [{ code: 'choice_missing' }];
  const lacks: ResultLack[] = [];
  if (recomputeDue(course)) lacks.push({ code: 'recompute_due' });
  if (!course.count || course.count.entry < (course.standing?.entry ?? 0))
    lacks.push({ code: 'count_unconfirmed' });
  for (const number of openPlaces(course)) lacks.push({ code: 'place_open', number });
  const missing = unnoticed(course);
  if (missing.length > 0) lacks.push({ code: 'notice_missing', numbers: missing });
  const running = course.notices.filter((notice) => isRunning(notice, now));
  const last = Math.max(...running.map(noticeEnds));
  if (running.length > 0) lacks.push({ code: 'notice_running', until: new Date(last).toISOString() });
  const held = heldOf(course);
  for (const { no, numbers, findings } of course.objections)
    if (findings.length === 0 && !numbers.every((number) => held.includes(number)))
      lacks.push({ code: 'objection_open', no });
  if (approval.includes('result') && !isApproved(course, 'result'))
    lacks.push({ code: 'approval_missing', before: 'result' });
  if (publishable(course).length === 0 && lacks.length === 0) lacks.push({ code: 'nothing_new' });
  return lacks;
}

/** Whom the next result would name: chosen, not on hold, in no result yet. */
export function publishable(course: Course): number[] {
  const [held, named] = [heldOf(course), course.results.flatMap(({ items }) => items)];
  return chosenNow(course).filter(
    (number) => !held.includes(number) && !named.some((item) => item.number === number),
  );
}

/** Approved for this step since the choice in force. */
export function isApproved({ choice, approvals }: Course, before: 'notice' | 'result'): boolean {
  return approvals.some((one) => one.before === before && choice !== null && one.entry > choice.entry);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
