import { dayOf } from '@zuimei/shared/moment.ts';
import type { ContributorView } from '@zuimei/shared/publicity/contributor.ts';
import {
  type FilingGap,
  type FilingKind,
  type FilingState,
  filingLimits,
  isLate,
} from '@zuimei/shared/publicity/filing.ts';
import type { Day } from '@zuimei/shared/time.ts';

export const filingTones: Record<FilingState, 'plain' | 'hold' | 'red' | 'ok'> = {
  draft: 'plain',
  filed: 'hold',
  returned: 'red',
  accepted: 'ok',
};

/** Shorter than shared/words.ts has them, for the head of a column. */
export const shortKinds: Record<FilingKind, string> = {
  news: '动态',
  opinion: '舆情',
  article: '综合文章',
  commissioned: '约稿',
};

/** What is missing, as it is named beside the button. */
export const gapNames: Record<FilingGap, string> = {
  title: '标题',
  titleLong: '标题过长',
  event: '事件日期',
  commission: '约稿任务',
  body: '正文或文件',
  wordsLong: '正文过长',
  short: '字数不足',
  head: '部门负责人',
  leader: '分管领导',
};

/** The same at its field. */
export function gapWords(gap: FilingGap, characters: number): string {
  const words: Record<FilingGap, string> = {
    title: '请写标题。',
    titleLong: `标题请删减到 ${filingLimits.titleChars} 个字以内。`,
    event: '请选事件发生的日子。',
    commission: '请选这是哪一项约稿。',
    body: '请写正文，或上传 Word、PDF、图片。',
    wordsLong: `正文请删减到 ${filingLimits.wordsChars} 个字以内，或改传 Word 文件。`,
    short: `综合性原创文章不少于 ${filingLimits.articleChars} 字，还差 ${filingLimits.articleChars - characters} 字。PDF 和图片里的字不计。`,
    head: '请写审核稿件的部门负责人。',
    leader: '请写审核稿件的分管领导。',
  };
  return words[gap];
}

/** What is said of one that is late, before it is sent; '' = it is not. `filedOn`: the day it was first sent, of one that came back. */
export function lateWords(
  { kind, event, filedOn }: { kind: FilingKind; event: Day | null; filedOn: Day | null },
  { today, days, lateUsed }: Pick<ContributorView, 'today' | 'days' | 'lateUsed'>,
): string {
  if (event === null || !isLate(event, filedOn ?? today, days)) return '';
  const used = lateUsed && (kind === 'article' || kind === 'commissioned');
  return `报送已超过 ${days} 天，可以报送但不计分${used ? '；被载体录用的，录用仍计分' : ''}。`;
}

/** "3月6日前 · 还有 2 天", "3月1日 · 已过 3 天". */
export function dueWords(due: Day, today: Day): string {
  const left = Math.round((Date.parse(due) - Date.parse(today)) / 86_400_000);
  if (left < 0) return `${dayOf(due)}截止，已过 ${-left} 天`;
  return left === 0 ? `今天（${dayOf(due)}）截止` : `${dayOf(due)}截止，还有 ${left} 天`;
}
