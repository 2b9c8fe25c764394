import {
  type JudgedCandidate,
  type LineState,
  lineState,
  type SheetLine,
  type SheetLines,
  type SheetState,
  type SheetTask,
} from '@zuimei/shared/sheet.ts';
import { totalOf } from './points.ts';

/** One candidate as the list shows it. */
export interface SheetRow {
  candidate: JudgedCandidate;
  state: LineState;
  /** Of all criteria; null = some are missing, or the line does not count. */
  total: number | null;
}

export const lineWords: Record<LineState, string> = {
  open: '未评',
  begun: '评了一部分',
  done: '已评',
  abstained: '弃权',
  recused: '回避',
  withdrawn: '已退出',
};

export const lineTones: Record<LineState, 'ok' | 'hold' | 'plain'> = {
  open: 'plain',
  begun: 'hold',
  done: 'ok',
  abstained: 'hold',
  recused: 'plain',
  withdrawn: 'plain',
};

/** Nothing was given yet. */
export const blankLine = (): SheetLine => ({ points: {}, abstained: false, note: '' });

export function rowsOf(task: SheetTask, sheet: Pick<SheetState, 'lines' | 'recusals'>): SheetRow[] {
  return task.candidates.map((candidate) => {
    const state = lineState(task, sheet, candidate.number);
    const points = sheet.lines[candidate.number]?.points ?? {};
    return { candidate, state, total: state === 'done' ? totalOf(task.criteria, points) : null };
  });
}

/** Something is still to be given. */
export const isOpen = ({ state }: SheetRow): boolean => state === 'open' || state === 'begun';

/** How far a judge is: of those who are theirs to judge, so many are dealt with. */
export function progressOf(rows: readonly SheetRow[]): { done: number; of: number } {
  const due = rows.filter(({ state }) => state !== 'recused' && state !== 'withdrawn');
  return { done: due.filter((row) => !isOpen(row)).length, of: due.length };
}

/** Who comes next that is still open, after this one and then from the beginning; null = all are dealt with. */
export function nextOpen(rows: readonly SheetRow[], after: number | null): number | null {
  const at = rows.findIndex(({ candidate }) => candidate.number === after);
  const found = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find(isOpen);
  return found?.candidate.number ?? null;
}

/** "03 号" */
export const numberWords = (number: number): string => `${String(number).padStart(2, '0')} 号`;

/**
 * A draft as it goes to the server, as JSON: without lines that hold nothing and without those of `recused`, in one order, so that two equal
 * drafts are the same text.
 */
export function draftText(
  { criteria }: Pick<SheetTask, 'criteria'>,
  lines: SheetLines,
  recused: ReadonlySet<number>,
): string {
  const kept: SheetLines = {};
  for (const [key, { points, abstained, note: written }] of Object.entries(lines)) {
    // As the server keeps it.
    const note = written.trim();
    const given = criteria.flatMap(({ id }) => {
      const units = points[id];
      return units === undefined ? [] : [[id, units] as const];
    });
    if (recused.has(Number(key)) || (given.length === 0 && !abstained && note === '')) continue;
    kept[Number(key)] = { points: Object.fromEntries(given), abstained, note };
  }
  return JSON.stringify(kept);
}

/** The candidates whose lines are not the same in two drafts. */
export function differing(task: Pick<SheetTask, 'criteria'>, one: SheetLines, other: SheetLines): number[] {
  const text = (lines: SheetLines, number: number): string => {
    const line = lines[number];
    return line ? draftText(task, { [number]: line }, new Set()) : '{}';
  };
  const numbers = new Set([...Object.keys(one), ...Object.keys(other)].map(Number));
  return [...numbers].filter((number) => text(one, number) !== text(other, number)).sort((a, b) => a - b);
}
