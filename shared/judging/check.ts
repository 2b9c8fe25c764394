import { printFigure } from './figure.ts';
import { foreseenInfluence } from './foreseen.ts';
import { leastMultiple } from './fraction.ts';
import { type Bounds, type Outcome, type Panel, type PanelId, panelIds, partIds } from './outcome.ts';

/** Why an outcome cannot work or is unwise, for the one who sets it; words in shared/plan/words.ts. */
export const outcomeFaultCodes = [
  'weights_sum',
  'vote_moves_more',
  'panel_missing',
  'panel_idle',
  'criteria_sum',
  'full_uneven',
  'anchor_out',
  'anchor_twice',
  'trim_too_much',
  'quorum_out',
  'floor_passed',
  'tie_twice',
  'tie_without_panel',
  'places_too_many',
  'bounds_crossed',
  'minimums_too_many',
  'category_places_sum',
  'minimum_above_candidates',
  'places_never_filled',
  'group_short',
  'group_stranger',
  'honours_sum',
  'counts_seen',
  'notice_uncovered',
] as const;
export type OutcomeFaultCode = (typeof outcomeFaultCodes)[number];

/** What is wrong with a panel once its seats are known. */
export const seatFaultCodes = ['seats_too_few', 'quorum_below_least', 'trim_idle'] as const;
export type SeatFaultCode = (typeof seatFaultCodes)[number];

export interface OutcomeFault<Code = OutcomeFaultCode> {
  code: Code;
  level: 'error' | 'warning';
  /** Within the outcome: 'panels.expert.criteria'. */
  path: string;
  details: Readonly<Record<string, string | number>>;
}

/** What the check knows of the contest; what is not known yet is null and not looked at. */
export interface Setting {
  /** How many stand, or will. */
  candidates: number | null;
  /** Of every category, with how many stand in it (Infinity = not known). */
  categories: readonly { id: string; name: string; candidates: number }[];
  /** Who stands, by number. */
  numbers: readonly number[] | null;
  /** Counts are public before the panels have finished. */
  shown: boolean;
  /** A year that the notice reaches and whose holidays are not known. */
  uncovered: number | null;
}

type Say = (
  code: OutcomeFaultCode,
  path: string,
  details?: OutcomeFault['details'],
  level?: OutcomeFault['level'],
) => void;

/** More, and points in common units would no longer be told exactly. */
const MOST_COMMON = 1_000_000n;

/** Everything that does not fit together or is unwise, in the order of the editor; [] = it can work. Takes whole numbers within their bounds. */
export function checkOutcome(outcome: Outcome, setting: Setting): OutcomeFault[] {
  const faults: OutcomeFault[] = [];
  const say: Say = (code, path, details = {}, level = 'error') =>
    void faults.push({ code, path, details, level });
  checkWeights(outcome, setting, say);
  for (const id of panelIds) checkPanel(outcome, id, say);
  checkVote(outcome, setting, say);
  checkTies(outcome, say);
  checkLimits(outcome, setting, say);
  checkGroups(outcome, setting, say);
  const honoured = sum(outcome.honours.map((honour) => honour.places));
  if (outcome.honours.length > 0 && honoured !== outcome.places)
    say('honours_sum', 'honours', { sum: honoured, places: outcome.places });
  if (outcome.seeCounts && setting.shown && Object.keys(outcome.panels).length > 0)
    say('counts_seen', 'seeCounts', {}, 'warning');
  if (setting.uncovered !== null) say('notice_uncovered', 'notice', { year: setting.uncovered }, 'warning');
  return faults;
}

/** Whether a panel of so many full seats can give every candidate a part; paths are within the panel. */
export function checkPanelSeats(panel: Panel, seats: number): OutcomeFault<SeatFaultCode>[] {
  const faults: OutcomeFault<SeatFaultCode>[] = [];
  const say = (
    code: SeatFaultCode,
    level: OutcomeFault['level'],
    path: string,
    details: OutcomeFault['details'],
  ) => void faults.push({ code, level, path, details });
  const [locked, of] = panel.quorum;
  const needed = Math.ceil((seats * locked) / of);
  if (seats < panel.least) say('seats_too_few', 'error', 'least', { seats, least: panel.least });
  else if (needed < panel.least)
    say('quorum_below_least', 'warning', 'quorum', { needed, least: panel.least });
  if (panel.trim > 0 && seats < panel.trimFrom)
    say('trim_idle', 'warning', 'trimFrom', { seats, trimFrom: panel.trimFrom });
  return faults;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

/** The real weight may be a half more than the nominal one. */
function checkWeights(outcome: Outcome, { candidates }: Setting, say: Say): void {
  const { weights } = outcome;
  const all = sum(partIds.map((id) => weights[id]));
  if (all !== 100) {
    say('weights_sum', 'weights', { sum: all });
    return;
  }
  const real = foreseenInfluence(outcome, candidates).vote ?? 0;
  if (real > 15 * weights.vote)
    say('vote_moves_more', 'vote', { nominal: weights.vote, real: Math.round(real / 10) }, 'warning');
}

function checkPanel(outcome: Outcome, id: PanelId, say: Say): void {
  const panel = outcome.panels[id];
  const path = `panels.${id}`;
  if (!panel) {
    if (outcome.weights[id] > 0) say('panel_missing', `weights.${id}`, { panel: id });
    return;
  }
  if (outcome.weights[id] === 0 && !outcome.ties.includes(id))
    say('panel_idle', path, { panel: id }, 'warning');
  const { criteria, trim, trimFrom, quorum } = panel;
  const all = sum(criteria.map(({ weight }) => weight));
  if (all !== 100) say('criteria_sum', `${path}.criteria`, { panel: id, sum: all });
  if (criteria.length > 0 && leastMultiple(criteria.map(({ full }) => full)) > MOST_COMMON)
    say('full_uneven', `${path}.criteria`, { panel: id });
  for (const [at, { name, full, anchors }] of criteria.entries()) {
    const here = `${path}.criteria.${at}.anchors`;
    const out = anchors.find(({ from }) => from < 0 || from > full);
    if (out) say('anchor_out', here, { criterion: name, from: out.from, full });
    const starts = anchors.map(({ from }) => from);
    const again = starts.find((from, index) => starts.indexOf(from) !== index);
    if (again !== undefined) say('anchor_twice', here, { criterion: name, from: again });
  }
  const least = 2 * trim + 1;
  if (trimFrom < least) say('trim_too_much', `${path}.trimFrom`, { panel: id, trimFrom, least });
  const [locked, of] = quorum;
  if (locked < 1 || locked > of) say('quorum_out', `${path}.quorum`, { panel: id });
}

/** By rank, the last may not come out below the floor: from there on all would be alike. */
function checkVote({ vote, decimals }: Outcome, { candidates }: Setting, say: Say): void {
  if (vote.scale !== 'rank' || candidates === null || candidates < 2) return;
  const unit = 10 ** decimals;
  const room = (100 - vote.floor) * unit;
  if (vote.step * (candidates - 1) <= room) return;
  say('floor_passed', 'vote.step', {
    candidates,
    lowest: printFigure(100 * unit - vote.step * (candidates - 1), decimals),
    floor: vote.floor,
    most: printFigure(Math.floor(room / (candidates - 1)), decimals),
  });
}

function checkTies({ ties, panels }: Outcome, say: Say): void {
  if (new Set(ties).size < ties.length) say('tie_twice', 'ties');
  const alone = panelIds.find((id) => ties.includes(id) && !panels[id]);
  if (alone) say('tie_without_panel', 'ties', { panel: alone });
}

/** Places, and bounds by category: can they be filled, and the minimums met? */
function checkLimits({ places, categories: bounds }: Outcome, setting: Setting, say: Say): void {
  const { candidates, categories } = setting;
  if (candidates !== null && places > candidates) say('places_too_many', 'places', { places, candidates });
  for (const { id, name, candidates: here } of categories) {
    const least = bounds[id]?.least ?? 0;
    if (checkBounds(bounds[id], name, places, `categories.${id}`, say) && least > here)
      say('minimum_above_candidates', `categories.${id}`, { name, least, candidates: here });
  }
  const least = sum(Object.values(bounds).map((bound) => bound.least ?? 0));
  const exact = categories.map(({ id }) => exactly(bounds[id])).filter((one) => one !== null);
  if (exact.length > 0 && exact.length === categories.length) {
    if (sum(exact) !== places)
      say('category_places_sum', 'categories', { parts: exact.join(' + '), sum: sum(exact), places });
    return;
  }
  if (least > places) say('minimums_too_many', 'categories', { least, places });
  const most = sum(
    categories.map(({ id, candidates: here }) =>
      Math.min(here, bounds[id]?.most ?? Number.POSITIVE_INFINITY),
    ),
  );
  const isBounded = Object.values(bounds).some((bound) => bound.most !== undefined);
  if (isBounded && categories.length > 0 && most < places && least <= places)
    say('places_never_filled', 'categories', { most, places }, 'warning');
}

/** So many and no other number; null = a range, or no bound. */
export function exactly({ least, most }: Bounds = {}): number | null {
  return least !== undefined && least === most ? least : null;
}

function checkBounds(bound: Bounds = {}, name: string, places: number, path: string, say: Say): boolean {
  const { least = 0, most = places } = bound;
  if (least > most) say('bounds_crossed', path, { name, least, most });
  return least <= most;
}

/** Before numbers are given out nobody can be named in a group. */
function checkGroups({ groups, places }: Outcome, { numbers }: Setting, say: Say): void {
  for (const [at, { name, members, ...bound }] of groups.entries()) {
    const path = `groups.${at}`;
    checkBounds(bound, name, places, path, say);
    const stranger = numbers && members.find((number) => !numbers.includes(number));
    if (stranger) say('group_stranger', path, { name, number: stranger });
    const least = bound.least ?? 0;
    if (least > new Set(members).size)
      say('group_short', path, { name, least, members: members.length }, numbers ? 'error' : 'warning');
  }
}
