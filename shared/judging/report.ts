import { known, linesOf, numbersOf, partOf, type Totals, unmoved } from '../score.ts';
import { computeStanding, type Scoring } from '../standing.ts';
import { absolute, divideBig, leastMultiple } from './fraction.ts';
import { groupBy } from './group.ts';
import { type Limits, type PanelId, panelIds } from './outcome.ts';
import { isRefused, type Refused } from './refused.ts';
import { chosenBy, type Inputs } from './robust.ts';
import { type Line, severityOf } from './severity.ts';

/** How one seat judged beside the others. */
export interface SeatReport {
  seat: string;
  lines: number;
  /** Units milder than the others (below 0: harsher), as severity has it; null where nothing links the seats. */
  offset: number | null;
  /** How far its totals lie from the mean of the others' on the same candidates: the mean of it, in units. null = nobody else judged them. */
  distance: number | null;
  /** Kendall: pairs of candidates ordered as by the mean of the others, less those ordered the other way, of all pairs. */
  agreement: readonly [number, number] | null;
}

/** One line a seat, always worked out with severity, whatever the rule does with it. */
export function panelReport(totals: Totals, numbers: readonly number[]): SeatReport[] {
  const lines = linesOf(totals, numbers);
  const severity = severityOf(lines);
  return [...groupBy(lines, ({ seat }) => seat)].map(([seat, own]) => {
    const beside = own.flatMap((line) => besideOthers(line, lines));
    const offset = severity
      ? divideBig(known(Object.fromEntries(severity.offsets), seat), severity.scale)
      : null;
    return { seat, lines: own.length, offset, distance: distanceOf(beside), agreement: agreementOf(beside) };
  });
}

/** A line and what the others gave the same candidate: their sum and how many they are. */
interface Beside {
  total: bigint;
  sum: bigint;
  count: bigint;
}

function besideOthers(line: Line, lines: readonly Line[]): Beside[] {
  const others = lines.filter(({ number, seat }) => number === line.number && seat !== line.seat);
  const sum = others.reduce((all, { total }) => all + BigInt(total), 0n);
  return others.length > 0 ? [{ total: BigInt(line.total), sum, count: BigInt(others.length) }] : [];
}

function distanceOf(beside: readonly Beside[]): number | null {
  if (beside.length === 0) return null;
  const whole = leastMultiple(beside.map(({ count }) => Number(count)));
  const sum = beside.reduce(
    (all, one) => all + absolute(one.count * one.total - one.sum) * (whole / one.count),
    0n,
  );
  return divideBig(sum, whole * BigInt(beside.length));
}

function agreementOf(beside: readonly Beside[]): [number, number] | null {
  let [alike, pairs] = [0, 0];
  beside.forEach((one, at) => {
    for (const other of beside.slice(at + 1)) {
      const own = one.total - other.total;
      const theirs = one.sum * other.count - other.sum * one.count;
      pairs += 1;
      if (own * theirs !== 0n) alike += own > 0n === theirs > 0n ? 1 : -1;
    }
  });
  return pairs > 0 ? [alike, pairs] : null;
}

export interface DecisiveLine {
  panel: PanelId;
  seat: string;
  number: number;
  /** Who would be chosen without this line. */
  chosen: number[];
}

/**
 * The lines that decided a place: without one of them others would be chosen. What the seats' severity is, is kept as the whole table says.
 * Lines without which nothing can be told (too few sheets, an open tie) are left out. Gives what the standing and the choice refuse.
 */
export function decisiveLines(outcome: Scoring & Limits, inputs: Inputs): DecisiveLine[] | Refused {
  const base = computeStanding(outcome, inputs.votes, inputs.sheets);
  if (isRefused(base)) return base;
  const choose = (parts: typeof base.parts): number[] | Refused =>
    chosenBy(outcome, inputs, parts, outcome.weights, inputs.votes);
  const real = choose(base.parts);
  if (isRefused(real)) return real;
  const numbers = numbersOf(inputs.votes);
  const decisive: DecisiveLine[] = [];
  for (const panel of panelIds) {
    const [rule, totals, parts] = [outcome.panels[panel], base.totals[panel], base.parts[panel]];
    if (!rule || !totals || !parts) continue;
    const lines = linesOf(totals, numbers);
    const severity = (rule.severity === 'remove' ? severityOf(lines) : null) ?? unmoved;
    for (const line of lines) {
      const left = lines.filter(({ number, seat }) => number === line.number && seat !== line.seat);
      if (left.length < Math.max(1, rule.least)) continue;
      const { part } = partOf(left, rule, severity, 10 ** outcome.decimals);
      if (part === parts[line.number]) continue;
      const chosen = choose({ ...base.parts, [panel]: { ...parts, [line.number]: part } });
      if (isRefused(chosen) || isSame(chosen, real)) continue;
      decisive.push({ panel, seat: line.seat, number: line.number, chosen });
    }
  }
  return decisive;
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((number) => others.includes(number));
}
