import { type ByNumber, divide, known, numbersOf } from '../score.ts';
import { groupBy } from './group.ts';
import { type PartId, partIds, type TieKey } from './outcome.ts';

export type Parts = Partial<Record<PartId, ByNumber<number>>>;

/** Groups of numbers: each stands ahead of the next, and within a group all are tied. */
export type Order = readonly (readonly number[])[];

/** One line of the order. Equal in all that decides: the same rank, listed by number. */
export interface Place {
  number: number;
  total: number;
  rank: number;
  /** Others that nothing tells apart from this one, ascending. */
  tiedWith: number[];
  /** Others with the same printed total. */
  sameTotalAs: number[];
}

/** The order by printed totals, then by the keys of the rules. */
export function orderOf(
  parts: Parts,
  weights: Partial<Record<PartId, number>>,
  ties: readonly TieKey[],
  votes: ByNumber<number> = {},
): Place[] {
  const numbers = numbersOf(Object.values(parts)[0] ?? {});
  const weighed = partIds
    .filter((id) => weights[id])
    .map((id) => ({ weight: weights[id] ?? 0, part: known(parts, id) }));
  const decide = ties.map((key) => (key === 'votes' ? votes : known(parts, key)));
  const lines = numbers.map((number) => {
    const sum = weighed.reduce((all, { part, weight }) => all + weight * known(part, number), 0);
    return { number, total: divide(sum, 100), keys: decide.map((key) => known(key, number)) };
  });
  const ahead = (a: (typeof lines)[number], b: (typeof lines)[number]): number => {
    let by = b.total - a.total;
    for (let at = 0; by === 0 && at < decide.length; at++) by = (b.keys[at] ?? 0) - (a.keys[at] ?? 0);
    return by;
  };
  lines.sort((a, b) => ahead(a, b) || a.number - b.number);
  const others = (group: typeof lines, number: number): number[] =>
    group.flatMap((other) => (other.number === number ? [] : [other.number])).sort((a, b) => a - b);
  return lines.map((line) => {
    const { number, total } = line;
    const printed = lines.filter((other) => other.total === total);
    const rank = 1 + lines.findIndex((other) => ahead(other, line) === 0);
    const level = printed.filter((other) => ahead(other, line) === 0);
    return { number, total, rank, tiedWith: others(level, number), sameTotalAs: others(printed, number) };
  });
}

/** The order as `choose` takes it: who is tied stands together. */
export function groupsOf(standing: readonly Place[]): number[][] {
  return [...groupBy(standing, ({ rank }) => rank).values()].map((group) =>
    group.map(({ number }) => number),
  );
}

/**
 * The order after a tie was settled by a meeting or a lot: in each group of tied ones, those that it decided stand one after the other, before
 * the rest of them and behind `ahead`.
 */
export function settleTie(
  order: Order,
  decided: readonly number[],
  ahead: readonly number[] = [],
): number[][] {
  return order.flatMap((group) => {
    const own = decided.filter((number) => group.includes(number));
    const before = own.length > 0 ? group.filter((number) => ahead.includes(number)) : [];
    const rest = group.filter((number) => !own.includes(number) && !before.includes(number));
    return [before, ...own.map((number) => [number]), rest].filter(({ length }) => length > 0);
  });
}
