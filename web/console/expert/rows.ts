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

export function rowOf(
  task: SheetTask,
  sheet: Pick<SheetState, 'lines' | 'recusals'>,
  candidate: JudgedCandidate,
): SheetRow {
  const state = lineState({ ...task, candidates: [candidate] }, sheet, candidate.number);
  const points = sheet.lines[candidate.number]?.points ?? {};
  return { candidate, state, total: state === 'done' ? totalOf(task.criteria, points) : null };
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

type Criteria = Pick<SheetTask, 'criteria'>;

/** A line as it goes to the server, as JSON: criteria in one order, the note as the server keeps it; null = it holds nothing. */
export function lineText({ criteria }: Criteria, line: SheetLine | undefined): string | null {
  if (!line) return null;
  const given = criteria.flatMap(({ id }) => {
    const units = line.points[id];
    return units === undefined ? [] : [[id, units] as const];
  });
  const { abstained } = line;
  const note = line.note.trim();
  if (given.length === 0 && !abstained && note === '') return null;
  return JSON.stringify({ points: Object.fromEntries(given), abstained, note });
}

/** A draft as JSON from the texts of its lines, ascending by candidate: two equal drafts are the same text. */
export function draftText(texts: readonly (readonly [number: number, text: string | null])[]): string {
  const lines = texts.filter(([, text]) => text !== null).sort(([a], [b]) => a - b);
  return `{${lines.map(([number, text]) => `"${number}":${text}`).join()}}`;
}

/** The candidates whose lines are not the same in two drafts. */
export function differing(task: Criteria, one: SheetLines, other: SheetLines): number[] {
  const numbers = new Set([...Object.keys(one), ...Object.keys(other)].map(Number));
  return [...numbers]
    .filter((number) => lineText(task, one[number]) !== lineText(task, other[number]))
    .sort((a, b) => a - b);
}
