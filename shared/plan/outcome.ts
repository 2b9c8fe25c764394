import type { Calendar } from '../calendar.ts';
import { hasVote } from '../contest.ts';
import { checkOutcome, type Setting } from '../judging/check.ts';
import { type Bounds, type Outcome, panelIds, partIds } from '../judging/outcome.ts';
import { plannedPeriod } from './dates.ts';
import { checkCount, checkNamed, checkNumber, checkText, createFaults, type Say } from './fault.ts';
import type { ContestSettings } from './plan.ts';
import { hasOpened } from './reveal.ts';
import type { Field } from './rule.ts';

const PATH = 'settings.outcome';
const MOST_CHOSEN = 1000;
/** The public's vote is evidence for the panel, not the whole verdict. */
const HEAVY_VOTE = 70;

/** What is known beside the settings. */
interface Known {
  field: Field;
  /** Of all who stand; null = numbers are not given out yet. */
  numbers: readonly number[] | null;
  calendar: Calendar;
  /** ms */
  now: number;
}

/** What of the outcome cannot work or is unwise. */
export function checkPlanOutcome(
  settings: ContestSettings,
  { field, numbers, calendar, now }: Known,
  error: Say,
  warn: Say,
): void {
  const { outcome, categories, reveal } = settings;
  if (!outcome) {
    if (hasVote(settings)) warn('weights_none', PATH);
    return;
  }
  if (!hasVote(settings)) error('outcome_without_vote', PATH);
  const { vote } = outcome.weights;
  if (vote > HEAVY_VOTE) warn('vote_heavy', `${PATH}.weights.vote`, { percent: vote, most: HEAVY_VOTE });
  const known = new Set(categories.map(({ id }) => id));
  for (const id of Object.keys(outcome.categories))
    if (!known.has(id)) error('category_unknown', `${PATH}.categories.${id}`, { id });
  // Sums and shares of numbers that are out of bounds say nothing.
  const form = createFaults();
  checkForm(outcome, form.error);
  for (const { code, path, details } of form.found) error(code, path, details);
  if (form.found.length > 0) return;
  const notice = plannedPeriod(settings, calendar);
  const setting: Setting = {
    candidates: Number.isFinite(field.all) ? field.all : null,
    categories: categories.map(({ id, name }) => ({ id, name, candidates: field.of(id) })),
    numbers,
    shown: reveal.kind !== 'sealed',
    uncovered: notice && notice.result > now ? notice.uncovered : null,
  };
  for (const { code, level, path, details } of checkOutcome(outcome, setting))
    (level === 'error' ? error : warn)(code, `${PATH}.${path}`, details);
}

/** Numbers within their bounds, names that are there, and lists with an end. */
function checkForm(outcome: Outcome, error: Say): void {
  const { decimals, vote, notice } = outcome;
  for (const id of partIds) checkNumber(error, `${PATH}.weights.${id}`, outcome.weights[id], 0, 100);
  if (vote.scale === 'rank') checkNumber(error, `${PATH}.vote.step`, vote.step, 1, 100 * 10 ** decimals);
  checkNumber(error, `${PATH}.vote.floor`, vote.floor, 0, 95);
  for (const id of panelIds) {
    const panel = outcome.panels[id];
    const path = `${PATH}.panels.${id}`;
    if (!panel) continue;
    checkCount(error, `${path}.criteria`, panel.criteria, 20);
    checkNamed(error, `${path}.criteria`, panel.criteria, 20);
    for (const [at, { full, weight, anchors }] of panel.criteria.entries()) {
      checkNumber(error, `${path}.criteria.${at}.full`, full, 1, 100);
      checkNumber(error, `${path}.criteria.${at}.weight`, weight, 1, 100);
      checkCount(error, `${path}.criteria.${at}.anchors`, anchors, 12);
      for (const [index, { words }] of anchors.entries())
        checkText(error, `${path}.criteria.${at}.anchors.${index}.words`, words, 12);
    }
    checkNumber(error, `${path}.trimFrom`, panel.trimFrom, 1, 100);
    checkNumber(error, `${path}.least`, panel.least, 1, 100);
    for (const part of panel.quorum) checkNumber(error, `${path}.quorum`, part, 1, 100);
  }
  checkNumber(error, `${PATH}.places`, outcome.places, 1, MOST_CHOSEN);
  if (outcome.unitMost !== null) checkNumber(error, `${PATH}.unitMost`, outcome.unitMost, 1, MOST_CHOSEN);
  for (const [id, bounds] of Object.entries(outcome.categories))
    checkBounds(error, `${PATH}.categories.${id}`, bounds);
  checkCount(error, `${PATH}.groups`, outcome.groups, 20);
  checkNamed(error, `${PATH}.groups`, outcome.groups, 20);
  for (const [at, group] of outcome.groups.entries()) checkBounds(error, `${PATH}.groups.${at}`, group);
  checkCount(error, `${PATH}.honours`, outcome.honours, 10);
  checkNamed(error, `${PATH}.honours`, outcome.honours, 20);
  for (const [at, { places }] of outcome.honours.entries())
    checkNumber(error, `${PATH}.honours.${at}.places`, places, 1, MOST_CHOSEN);
  checkNumber(error, `${PATH}.notice.days`, notice.days, 1, 60);
  checkNumber(error, `${PATH}.notice.replyDays`, notice.replyDays, 1, 60);
  checkNumber(error, `${PATH}.sample`, outcome.sample, 0, 2000);
}

function checkBounds(error: Say, path: string, { least, most }: Bounds): void {
  if (least !== undefined) checkNumber(error, path, least, 0, MOST_CHOSEN);
  if (most !== undefined) checkNumber(error, path, most, 0, MOST_CHOSEN);
}

/**
 * Once voting has begun, nothing changes any more of how the count becomes a choice, whatever the reason: by then somebody may know whom it
 * would help. Only the notice's own terms may, with a reason. `was`: what is in force.
 */
export function checkOutcomeKept(
  settings: ContestSettings,
  was: ContestSettings,
  now: number,
  error: Say,
): void {
  if (!hasOpened(was, now)) return;
  if ((settings.outcome === null) !== (was.outcome === null)) error('outcome_kept', PATH);
  if (!settings.outcome || !was.outcome) return;
  for (const [key, value] of Object.entries(was.outcome))
    if (key !== 'notice' && sorted(value) !== sorted(settings.outcome[key as keyof Outcome]))
      error('outcome_kept', `${PATH}.${key}`);
}

/** JSON with keys in order: the database gives them in its own. */
export function sorted(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
