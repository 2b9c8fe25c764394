import { sql, type Transaction } from 'kysely';
import { array, boolean, check, length, object, optional, parse, pipe } from 'valibot';
import type { FilingRule } from '@zuimei/shared/publicity/points.ts';
import { type Season, seasonDefaults, seasonLimits, usedFault } from '@zuimei/shared/publicity/season.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Day } from '@zuimei/shared/time.ts';
import type { Db, Tables } from '../db.ts';
import { whole, words } from '../http/shape.ts';
import { type Actor, recordAction } from '../staff/action.ts';

type On = Db | Transaction<Tables>;

const points = whole(0, seasonLimits.points);
const asked = optional(whole(0, seasonLimits.asked));
const spanTarget = object({ news: asked, opinion: asked, article: asked });
const kindTarget = object({ week: spanTarget, month: spanTarget, quarter: spanTarget });

/** What an editor sends and what the row holds; nothing of it is absent but what is not asked for. */
export const seasonShapes = {
  rule: object({
    days: whole(0, seasonLimits.days),
    news: points,
    article: points,
    used: pipe(
      array(points),
      length(seasonLimits.used),
      check((used) => !usedFault(used)),
    ),
    lateUsed: boolean(),
  }),
  targets: object({ area: kindTarget, office: kindTarget }),
  office: words(seasonLimits.officeChars),
};

/** The season of a year; one that nobody has changed is the notice's. */
export async function readSeason(on: On, year: number): Promise<Season> {
  const row = await on.selectFrom('season').selectAll().where('year', '=', year).executeTakeFirst();
  if (!row) return { year, ...seasonDefaults, version: 0 };
  return {
    year,
    rule: parse(seasonShapes.rule, row.rule),
    targets: parse(seasonShapes.targets, row.targets),
    office: row.office,
    version: row.version,
  };
}

/** Of each of these years. */
export async function readSeasons(on: On, years: Iterable<number>): Promise<(year: number) => Season> {
  const seasons = new Map<number, Season>();
  for (const year of new Set(years)) seasons.set(year, await readSeason(on, year));
  return (year) => seasons.get(year) ?? { year, ...seasonDefaults, version: 0 };
}

/** Which rule a filing is counted by: that of the year of its event. A year that nobody has set up is as the notice has it. */
export type RuleOf = (event: Day | null) => FilingRule;

/** The rules of all years, in one query: there are as many as years. */
export async function readRules(on: On): Promise<RuleOf> {
  const rows = await on.selectFrom('season').select(['year', 'rule']).execute();
  const rules = new Map(rows.map(({ year, rule }) => [String(year), parse(seasonShapes.rule, rule)]));
  return (event) => rules.get(event?.slice(0, 4) ?? '') ?? seasonDefaults.rule;
}

/**
 * Puts another rule and other targets in the place of a year's: all its points are counted by them from now on. Refuses with season_changed when somebody
 * changed them since `version` was read.
 */
export async function editSeason(
  db: Db,
  actor: Actor,
  { year, rule, targets, office, version }: Season,
  reason: string,
): Promise<Season> {
  const kept = {
    office,
    rule: sql`${JSON.stringify(rule)}::jsonb`,
    targets: sql`${JSON.stringify(targets)}::jsonb`,
  };
  return await db.transaction().execute(async (tx) => {
    const writing =
      version === 0
        ? tx
            .insertInto('season')
            .values({ year, ...kept })
            .onConflict((on) => on.doNothing())
            .returning('year')
        : tx
            .updateTable('season')
            .set({ ...kept, version: version + 1 })
            .where('year', '=', year)
            .where('version', '=', version)
            .returning('year');
    if ((await writing.execute()).length === 0) throw new Refusal('season_changed');
    await recordAction(tx, actor, { act: 'season.edit', subject: `${year} 年度`, reason });
    return await readSeason(tx, year);
  });
}
