import type { NamedCalendar } from '../calendar.ts';
import { type Candidate, hasVote, isAwaited, nothingAnnounced, phaseAt, phases } from '../contest.ts';
import { narrow, unshownIn } from '../text/character.ts';
import { checkDeadlines, checkSchedule } from './dates.ts';
import { checkCount, checkNamed, checkText, createFaults, type PlanFault, type Say } from './fault.ts';
import { checkCollection } from './form.ts';
import { checkOutcomeKept, checkPlanOutcome } from './outcome.ts';
import type { Collection, ContestPlan, ContestSettings, WechatReach } from './plan.ts';
import { checkPolicy } from './policy.ts';
import { checkReveal, checkRevealKept } from './reveal.ts';
import { checkBallotRule, type Field } from './rule.ts';
import { checkWechat } from './wechat.ts';

export type Stander = Pick<Candidate, 'number' | 'category'> & { withdrawn: boolean };

/** What the plan is checked against, beside itself. */
export interface PlanContext {
  /** ms */
  now: number;
  /** Who stands already; none = the places of the shortlist are counted on. */
  candidates?: readonly Stander[];
  /** What is in force, once voting has begun: by the clock, or by the ledger. */
  frozen?: ContestSettings | null;
  /** Working days, as far as they are known. */
  calendar: NamedCalendar;
  /** Absent = not known, and nothing hangs on it. */
  wechatReach?: WechatReach;
}

/**
 * Everything that is impossible or unwise in a plan, in the order of the editor's sections; empty = it can be published as it is.
 * Errors stop a publication, warnings do not. Takes any plan of the right shape, however wild its values.
 */
export function checkPlan(plan: ContestPlan, context: PlanContext): PlanFault[] {
  const { found, error, warn } = createFaults();
  const { settings, collection } = plan;
  const { now, calendar, candidates = [], frozen = null } = context;
  checkTexts(settings, error);
  checkSchedule(settings, now, error, warn);
  checkDeadlines(settings, collection, calendar, now, error, warn);
  checkCount(error, 'settings.categories', settings.categories, 30);
  checkNamed(error, 'settings.categories', settings.categories, 30);
  checkCollection(collection, settings.categories, error, warn);
  const field = fieldOf(plan, context);
  if (hasVote(settings)) checkBallotRule(settings, field, error, warn);
  else checkUnmentioned(settings, warn);
  checkPlanOutcome(settings, { field, numbers: numbersOf(candidates), calendar, now }, error, warn);
  checkPolicy(settings, error, warn);
  checkWechat(settings, context.wechatReach, error, warn);
  checkReveal(settings, error, warn);
  checkFooter(settings, error);
  checkShown(settings, 'settings', warn);
  checkShown(collection, 'collection', warn);
  if (frozen) checkBegun(settings, frozen, now, error);
  else
    for (const [at, round] of settings.rounds.entries())
      if (Date.parse(round.closes) <= now) error('round_past', `settings.rounds.${at}.closes`);
  const known = new Set(settings.categories.map((one) => one.id));
  const stray = candidates.find((one) => one.category !== '' && known.size > 0 && !known.has(one.category));
  if (stray) error('category_in_use', 'settings.categories', { number: stray.number });
  return found;
}

/**
 * Errors of a contest in force that an act upon it can cause, by its dates and by who stands; `collection` null = not known. An act that
 * would bring one is refused, however good its reason: a ballot that nobody can fill ends the vote.
 */
export function checkHeld(
  settings: ContestSettings,
  collection: Collection | null,
  candidates: readonly Stander[],
  calendar: NamedCalendar,
  now: number,
): PlanFault[] {
  const { found, error, warn } = createFaults();
  checkSchedule(settings, now, error, warn);
  if (collection) checkDeadlines(settings, collection, calendar, now, error, warn);
  if (hasVote(settings)) checkBallotRule(settings, fieldOfStanding(settings, candidates, now), error, warn);
  return found.filter(({ level }) => level === 'error');
}

/** Does anything forbid a publication? */
export function isPossible(faults: readonly PlanFault[]): boolean {
  return faults.every((fault) => fault.level !== 'error');
}

function checkTexts(settings: ContestSettings, error: Say): void {
  checkText(error, 'settings.title', settings.title, 60);
  checkText(error, 'settings.slogan', settings.slogan, 40, 0);
  if (settings.organizers.length === 0) error('text_missing', 'settings.organizers');
  checkCount(error, 'settings.organizers', settings.organizers, 8);
  for (const [at, name] of settings.organizers.entries())
    checkText(error, `settings.organizers.${at}`, name, 40);
  checkText(error, 'settings.noun.measure', settings.noun.measure, 3);
  checkText(error, 'settings.noun.name', settings.noun.name, 8);
  checkCount(error, 'settings.intro', settings.intro, 10);
  for (const [at, text] of settings.intro.entries()) checkText(error, `settings.intro.${at}`, text, 400);
  checkCount(error, 'settings.notes', settings.notes, 20);
  for (const [at, text] of settings.notes.entries()) checkText(error, `settings.notes.${at}`, text, 200);
  const announcements = settings.announcements;
  checkCount(error, 'settings.announcements', announcements, 50);
  for (const [at, { at: since, text, until }] of announcements.entries()) {
    checkText(error, `settings.announcements.${at}.text`, text, 300);
    if (until !== null && Date.parse(until) <= Date.parse(since))
      error('announcement_over', `settings.announcements.${at}.until`);
  }
}

/** Texts that were written for a vote, where there is none. */
function checkUnmentioned({ slogan, intro, notes }: ContestSettings, warn: Say): void {
  const texts = [
    ['settings.slogan', slogan],
    ...intro.map((text, at) => [`settings.intro.${at}`, text]),
    ...notes.map((text, at) => [`settings.notes.${at}`, text]),
  ] as const;
  for (const [path = '', text = ''] of texts) {
    const words = /投票|选票|票数|推选|最多选/u.exec(text)?.[0];
    if (words) warn('vote_mentioned', path, { words });
  }
}

/** Every text there is, wherever in the plan: what phones cannot draw stands on the page as a box. */
function checkShown(value: unknown, path: string, warn: Say): void {
  if (typeof value === 'string') {
    const around = unshownIn(value);
    if (around !== null) warn('text_unshown', path, { around });
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) checkShown(inner, `${path}.${key}`, warn);
}

/** Once the shortlist is due, who stands is who is there; before it, as many as there are places. */
export function fieldOf(
  { settings, collection }: ContestPlan,
  { now, candidates = [], frozen = null }: Pick<PlanContext, 'now' | 'candidates' | 'frozen'>,
): Field {
  const here = fieldOfStanding(settings, candidates, now);
  const due =
    phases.indexOf(phaseAt({ ...settings, announced: nothingAnnounced }, now)) >=
    phases.indexOf('shortlisted');
  if (candidates.some((one) => !one.withdrawn) && (due || frozen !== null)) return here;
  const rounds = settings.rounds.flatMap(({ numbers }) => (numbers?.length ? [numbers.length] : []));
  const bound = (most: number, places: number | null | undefined): number =>
    Math.max(most, places ?? Number.POSITIVE_INFINITY);
  const of = (id: string): number => bound(here.of(id), collection.categoryPlaces[id] ?? collection.places);
  const inCategories = settings.categories.map(({ id }) => of(id));
  const most =
    inCategories.length > 0 ? inCategories.reduce((sum, one) => sum + one, 0) : Number.POSITIVE_INFINITY;
  return { all: Math.min(Math.max(here.all, Math.min(most, bound(0, collection.places))), ...rounds), of };
}

/** null while numbers may still be given out. */
function numbersOf(candidates: readonly Stander[]): number[] | null {
  return candidates.length > 0 ? candidates.map(({ number }) => number) : null;
}

/** Whoever can be picked in every round that is open or to come; when none is, nothing bounds a ballot any more. */
function fieldOfStanding(settings: ContestSettings, candidates: readonly Stander[], now: number): Field {
  const left = candidates.filter((one) => !one.withdrawn);
  const rounds = settings.rounds
    .filter((round) => !(Date.parse(round.closes) <= now) && !isAwaited(round))
    .map((round) => left.filter((one) => round.numbers?.includes(one.number) ?? true));
  const fewest = (counts: number[]): number => Math.min(Number.POSITIVE_INFINITY, ...counts);
  return {
    all: fewest(rounds.map((round) => round.length)),
    of: (id) => fewest(rounds.map((round) => round.filter((one) => one.category === id).length)),
  };
}

const ICP = /^[\u4e00-\u9fff]ICP[备证]\d{6,10}号(-\d{1,4})?$/u;
const POLICE = /^[\u4e00-\u9fff]公网安备\s*\d{11,14}号$/u;
const SITE_CODE = /^[a-z0-9]{10}$/iu;

function checkFooter({ footer }: ContestSettings, error: Say): void {
  const { icp, police, siteCode } = footer;
  if (icp !== '' && !ICP.test(narrow(icp).replace(/\s/gu, ''))) error('icp_malformed', 'settings.footer.icp');
  if (police !== '' && !POLICE.test(narrow(police).trim()))
    error('police_malformed', 'settings.footer.police');
  if (siteCode !== '' && !SITE_CODE.test(narrow(siteCode).trim()))
    error('site_code_malformed', 'settings.footer.siteCode');
  checkText(error, 'settings.footer.contact', footer.contact, 120, 0);
}

/** What no reason can change any more: time that has passed, and counts that were seen. */
function checkBegun(settings: ContestSettings, frozen: ContestSettings, now: number, error: Say): void {
  for (const [at, was] of frozen.rounds.entries()) {
    if (Date.parse(was.opens) > now) continue;
    const round = settings.rounds[at];
    const path = `settings.rounds.${at}`;
    if (!round) error('round_removed', 'settings.rounds', { round: at + 1 });
    else if (Date.parse(round.opens) !== Date.parse(was.opens))
      error('round_started_moved', `${path}.opens`, { opens: was.opens });
    if (!round || Date.parse(round.closes) === Date.parse(was.closes)) continue;
    if (Date.parse(was.closes) <= now) error('round_ended', `${path}.closes`, { closes: was.closes });
    else if (Date.parse(round.closes) < Date.parse(was.closes))
      error('round_shortened', `${path}.closes`, { closes: was.closes });
  }
  checkRevealKept(settings, frozen, now, error);
  checkOutcomeKept(settings, frozen, now, error);
}
