import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely';
import {
  type FilingLine,
  type FilingState,
  type FilingUse,
  type FilingView,
  isLate,
  type OwnFiling,
} from '@zuimei/shared/publicity/filing.ts';
import { earned, type FiledFilter, type FiledLine } from '@zuimei/shared/publicity/newsroom.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { type RuleOf, readRules } from './season.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

export interface FilingsWanted extends Omit<FiledFilter, 'state'> {
  states: readonly FilingState[];
  /** From the last sent to the first; else the other way round. A draft stands where it was made. */
  newest?: boolean;
  /** `next` of the page before. */
  after?: string | undefined;
  limit: number;
}

/** Where a filing stands in a list: to the microsecond, as the database has it. */
const place = sql<string>`to_char(coalesce(filing.filed_at, filing.made_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(\d{1,15})$/;

const uses = sql<FilingUse[]>`(
  select coalesce(json_agg(json_build_object('id', u.id, 'outlet', o.name, 'class', o.class, 'day', u.day, 'link', u.link, 'file', u.file)
    order by o.class, u.day, u.id), '[]'::json)
  from filing_use u join outlet o on o.id = u.outlet where u.filing = filing.id)`;
/** A scan of a use is no file that the contributor sent. */
const files = sql<number>`(
  select count(*)::int from filing_file x
  where x.filing = filing.id and not exists (select 1 from filing_use u where u.file = x.id))`;

/** One page of filings, and where the next begins (null = there is none). Refuses with bad_request for an `after` that is none. */
export async function readFilings(
  db: Reader,
  wanted: FilingsWanted,
): Promise<{ lines: FiledLine[]; next: string | null }> {
  const { states, newest = false, after, limit } = wanted;
  let query = selectFilings(db)
    .where('filing.state', 'in', states)
    .where(matching(wanted))
    .orderBy(sql`coalesce(filing.filed_at, filing.made_at)`, newest ? 'desc' : 'asc')
    .orderBy('filing.id', newest ? 'desc' : 'asc')
    .limit(limit + 1);
  if (after !== undefined) {
    const [, at, id] = PLACE.exec(after) ?? [];
    if (!at || !id || Number.isNaN(Date.parse(at))) throw new Refusal('bad_request', { field: 'after' });
    const than = sql.raw(newest ? '<' : '>');
    query = query.where(
      sql<SqlBool>`(coalesce(filing.filed_at, filing.made_at), filing.id) ${than} (${at}::timestamptz, ${id}::bigint)`,
    );
  }
  const rows = await query.execute();
  const rules = await readRules(db);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    lines: shown.map((row) => lineOf(row, rules)),
    next: last ? `${last.place}_${last.id}` : null,
  };
}

/** What a filing has to have to be listed, but for its state. */
export function matching({ kind, contributor, from, to, q }: Omit<FiledFilter, 'state'>) {
  // Found by place and not by pattern: what somebody types has no signs that mean something.
  const said = sql`lower(filing.title || ' ' || (select name from contributor c where c.id = filing.contributor) || ' ' || filing.words)`;
  const parts = [
    kind && sql<SqlBool>`filing.kind = ${kind}`,
    contributor && sql<SqlBool>`filing.contributor = ${contributor}`,
    from && sql<SqlBool>`filing.event >= ${from}::date`,
    to && sql<SqlBool>`filing.event <= ${to}::date`,
    q && sql<SqlBool>`position(lower(${q}) in ${said}) > 0`,
  ].filter((part) => part !== undefined && part !== '' && part !== 0);
  return parts.length > 0 ? sql<SqlBool>`(${sql.join(parts, sql` and `)})` : sql<SqlBool>`true`;
}

/** One filing whole, whosever and in whatever state. Refuses with not_found. */
export async function readFiling(db: Reader, id: number): Promise<FilingView> {
  const row = await selectFilings(db)
    .leftJoin('commission', 'commission.id', 'filing.commission')
    .leftJoin('filer', 'filer.id', 'filing.filer')
    .leftJoin('staff', 'staff.id', 'filing.decided_by')
    .select([
      'filing.words',
      'filing.head',
      'filing.leader',
      'filing.saved_at',
      'filing.decided_at',
      'commission.id as commission_id',
      'commission.title as commission_title',
      'commission.due as commission_due',
      'filer.name as filer_name',
      'staff.name as staff_name',
    ])
    .where('filing.id', '=', String(id))
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  const { again, ...line } = lineOf(row, await readRules(db));
  const { commission_id, commission_title, commission_due } = row;
  return {
    ...line,
    commission:
      commission_id !== null && commission_title !== null && commission_due !== null
        ? { id: commission_id, title: commission_title, due: commission_due }
        : null,
    filer: row.filer_name ?? '',
    words: row.words,
    head: row.head,
    leader: row.leader,
    reason: row.reason,
    savedAt: row.saved_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.staff_name ?? '',
    attached: await readAttached(db, id, line.uses),
  };
}

/** As its contributor has it. Refuses with not_found, also for one of another contributor. */
export async function readOwnFiling(db: Reader, id: number, contributor: number | null): Promise<OwnFiling> {
  const row = await db
    .selectFrom('filing')
    .select(['filing.filer', 'filing.contributor'])
    .select((eb) =>
      eb
        .selectFrom('filing_file')
        .select((file) => file.fn.max('characters').as('most'))
        .whereRef('filing_file.filing', '=', 'filing.id')
        .as('characters'),
    )
    .where('filing.id', '=', String(id))
    .executeTakeFirst();
  if (!row || (contributor !== null && row.contributor !== contributor)) throw new Refusal('not_found');
  return { ...(await readFiling(db, id)), filerId: row.filer, fileCharacters: row.characters ?? 0 };
}

/** Lines of a list, in the order of the rows, as a contributor sees its own. */
export async function filingLines(db: Reader, rows: readonly Line[]): Promise<FilingLine[]> {
  const rules = await readRules(db);
  return rows.map((row) => {
    const { version: _, characters: __, again: ___, ...line } = lineOf(row, rules);
    return line;
  });
}

async function readAttached(
  db: Reader,
  id: number,
  noted: readonly FilingUse[],
): Promise<FilingView['attached']> {
  const rows = await db
    .selectFrom('filing_file')
    .select(['id', 'name', 'type', 'size'])
    .where('filing', '=', String(id))
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.filter((row) => !noted.some(({ file }) => file === row.id));
}

/** Filings with all that a line of a list needs, to be narrowed, ordered and bounded by who asks. */
export function selectFilings(db: Reader) {
  return db
    .selectFrom('filing')
    .innerJoin('contributor', 'contributor.id', 'filing.contributor')
    .select([
      'filing.id',
      'filing.kind',
      'filing.title',
      'filing.event',
      'filing.filed_on',
      'filing.state',
      'filing.version',
      'filing.characters',
      'filing.reason',
      'contributor.id as contributor_id',
      'contributor.name as contributor_name',
      'contributor.kind as contributor_kind',
      uses.as('uses'),
      files.as('files'),
      place.as('place'),
    ]);
}

type Line = Awaited<ReturnType<ReturnType<typeof selectFilings>['execute']>>[number];

function lineOf(row: Line, rules: RuleOf): FiledLine {
  const { kind, event, filed_on: filedOn, state } = row;
  const rule = rules(event);
  const classes = row.uses.map((use) => use.class);
  return {
    id: Number(row.id),
    contributor: { id: row.contributor_id, name: row.contributor_name, kind: row.contributor_kind },
    ...{ kind, title: row.title, event, filedOn, state },
    late: isLate(event, filedOn, rule.days),
    points: state === 'accepted' ? earned({ kind, event, filedOn }, rule, classes) : 0,
    uses: row.uses,
    files: row.files,
    version: row.version,
    characters: row.characters,
    again: state === 'filed' && row.reason !== '',
  };
}
