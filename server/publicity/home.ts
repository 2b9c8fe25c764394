import { sql } from 'kysely';
import type { CommissionTask, ContributorView } from '@zuimei/shared/publicity/contributor.ts';
import { type FilingLine, filingLimits } from '@zuimei/shared/publicity/filing.ts';
import { yearOfDay } from '@zuimei/shared/publicity/span.ts';
import { askedOn, type Sent } from '@zuimei/shared/publicity/target.ts';
import { shanghaiDate } from '@zuimei/shared/time.ts';
import type { Db } from '../db.ts';
import { readFilers } from './filer.ts';
import { readSeason } from './season.ts';
import { filingLines, selectFilings } from './view.ts';

/** So many drafts and returned ones are shown; more nobody has open. */
const WAITING = 60;

/** What a contributor sees first: what it sent lately, what it is asked for, what waits for it. */
export async function readHome(
  db: Db,
  key: Uint8Array,
  contributor: number,
  now: number,
): Promise<ContributorView> {
  const today = shanghaiDate(now);
  const { id, name, kind, since } = await db
    .selectFrom('contributor')
    .select(['id', 'name', 'kind', 'since'])
    .where('id', '=', contributor)
    .executeTakeFirstOrThrow();
  const { rule, targets } = await readSeason(db, yearOfDay(today));
  const waiting = await selectFilings(db)
    .where('filing.contributor', '=', contributor)
    .where('filing.state', 'in', ['draft', 'returned'])
    .orderBy('filing.id', 'desc')
    .limit(WAITING)
    .execute();
  const reasons = new Map(waiting.map((row) => [Number(row.id), row.reason]));
  const { filings, more } = await readSent(db, contributor, null);
  return {
    ...{ id, name, kind, since, today, now: new Date(now).toISOString() },
    ...{ days: rule.days, lateUsed: rule.lateUsed, targets: targets[kind] },
    recent: await countSent(db, contributor, today),
    filers: (await readFilers(db, key, contributor)).get(contributor) ?? [],
    commissions: await readTasks(db, contributor),
    waiting: (await filingLines(db, waiting)).map((line) => ({
      ...line,
      reason: reasons.get(line.id) ?? '',
    })),
    sent: filings,
    more,
  };
}

/** What a contributor has sent, newest first, from below `before`. */
export async function readSent(
  db: Db,
  contributor: number,
  before: number | null,
): Promise<{ filings: FilingLine[]; more: boolean }> {
  const rows = await selectFilings(db)
    .where('filing.contributor', '=', contributor)
    .where('filing.state', 'in', ['filed', 'accepted'])
    .$if(before !== null, (query) => query.where('filing.id', '<', before ?? 0))
    .orderBy('filing.id', 'desc')
    .limit(filingLimits.page + 1)
    .execute();
  const filings = await filingLines(db, rows.slice(0, filingLimits.page));
  return { filings, more: rows.length > filingLimits.page };
}

/** How many of each kind it sent on each day of the week, the month and the quarter of this day. */
async function countSent(db: Db, contributor: number, today: string): Promise<Sent[]> {
  const first =
    askedOn(today)
      .map(({ from }) => from)
      .sort()[0] ?? today;
  const rows = await db
    .selectFrom('filing')
    .select(['kind', 'filed_on', (eb) => eb.fn.countAll<string | number>().as('count')])
    .where('contributor', '=', contributor)
    .where('state', 'in', ['filed', 'accepted'])
    .where(sql<boolean>`filed_on >= ${first}::date`)
    .groupBy(['kind', 'filed_on'])
    .execute();
  return rows.map(({ kind, filed_on, count }) => ({ kind, filedOn: filed_on ?? '', count: Number(count) }));
}

/** 约稿 that it is asked for and that are open, the most urgent first. */
async function readTasks(db: Db, contributor: number): Promise<CommissionTask[]> {
  const asked = await db
    .selectFrom('commission')
    .select(['id', 'title', 'brief', 'due'])
    .where('closed_at', 'is', null)
    .where(sql<boolean>`(contributors is null or ${contributor}::int = any(contributors))`)
    .orderBy('due')
    .orderBy('id')
    .limit(50)
    .execute();
  const ids = asked.map(({ id }) => id);
  const own =
    ids.length === 0
      ? []
      : await db
          .selectFrom('filing')
          .select(['id', 'commission', 'state'])
          .where('contributor', '=', contributor)
          .where('commission', 'in', ids)
          .orderBy('id')
          .execute();
  const latest = new Map(own.map((row) => [row.commission, { id: Number(row.id), state: row.state }]));
  return asked.map((one) => ({ ...one, filing: latest.get(one.id) ?? null }));
}
