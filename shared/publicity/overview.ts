import type { Day } from '../time.ts';
import type { ContributorKind } from './filing.ts';
import type { Span } from './span.ts';
import type { PointsTables } from './table.ts';
import type { Lack, Owed, Reached } from './target.ts';

/** 积分 of a span of days, and what is missing today. For editors alone: an order of who earned most is nobody else's. */
export interface PointsView {
  today: Day;
  span: Span;
  tables: PointsTables;
  /** In the order of the roster. */
  contributors: ContributorPoints[];
}

export interface ContributorPoints {
  id: number;
  name: string;
  kind: ContributorKind;
  line: string;
  /** What the span asked for, and what became of it. */
  reached: Reached[];
  /** What today's week, month and quarter still ask for; of one that has ended nothing. */
  lacks: Lack[];
  /** 约稿 due within the span: of how many it was asked, and to how many it has sent something. */
  commissions: { asked: number; met: number };
  /** 约稿 that are open and to which it has sent nothing yet. */
  owed: Owed[];
  /** Years of the span for which it lost the 附加分. */
  forfeited: number[];
  ended: boolean;
}

/** A use of a filing, as the 通报 lists it. */
export interface UsedFiling {
  contributor: string;
  kind: ContributorKind;
  title: string;
  outlet: string;
  class: number;
  day: Day;
}

export const pointsPapers = ['area', 'office', 'bulletin'] as const;
/** area, office: the 统计表 of 板块 and of 科室、大队 (.xlsx) · bulletin: the 通报 (.docx). */
export type PointsPaper = (typeof pointsPapers)[number];

/** The longest span that is counted at once, in days. */
export const longestSpan = 1100;
