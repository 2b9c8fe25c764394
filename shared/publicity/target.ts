import { dayOf } from '../moment.ts';
import type { Day } from '../time.ts';
import { filingKindWords } from '../words.ts';
import type { FilingKind } from './filing.ts';
import type { KindTarget } from './season.ts';
import { middleOf, type Span, type SpanName, spanNames, spanOf, spansIn, yearOfDay } from './span.ts';

/*
 * 三、目标任务 asks what a unit reports (报送), not what becomes of it: a filing counts from the day it was first sent, in the week, month and
 * quarter of that day, late ones too, whether an editor has accepted it already or not. What was returned does not count until it is sent
 * again; then it counts where it first stood. 约稿 are asked for one by one and are no 综合性原创文章.
 */

export type AskedKind = Exclude<FilingKind, 'commissioned'>;
export const askedKinds: readonly AskedKind[] = ['news', 'opinion', 'article'];

/** So many filings of a kind that were first sent on this day and are with the editors, or accepted. */
export interface Sent {
  kind: FilingKind;
  filedOn: Day;
  count: number;
}

/** Since when, and until when (the last day), somebody is asked. What it was not there for from end to end is not asked of it. */
export interface Membership {
  since: Day;
  until: Day | null;
}

/** What is asked of one kind of contributor in a year: that of the middle of a week, month or quarter. */
export type TargetOf = (year: number) => KindTarget;

/** What is still missing in a week, month or quarter. */
export interface Lack {
  span: SpanName;
  kind: AskedKind;
  asked: number;
  filed: number;
}

/** In how many weeks, months or quarters something was asked for, and in how many of them it was done. */
export interface Reached {
  span: SpanName;
  kind: AskedKind;
  asked: number;
  met: number;
  /** How many were sent in them. */
  filed: number;
}

/** A week, month or quarter that asks for something, by what the year of its middle asks. */
export interface AskedSpan extends Span {
  name: SpanName;
  year: number;
}

const askedSpan = (name: SpanName, span: Span): AskedSpan => ({
  ...span,
  name,
  year: yearOfDay(middleOf(span)),
});

/** The week, the month and the quarter that hold a day. */
export function askedOn(day: Day): AskedSpan[] {
  return spanNames.map((name) => askedSpan(name, spanOf(name, day)));
}

/** Those of a span that have begun by this day. */
export function askedIn(span: Span, day: Day): AskedSpan[] {
  return spanNames.flatMap((name) =>
    spansIn(name, span)
      .filter(({ from }) => from <= day)
      .map((one) => askedSpan(name, one)),
  );
}

/** What is missing of what these ask for (askedOn). */
export function missing(
  targetOf: TargetOf,
  sent: readonly Sent[],
  spans: readonly AskedSpan[],
  member: Membership,
): Lack[] {
  return spans.flatMap((span) =>
    asking(targetOf, sent, span, member)
      .filter(({ asked, filed }) => filed < asked)
      .map(({ kind, asked, filed }) => ({ span: span.name, kind, asked, filed })),
  );
}

/** What became of the targets in these (askedIn). */
export function reachedIn(
  targetOf: TargetOf,
  sent: readonly Sent[],
  spans: readonly AskedSpan[],
  member: Membership,
): Reached[] {
  const lines = spans.flatMap((span) =>
    asking(targetOf, sent, span, member).map((line) => ({ ...line, span: span.name })),
  );
  return spanNames.flatMap((span) =>
    askedKinds.flatMap((kind) => {
      const same = lines.filter((line) => line.span === span && line.kind === kind);
      if (same.length === 0) return [];
      const met = same.filter(({ asked, filed }) => filed >= asked).length;
      return [
        { span, kind, met, asked: same.length, filed: same.reduce((sum, { filed }) => sum + filed, 0) },
      ];
    }),
  );
}

/** How many of each kind in the week, the month and the quarter of a day. */
export function countsIn(sent: readonly Sent[], day: Day): Record<SpanName, Record<FilingKind, number>> {
  const of = (name: SpanName, kind: FilingKind): number => {
    const { from, until } = spanOf(name, day);
    return sent
      .filter((one) => one.kind === kind && one.filedOn >= from && one.filedOn <= until)
      .reduce((sum, { count }) => sum + count, 0);
  };
  const within = (name: SpanName) => ({
    news: of(name, 'news'),
    opinion: of(name, 'opinion'),
    article: of(name, 'article'),
    commissioned: of(name, 'commissioned'),
  });
  return { week: within('week'), month: within('month'), quarter: within('quarter') };
}

/** What one of them asks for, beside what was sent in it. */
function asking(
  targetOf: TargetOf,
  sent: readonly Sent[],
  { name, from, until, year }: AskedSpan,
  member: Membership,
): { kind: AskedKind; asked: number; filed: number }[] {
  if (member.since > from || (member.until !== null && member.until < until)) return [];
  const target = targetOf(year)[name];
  const within = sent.filter(({ filedOn }) => filedOn >= from && filedOn <= until);
  return askedKinds.flatMap((kind) => {
    const asked = target[kind] ?? 0;
    if (asked === 0) return [];
    const filed = within.filter((one) => one.kind === kind).reduce((sum, { count }) => sum + count, 0);
    return [{ kind, asked, filed }];
  });
}

export const withinWords: Record<SpanName, string> = { week: '本周', month: '本月', quarter: '本季度' };

/** 约稿 that somebody was asked for and has sent nothing to. */
export interface Owed {
  title: string;
  due: Day;
  /** The day is past. */
  over: boolean;
}

/** "本周工作动态 1 篇、舆情 2 篇；本季度综合性原创文章 1 篇；约稿《防灾减灾周》（5月20日前）", '' = nothing. */
export function lackWords(lacks: readonly Lack[], owed: readonly Owed[] = []): string {
  const within = spanNames.map((name) => {
    const own = lacks.filter(({ span }) => span === name);
    const words = own.map(({ kind, asked, filed }) => `${filingKindWords[kind]} ${asked - filed} 篇`);
    return words.length > 0 ? `${withinWords[name]}${words.join('、')}` : '';
  });
  const commissions = owed
    .map(({ title, due, over }) => `约稿《${title}》（${dayOf(due)}前${over ? '，已逾期' : ''}）`)
    .join('、');
  return [...within, commissions].filter((words) => words !== '').join('；');
}

/** Whom something is missing of. */
export interface Lacking {
  name: string;
  lacks: readonly Lack[];
  owed: readonly Owed[];
}

/** What is sent to one of them; '' = nothing is missing. */
export function reminderWords({ name, lacks, owed }: Lacking): string {
  const words = lackWords(lacks, owed);
  return words === '' ? '' : `${name}您好：信息宣传报送任务还差：${words}。请抓紧报送。`;
}

/** What is sent to all of them together, as of a day; '' = nothing is missing of anybody. */
export function remindersWords(all: readonly Lacking[], day: Day): string {
  const lines = all
    .map(({ name, lacks, owed }) => ({ name, words: lackWords(lacks, owed) }))
    .filter(({ words }) => words !== '')
    .map(({ name, words }) => `${name}：${words}`);
  return lines.length === 0
    ? ''
    : [`截至${dayOf(day)}，信息宣传报送任务还差：`, ...lines, '请抓紧报送。'].join('\n');
}
