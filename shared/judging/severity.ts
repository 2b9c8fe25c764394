import { leastMultiple } from './fraction.ts';
import { groupBy } from './group.ts';

/** One candidate's total on one seat's sheet. */
export interface Line {
  seat: string;
  number: number;
  total: number;
}

/** How much milder than the others each seat is (harsher: below zero), exactly: offset ÷ scale units. They add up to nothing. */
export interface Severity {
  scale: bigint;
  offsets: ReadonlyMap<string, bigint>;
}

/**
 * Least squares of total = candidate + seat with seats that add up to nothing, solved without fractions. null where the lines fall
 * apart into groups that no seat and no candidate links: then nothing tells severity from quality.
 */
export function severityOf(lines: readonly Line[]): Severity | null {
  const seats = [...new Set(lines.map(({ seat }) => seat))];
  const ofNumber = groupBy(lines, ({ number }) => number);
  if (!isLinked(seats, ofNumber)) return null;
  const place = new Map(seats.map((seat, at) => [seat, at]));
  const at = (line: Line): number => place.get(line.seat) ?? 0;
  // Every equation is multiplied by a common multiple of the candidates' numbers of sheets, so that all stays whole.
  const whole = leastMultiple([...ofNumber.values()].map(({ length }) => length));
  const rows = seats.map(() => Array.from({ length: seats.length + 1 }, () => 0n));
  for (const [sheets, candidates] of groupBy(ofNumber.values(), ({ length }) => length)) {
    const share = whole / BigInt(sheets);
    const together = seats.map(() => seats.map(() => 0));
    for (const own of candidates) {
      const sum = own.reduce((all, { total }) => all + BigInt(total), 0n);
      for (const line of own) {
        add(rows[at(line)], seats.length, whole * BigInt(line.total) - share * sum);
        const row = together[at(line)] ?? [];
        for (const other of own) row[at(other)] = (row[at(other)] ?? 0) + 1;
      }
    }
    together.forEach((row, i) => {
      add(rows[i], i, whole * BigInt(row[i] ?? 0));
      row.forEach((times, j) => add(rows[i], j, -share * BigInt(times)));
    });
  }
  // The equations of all seats but one say all that the lines say; the last is that they add up to nothing.
  rows[seats.length - 1] = [...seats.map(() => 1n), 0n];
  const { scale, values } = solve(rows);
  return { scale, offsets: new Map(seats.map((seat, i) => [seat, values[i] ?? 0n])) };
}

function add(row: bigint[] | undefined, at: number, what: bigint): void {
  if (row) row[at] = (row[at] ?? 0n) + what;
}

/** Does every seat reach every other over candidates that they share? */
function isLinked(seats: readonly string[], ofNumber: ReadonlyMap<number, readonly Line[]>): boolean {
  const reached = new Set(seats.slice(0, 1));
  let grown = true;
  while (grown) {
    grown = false;
    for (const own of ofNumber.values()) {
      if (!own.some(({ seat }) => reached.has(seat))) continue;
      for (const { seat } of own) {
        if (!reached.has(seat)) grown = true;
        reached.add(seat);
      }
    }
  }
  return reached.size === seats.length;
}

/**
 * Solves n equations, n unknowns and the right side in one row each, that have one solution. Elimination as Bareiss does it: every
 * division leaves nothing, so the numbers stay whole and short. Gives the solution over one denominator above zero.
 */
function solve(rows: bigint[][]): { scale: bigint; values: bigint[] } {
  const size = rows.length;
  let last = 1n;
  for (let k = 0; k < size; k++) {
    const pivot = rows.findIndex((row, i) => i >= k && (row[k] ?? 0n) !== 0n);
    if (pivot < 0) throw new RangeError('the equations have more than one solution');
    [rows[k], rows[pivot]] = [rows[pivot] ?? [], rows[k] ?? []];
    const own = rows[k] ?? [];
    const head = own[k] ?? 1n;
    for (const row of rows.slice(k + 1)) {
      const factor = row[k] ?? 0n;
      for (let j = k; j <= size; j++) row[j] = ((row[j] ?? 0n) * head - factor * (own[j] ?? 0n)) / last;
    }
    last = head;
  }
  // From below: the last pivot is the determinant, over which every unknown is whole.
  const values: bigint[] = rows.map(() => 0n);
  for (let i = size - 1; i >= 0; i--) {
    const row = rows[i] ?? [];
    let sum = last * (row[size] ?? 0n);
    for (let j = i + 1; j < size; j++) sum -= (row[j] ?? 0n) * (values[j] ?? 0n);
    values[i] = sum / (row[i] ?? 1n);
  }
  const sign = last < 0n ? -1n : 1n;
  return { scale: last * sign, values: values.map((value) => value * sign) };
}
