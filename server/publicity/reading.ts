import type { Kysely, Transaction } from 'kysely';
import { type FilingLine, type FilingUse, isLate, type OwnFiling } from '@zuimei/shared/publicity/filing.ts';
import { filingPoints } from '@zuimei/shared/publicity/points.ts';
import type { Season } from '@zuimei/shared/publicity/season.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import type { Tables } from '../db.ts';
import { readSeasons } from './season.ts';

type Reader = Kysely<Tables> | Transaction<Tables>;

/** Filings with all that a line of a list needs, to be narrowed, ordered and bounded by who asks. */
export const selectFilings = (db: Reader) =>
  db
    .selectFrom('filing')
    .innerJoin('contributor', 'contributor.id', 'filing.contributor')
    .select([
      ...(['filing.id', 'filing.kind', 'filing.title', 'filing.event', 'filing.filed_on'] as const),
      ...(['filing.state', 'filing.reason', 'filing.contributor'] as const),
      ...(['contributor.name as contributor_name', 'contributor.kind as contributor_kind'] as const),
    ]);

type LineRow = Awaited<ReturnType<ReturnType<typeof selectFilings>['execute']>>[number];

/** Lines of a list, in the order of the rows, with what each earns by the season of its event. */
export async function filingLines<Row extends LineRow>(
  db: Reader,
  rows: readonly Row[],
): Promise<FilingLine[]> {
  const ids = rows.map(({ id }) => id);
  const uses = Map.groupBy(await readUses(db, ids), ({ filing }) => filing);
  const files = await countFiles(db, ids);
  const years = rows.flatMap(({ event }) => (event === null ? [] : [yearOf(event)]));
  const seasonOf = await readSeasons(db, years);
  return rows.map((row) => {
    const id = Number(row.id);
    const own = uses.get(id) ?? [];
    const season = row.event === null ? undefined : seasonOf(yearOf(row.event));
    return {
      id,
      contributor: { id: row.contributor, name: row.contributor_name, kind: row.contributor_kind },
      kind: row.kind,
      title: row.title,
      event: row.event,
      filedOn: row.filed_on,
      late: Boolean(season && row.event && row.filed_on && isLate(row.event, row.filed_on, season.rule.days)),
      state: row.state,
      points: season ? earned(row, own, season) : 0,
      uses: own.map(({ filing: _, ...use }) => use),
      files: files.get(id) ?? 0,
    };
  });
}

const yearOf = (day: string): number => Number(day.slice(0, 4));

/** By the arithmetic of the 统计表, of this one alone. */
function earned(row: LineRow, uses: readonly FilingUse[], { rule }: Season): number {
  if (row.state !== 'accepted' || row.event === null || row.filed_on === null) return 0;
  const used = uses.map((use) => use.class);
  const filing = { unit: '', kind: row.kind, event: row.event, filed: row.filed_on };
  return filingPoints([used.length > 0 ? { ...filing, used } : filing], rule)['']?.points ?? 0;
}

async function readUses(
  db: Reader,
  ids: readonly (string | number)[],
): Promise<(FilingUse & { filing: number })[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('filing_use')
    .innerJoin('outlet', 'outlet.id', 'filing_use.outlet')
    .select(['filing_use.id', 'filing', 'outlet.name', 'outlet.class', 'day', 'link', 'file'])
    .where('filing', 'in', ids)
    .orderBy('day')
    .orderBy('filing_use.id')
    .execute();
  return rows.map(({ filing, name, ...use }) => ({ ...use, outlet: name, filing: Number(filing) }));
}

async function countFiles(db: Reader, ids: readonly (string | number)[]): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('filing_file')
    .select(['filing', (eb) => eb.fn.countAll<string | number>().as('count')])
    .where('filing', 'in', ids)
    .groupBy('filing')
    .execute();
  return new Map(rows.map(({ filing, count }) => [Number(filing), Number(count)]));
}

/** One filing whole. Refuses with not_found, also for one of another contributor than `of`. */
export async function viewFiling(db: Reader, id: number, of: number | null = null): Promise<OwnFiling> {
  const row = await selectFilings(db)
    .leftJoin('filer', 'filer.id', 'filing.filer')
    .leftJoin('commission', 'commission.id', 'filing.commission')
    .leftJoin('staff', 'staff.id', 'filing.decided_by')
    .select([
      ...(['filing.version', 'filing.words', 'filing.characters', 'filing.head', 'filing.leader'] as const),
      ...(['filing.saved_at', 'filing.decided_at', 'filing.filer as filer_id'] as const),
      ...(['filer.name as filer_name', 'staff.name as decided_by_name'] as const),
      ...(['commission.id as asked', 'commission.title as asked_title', 'commission.due'] as const),
    ])
    .where('filing.id', '=', id)
    .$if(of !== null, (query) => query.where('filing.contributor', '=', of ?? 0))
    .executeTakeFirst();
  if (!row) throw new Refusal('not_found');
  const [line] = await filingLines(db, [row]);
  if (!line) throw new Refusal('not_found');
  const attached = await db
    .selectFrom('filing_file')
    .select(['id', 'name', 'type', 'size', 'characters'])
    .where('filing', '=', id)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return {
    ...line,
    version: row.version,
    commission:
      row.asked === null ? null : { id: row.asked, title: row.asked_title ?? '', due: row.due ?? '' },
    filer: row.filer_name ?? '',
    filerId: row.filer_id,
    words: row.words,
    characters: row.characters,
    fileCharacters: Math.max(0, ...attached.map(({ characters }) => characters ?? 0)),
    head: row.head,
    leader: row.leader,
    reason: row.reason,
    savedAt: row.saved_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.decided_by_name ?? '',
    attached: attached.map(({ characters: _, ...file }) => file),
  };
}
