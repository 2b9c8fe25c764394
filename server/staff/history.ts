import { sql } from 'kysely';
import type { ActCode } from '@zuimei/shared/action.ts';
import type { ActionFilters, ActionPage } from '@zuimei/shared/staff.ts';
import type { Db } from '../db.ts';
import { slugArray } from './scope.ts';
import type { Person } from './session.ts';

const PAGE = 50;
const MOST_CHOICES = 500;

export interface HistoryQuery {
  /** Only lines older than this one. */
  before: number | null;
  /** Slug. */
  contest: string | null;
  actor: string | null;
  /** One act, or a group of them that ends in a dot: 'staff.' */
  act: string | null;
  /** Words that stand in who, of what or why. */
  q: string | null;
  /** Days of Shanghai, both included. */
  from: string | null;
  to: string | null;
  /** Most lines; null = a page. */
  limit: number | null;
}

/**
 * What of the action log somebody sees: an auditor all; an administrator what was done to accounts and by whom they were entered;
 * an organizer everything else but the auditors' own work, which is about the organizer's contest: what comes of it stands in the
 * ledger. Who belongs to named contests sees of it what was done in those, and what they did themselves.
 */
function visible({ roles, contests, staff }: Reader) {
  const within =
    contests === 'all'
      ? sql<boolean>`true`
      : sql<boolean>`(action_log.staff = ${staff}::int
          or action_log.contest in (select id from contest where slug = any(${slugArray(contests)})))`;
  const ofAccounts = sql<boolean>`action_log.act like 'staff.%'`;
  const ofAuditors = sql<boolean>`action_log.act ~ '^(ruling|audit|ledger)[.]'`;
  const seen = [sql<boolean>`false`];
  if (roles.includes('auditor')) seen.push(within);
  if (roles.includes('administrator')) seen.push(ofAccounts);
  if (roles.includes('organizer'))
    seen.push(sql<boolean>`not ${ofAccounts} and not ${ofAuditors} and ${within}`);
  return sql<boolean>`(${sql.join(seen, sql` or `)})`;
}

type Reader = Pick<Person, 'roles' | 'contests' | 'staff'>;

/** A page of the action log, newest first. */
export async function readHistory(db: Db, reader: Reader, query: HistoryQuery): Promise<ActionPage> {
  let lines = db
    .selectFrom('action_log')
    .leftJoin('contest', 'contest.id', 'action_log.contest')
    .select([
      'action_log.id',
      'action_log.at',
      'action_log.actor',
      'action_log.act',
      'action_log.subject',
      'action_log.reason',
      'contest.slug',
    ])
    .where(visible(reader));
  if (query.before !== null) lines = lines.where('action_log.id', '<', query.before);
  if (query.contest !== null) lines = lines.where('contest.slug', '=', query.contest);
  if (query.actor !== null) lines = lines.where('action_log.actor', '=', query.actor);
  if (query.act?.endsWith('.')) lines = lines.where(sql<boolean>`starts_with(action_log.act, ${query.act})`);
  else if (query.act !== null) lines = lines.where(sql<boolean>`action_log.act = ${query.act}`);
  if (query.from !== null)
    lines = lines.where('action_log.at', '>=', new Date(`${query.from}T00:00:00+08:00`));
  if (query.to !== null)
    lines = lines.where(
      'action_log.at',
      '<',
      new Date(Date.parse(`${query.to}T00:00:00+08:00`) + 86_400_000),
    );
  if (query.q)
    lines = lines.where(
      sql<boolean>`strpos(lower(concat_ws(' ', action_log.actor, action_log.subject, action_log.reason)), lower(${query.q})) > 0`,
    );
  const page = query.limit ?? PAGE;
  const rows = await lines
    .orderBy('action_log.id', 'desc')
    .limit(page + 1)
    .execute();
  const shown = rows.slice(0, page);
  return {
    actions: shown.map((row) => ({
      id: Number(row.id),
      at: row.at.toISOString(),
      actor: row.actor,
      act: row.act,
      contest: row.slug,
      subject: row.subject,
      reason: row.reason,
    })),
    next: rows.length > page ? Number(shown.at(-1)?.id) : null,
  };
}

/** What the part of the log that somebody sees can be narrowed to. */
export async function readFilters(db: Db, reader: Reader): Promise<ActionFilters> {
  const seen = visible(reader);
  const names = async (column: 'actor' | 'act') =>
    await db
      .selectFrom('action_log')
      .select(`action_log.${column} as value`)
      .distinct()
      .where(seen)
      .orderBy('value')
      .limit(MOST_CHOICES)
      .execute();
  const contests = await db
    .selectFrom('contest')
    .select(['slug', sql<string | null>`coalesce(draft -> 'settings', settings) ->> 'title'`.as('title')])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('action_log')
          .select('action_log.id')
          .whereRef('action_log.contest', '=', 'contest.id')
          .where(seen),
      ),
    )
    .orderBy('id', 'desc')
    .limit(MOST_CHOICES)
    .execute();
  return {
    contests: contests.map(({ slug, title }) => ({ slug, title: title ?? slug })),
    actors: (await names('actor')).map(({ value }) => value),
    acts: (await names('act')).map(({ value }) => value as ActCode),
  };
}
