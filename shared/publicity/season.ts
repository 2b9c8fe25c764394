import type { ContributorKind, FilingKind } from './filing.ts';
import type { FilingRule } from './points.ts';

/** How many of each kind are asked for within a span; absent or 0 = none. 约稿 are asked for one by one. */
export type SpanTarget = Partial<Record<Exclude<FilingKind, 'commissioned'>, number>>;

export interface KindTarget {
  week: SpanTarget;
  month: SpanTarget;
  quarter: SpanTarget;
}

/** 年度: what a year's filings earn, and what is asked of each kind of contributor. */
export interface Season {
  year: number;
  rule: FilingRule;
  targets: Record<ContributorKind, KindTarget>;
  /** Who signs the 通报; '' = nobody is named. */
  office: string;
  /** 0: nobody has changed anything, the defaults hold. */
  version: number;
}

/** As 关于加强应急管理宣传员队伍管理的办法 has it: 三、目标任务 and 四、积分细则. */
export const seasonDefaults: Omit<Season, 'year' | 'version'> = {
  office: '',
  rule: { days: 2, news: 1, article: 2, used: [15, 12, 10, 6, 4], lateUsed: true },
  targets: {
    area: { week: { news: 1, opinion: 3 }, month: {}, quarter: { article: 1 } },
    office: { week: { news: 1, opinion: 3 }, month: { article: 1 }, quarter: {} },
  },
};

/** The most that a rule may give and a target ask for. `used`: the classes of outlets. */
export const seasonLimits = { days: 30, points: 100, used: 5, asked: 50, officeChars: 60 } as const;

/** The classes of outlets must not be worth more the lower they are: of several that used an article the highest counts. */
export function usedFault(used: readonly number[]): boolean {
  return used.some((points, at) => at > 0 && points > (used[at - 1] ?? 0));
}
