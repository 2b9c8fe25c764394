import { sql } from 'kysely';
import type { ContributorPoints, PointsView, UsedFiling } from '@zuimei/shared/publicity/overview.ts';
import { type Span, spanNames, spanOf, yearOfDay } from '@zuimei/shared/publicity/span.ts';
import { type AcceptedFiling, pointsTables } from '@zuimei/shared/publicity/table.ts';
import {
  askedIn,
  askedOn,
  missing,
  reachedIn,
  type Sent,
  type TargetOf,
} from '@zuimei/shared/publicity/target.ts';
import type { Day } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { readSeasons } from '../publicity/season.ts';
import { readRoster } from './roster.ts';

/*
 * What a span of days came to. A filing stands in the span of its event, with all it has earned until now: one that is used later earns there, so that
 * the quarters of a year add up to the year. Targets look at the day it was sent (shared/publicity/target.ts).
 */

/** Everything is read anew and counted here: some thousand filings a year, and points.ts is the only one to say what one earns. */
export async function readPoints(db: Db, span: Span, today: Day): Promise<PointsView> {
  const seen = [span, ...spanNames.map((name) => spanOf(name, today))];
  const wide = {
    from: spanOf('week', least(seen.map(({ from }) => from))).from,
    until: spanOf('week', most(seen.map(({ until }) => until))).until,
  };
  const [roster, accepted, sent, asked, forfeits] = await Promise.all([
    readRoster(db),
    readAccepted(db, span),
    readSent(db, wide),
    readCommissions(db, span),
    readForfeits(db, span),
  ]);
  const seasonOf = await readSeasons(db, yearsOf(wide));
  const [whole, running] = [askedIn(span, today), askedOn(today)];
  const earning = new Set(accepted.map(({ contributor }) => contributor));
  const counted = roster.filter(
    ({ id, since, until }) =>
      earning.has(id) || (since <= span.until && (until === null || until >= span.from)),
  );
  return {
    today,
    span,
    tables: pointsTables(counted, accepted, (year) => seasonOf(year).rule),
    contributors: counted.map(({ id, name, kind, line, since, until }): ContributorPoints => {
      const targetOf: TargetOf = (year) => seasonOf(year).targets[kind];
      const own = sent.get(id) ?? [];
      const ended = until !== null && until < today;
      const mine = asked.filter((one) => one.contributor === id && since <= one.due);
      const due = mine.filter((one) => one.due >= span.from && one.due <= span.until);
      return {
        ...{ id, name, kind, line, ended },
        reached: reachedIn(targetOf, own, whole, { since, until }),
        lacks: ended ? [] : missing(targetOf, own, running, { since, until }),
        commissions: { asked: due.length, met: due.filter(({ met }) => met).length },
        owed: ended
          ? []
          : mine
              .filter(({ met, open }) => !met && open)
              .map(({ title, due: by }) => ({ title, due: by, over: by < today })),
        forfeited: forfeits.filter(({ contributor }) => contributor === id).map(({ year }) => year),
      };
    }),
  };
}

/** The uses of what is counted in a span, by contributor in their order, the highest class first. */
export async function readUsed(db: Db, { from, until }: Span): Promise<UsedFiling[]> {
  const { rows } = await sql<UsedFiling>`
    select c.name as contributor, c.kind, f.title, o.name as outlet, o.class, u.day
    from filing f join filing_use u on u.filing = f.id join outlet o on o.id = u.outlet join contributor c on c.id = f.contributor
    where f.state = 'accepted' and f.event between ${from} and ${until}
    order by c.kind, c.place, c.id, o.class, u.day, u.id limit ${MOST_USES}`.execute(db);
  return rows;
}

/** More than these no 通报 lists. */
const MOST_USES = 3000;

/** Of the outlets that used one the highest class alone counts. */
async function readAccepted(db: Db, { from, until }: Span): Promise<AcceptedFiling[]> {
  const { rows } = await sql<Omit<AcceptedFiling, 'used'> & { best: number | null }>`
    select f.contributor, f.kind, f.event, f.filed_on as filed, u.best
    from filing f left join (
      select u.filing, min(o.class) as best from filing_use u join outlet o on o.id = u.outlet group by u.filing) u on u.filing = f.id
    where f.state = 'accepted' and f.event between ${from} and ${until}`.execute(db);
  return rows.map(({ best, ...row }) => ({ ...row, used: best === null ? [] : [best] }));
}

/** By contributor, each as one value: to take thousands of rows apart costs more than to count them. */
async function readSent(db: Db, { from, until }: Span): Promise<Map<number, Sent[]>> {
  const { rows } = await sql<{ contributor: number; sent: Sent[] }>`
    select contributor, json_agg(json_build_object('kind', kind, 'filedOn', filed_on, 'count', count)) as sent from (
      select contributor, kind, filed_on, count(*)::int as count from filing
      where state in ('filed', 'accepted') and filed_on between ${from} and ${until}
      group by contributor, kind, filed_on) each
    group by contributor`.execute(db);
  return new Map(rows.map(({ contributor, sent }) => [contributor, sent]));
}

/** 约稿 due in the span, or open, by whom they were asked of. */
async function readCommissions(db: Db, { from, until }: Span) {
  const { rows } = await sql<{ contributor: number; title: string; due: Day; open: boolean; met: boolean }>`
    select c.id as contributor, m.title, m.due, m.closed_at is null as open, exists (
      select from filing f where f.commission = m.id and f.contributor = c.id and f.state in ('filed', 'accepted')) as met
    from commission m join contributor c on m.contributors is null or c.id = any (m.contributors)
    where m.due between ${from} and ${until} or m.closed_at is null
    order by m.due, m.id limit ${MOST_ASKED}`.execute(db);
  return rows;
}

const MOST_ASKED = 20_000;

async function readForfeits(db: Db, { from, until }: Span): Promise<{ contributor: number; year: number }[]> {
  return await db
    .selectFrom('forfeit')
    .select(['contributor', 'year'])
    .where('state', '=', 'done')
    .where('year', '>=', yearOfDay(from))
    .where('year', '<=', yearOfDay(until))
    .orderBy('year')
    .execute();
}

function yearsOf({ from, until }: Span): number[] {
  const first = yearOfDay(from);
  return Array.from({ length: yearOfDay(until) - first + 1 }, (_, i) => first + i);
}

const least = (days: readonly Day[]): Day => [...days].sort()[0] ?? '';
const most = (days: readonly Day[]): Day => [...days].sort().at(-1) ?? '';
