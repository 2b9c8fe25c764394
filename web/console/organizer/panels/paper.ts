import type { Criterion } from '@zuimei/shared/judging/outcome.ts';
import { sheetTotal } from '@zuimei/shared/score.ts';
import type { SheetLines } from '@zuimei/shared/sheet.ts';
import { parsePoints } from '../../expert/points.ts';

/** A candidate's line on paper as it is typed. */
export interface TypedLine {
  /** By criterion. */
  points: Record<string, string>;
  abstained: boolean;
}

export type Typed = Record<number, TypedLine>;

export function emptySheet(numbers: readonly number[]): Typed {
  return Object.fromEntries(numbers.map((number) => [number, { points: {}, abstained: false }]));
}

/** The total of a line in units; null while a criterion is missing or wrong. */
export function totalOf(
  line: TypedLine | undefined,
  criteria: readonly Criterion[],
  decimals: number,
): number | null {
  if (!line || line.abstained) return null;
  const points: Record<string, number> = {};
  for (const scale of criteria) {
    const { units, wrong } = parsePoints(line.points[scale.id] ?? '', scale, decimals);
    if (units === null || wrong) return null;
    points[scale.id] = units;
  }
  return sheetTotal(criteria, points);
}

/** The sheet as it is sent, and the first cell that is missing or wrong (with why), by candidate and criterion. */
export function readSheet(
  typed: Typed,
  numbers: readonly number[],
  criteria: readonly Criterion[],
  decimals: number,
): { lines: SheetLines; left: number; first: { number: number; criterion: string; why: string } | null } {
  const lines: SheetLines = {};
  let left = 0;
  let first: { number: number; criterion: string; why: string } | null = null;
  for (const number of numbers) {
    const line = typed[number];
    const points: Record<string, number> = {};
    const faults = line?.abstained
      ? []
      : criteria.flatMap((scale) => {
          const { units, wrong } = parsePoints(line?.points[scale.id] ?? '', scale, decimals);
          if (units !== null) points[scale.id] = units;
          return units === null ? [{ number, criterion: scale.id, why: wrong ?? '还没有填写。' }] : [];
        });
    left += faults.length > 0 ? 1 : 0;
    first ??= faults[0] ?? null;
    lines[number] = { points, abstained: line?.abstained ?? false, note: '' };
  }
  return { lines, left, first };
}

/** A cell by row and column; rows are candidates, columns criteria. */
export type Cell = readonly [row: number, column: number];

/**
 * Where a key leads from a cell; null = nowhere. Enter goes on as paper is read: to the next criterion, then to the next candidate. Left and
 * right leave a cell only from its ends (`edge`).
 */
export function stepFrom(
  key: string,
  [row, column]: Cell,
  [rows, columns]: Cell,
  edge: { start: boolean; end: boolean },
): Cell | null {
  const flat = row * columns + column;
  const at = (index: number): Cell | null =>
    index >= 0 && index < rows * columns ? [Math.floor(index / columns), index % columns] : null;
  switch (key) {
    case 'Enter':
      return at(flat + 1);
    case 'ArrowDown':
      return row + 1 < rows ? [row + 1, column] : null;
    case 'ArrowUp':
      return row > 0 ? [row - 1, column] : null;
    case 'ArrowRight':
      return edge.end ? at(flat + 1) : null;
    case 'ArrowLeft':
      return edge.start ? at(flat - 1) : null;
    default:
      return null;
  }
}
