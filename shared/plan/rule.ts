import type { PickRange } from '../contest.ts';
import { checkNumber, type Say } from './fault.ts';
import type { ContestSettings } from './plan.ts';

const MOST_PICKS = 100;
const MOST_BALLOTS = 100;

/** How many can be picked: in all, and by category id; Infinity where nothing bounds it. */
export interface Field {
  all: number;
  of(category: string): number;
}

/** Can a ballot be filled as the rule asks, by whoever stands? */
export function checkBallotRule(settings: ContestSettings, field: Field, error: Say, warn: Say): void {
  const { rule, categories } = settings;
  const path = 'settings.rule';
  checkNumber(error, `${path}.ballotsPerPeriod`, rule.ballotsPerPeriod, 1, MOST_BALLOTS);
  checkNumber(error, `${path}.picks.max`, rule.picks.max, 1, MOST_PICKS);
  checkNumber(error, `${path}.picks.min`, rule.picks.min, 1, MOST_PICKS);
  const { min, max } = rule.picks;
  if (min > max) error('picks_order', `${path}.picks`, { min, max });
  if (min > field.all) error('picks_more_than_candidates', `${path}.picks`, { min, candidates: field.all });
  const known = new Set(categories.map((one) => one.id));
  for (const id of Object.keys(rule.categories ?? {}))
    if (!known.has(id)) error('category_unknown', `${path}.categories.${id}`, { id });
  if (rule.perCategory) checkRange(rule.perCategory, `${path}.perCategory`, '', error);
  let least = 0;
  let most = 0;
  for (const { id, name } of categories) {
    const own = rule.categories?.[id];
    if (own) checkRange(own, `${path}.categories.${id}`, name, error);
    const range = own ?? rule.perCategory;
    least += range?.min ?? 0;
    most += Math.min(range?.max ?? Number.POSITIVE_INFINITY, field.of(id));
    if (range && range.min > field.of(id))
      error('category_more_than_candidates', own ? `${path}.categories.${id}` : `${path}.perCategory`, {
        category: name,
        min: range.min,
        candidates: field.of(id),
      });
  }
  const reach = categories.length > 0 ? Math.min(most, field.all) : field.all;
  if (categories.length > 0 && most < min && min <= field.all)
    error('category_sum_low', `${path}.picks`, { sum: most, min });
  if (least > max) error('category_sum_high', `${path}.picks`, { sum: least, max });
  if (reach < max && reach >= min) warn('picks_never_full', `${path}.picks`, { max, reach });
  if (!rule.repeatCandidate && rule.ballotsPerPeriod * Math.max(1, min) > field.all)
    warn('ballots_never_spent', `${path}.ballotsPerPeriod`, {
      ballots: rule.ballotsPerPeriod,
      candidates: field.all,
    });
}

function checkRange({ min, max }: PickRange, path: string, category: string, error: Say): void {
  checkNumber(error, path, min, 0, MOST_PICKS);
  checkNumber(error, path, max, 0, MOST_PICKS);
  if (min > max) error('category_order', path, { category, min, max });
}
