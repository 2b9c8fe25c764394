import type { Kysely, Transaction } from 'kysely';
import { array, boolean, number, object, parse } from 'valibot';
import type { FilingRule } from '@zuimei/shared/publicity/points.ts';
import { seasonDefaults } from '@zuimei/shared/publicity/season.ts';
import type { Tables } from '../db.ts';

const Rule = object({
  days: number(),
  news: number(),
  article: number(),
  used: array(number()),
  lateUsed: boolean(),
});

/** Which rule a filing is counted by: that of the year of its event. A year that nobody has set up is as the notice has it. */
export type RuleOf = (event: string | null) => FilingRule;

/** The rules of all years, in one query: there are as many as years. */
export async function readRules(db: Kysely<Tables> | Transaction<Tables>): Promise<RuleOf> {
  const rows = await db.selectFrom('season').select(['year', 'rule']).execute();
  const rules = new Map(rows.map(({ year, rule }) => [String(year), parse(Rule, rule)]));
  return (event) => rules.get(event?.slice(0, 4) ?? '') ?? seasonDefaults.rule;
}
