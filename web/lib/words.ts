import type { Phase } from '@zuimei/shared/contest.ts';

export const phaseWords: Record<Phase, string> = {
  draft: '筹备中',
  nominating: '征集中',
  reviewing: '审核中',
  shortlisted: '候选公布',
  voting: '投票中',
  judging: '专家评审',
  notice: '公示中',
  result: '结果公布',
  archived: '已归档',
};

/** 128406 → "128,406" */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A candidate's number as printed on cards: at least two digits. */
export function numberLabel(value: number): string {
  return String(value).padStart(2, '0');
}

/** A share of a whole as "12.3%"; of nothing, "0%". */
export function share(part: number, whole: number): string {
  return whole > 0 ? `${((part / whole) * 100).toFixed(1)}%` : '0%';
}
