import { divideBig, leastMultiple } from './judging/fraction.ts';
import { groupBy } from './judging/group.ts';
import { logPoints } from './judging/logarithm.ts';
import type { Criterion, PanelRule, VoteRule } from './judging/outcome.ts';
import type { PanelRefused } from './judging/refused.ts';
import { type Line, type Severity, severityOf } from './judging/severity.ts';
import { Refusal } from './refusal.ts';

/** What each candidate has, by number. */
export type ByNumber<Value> = Readonly<Record<number, Value>>;
/** Totals of a panel's sheets in units: by seat, then by candidate. A line that is missing (回避, 弃权) is not there; it is never zero. */
export type Totals = Readonly<Record<string, ByNumber<number>>>;

/** n ÷ d rounded half up, the only rounding there is. Takes whole numbers, d > 0; what cannot be told exactly is an error, not a guess. */
export function divide(n: number, d: number): number {
  const [over, under] = [2 * n + d, 2 * d];
  if (![n, over, under].every(Number.isSafeInteger) || d <= 0)
    throw new RangeError(`cannot divide ${n} by ${d}`);
  const rest = ((over % under) + under) % under;
  return (over - rest) / under;
}

/** What must be there: a missing value is a fault of the program and never zero. */
export function known<Value>(values: Readonly<Record<string, Value>>, key: string | number): Value {
  const value = values[key];
  if (value === undefined) throw new RangeError(`there is no value for ${key}`);
  return value;
}

/** Candidates of a record, ascending. */
export function numbersOf(values: ByNumber<unknown>): number[] {
  return Object.keys(values)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * The total of one line, in the units of its points: the exact sum of weight × points ÷ full, rounded once. Refuses with
 * `points_out` {criterion} where a criterion's points are missing or are no whole number of units.
 */
export function sheetTotal(
  criteria: readonly Pick<Criterion, 'id' | 'full' | 'weight'>[],
  points: Readonly<Record<string, number>>,
): number {
  const common = Number(leastMultiple(criteria.map(({ full }) => full)));
  let sum = 0;
  for (const { id, full, weight } of criteria) {
    const given = points[id];
    if (given === undefined || !Number.isSafeInteger(given) || given < 0)
      throw new Refusal('points_out', { criterion: id });
    sum += weight * given * (common / full);
  }
  return divide(sum, common);
}

export interface PanelParts {
  parts: Record<number, number>;
  used: Record<number, { sheets: number; dropped: number }>;
  /** The seats whose line was dropped, the lowest first; of equal lines the one of the earlier seat stands lower. */
  trimmed: Record<number, string[]>;
}

/**
 * The part of every one of `numbers` that a panel gives: the mean of the totals, without the highest and the lowest as the rule says,
 * and without the seats' severity where it says so. Gives too_few_sheets or not_comparable where there is none.
 */
export function panelParts(
  totals: Totals,
  rule: PanelRule,
  numbers: readonly number[],
  unit = 100,
): PanelParts | PanelRefused {
  const result: PanelParts = { parts: {}, used: {}, trimmed: {} };
  const lines = linesOf(totals, numbers);
  const linesBy = groupBy(lines, ({ number }) => number);
  for (const number of numbers) {
    const sheets = linesBy.get(number)?.length ?? 0;
    if (sheets < Math.max(1, rule.least))
      return { refusal: 'too_few_sheets', number, sheets, least: rule.least };
  }
  const severity = rule.severity === 'remove' ? severityOf(lines) : unmoved;
  if (!severity) return { refusal: 'not_comparable' };
  for (const number of numbers) {
    const own = linesBy.get(number) ?? [];
    const { part, trimmed } = partOf(own, rule, severity, unit);
    result.parts[number] = part;
    result.used[number] = { sheets: own.length, dropped: trimmed.length };
    result.trimmed[number] = trimmed;
  }
  return result;
}

/** Nothing is taken out. */
export const unmoved: Severity = { scale: 1n, offsets: new Map() };

/** The part of one candidate from its lines, and whose lines were dropped. Takes at least one line. */
export function partOf(
  lines: readonly Line[],
  rule: PanelRule,
  { scale, offsets }: Severity,
  unit: number,
): { part: number; trimmed: string[] } {
  const own = lines
    .map(({ seat, total }) => ({ seat, total: BigInt(total) * scale - (offsets.get(seat) ?? 0n) }))
    .sort((a, b) => (a.total < b.total ? -1 : a.total > b.total ? 1 : 0));
  const trim = own.length >= rule.trimFrom ? rule.trim : 0;
  const kept = own.slice(trim, own.length - trim);
  if (kept.length === 0) throw new RangeError('trimFrom is at least 2 × trim + 1');
  const sum = kept.reduce((all, { total }) => all + total, 0n);
  const part = divideBig(sum, scale * BigInt(kept.length));
  return {
    part: Math.min(Math.max(part, 0), 100 * unit),
    trimmed: own.filter((line) => !kept.includes(line)).map(({ seat }) => seat),
  };
}

/** Every line of `numbers`, seats in the order of their codes: E2 stands before E10. */
export function linesOf(totals: Totals, numbers: readonly number[]): Line[] {
  const wanted = new Set(numbers);
  return Object.keys(totals)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .flatMap((seat) =>
      Object.entries(known(totals, seat))
        .map(([number, total]) => ({ seat, number: Number(number), total }))
        .filter(({ number }) => wanted.has(number)),
    );
}

/**
 * The part that the public vote gives everybody who has a count. rank: steps down from 100, equal counts share the mean of their
 * places; top: of the highest count; share: of all votes; log: of the highest count's logarithm. Where nobody voted, all have the
 * floor (rank: all are tied).
 */
export function voteParts(
  counts: ByNumber<number>,
  rule: Pick<VoteRule, 'scale'> & Partial<VoteRule>,
  unit = 100,
): Record<number, number> {
  const { scale, step = 0, floor = 0 } = rule;
  const all = Object.values(counts);
  const [most, sum] = [Math.max(0, ...all), all.reduce((total, votes) => total + votes, 0)];
  const [ground, above] = [floor * unit, (100 - floor) * unit];
  const scaled = (votes: number): number => {
    if (scale === 'rank') {
      const more = all.filter((other) => other > votes).length;
      const equal = all.filter((other) => other === votes).length;
      return Math.max(ground, divide(200 * unit - step * (2 * more + equal - 1), 2));
    }
    if (most === 0) return ground;
    if (scale === 'log') return ground + logPoints(above, votes, most);
    return ground + divideBig(BigInt(above) * BigInt(votes), BigInt(scale === 'top' ? most : sum));
  };
  return Object.fromEntries(Object.entries(counts).map(([number, votes]) => [number, scaled(votes)]));
}
