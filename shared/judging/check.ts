import { type Outcome, type PanelId, panelIds, partIds } from './outcome.ts';

/** Why an outcome cannot work, for the one who sets it. */
export type OutcomeFault =
  | { fault: 'weights_sum'; sum: number }
  | { fault: 'panel_missing'; panel: PanelId }
  | { fault: 'criteria_sum'; panel: PanelId; sum: number }
  | { fault: 'criterion_twice'; panel: PanelId; criterion: string }
  | { fault: 'trim_too_much'; panel: PanelId; trimFrom: number; least: number }
  | { fault: 'seats_too_few'; panel: PanelId; seats: number; least: number }
  | { fault: 'floor_passed'; lowest: number; floor: number }
  | { fault: 'places_too_many'; places: number; candidates: number }
  | { fault: 'minimums_too_many'; least: number; places: number }
  | { fault: 'bounds_crossed'; id: string; least: number; most: number }
  | { fault: 'honours_sum'; sum: number; places: number };

/** What the check knows of the contest; what is not known yet is null and not looked at. */
export interface Setting {
  candidates: number | null;
  /** Full seats by panel. */
  seats: Partial<Record<PanelId, number>> | null;
}

/** Everything that does not fit together, in the order of the editor; [] = it can work. */
export function checkOutcome(outcome: Outcome, { candidates, seats }: Setting): OutcomeFault[] {
  const faults: OutcomeFault[] = [];
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  const weights = sum(partIds.map((id) => outcome.weights[id]));
  if (weights !== 100) faults.push({ fault: 'weights_sum', sum: weights });

  for (const panel of panelIds) {
    const rule = outcome.panels[panel];
    if (!rule) {
      if (outcome.weights[panel] > 0) faults.push({ fault: 'panel_missing', panel });
      continue;
    }
    const full = sum(rule.criteria.map(({ weight }) => weight));
    if (full !== 100) faults.push({ fault: 'criteria_sum', panel, sum: full });
    const ids = rule.criteria.map(({ id }) => id);
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice !== undefined) faults.push({ fault: 'criterion_twice', panel, criterion: twice });
    const least = 2 * rule.trim + 1;
    if (rule.trimFrom < least) faults.push({ fault: 'trim_too_much', panel, trimFrom: rule.trimFrom, least });
    const own = seats?.[panel];
    if (own !== undefined && own < rule.least)
      faults.push({ fault: 'seats_too_few', panel, seats: own, least: rule.least });
  }

  const { scale, step, floor } = outcome.vote;
  if (scale === 'rank' && candidates !== null) {
    const lowest = 100 * 10 ** outcome.decimals - step * Math.max(0, candidates - 1);
    if (lowest < floor * 10 ** outcome.decimals) faults.push({ fault: 'floor_passed', lowest, floor });
  }

  const { places, categories, groups, honours } = outcome;
  if (candidates !== null && places > candidates)
    faults.push({ fault: 'places_too_many', places, candidates });
  const bounds = [...Object.entries(categories).map(([id, bound]) => ({ id, ...bound })), ...groups];
  for (const { id, least = 0, most = places } of bounds)
    if (least > most) faults.push({ fault: 'bounds_crossed', id, least, most });
  const least = sum(Object.values(categories).map((bound) => bound.least ?? 0));
  if (least > places) faults.push({ fault: 'minimums_too_many', least, places });
  const honoured = sum(honours.map((honour) => honour.places));
  if (honours.length > 0 && honoured !== places) faults.push({ fault: 'honours_sum', sum: honoured, places });
  return faults;
}
