import { array, boolean, type GenericSchema, number, object, optional, parse } from 'valibot';
import type { KindTarget, Season, SpanTarget } from '@zuimei/shared/publicity/season.ts';
import { seasonDefaults } from '@zuimei/shared/publicity/season.ts';
import type { Db } from '../db.ts';

const span = object({ news: optional(number()), opinion: optional(number()), article: optional(number()) });
const target = object({ week: span, month: span, quarter: span });
const rule: GenericSchema<unknown, Season['rule']> = object({
  days: number(),
  news: number(),
  article: number(),
  used: array(number()),
  lateUsed: boolean(),
});
const targets = object({ area: target, office: target });

/** The season of each of these years; one that nobody has set is as the notice has it. Throws for what this version cannot read. */
export async function readSeasons(db: Db, years: readonly number[]): Promise<Map<number, Season>> {
  const rows =
    years.length === 0
      ? []
      : await db
          .selectFrom('season')
          .selectAll()
          .where('year', 'in', [...new Set(years)])
          .execute();
  const kept = new Map(rows.map((row) => [row.year, row]));
  return new Map(
    years.map((year) => {
      const row = kept.get(year);
      if (!row) return [year, { year, version: 1, ...seasonDefaults }];
      const asked = parse(targets, row.targets);
      const season: Season = {
        year,
        version: row.version,
        rule: parse(rule, row.rule),
        targets: { area: plain(asked.area), office: plain(asked.office) },
      };
      return [year, season];
    }),
  );
}

export async function readSeason(db: Db, year: number): Promise<Season> {
  const season = (await readSeasons(db, [year])).get(year);
  return season ?? { year, version: 1, ...seasonDefaults };
}

type Spans<T> = { week: T; month: T; quarter: T };

/** Without the kinds of which nothing is asked. */
function plain({ week, month, quarter }: Spans<Record<string, number | undefined>>): KindTarget {
  const of = (asked: Record<string, number | undefined>): SpanTarget =>
    Object.fromEntries(Object.entries(asked).filter(([, count]) => count !== undefined));
  return { week: of(week), month: of(month), quarter: of(quarter) };
}
