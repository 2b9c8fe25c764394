import { Refusal } from '../refusal.ts';
import { type ByNumber, known } from '../score.ts';
import type { Limits } from './outcome.ts';

/** What of a candidate the limits look at. */
export interface Bounded {
  unit: string;
  category: string;
}

/** Why one was passed over. Where several hold it is the first of them: no other place that falls free helps against an earlier one. */
export type Why = 'unit' | 'category' | 'group' | 'reserved' | 'places';

interface Bound {
  why: 'unit' | 'category' | 'group';
  id: string;
  least: number;
  most: number;
  count: number;
  /** Of those that were looked at last, how many are in it and barred by nothing. */
  open: number;
}

/** A look-ahead that takes more steps is given up: caps_entangled. */
const MOST_STEPS = 100_000;

/** The places as they fill. `rest` is always who may still be taken besides. */
export interface Room {
  left(): number;
  take(number: number): void;
  giveBack(number: number): void;
  /** Does a bound bar this one, whatever comes after? */
  isBarred(number: number): boolean;
  /** Why this one cannot be taken now, or null. Throws caps_entangled. */
  whyNot(number: number, rest: readonly number[]): Why | null;
  /** Can these all be taken? Throws caps_entangled. */
  takesAll(numbers: readonly number[], rest: readonly number[]): boolean;
  /** Would these, all taken, be too many for a bound of this kind? */
  isOver(why: Bound['why'], numbers: readonly number[]): boolean;
  /** Makes room for who was taken beyond the places, and for whoever of `rest` the minimums still need; at most `count` more. */
  widen(count: number, rest: readonly number[]): boolean;
  /** Can every minimum be met out of these? Throws caps_entangled. */
  isMeetable(rest: readonly number[]): boolean;
  /** The category or group that these cannot meet by itself, if there is one. */
  short(rest: readonly number[]): string | null;
}

export function createRoom(candidates: ByNumber<Bounded>, limits: Limits): Room {
  const { all, of } = boundsOf(candidates, limits);
  let left = limits.places;
  let steps = 0;

  const put = (number: number, by: 1 | -1): void => {
    for (const bound of of(number)) bound.count += by;
    left -= by;
  };
  /** The first bound that is full, in the order in which reasons are given. */
  const barred = (number: number): Bound | undefined => of(number).find(({ count, most }) => count >= most);
  /** Who of these is barred by nothing; counts them for every bound. */
  const openOf = (rest: readonly number[]): number[] => {
    for (const bound of all) bound.open = 0;
    return rest.filter((number) => {
      if (barred(number)) return false;
      for (const bound of of(number)) bound.open += 1;
      return true;
    });
  };
  const needOf = ({ count, least }: Bound): number => least - count;

  /**
   * Looks for who could meet the minimum that has the fewest to choose from, one after the other. Who weighs on the same bounds as one
   * that was tried in vain need not be tried.
   */
  const isMeetable = (rest: readonly number[]): boolean => {
    if (++steps > MOST_STEPS) throw new Refusal('caps_entangled');
    const missing = all.filter((bound) => needOf(bound) > 0);
    if (missing.length === 0) return true;
    const open = openOf(rest);
    // Nobody is in two categories.
    const together = missing.reduce((sum, bound) => sum + (bound.why === 'category' ? needOf(bound) : 0), 0);
    if (together > left || missing.some((bound) => needOf(bound) > left || bound.open < needOf(bound)))
      return false;
    const first = missing.reduce((one, other) =>
      other.open - needOf(other) < one.open - needOf(one) ? other : one,
    );
    const tight = new Set(all.filter(({ count, least, most, open }) => count < least || most - count < open));
    const weighs = (number: number): Bound[] => of(number).filter((bound) => tight.has(bound));
    let others = open;
    for (const number of open) {
      if (!of(number).includes(first) || !others.includes(number)) continue;
      put(number, 1);
      const met = isMeetable(others.filter((other) => other !== number));
      put(number, -1);
      if (met) return true;
      const same = weighs(number);
      others = others.filter((other) => {
        const bounds = weighs(other);
        return bounds.length !== same.length || bounds.some((bound) => !same.includes(bound));
      });
    }
    return false;
  };

  return {
    left: () => left,
    take: (number) => put(number, 1),
    giveBack: (number) => put(number, -1),
    isBarred: (number) => barred(number) !== undefined,
    isMeetable,
    isOver: (why, numbers) =>
      all.some(
        (bound) =>
          bound.why === why &&
          bound.count + numbers.filter((number) => of(number).includes(bound)).length > bound.most,
      ),
    widen(count, rest) {
      const most = left + count;
      left = Math.max(0, left);
      while (left < most && !isMeetable(rest)) left += 1;
      return isMeetable(rest);
    },
    whyNot(number, rest) {
      const bar = barred(number);
      if (bar) return bar.why;
      if (left <= 0) return 'places';
      put(number, 1);
      const met = isMeetable(rest);
      put(number, -1);
      return met ? null : 'reserved';
    },
    takesAll(numbers, rest) {
      const taken: number[] = [];
      const fit = numbers.every((number) => {
        if (left <= 0 || barred(number)) return false;
        put(number, 1);
        return taken.push(number) > 0;
      });
      const met = fit && isMeetable(rest);
      for (const number of taken) put(number, -1);
      return met;
    },
    short(rest) {
      openOf(rest);
      const short = all.find((bound) => needOf(bound) > 0 && needOf(bound) > Math.min(left, bound.open));
      return short?.id ?? null;
    },
  };
}

/** The bounds that each candidate counts in: its unit, its category, its groups. */
function boundsOf(
  candidates: ByNumber<Bounded>,
  { unitMost, categories = {}, groups = [] }: Limits,
): { all: Bound[]; of: (number: number) => Bound[] } {
  const make = (why: Bound['why'], id: string, least = 0, most = Number.POSITIVE_INFINITY): Bound => ({
    why,
    id,
    least,
    most,
    count: 0,
    open: 0,
  });
  const units = new Map<string, Bound>();
  const ofCategory = new Map(
    Object.entries(categories).map(([id, { least, most }]) => [id, make('category', id, least, most)]),
  );
  const ofGroup = groups.map(({ id, members, least, most }) => ({
    members,
    bound: make('group', id, least, most),
  }));
  const own = new Map(
    Object.entries(candidates).map(([key, { unit, category }]) => {
      const bounds: Bound[] = [];
      if (unitMost !== undefined && unitMost !== null) {
        const bound = units.get(unit) ?? make('unit', unit, 0, unitMost);
        units.set(unit, bound);
        bounds.push(bound);
      }
      const bound = ofCategory.get(category);
      if (bound) bounds.push(bound);
      for (const group of ofGroup) if (group.members.includes(Number(key))) bounds.push(group.bound);
      return [Number(key), bounds];
    }),
  );
  return {
    all: [...units.values(), ...ofCategory.values(), ...ofGroup.map(({ bound }) => bound)],
    of: (number) => own.get(number) ?? known({}, number),
  };
}
