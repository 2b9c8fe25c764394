import { sql, type Transaction } from 'kysely';
import { fieldsFor } from '@zuimei/shared/answer.ts';
import type { NamedCalendar } from '@zuimei/shared/calendar.ts';
import type { Candidate, Phase, ScheduleStep, Shown } from '@zuimei/shared/contest.ts';
import { phases } from '@zuimei/shared/contest.ts';
import { checkPlan } from '@zuimei/shared/plan/check.ts';
import type { ContestPlan } from '@zuimei/shared/plan/plan.ts';
import { Refusal } from '@zuimei/shared/refusal.ts';
import { readCalendar } from '../calendar/calendar.ts';
import {
  candidateDocument,
  collectionDocument,
  draftDocument,
  settingsDocument,
} from '../contest/document.ts';
import { checkMayJoin } from '../contest/held.ts';
import { readStored } from '../contest/plan.ts';
import type { Tables } from '../db.ts';
import { type NominationKeys, openHidden } from '../nomination/answers.ts';
import { FILM_TYPE, readAttachments } from '../nomination/attachment.ts';
import { candidateFields, type NominationRow, recordEvent } from '../nomination/nomination.ts';
import { checkPlaces } from '../review/places.ts';
import { type Collecting, collecting } from '../review/review.ts';
import { type Actor, recordAction } from '../staff/action.ts';
import { sealPrivate } from '../vault.ts';
import type { Ledger } from '../vote/ledger.ts';
import { type Listed, lacksOf, readDraw, readListed } from './shortlist.ts';

/**
 * Makes candidates of all accepted nominations, and the shortlist public at once: collecting ends, the contest is published if it was
 * not, and its schedule moves up to 候选公布. One transaction with its entry in the ledger. Doing it again adds nothing; later ones can
 * be added until voting opens. Gives the numbers added. Refuses with nothing_to_publish, shortlist_incomplete {name, lack}, places_over
 * {over}, number_taken, plan_impossible for a contest never published, archived, and voting_begun.
 */
export async function publishShortlist(
  parts: { ledger: Ledger; keys: Pick<NominationKeys, 'private'> },
  slug: string,
  actor: Actor,
  reason: string,
  now: number,
): Promise<number[]> {
  const added: { number: number; name: string; nomination: number }[] = [];
  await parts.ledger.amend(slug, {
    kind: 'shortlist',
    actor: actor.name,
    reason,
    async change(tx, contestId) {
      const stored = collecting(await readStored(tx, slug));
      await checkMayJoin(tx, stored, now);
      const listed = await readListed(tx, stored);
      const accepted = listed.filter(({ state }) => state === 'accepted');
      if (accepted.length === 0) throw new Refusal('nothing_to_publish');
      for (const one of accepted) checkReady(one, stored);
      await checkPlaces(tx, stored);
      for (const one of accepted.toSorted((a, b) => (a.number ?? 0) - (b.number ?? 0))) {
        const { number, name } = await addCandidate(tx, stored, parts.keys, one, actor, now);
        added.push({ number, name, nomination: one.id });
      }
      await makePublic(tx, stored, now);
      await recordAction(tx, actor, {
        act: 'shortlist.publish',
        contest: contestId,
        subject: added.map(({ number, name }) => `${number} ${name}`).join('，'),
        reason,
      });
      // With the seed and the nominations' numbers anyone can draw again (shared/shortlist.ts DrawView).
      const draw = await readDraw(tx, contestId);
      return { added, draw: draw && { seed: draw.seed, times: draw.times } };
    },
  });
  return added.map(({ number }) => number);
}

function checkReady(one: Listed, stored: Collecting): void {
  const [lack] = lacksOf(one, stored);
  if (lack) throw new Refusal('shortlist_incomplete', { name: one.name || `报送 ${one.id}`, lack });
}

async function addCandidate(
  tx: Transaction<Tables>,
  stored: Collecting,
  keys: Pick<NominationKeys, 'private'>,
  { id, number, unit }: Listed,
  actor: Actor,
  now: number,
): Promise<Candidate> {
  const nomination = await tx
    .selectFrom('nomination')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const row: NominationRow = { ...nomination, unit_name: unit };
  if (number === null) throw new Refusal('shortlist_incomplete', { name: row.name, lack: 'number' });
  const fields = candidateFields(stored.collection, row);
  const video = await filmOf(tx, stored, row);
  const candidate: Candidate = {
    ...fields,
    photos: [...fields.photos, ...(await showMedia(tx, stored, row))],
    number,
    withdrawn: null,
    ...(video ? { video } : {}),
  };
  const cell = { contest: stored.id, number };
  const inserted = await tx
    .insertInto('candidate')
    .values({
      ...cell,
      body: sql`${candidateDocument.text(candidate)}::jsonb`,
      private: sealPrivate(keys.private, openHidden(keys, row), cell),
      source: `报送 ${id}`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(inserted.numInsertedOrUpdatedRows ?? 0) === 0) throw new Refusal('number_taken', { number });
  await tx
    .updateTable('nomination')
    .set({ state: 'published', version: sql`version + 1`, updated_at: new Date(now) })
    .where('id', '=', id)
    .execute();
  await recordEvent(tx, id, actor, 'publish', `${number} 号`);
  return candidate;
}

/** The film of a work, if its form calls it public: the page shows it by its own id. */
async function filmOf(
  tx: Transaction<Tables>,
  stored: Collecting,
  row: NominationRow,
): Promise<{ id: string } | null> {
  const field = fieldsFor(stored.collection.form, row.kind).find(
    ({ type, audience }) => type === 'video' && audience === 'public',
  );
  if (!field) return null;
  const file = await tx
    .selectFrom('attachment')
    .select('film')
    .where('nomination', '=', row.id)
    .where('field', '=', field.key)
    .where('film', 'is not', null)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return file?.film ? { id: file.film } : null;
}

/** Pictures and films of public fields, in the order they came: they lie ready since they were sent. */
async function showMedia(tx: Transaction<Tables>, stored: Collecting, row: NominationRow): Promise<Shown[]> {
  const keys = fieldsFor(stored.collection.form, row.kind)
    .filter(({ type, audience }) => type === 'media' && audience === 'public')
    .map(({ key }) => key);
  const files = (await readAttachments(tx, row.id)).filter(({ field }) => keys.includes(field));
  const shown: Shown[] = [];
  for (const { type, photo } of files)
    if (photo) shown.push(type === FILM_TYPE ? { ...photo, film: true } : photo);
  return shown;
}

/** What is in force, and what an organizer is still preparing, both go on from here. */
async function makePublic(tx: Transaction<Tables>, stored: Collecting, now: number): Promise<void> {
  const { settings, collection, draft } = stored;
  const plan = shortlistedFrom({ settings, collection }, now);
  if (!stored.publishedAt) checkPossible(plan, await readCalendar(tx), now);
  const later = draft && shortlistedFrom(draft, now);
  await sql`
    update contest set settings = ${settingsDocument.text(plan.settings)}::jsonb, collection = ${collectionDocument.text(plan.collection)}::jsonb,
      published_at = coalesce(published_at, ${new Date(now).toISOString()}::timestamptz),
      draft = ${later ? draftDocument.text(later) : null}::jsonb, draft_version = draft_version + 1
    where id = ${stored.id}`.execute(tx);
}

/** What goes public for the first time must be possible: the settings page says what is not, and why. */
function checkPossible(plan: ContestPlan, calendar: NamedCalendar, now: number): void {
  const faults = checkPlan(plan, { now, calendar }).filter(({ level }) => level === 'error');
  const [first] = faults;
  if (first)
    throw new Refusal('plan_impossible', { count: faults.length, fault: first.code, path: first.path });
}

/**
 * The plan with 候选公布 begun by `now` and collecting over. A phase before it that had not begun never will; one that comes later stays
 * where it is.
 */
export function shortlistedFrom(plan: ContestPlan, now: number): ContestPlan {
  const at = new Date(now).toISOString();
  const earlier = (instant: string) => (Date.parse(instant) > now ? at : instant);
  const place = (phase: Phase) => phases.indexOf(phase);
  const { schedule } = plan.settings;
  const before = schedule.filter(({ phase }) => place(phase) < place('shortlisted'));
  const own = schedule.find(({ phase }) => phase === 'shortlisted');
  const start = own ? Math.min(Date.parse(own.from), now) : now;
  const steps: ScheduleStep[] = [
    ...before.filter(({ from }) => Date.parse(from) < start),
    { phase: 'shortlisted', from: new Date(start).toISOString() },
    ...schedule.filter(({ phase }) => place(phase) > place('shortlisted')),
  ];
  const { opens, closes } = plan.collection;
  return {
    settings: { ...plan.settings, schedule: steps },
    collection: { ...plan.collection, opens: earlier(opens), closes: earlier(closes) },
  };
}
