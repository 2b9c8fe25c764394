import { sql, type Transaction } from 'kysely';
import { hasVote, phaseAt } from '@zuimei/shared/contest.ts';
import type {
  ContestLine,
  ContestPlan,
  ContestSettings,
  NewContest,
  PresetName,
} from '@zuimei/shared/plan/plan.ts';
import { nextYear, planFrom, presets, yearOf } from '@zuimei/shared/plan/preset.ts';
import { type Known, stepsOf } from '@zuimei/shared/plan/steps.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { type Course, courseOf } from '@zuimei/shared/result/course.ts';
import { courseNext } from '@zuimei/shared/result/next.ts';
import { skippable, skippedAt } from '@zuimei/shared/result/skipped.ts';
import type { Scope } from '@zuimei/shared/staff.ts';
import { readCalendar } from '../calendar/calendar.ts';
import { announcedOf } from '../contest/contest.ts';
import { collectionDocument, settingsDocument } from '../contest/document.ts';
import { readStored } from '../contest/plan.ts';
import type { Db, Tables } from '../db.ts';
import { readCourses } from '../judging/course.ts';
import { copyMedia } from '../media/media.ts';
import type { Secrets } from '../secret.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { joinOwn, slugArray } from '../staff/scope.ts';
import type { Seals } from '../staff/seal.ts';
import { openPrivate, privateKey, sealPrivate } from '../vault.ts';
import { planOf } from './editor.ts';

const MOST_CONTESTS = 500;
const MOST_TRIES = 200;
const STEM: Record<PresetName, string> = {
  'zuimei-district': 'zuimei',
  'zuimei-province': 'zuimei',
  anli: 'anli',
  volunteer: 'volunteer',
  venues: 'venues',
  works: 'works',
};

/** All contests, and how new ones begin. Everything made here is a draft that the public does not see. */
export interface Catalogue {
  /** Newest first, of those in the scope. `drafts`: those never published too. `seated`: those alone in which this account is a judge. */
  list(scope: Scope, which: { drafts: boolean; seated?: number | null }): Promise<ContestLine[]>;
  /** Gives the slug; who belongs to named contests belongs to this one too, as to a copy. Refuses with slug_taken when one was asked for that is in use. */
  create(actor: Actor, asked: NewContest): Promise<string>;
  /**
   * A new contest with this one's settings, form and unit kinds, its dates a year later; with `units` also its units and their contacts,
   * whose links are new ones. Refuses with not_found, slug_taken.
   */
  copy(actor: Actor, slug: string, asked: { title: string; units: boolean; slug?: string }): Promise<string>;
}

export function createCatalogue(parts: {
  db: Db;
  secrets: Secrets;
  seals: Seals;
  clock: () => number;
}): Catalogue {
  const { db, seals, clock } = parts;
  const key = privateKey(parts.secrets);

  async function copyUnits(tx: Transaction<Tables>, from: number, to: number): Promise<number> {
    const units = await tx.selectFrom('unit').selectAll().where('contest', '=', from).orderBy('id').execute();
    for (const { id, name, kind, quota, category_quota, contact } of units) {
      const copy = await tx
        .insertInto('unit')
        .values({
          ...{ contest: to, name, kind, quota, contact: null },
          category_quota: sql`${JSON.stringify(category_quota)}::jsonb`,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      if (!contact) continue;
      // A sealed value belongs to its row.
      const value = openPrivate(key, contact, `unit/${id}`);
      await tx
        .updateTable('unit')
        .set({ contact: sealPrivate(key, value, `unit/${copy.id}`) })
        .where('id', '=', copy.id)
        .execute();
    }
    return units.length;
  }

  return {
    async list(scope, { drafts, seated = null }) {
      const { rows } = await sql<Row>`
        select c.id, c.slug, c.settings, c.collection ->> 'preset' as preset, c.published_at, c.archived_at, c.noticed_at, c.resulted_at,
          c.collection, c.erased_at is not null as erased, coalesce(n.accepted, 0) as accepted, coalesce(s.seats, 0) as seats,
          coalesce(s.locked, 0) as locked, exists (select 1 from erasing e where e.contest = c.id and e.state = 'open') as erasing,
          exists (select 1 from witness_proposal p where p.contest = c.id and p.state = 'open' and p.lapses_at > ${new Date(clock()).toISOString()}::timestamptz) as witnessing,
          c.draft is not null as changed, coalesce(u.units, 0) as units, coalesce(n.nominations, 0) as nominations,
          coalesce(n.waiting, 0) as waiting, coalesce(k.candidates, 0) as candidates,
          coalesce(t.ballots, 0) as ballots, coalesce(t.held, 0) as held
        from contest c
        left join (select contest, count(*) as units from unit group by contest) u on u.contest = c.id
        left join (select contest, count(*) filter (where state not in ('draft', 'withdrawn')) as nominations,
          count(*) filter (where state = 'submitted') as waiting, count(*) filter (where state = 'accepted') as accepted
          from nomination group by contest) n on n.contest = c.id
        left join (select seat.contest, count(*) as seats, count(*) filter (where exists (select 1 from sheet h
            where h.seat = seat.id and h.reopened_at is null)) as locked
          from seat where kind = 'full' and state = 'seated' group by seat.contest) s on s.contest = c.id
        left join (select contest, count(*) as candidates from candidate group by contest) k on k.contest = c.id
        left join (select contest, sum(votes) as ballots, sum(held) as held from tally where candidate = 0
          group by contest) t on t.contest = c.id
        where (${drafts} or c.published_at is not null)
          and ${scope === 'all' ? sql`true` : sql`c.slug = any(${slugArray(scope)})`}
          and ${seated === null ? sql`true` : sql`exists (select 1 from seat where seat.contest = c.id and seat.staff = ${seated})`}
        order by c.id desc limit ${MOST_CONTESTS}`.execute(db);
      const now = clock();
      const courses = await readCourses(
        db,
        rows.filter((row) => isAfterVote(row, now)).map(({ id }) => id),
      );
      return rows.map((row) => lineOf(row, courses.get(row.id) ?? null, now));
    },

    async create(actor, { preset: name, title, organizer, start, slug }) {
      const plan = planFrom(presets[name], { title, organizer, start }, await readCalendar(db));
      return await db.transaction().execute(async (tx) => {
        const made = await insert(tx, plan, slug ? [slug] : proposals(name, start));
        await joinOwn(tx, seals, actor, made.id);
        await recordAction(tx, actor, { act: 'contest.create', contest: made.id, subject: title });
        return made.slug;
      });
    },

    async copy(actor, from, { title, units, slug }) {
      const calendar = await readCalendar(db);
      return await db.transaction().execute(async (tx) => {
        const stored = await readStored(tx, from);
        const old = planOf(stored);
        const plan = nextYear(old, title, calendar);
        const made = await insert(
          tx,
          plan,
          slug ? [slug] : proposals(old.collection.preset, plan.collection.opens),
        );
        await copyBanner(tx, plan.settings, made.id);
        if (units) await copyUnits(tx, stored.id, made.id);
        await joinOwn(tx, seals, actor, made.id);
        await recordAction(tx, actor, {
          act: 'contest.copy',
          contest: made.id,
          subject: `${stored.settings.title} → ${title}`,
        });
        return made.slug;
      });
    },
  };
}

/** Each contest has pictures of its own, so that they can go with it. */
async function copyBanner(tx: Transaction<Tables>, { banner }: ContestSettings, to: number): Promise<void> {
  if (!banner) return;
  const id = await copyMedia(tx, banner.id, to);
  const copied = JSON.stringify(id === null ? null : { ...banner, id });
  await sql`
    update contest set settings = settings || jsonb_build_object('banner', ${copied}::jsonb) where id = ${to}`.execute(
    tx,
  );
}

/** zuimei-2026, then zuimei-2026-2 … */
function proposals(preset: PresetName, start: string): string[] {
  const ms = Date.parse(start);
  const stem = Number.isFinite(ms) ? `${STEM[preset]}-${yearOf(ms)}` : STEM[preset];
  return Array.from({ length: MOST_TRIES }, (_, at) => (at === 0 ? stem : `${stem}-${at + 1}`));
}

/** Under the first of these slugs that is free. Refuses with slug_taken when none is. */
async function insert(
  tx: Transaction<Tables>,
  plan: ContestPlan,
  slugs: readonly string[],
): Promise<{ id: number; slug: string }> {
  for (const slug of slugs) {
    const { rows } = await sql<{ id: number }>`
      insert into contest (slug, settings, collection, published_at)
      values (${slug}, ${settingsDocument.text(plan.settings)}::jsonb, ${collectionDocument.text(plan.collection)}::jsonb, null)
      on conflict (slug) do nothing returning id`.execute(tx);
    if (rows[0]) return { id: rows[0].id, slug };
  }
  throw new Refusal('slug_taken', { slug: slugs[0] ?? '' });
}

type Count = string | number;

interface Row {
  id: number;
  slug: string;
  settings: ContestSettings;
  preset: PresetName | null;
  published_at: Date | null;
  noticed_at: Date | null;
  resulted_at: Date | null;
  archived_at: Date | null;
  collection: unknown;
  erased: boolean;
  erasing: boolean;
  witnessing: boolean;
  accepted: Count;
  seats: Count;
  locked: Count;
  changed: boolean;
  units: Count;
  nominations: Count;
  waiting: Count;
  candidates: Count;
  ballots: Count;
  held: Count;
}

const isAfterVote = ({ settings, published_at, archived_at }: Row, now: number): boolean =>
  settings.outcome !== null &&
  published_at !== null &&
  archived_at === null &&
  settings.rounds.every(({ closes }) => Date.parse(closes) <= now);

function lineOf(row: Row, course: Course | null, now: number): ContestLine {
  const { settings } = row;
  const { outcome } = settings;
  const published = row.published_at !== null;
  const next = settings.schedule.find((step) => Date.parse(step.from) > now);
  return {
    slug: row.slug,
    title: settings.title,
    preset: row.preset,
    phase: published ? phaseAt({ ...settings, announced: announcedOf(row) }, now) : 'draft',
    publishedAt: row.published_at?.toISOString() ?? null,
    archived: row.archived_at !== null,
    paused: settings.paused !== null,
    voted: hasVote(settings),
    changed: published && row.changed,
    next: next ? { phase: next.phase, at: next.from } : null,
    judged: outcome !== null,
    course: course?.choice && outcome ? courseNext(course, outcome.notice, now) : null,
    steps: stepsOf(knownOf(row, course, now), now),
    erasing: row.erasing,
    witnessing: row.witnessing,
    units: Number(row.units),
    nominations: Number(row.nominations),
    waiting: Number(row.waiting),
    candidates: Number(row.candidates),
    ballots: Number(row.ballots),
    held: Number(row.held),
  };
}

/** Of an archived contest the ledger is not asked any more: what was published tells how far it came. */
function knownOf(row: Row, course: Course | null, now: number): Known {
  const { settings } = row;
  const announced = announcedOf(row);
  const archived = row.archived_at !== null;
  const came = skippable.filter(
    (one) =>
      one !== 'objection' && !(one === 'notice' || one === 'result' ? announced[one] : announced.notice),
  );
  const ahead = archived ? came : skippedAt({ ...settings, course: course ?? courseOf([]) }, now);
  return {
    ...{ published: row.published_at !== null, archived, erased: row.erased },
    collection: row.collection === null ? null : collectionDocument.read(row.collection),
    ...{ units: Number(row.units), undecided: Number(row.waiting), accepted: Number(row.accepted) },
    ...{ candidates: Number(row.candidates), rounds: settings.rounds, outcome: settings.outcome },
    ...{ seats: Number(row.seats), locked: Number(row.locked), ahead },
    chosen: archived ? announced.notice !== null : (course?.choice ?? null) !== null,
  };
}
