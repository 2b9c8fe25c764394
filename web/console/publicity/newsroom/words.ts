import { dayOf, fullDayOf } from '@zuimei/shared/moment.ts';
import { type FilingKind, type FilingView, filingLimits } from '@zuimei/shared/publicity/filing.ts';
import type { FiledState, UseEffect } from '@zuimei/shared/publicity/newsroom.ts';
import { classWord } from '@zuimei/shared/publicity/outlet.ts';
import type { Day } from '@zuimei/shared/time.ts';
import { filingKindWords } from '@zuimei/shared/words.ts';

/** As an editor says it: what was sent waits. */
export const filedWords: Record<FiledState, string> = {
  filed: '待审核',
  accepted: '已通过',
  returned: '已退回',
};
export const filedTones = { filed: 'hold', accepted: 'ok', returned: 'red' } as const;

/** Shorter than the name of the kind, where many stand in a row. */
export const shortKinds: Record<FilingKind, string> = { ...filingKindWords, article: '综合文章' };

/** "3月2日" of this year, else with the year. */
export function dayWords(day: Day | null, today: Day): string {
  if (day === null) return '';
  return day.slice(0, 4) === today.slice(0, 4) ? dayOf(day) : `${Number(day.slice(0, 4))}年${dayOf(day)}`;
}

/** What one more use of this class does to the points, in a sentence. */
export function effectWords({ before, after, stays }: UseEffect, level: number): string {
  if (stays === 'kind') return `动态和舆情不因录用加分，仍为 ${before} 分。`;
  if (stays === 'late') return `迟报的稿件不计录用分，仍为 ${before} 分。`;
  if (stays === 'lower') return `已有不低于${classWord(level)}的录用，只计最高的一次，仍为 ${before} 分。`;
  return `${classWord(level)}录用计 ${after} 分，代替原来的 ${before} 分。`;
}

/** Reasons of a return that fit this filing, to begin with; each can be changed. */
export function returnReasons(
  filings: readonly Pick<FilingView, 'kind' | 'characters' | 'files' | 'head' | 'leader'>[],
): string[] {
  const short = filings.some(
    ({ kind, characters }) => kind === 'article' && characters < filingLimits.articleChars,
  );
  return [
    ...(short ? [`综合性原创文章不足 ${filingLimits.articleChars} 字，请充实后重报。`] : []),
    ...(filings.some(({ files }) => files === 0) ? ['请补充现场图片。'] : []),
    ...(filings.some(({ head, leader }) => !head || !leader) ? ['请补写审核的部门负责人和分管领导。'] : []),
    '时间、地点、做法不够具体，请补充后重报。',
    '与已报的稿件重复，请核对。',
    '种类选错了，请改正后重报。',
  ];
}

/** The first day of outlets that were always on the roster. */
const ALWAYS = '2000-01-01';

/** From when until when: "一直", "2026年5月1日起", "至 2026年4月30日". */
export function spanWords({ since, until }: { since: Day; until: Day | null }): string {
  if (until === null) return since <= ALWAYS ? '一直' : `${fullDayOf(since)}起`;
  return since <= ALWAYS ? `至 ${fullDayOf(until)}` : `${fullDayOf(since)} 至 ${fullDayOf(until)}`;
}
