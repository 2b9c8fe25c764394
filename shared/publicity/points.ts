/** 动态, 舆情: news and opinion; 综合, 约稿: article and commissioned. */
export interface Filing {
  unit: string;
  kind: 'news' | 'opinion' | 'article' | 'commissioned';
  /** Days as YYYY-MM-DD. */
  event: string;
  filed: string;
  /** Classes of the outlets that used it, 1 = the highest. */
  used?: readonly number[];
}

export interface FilingRule {
  /** Filed more days after the event, it is late and earns nothing. */
  days: number;
  news: number;
  article: number;
  /** Points of an article that was used, by the class of the highest outlet; instead of those for filing it. */
  used: readonly number[];
  /** A late article that was used earns for its use. */
  lateUsed: boolean;
}

export interface UnitPoints {
  /** How many were filed, late ones too. */
  news: number;
  article: number;
  /** How many articles earned for their use, by class. */
  used: number[];
  points: number;
}

const DAY_MS = 86_400_000;

/** What every unit's accepted filings earn. */
export function filingPoints(filings: readonly Filing[], rule: FilingRule): Record<string, UnitPoints> {
  const units: Record<string, UnitPoints> = {};
  for (const { unit, kind, event, filed, used = [] } of filings) {
    const own = (units[unit] ??= { news: 0, article: 0, used: rule.used.map(() => 0), points: 0 });
    const late = Date.parse(filed) - Date.parse(event) > rule.days * DAY_MS;
    if (kind === 'news' || kind === 'opinion') {
      own.news += 1;
      own.points += late ? 0 : rule.news;
      continue;
    }
    own.article += 1;
    const place = Math.min(...used) - 1;
    const earned = late && !rule.lateUsed ? undefined : rule.used[place];
    if (earned === undefined) own.points += late ? 0 : rule.article;
    else {
      own.used[place] = (own.used[place] ?? 0) + 1;
      own.points += earned;
    }
  }
  return units;
}
