import { groupBy } from '../judging/group.ts';
import type { ContributorKind, FilingKind } from './filing.ts';
import { type Filing, type FilingRule, filingPoints } from './points.ts';
import { yearOfDay } from './span.ts';

/** A contributor as the 统计表 needs it. `line`: the row it is counted in. */
export interface Counted {
  id: number;
  kind: ContributorKind;
  line: string;
  place: number;
}

/** An accepted filing. Days as YYYY-MM-DD; used: classes of the outlets that used it. */
export interface AcceptedFiling {
  contributor: number;
  kind: FilingKind;
  event: string;
  filed: string;
  used: readonly number[];
}

/** A row of the 统计表. news: 工作动态/舆情; article: 综合性文章/约稿; used: 录用条数 by class, the first the highest. */
export interface PointsRow {
  line: string;
  /** Ids of those who are counted in it, in their order. */
  contributors: number[];
  news: number;
  article: number;
  used: number[];
  points: number;
}

export type PointsTables = Record<ContributorKind, PointsRow[]>;

/**
 * Both 统计表, in the order of the roster; who shares a line is one row, and who filed nothing has one too. Each filing earns by the rule of the year
 * of its event, which may be several in one span.
 */
export function pointsTables(
  roster: readonly Counted[],
  filings: readonly AcceptedFiling[],
  ruleOf: (year: number) => FilingRule,
): PointsTables {
  const ordered = [...roster].sort((a, b) => a.place - b.place || a.id - b.id);
  const units = new Map(ordered.map((one) => [one.id, unitOf(one)]));
  const rows = new Map<string, PointsRow>();
  for (const one of ordered) {
    const known = rows.get(unitOf(one));
    if (known) known.contributors.push(one.id);
    else rows.set(unitOf(one), emptyRow(one));
  }
  for (const [year, ofYear] of groupBy(filings, ({ event }) => yearOfDay(event))) {
    const given = ofYear.map(
      ({ contributor, ...filing }): Filing => ({ ...filing, unit: units.get(contributor) ?? '' }),
    );
    for (const [unit, earned] of Object.entries(filingPoints(given, ruleOf(year)))) {
      const row = rows.get(unit);
      if (!row) throw new Error('a filing of nobody in the roster');
      row.news += earned.news;
      row.article += earned.article;
      row.used = row.used.map((count, at) => count + (earned.used[at] ?? 0));
      row.points += earned.points;
    }
  }
  const ofKind = (kind: ContributorKind): PointsRow[] =>
    [...rows].filter(([unit]) => unit.startsWith(`${kind} `)).map(([, row]) => row);
  return { area: ofKind('area'), office: ofKind('office') };
}

/** 从高到低; who has as many stays in the order of the roster. */
export function ranked(rows: readonly PointsRow[]): PointsRow[] {
  return [...rows].sort((a, b) => b.points - a.points);
}

function unitOf({ kind, line }: Counted): string {
  return `${kind} ${line}`;
}

function emptyRow({ id, line }: Counted): PointsRow {
  return { line, contributors: [id], news: 0, article: 0, used: [0, 0, 0, 0, 0], points: 0 };
}
