import { fullest } from './judging/fullest.ts';
import { type Bounded, createRoom, type Room, type Why } from './judging/limits.ts';
import { type Order, orderOf, type Parts, type Place } from './judging/order.ts';
import {
  type Criterion,
  type Limits,
  type Outcome,
  type PanelId,
  type PanelRule,
  panelIds,
} from './judging/outcome.ts';
import { isRefused, type Refused } from './judging/refused.ts';
import { Refusal } from './refusal.ts';
import {
  type ByNumber,
  known,
  numbersOf,
  type PanelParts,
  panelParts,
  sheetTotal,
  type Totals,
  voteParts,
} from './score.ts';

/** What the seats of a panel gave: by seat, by candidate, by criterion, in units; and who must not judge whom. */
export interface PanelSheets {
  sheets: Readonly<Record<string, ByNumber<Readonly<Record<string, number>>>>>;
  /** Seat and candidate of every recusal: such a line never counts, whatever stands in it. */
  recused?: readonly (readonly [string, number])[];
}

export interface Standing {
  totals: Partial<Record<PanelId, Totals>>;
  parts: Parts;
  used: Partial<Record<PanelId, PanelParts['used']>>;
  standing: Place[];
}

/** What of an outcome the standing needs. */
export type Scoring = Pick<Outcome, 'decimals' | 'ties'> & {
  weights: Partial<Outcome['weights']>;
  vote: Parameters<typeof voteParts>[1];
  panels: Partial<
    Record<PanelId, PanelRule & { criteria: readonly Pick<Criterion, 'id' | 'full' | 'weight'>[] }>
  >;
};

/**
 * Totals, parts and order of everybody in `votes` (candidates that stood at the close, each with a count). Sheets may hold others: they
 * do not count. Gives what panelParts refuses, with the panel; throws panel_missing {panel} where one with a weight has no rule or no
 * sheets, and what sheetTotal refuses.
 */
export function computeStanding(
  outcome: Scoring,
  votes: ByNumber<number>,
  sheets: Partial<Record<PanelId, PanelSheets>>,
): Standing | Refused {
  const unit = 10 ** outcome.decimals;
  const numbers = numbersOf(votes);
  const parts: Parts = { vote: voteParts(votes, outcome.vote, unit) };
  const [totals, used]: [Standing['totals'], Standing['used']] = [{}, {}];
  for (const panel of panelIds) {
    const [rule, given] = [outcome.panels[panel], sheets[panel]];
    if (!rule || !given) {
      if (outcome.weights[panel] || outcome.ties.includes(panel))
        throw new Refusal('panel_missing', { panel });
      continue;
    }
    const own = panelTotals(rule.criteria, given, numbers);
    const judged = panelParts(own, rule, numbers, unit);
    if (isRefused(judged)) return { ...judged, panel };
    [totals[panel], parts[panel], used[panel]] = [own, judged.parts, judged.used];
  }
  return { totals, parts, used, standing: orderOf(parts, outcome.weights, outcome.ties, votes) };
}

/** The totals of a panel's lines that count: of `numbers`, and not recused. */
export function panelTotals(
  criteria: Parameters<typeof sheetTotal>[0],
  { sheets, recused = [] }: PanelSheets,
  numbers: readonly number[],
): Totals {
  const lines = (seat: string, sheet: ByNumber<Readonly<Record<string, number>>>) =>
    numbersOf(sheet)
      .filter((number) => numbers.includes(number))
      .filter((number) => !recused.some(([who, whom]) => who === seat && whom === number))
      .map((number) => [number, sheetTotal(criteria, known(sheet, number))]);
  return Object.fromEntries(
    Object.entries(sheets).map(([seat, sheet]) => [seat, Object.fromEntries(lines(seat, sheet))]),
  );
}

export interface Choice {
  /** In order. */
  chosen: number[];
  passed: { number: number; why: Why }[];
  unfilled: number;
  /** Where places stay empty: others who together would fill more of them, were order not to go first. For information only. */
  couldFill?: number[];
}

/**
 * Down the order everybody is taken who fits: whom no limit bars and with whom every minimum can still be met. Tied ones stand in one
 * group of `order`; a tie is open (tie_open) only where it decides who of them is taken. The fallen are left out. `tieLast` says what
 * becomes of those: all = they are taken even where places, in all or of a category, are too few; none = none of them is, and who stands
 * below gets none of the places for it; what a unit or a group bars stays open. Also gives minimum_impossible and caps_entangled.
 */
export function choose(
  order: Order,
  candidates: ByNumber<Bounded>,
  limits: Limits,
  fallen: readonly number[] = [],
  tieLast: Outcome['tieLast'] = 'meeting',
): Choice | Refused {
  const groups = order.map((group) => group.filter((number) => !fallen.includes(number)));
  const choice = untangled(() => pick(groups, candidates, limits, tieLast));
  if (isRefused(choice) || choice.unfilled === 0 || tieLast === 'none') return choice;
  const fuller = fullest(groups.flat(), createRoom(candidates, limits), choice.chosen.length);
  return fuller ? { ...choice, couldFill: fuller } : choice;
}

function pick(
  groups: Order,
  candidates: ByNumber<Bounded>,
  limits: Limits,
  tieLast: Outcome['tieLast'],
): Choice | Refused {
  const room = createRoom(candidates, limits);
  const all = groups.flat();
  if (!room.isMeetable(all)) return { refusal: 'minimum_impossible', category: room.short(all) };
  const choice: Choice = { chosen: [], passed: [], unfilled: 0 };
  for (const group of groups) {
    const rest = all.slice(choice.chosen.length + choice.passed.length);
    const { fit, passed } = weigh(room, group, rest);
    const [others, places] = [without(rest, fit), room.left()];
    const tied = !room.takesAll(fit, others);
    const isSettled = tieLast === 'all' || tieLast === 'none';
    if (tied && (!isSettled || room.isOver('unit', fit) || room.isOver('group', fit)))
      return { refusal: 'tie_open', numbers: fit, places };
    for (const number of fit) room.take(number);
    if (tied && !room.widen(fit.length, others)) return { refusal: 'tie_open', numbers: fit, places };
    if (tied && tieLast === 'none')
      choice.passed.push(...fit.map((number) => ({ number, why: 'places' }) as const));
    else choice.chosen.push(...fit);
    choice.passed.push(...passed);
  }
  return { ...choice, unfilled: Math.max(0, limits.places - choice.chosen.length) };
}

/** Who of a group could be taken by itself, and why the others could not. What bars one by itself bars it in every order of the group. */
function weigh(room: Room, group: readonly number[], rest: readonly number[]): Weighed {
  const weighed: Weighed = { fit: [], passed: [] };
  for (const number of group) {
    const why = room.whyNot(number, without(rest, [number]));
    if (why) weighed.passed.push({ number, why });
    else weighed.fit.push(number);
  }
  return weighed;
}

interface Weighed {
  fit: number[];
  passed: Choice['passed'];
}

export interface Promotion {
  promoted: number | null;
  /** All who are chosen now, in order. */
  chosen: number[];
}

/**
 * Who moves up when some of the chosen have fallen: the first in order who fits beside those that stay and with whom the minimums can be
 * met. All others keep their places; null = nobody may, the place stays empty. Gives tie_open and caps_entangled as choose does.
 */
export function nextAlternate(
  order: Order,
  candidates: ByNumber<Bounded>,
  limits: Limits,
  chosen: readonly number[],
  fallen: readonly number[],
): Promotion | Refused {
  const kept = without(chosen, fallen);
  const groups = order.map((group) => without(group, [...kept, ...fallen]));
  const rest = groups.flat();
  return untangled((): Promotion | Refused => {
    const room = createRoom(candidates, limits);
    for (const number of kept) room.take(number);
    for (const group of groups) {
      const { fit } = weigh(room, group, rest);
      const [first] = fit;
      if (first === undefined) continue;
      if (!room.takesAll(fit, without(rest, fit)))
        return { refusal: 'tie_open', numbers: fit, places: room.left() };
      const now = new Set([...kept, first]);
      return { promoted: first, chosen: order.flat().filter((number) => now.has(number)) };
    }
    return { promoted: null, chosen: order.flat().filter((number) => kept.includes(number)) };
  });
}

function without(numbers: readonly number[], gone: readonly number[]): number[] {
  return numbers.filter((number) => !gone.includes(number));
}

/** A look-ahead that was given up, as a value. */
function untangled<Result>(run: () => Result): Result | Refused {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'caps_entangled') return { refusal: 'caps_entangled' };
    throw error;
  }
}
