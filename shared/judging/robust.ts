import { type ByNumber, numbersOf, panelParts, voteParts } from '../score.ts';
import { choose, computeStanding, type PanelSheets, type Scoring } from '../standing.ts';
import type { Bounded } from './limits.ts';
import { groupsOf, orderOf, type Parts, settleTie } from './order.ts';
import {
  type Limits,
  type Outcome,
  type PanelId,
  type PanelRule,
  type PartId,
  panelIds,
  partIds,
} from './outcome.ts';
import { isRefused, type Refused } from './refused.ts';

/** All that a standing and a choice are made of. */
export interface Inputs {
  votes: ByNumber<number>;
  sheets: Partial<Record<PanelId, PanelSheets>>;
  candidates: ByNumber<Bounded>;
  fallen?: readonly number[];
  /** The order of tied ones that a meeting or a lot decided. */
  settled?: readonly number[];
  /** Ballots by number that a signal marks and that nobody has ruled on. */
  flagged?: ByNumber<number>;
}

export interface Robustness {
  /** Who is chosen, in order, in every case; or why that cannot be told. */
  chosenIn: Record<string, number[] | Refused>;
  /** Whoever is in `otherwiseIn` no case is robust. Cases that were refused mark nobody. */
  marks: Record<number, { chosen: boolean; otherwiseIn: string[] }>;
}

const AS_IT_IS = 'as it is';
/** Percent that a weight is shifted by. */
const SHIFT = 5;

interface Case {
  name: string;
  weights: Scoring['weights'];
  votes: ByNumber<number>;
  parts: () => Parts | Refused;
}

/**
 * Who would change sides if one thing were a little otherwise: without each seat, nothing dropped, severity removed (and ignored,
 * where the rules remove it), five percent of weight shifted from one part to another, the flagged ballots gone. Gives what computeStanding and
 * choose refuse only in the cases; as it is, too.
 */
export function robustness(outcome: Scoring & Limits, inputs: Inputs): Robustness {
  const chosenIn: Robustness['chosenIn'] = {};
  for (const { name, weights, votes, parts } of casesOf(outcome, inputs)) {
    const made = parts();
    const chosen = isRefused(made) ? made : chosenBy(outcome, inputs, made, weights, votes);
    chosenIn[name] = chosen;
    // The bounds are the same in every case.
    if (isRefused(chosen) && chosen.refusal === 'caps_entangled') break;
  }
  const real = chosenIn[AS_IT_IS];
  const marks: Robustness['marks'] = {};
  for (const number of numbersOf(inputs.votes)) {
    const chosen = Array.isArray(real) && real.includes(number);
    const otherwise = Object.entries(chosenIn).filter(
      ([, one]) => Array.isArray(real) && Array.isArray(one) && one.includes(number) !== chosen,
    );
    marks[number] = { chosen, otherwiseIn: otherwise.map(([name]) => name) };
  }
  return { chosenIn, marks };
}

/** Who is chosen from these parts. */
export function chosenBy(
  outcome: Pick<Scoring, 'ties'> & Limits & { tieLast?: Outcome['tieLast'] },
  { candidates, fallen = [], settled = [] }: Pick<Inputs, 'candidates' | 'fallen' | 'settled'>,
  parts: Parts,
  weights: Scoring['weights'],
  votes: ByNumber<number>,
): number[] | Refused {
  const order = settleTie(groupsOf(orderOf(parts, weights, outcome.ties, votes)), settled);
  const choice = choose(order, candidates, outcome, fallen, outcome.tieLast);
  return isRefused(choice) ? choice : choice.chosen;
}

function casesOf(outcome: Scoring & Limits, { votes, sheets, flagged }: Inputs): Case[] {
  const { weights, panels } = outcome;
  const unit = 10 ** outcome.decimals;
  const numbers = numbersOf(votes);
  const base = computeStanding(outcome, votes, sheets);
  if (isRefused(base)) return [{ name: AS_IT_IS, weights, votes, parts: () => base }];
  const used = panelIds.filter((panel) => panels[panel] && sheets[panel]);

  /** The parts as they are, but for panels judged otherwise. */
  const judged = (
    which: readonly PanelId[],
    change: (rule: PanelRule) => Partial<PanelRule>,
    without?: string,
  ): Parts | Refused => {
    const parts: Parts = { ...base.parts };
    for (const panel of which) {
      const [rule, totals] = [panels[panel], base.totals[panel]];
      if (!rule || !totals) continue;
      const left = Object.entries(totals).filter(([seat]) => seat !== without);
      const made = panelParts(Object.fromEntries(left), { ...rule, ...change(rule) }, numbers, unit);
      if (isRefused(made)) return { ...made, panel };
      parts[panel] = made.parts;
    }
    return parts;
  };
  const usual = { weights, votes };
  const all: Case[] = [{ name: AS_IT_IS, ...usual, parts: () => base.parts }];
  for (const panel of used)
    for (const seat of Object.keys(sheets[panel]?.sheets ?? {}))
      all.push({ name: `without ${seat}`, ...usual, parts: () => judged([panel], () => ({}), seat) });
  all.push({ name: 'nothing dropped', ...usual, parts: () => judged(used, () => ({ trim: 0 })) });
  all.push({ name: 'severity removed', ...usual, parts: () => judged(used, () => ({ severity: 'remove' })) });
  if (used.some((panel) => panels[panel]?.severity === 'remove'))
    all.push({
      name: 'severity ignored',
      ...usual,
      parts: () => judged(used, () => ({ severity: 'ignore' })),
    });
  for (const shift of shiftsOf(weights)) all.push({ ...shift, votes, parts: () => base.parts });
  if (flagged) {
    const fewer = Object.fromEntries(
      Object.entries(votes).map(([number, count]) => [
        number,
        Math.max(0, count - (flagged[Number(number)] ?? 0)),
      ]),
    );
    const parts = (): Parts => ({ ...base.parts, vote: voteParts(fewer, outcome.vote, unit) });
    all.push({ name: 'flagged ballots fall', weights, votes: fewer, parts });
  }
  return all;
}

/** Every pair of parts that weigh something, five percent moved from the second to the first. */
function shiftsOf(weights: Scoring['weights']): { name: string; weights: Scoring['weights'] }[] {
  const weigh = (id: PartId): number => weights[id] ?? 0;
  const weighed = partIds.filter((id) => weigh(id) > 0);
  return weighed.flatMap((more) =>
    weighed
      .filter((less) => less !== more && weigh(less) >= SHIFT)
      .map((less) => ({
        name: `${more} +${SHIFT}, ${less} -${SHIFT}`,
        weights: { ...weights, [more]: weigh(more) + SHIFT, [less]: weigh(less) - SHIFT },
      })),
  );
}
