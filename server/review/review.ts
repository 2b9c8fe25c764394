import { type RawBuilder, type SqlBool, sql, type Transaction } from 'kysely';
import type { NominationState } from '@zuimei/shared/nomination.ts';
import { countedStates, nominationStates } from '@zuimei/shared/nomination.ts';
import type { GivenOpinion } from '@zuimei/shared/opinion.ts';
import type { Collection } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Revision, revisionsOf } from '@zuimei/shared/revision.ts';
import type { ReviewLine, ReviewTerms, ReviewView, ScreeningSum, Warning } from '@zuimei/shared/shortlist.ts';
import { passedAt, type TwinView } from '@zuimei/shared/unit.ts';
import type { StoredPlan } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { type NominationKeys, openHidden } from '../nomination/answers.ts';
import { openBefore, readSaid } from '../nomination/before.ts';
import type { Filing } from '../nomination/filing.ts';
import {
  isAgain,
  lineOf,
  type NominationRow,
  readNomination,
  viewNomination,
} from '../nomination/nomination.ts';
import { ownersOf } from '../nomination/opinion.ts';
import { readOriginal } from '../nomination/original.ts';
import { findAllTwins, findTwins } from '../nomination/twin.ts';
import { type Checked, warningsOf } from '../nomination/warning.ts';
import type { Actor } from '../staff/action.ts';
import { readPlaces } from '../unit/parent.ts';
import { quotaOf, readQuota } from '../unit/quota.ts';
import { readMarks } from './screening.ts';

type Reader = Db | Transaction<Tables>;

/** A contest that collects nominations. */
export type Collecting = StoredPlan & { collection: Collection };

/** Refuses with not_found for a contest made without the console: it collects nothing. */
export function collecting(stored: StoredPlan): Collecting {
  if (!stored.collection) throw new Refusal('not_found');
  return { ...stored, collection: stored.collection };
}

interface ReviewRow extends NominationRow {
  unit_kind: string;
  unit_quota: number | null;
  unit_category_quota: Record<string, number>;
  opinions: Record<string, GivenOpinion> | null;
  files: Record<string, number> | null;
  given: string | number;
  average: string | number | null;
  favour: string | number;
  mine: string | number | null;
}

/**
 * Nominations of a contest with what a reviewer asks of each, in two queries whatever their number. Private answers are opened for the
 * checks and leave with nothing. A unit's drafts are not the reviewer's to read: only what organizers made themselves.
 */
export async function readReview(
  db: Reader,
  stored: Collecting,
  keys: Pick<NominationKeys, 'private'>,
  reader: { staff: number | null; now: number; id?: number },
): Promise<ReviewLine[]> {
  const rows = await readRows(db, stored.id, reader.staff ?? 0);
  const used = usedByUnit(rows);
  const shown = reader.id === undefined ? rows : rows.filter(({ id }) => id === reader.id);
  const twins = await findAllTwins(db, stored.id, shown);
  return shown.map((row) => ({
    ...lineOf(row),
    warnings: warningsFor(row, stored, keys, used, twins, reader.now),
    screening: sumOf(row, stored.collection.screening),
  }));
}

/** What a unit still holds as a draft is nobody else's to read. */
export const isReadable = ({ state, source }: Pick<NominationRow, 'state' | 'source'>): boolean =>
  state !== 'draft' || source === 'organizer';
const readable: RawBuilder<SqlBool> = sql`(nomination.state <> 'draft' or nomination.source = 'organizer')`;

async function readRows(db: Reader, contest: number, staff: number): Promise<ReviewRow[]> {
  const rows = await db
    .selectFrom('nomination')
    .innerJoin('unit', 'unit.id', 'nomination.unit')
    .selectAll('nomination')
    .select([
      'unit.name as unit_name',
      'unit.kind as unit_kind',
      'unit.quota as unit_quota',
      'unit.category_quota as unit_category_quota',
      sql<ReviewRow['opinions']>`(
        select jsonb_object_agg(o.step, jsonb_build_object('verdict', o.verdict, 'scan', o.file is not null)) from opinion o where o.nomination = nomination.id)`.as(
        'opinions',
      ),
      sql<ReviewRow['files']>`(
        select jsonb_object_agg(f.field, f.count)
        from (select field, count(*) as count from attachment where nomination = nomination.id group by field) f)`.as(
        'files',
      ),
      sql<string>`(select count(*) from screening s where s.nomination = nomination.id)`.as('given'),
      sql<
        string | null
      >`(select round(avg(points), 2) from screening s where s.nomination = nomination.id)`.as('average'),
      sql<string>`(select count(*) from screening s where s.nomination = nomination.id and s.points >= 1)`.as(
        'favour',
      ),
      sql<string | null>`(
        select points from screening s where s.nomination = nomination.id and s.staff = ${staff})`.as('mine'),
    ])
    .where('nomination.contest', '=', contest)
    .where(readable)
    .orderBy('nomination.id')
    .execute();
  return rows as ReviewRow[];
}

/** How many there are in each state, those not shown included. */
export async function countStates(db: Reader, contest: number): Promise<Record<NominationState, number>> {
  const rows = await db
    .selectFrom('nomination')
    .select(['state', (eb) => eb.fn.countAll<string | number>().as('count')])
    .where('contest', '=', contest)
    .groupBy('state')
    .execute();
  const found = new Map(rows.map((row) => [row.state, Number(row.count)]));
  return Object.fromEntries(nominationStates.map((state) => [state, found.get(state) ?? 0])) as Record<
    NominationState,
    number
  >;
}

/** One nomination whole, private values masked. Refuses with not_found, also for a draft that its unit still holds. */
export async function readOne(
  db: Reader,
  stored: Collecting,
  keys: NominationKeys,
  reader: { staff: number | null; now: number },
  id: number,
): Promise<ReviewView> {
  const row = await readNomination(db, id, stored.id);
  if (!isReadable(row)) throw new Refusal('not_found');
  const [line] = await readReview(db, stored, keys, { ...reader, id });
  return {
    ...(await viewNomination(db, keys, stored.collection, row)),
    warnings: line?.warnings ?? [],
    marks: await readMarks(db, id, reader.staff),
    twins: await findTwins(db, stored.id, row),
    original: await readOriginal(db, id),
    revisions: await revisionsIn(db, stored, keys, row),
    quota: await readQuota(
      db,
      { collection: stored.collection, categories: stored.settings.categories },
      row.unit,
    ),
    owners: ownersOf(stored.collection, row.unit, await readPlaces(db, stored.id)),
  };
}

/** What is another since it was returned; null unless it came again. */
async function revisionsIn(
  db: Reader,
  { collection, settings }: Collecting,
  keys: NominationKeys,
  row: NominationRow,
): Promise<Revision[] | null> {
  const before = isAgain(row) ? openBefore(keys, row) : null;
  if (!before) return null;
  const terms = { form: collection.form, categories: settings.categories };
  return revisionsOf(terms, before, await readSaid(db, keys, row));
}

function sumOf(row: ReviewRow, kind: Collection['screening']): ScreeningSum {
  return {
    given: Number(row.given),
    average: row.average === null || kind === 'none' ? null : Number(row.average),
    favour: Number(row.favour),
    mine: row.mine === null ? null : Number(row.mine),
  };
}

function warningsFor(
  row: ReviewRow,
  { collection, settings }: Collecting,
  keys: Pick<NominationKeys, 'private'>,
  used: ReadonlyMap<number, ReadonlyMap<string, number>>,
  twins: ReadonlyMap<number, readonly TwinView[]>,
  now: number,
): Warning[] {
  const quota = quotaOf(
    { collection, categories: settings.categories },
    { kind: row.unit_kind, quota: row.unit_quota, category_quota: row.unit_category_quota },
    used.get(row.unit) ?? new Map(),
  );
  const one: Checked = {
    ...row,
    hidden: openHidden(keys, row),
    opinions: new Map(Object.entries(row.opinions ?? {})),
    files: new Map(Object.entries(row.files ?? {})),
    twins: twins.get(row.id) ?? [],
    unit: row.unit_name,
    passed: passedAt(quota, row.category),
  };
  return warningsOf(collection, settings.categories, one, now);
}

/** By unit and category. */
function usedByUnit(rows: readonly ReviewRow[]): Map<number, Map<string, number>> {
  const used = new Map<number, Map<string, number>>();
  for (const { state, unit, category } of rows) {
    if (!countedStates.includes(state)) continue;
    const own = used.get(unit) ?? new Map<string, number>();
    used.set(unit, own.set(category, (own.get(category) ?? 0) + 1));
  }
  return used;
}

/** What the pages of review need to know about the contest. */
export function termsOf(stored: Collecting): ReviewTerms {
  const { collection, settings, slug } = stored;
  return {
    slug,
    title: settings.title,
    formTitle: collection.formTitle,
    noun: settings.noun,
    form: collection.form,
    categories: settings.categories,
    unitKinds: collection.unitKinds,
    opinions: collection.opinions,
    screening: collection.screening,
    consent: collection.consent,
    categoryPlaces: collection.categoryPlaces,
    places: collection.places,
  };
}

/** What saving and submitting a nomination must know of its contest. */
export function filingOf(stored: Collecting, keys: NominationKeys, actor: Actor, now: number): Filing {
  const { collection, settings } = stored;
  return { contest: stored, collection, categories: settings.categories, keys, actor, now };
}
